"""What holds for all recognisers of documents: silence in innocent text, words that speak no further than they should."""

import re
from random import Random

import polars as pl
import pytest

from redaction.canary import canaries
from redaction.detect import Recogniser, modules
from redaction.normalise import GUARD, normalise
from tests.disguises import NUMBERS, apart, wide
from tests.looking import LENS, look

DOCUMENTS = {
    "DISABILITY_NO", "STUDENT_NO", "TAXNO", "CN_FRP18", "CN_FRP15", "MILITARY_ID", "HKMO_PERMIT", "TW_PERMIT", "HK_EXIT_ENDORSE",
    "HKID", "TWID", "MOID", "BIRTH_CERT", "MEDICAL_NO", "SOCIAL_CARD", "HOUSEHOLD_NO", "BIZREG15",
}  # fmt: skip
IN_CONTEXT = [r for r in LENS.recognisers if r.entity in DOCUMENTS and r.prefilter is None]


@pytest.mark.parametrize("text", NUMBERS, ids=range(len(NUMBERS)))
def test_find_no_document_in_innocent_text(text: str) -> None:
    assert [s for s in look(text) if s.entity in DOCUMENTS] == []
    assert [s for s in look(f"详见{text}。") if s.entity in DOCUMENTS] == []


def test_documents_that_count_in_context_alone_are_these() -> None:
    assert {r.entity for r in IN_CONTEXT} == {
        "TAXNO", "CN_FRP15", "TW_PERMIT", "BIRTH_CERT", "MEDICAL_NO", "SOCIAL_CARD", "HOUSEHOLD_NO", "BIZREG15",
    }  # fmt: skip


def _made_up(recogniser: Recogniser) -> str:
    return recogniser.made_up(Random(4))


@pytest.mark.parametrize("recogniser", IN_CONTEXT, ids=lambda r: r.name)
def test_word_speaks_within_thirty_characters_and_no_further(recogniser: Recogniser) -> None:
    number = _made_up(recogniser)
    words = recogniser.context | LENS.rules[recogniser.entity].near_words
    alone = [w for w in words if not any(o in w and o != w for o in words)]  # a longer word's piece stands nearer
    for word in alone:
        near, far = apart(word, number, 30 - len(word)), apart(word, number, 31)
        assert recogniser.entity in [s.entity for s in look(near)], word
        assert recogniser.entity not in [s.entity for s in look(far)], word
        assert recogniser.entity in [s.entity for s in look(number + near[len(word) : -len(number)] + word)], word


@pytest.mark.parametrize("recogniser", IN_CONTEXT, ids=lambda r: r.name)
def test_header_speaks_and_another_header_does_not(recogniser: Recogniser) -> None:
    number = _made_up(recogniser)
    assert recogniser.entity not in [s.entity for s in look(number)]
    assert recogniser.entity not in [s.entity for s in look(number, "备注", "编号")]
    for word in recogniser.context | LENS.rules[recogniser.entity].header_words:
        assert recogniser.entity in [s.entity for s in look(number, word)], word


@pytest.mark.parametrize("entity", sorted(DOCUMENTS))
def test_find_every_canary_under_every_header_of_documents(entity: str) -> None:
    """A header that speaks for one document must not make it swallow a piece of another."""
    words = {w for r in LENS.recognisers if r.entity == entity for w in r.context} | LENS.rules[entity].header_words
    for word in sorted(words):
        column = LENS.column(word)
        for seed in "abc":
            planted = canaries(LENS.recognisers, seed, word)[0]
            assert planted.is_in(LENS.find([planted.text], column)[0]), word


@pytest.mark.parametrize("entity", sorted(DOCUMENTS))
def test_documents_of_persons_are_never_published(entity: str) -> None:
    rule = LENS.rules[entity]
    assert (rule.publish, rule.severity.value) == (("public", "info") if entity == "BIZREG15" else ("never", "hold"))


@pytest.mark.parametrize("module", modules(), ids=lambda m: m.__name__.rpartition(".")[2])
def test_patterns_are_understood_by_the_standard_library_too(module: object) -> None:
    for _, regex, _ in module.PATTERNS:  # type: ignore[attr-defined]
        re.compile(regex.replace("@not_names@", "甲").replace("@surnames@", "甲"), re.IGNORECASE)


SEPARATORS = [
    " ",
    "-",
    "/",
    "／",
    "，",
    ",",
    ".",
    "．",
    "·",
    "—",
    "–",
    "\u3000",
    "\xa0",
    "\n",
    "\u200b",
    "(",
    "（",
    ")",
    "）",
    "号",
    "A",
    "x",
    "0",
]


def _mutated(number: str, draw: Random) -> str:
    """The number with up to three characters put in, taken out or written in full width."""
    for _ in range(draw.randrange(4)):
        at = draw.randrange(len(number))
        middle = draw.choice([number[at] + draw.choice(SEPARATORS), wide(number[at]), "", number[at].lower()])
        number = number[:at] + middle + number[at + 1 :]
    return draw.choice(["", "号", "ID", "A", "1", "（"]) + number + draw.choice(["", "。", "B1", "x", "4", "）", " 2"])


def _example(recogniser: Recogniser, draw: Random) -> str:
    """An invented number; what asks for words on both sides is given them."""
    if recogniser.made_up_head is None or recogniser.made_up_tail is None:
        return recogniser.made_up(draw)
    return recogniser.made_up_head(draw) + recogniser.made_up(draw) + recogniser.made_up_tail(draw)


@pytest.mark.parametrize("entity", sorted(DOCUMENTS))
def test_prefilter_passes_every_mutation_that_the_patterns_find(entity: str) -> None:
    draw = Random(entity)
    for recogniser in (r for r in LENS.recognisers if r.entity == entity):
        texts = [_mutated(_example(recogniser, draw), draw) for _ in range(600)]
        shapes = "|".join(p for p in (recogniser.prefilter, recogniser.prefilter_in_context, GUARD) if p)
        passed = pl.Series(texts).str.contains(shapes).to_list()
        found = [bool(recogniser.find(normalise(t).text)) for t in texts]
        assert sum(found) > 50
        assert [t for t, p, f in zip(texts, passed, found, strict=True) if f and not p] == []
