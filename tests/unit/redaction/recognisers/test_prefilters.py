"""A prefilter lets through whatever its patterns find, on mutilated examples too: the tiers lose nothing."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from random import Random

import polars as pl
import pytest

from redaction.detect import Recogniser
from redaction.lens import Column
from redaction.normalise import GUARD, normalise
from tests.innocent import INNOCENT
from tests.looking import LENS

HERE = Path(__file__).parent
PIECES = [
    *"0123456789",
    *"ABEFGLNWXZ",
    *" :：-.,，/·*×()（）+°′″'\"号室栋组村路单元区冀使第",
    "\n",
    "86",
    "00",
    "123",
    "1234",
    "::",
    "IP",
    "QQ",
    "微信",
]


def tables() -> Iterator[str]:
    """Every text of the tables beside this file."""
    for file in sorted(HERE.glob("test_*.py")):
        if file != Path(__file__):
            module = importlib.import_module(f"tests.unit.redaction.recognisers.{file.stem}")
            yield from (row[0] for row in getattr(module, "SURE", {}).values())


def mutilated(text: str, draw: Random) -> str:
    """The text with up to three pieces put in, taken out or put in place of others."""
    for _ in range(draw.randrange(4)):
        at = draw.randrange(len(text) + 1)
        text = text[:at] + draw.choice(["", *PIECES]) + text[at + draw.randrange(2) :]
    return draw.choice((text, text, text.lower(), text.upper()))


def corpus() -> list[str]:
    draw = Random(29)
    made = [example(r, draw) for r in LENS.recognisers for _ in range(10)]
    whole = [*tables(), *INNOCENT.values(), *made]
    return [mutilated(draw.choice(whole), draw) for _ in range(4_000)]


def example(recogniser: Recogniser, draw: Random) -> str:
    """An invented identifier with what must stand around it."""
    parts = (recogniser.made_up_head, recogniser.made_up, recogniser.made_up_tail)
    return "".join(part(draw) for part in parts if part)


CORPUS = corpus()
PLAIN = [normalise(t).text for t in CORPUS]


@pytest.mark.parametrize("recogniser", LENS.recognisers, ids=lambda r: r.name)
def test_prefilter_passes_whatever_the_patterns_find_in_mutilated_text(recogniser: Recogniser) -> None:
    """In context every shape must pass; without it, every hit that doesn't count in context only."""
    series = pl.Series(CORPUS)
    odd = series.str.contains(GUARD)
    shapes = [p for p in (recogniser.prefilter, recogniser.prefilter_in_context) if p]
    passed = (series.str.contains("|".join(shapes)) | odd).to_list()
    alone = (series.str.contains(recogniser.prefilter) | odd).to_list() if recogniser.prefilter else None
    found = 0
    for plain, ok, ok_alone in zip(PLAIN, passed, alone or passed, strict=True):
        hits = recogniser.find(plain)
        found += bool(hits)
        assert ok or not hits
        assert ok_alone or all(recogniser.only_in_context(plain[h.start : h.end]) for h in hits)
    assert found >= 5


def test_lens_gives_the_same_with_and_without_prefilters() -> None:
    for text, found in zip(CORPUS[:1_000], LENS.find(CORPUS[:1_000], Column()), strict=True):
        assert [s for s in LENS.look(text, LENS.recognisers, Column()) or () if s.score >= 0.25] == [
            s for s in found or () if s.score >= 0.25
        ]
