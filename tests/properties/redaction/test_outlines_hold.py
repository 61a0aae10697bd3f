"""What a widened pattern doesn't find in an outline, its pattern finds in no text of it; what is blind to digits is."""

from dataclasses import replace
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from redaction.detect import compile_pattern
from redaction.lens import Column, open_lens
from redaction.nested import NESTED_GUARD
from redaction.normalise import GUARD, normalise
from redaction.outline import ANYTHING, Outlines, outline_of, outlines, widened
from redaction.whole import Concern
from tests.integration.redaction.mutations import mutated
from tests.personal_data import PACKS

LENS = open_lens(PACKS)
PLAIN = Column()
TEXTS = mutated(11, 1_500)


def told(found: Outlines) -> list[str]:
    assert found.listed.n_unique() == len(found.listed)
    return [found.listed[n] for n in found.of.tolist()]


@settings(deadline=None)  # the first call loads what encodes
@given(st.lists(st.none() | st.text(max_size=20)), st.integers(0, 5))
def test_outlines_are_the_texts_with_zeros(texts: list[str | None], first: int) -> None:
    for cells in (pl.Series(texts, dtype=pl.String), pl.concat([pl.Series(texts, dtype=pl.String)] * 2, rechunk=False)):
        assert told(outlines(cells)) == [outline_of(t or "") for t in cells]
        assert told(outlines(cells[first:])) == [outline_of(t or "") for t in cells[first:]]


@settings(deadline=None)
@given(*[st.lists(st.none() | st.sampled_from(("", "a1", "a2", "b", "c12", "c3")))] * 2)
def test_outlines_followed_by_others_are_those_of_all_texts(texts: list[str | None], more: list[str | None]) -> None:
    first, then = (outlines(pl.Series(t, dtype=pl.String)) for t in (texts, more))
    assert told(first.followed_by(then)) == [outline_of(t or "") for t in [*texts, *more]]


@pytest.mark.parametrize("name", [r.name for r in LENS.recognisers])
def test_widened_pattern_finds_something_where_its_pattern_does(name: str) -> None:
    own = next(r for r in LENS.recognisers if r.name == name)
    plain = [normalise(t).text for t in [*TEXTS, *(own.made_up(Random(n)) for n in range(50))]]
    for regex in own.regexes:
        wide = widened(regex)
        assert wide is not ANYTHING
        pattern, wider = compile_pattern(regex), compile_pattern(wide.pattern)
        assert all(wider.search(outline_of(t)) for t in plain if pattern.search(t))


def test_outline_of_a_text_that_passes_the_sieves_passes_the_wide_ones() -> None:
    texts = pl.Series(TEXTS)
    for header in (None, "身份证号码", "银行卡号", "QQ", "注册号"):
        column = LENS.column(header) if header else PLAIN
        passed = texts.filter(texts.str.contains("|".join(LENS.sieves(column))))
        assert outlines(passed).listed.str.contains("|".join(LENS.wide_sieves(column))).all()


@settings(deadline=None, max_examples=400)
@given(st.sampled_from(TEXTS), st.randoms(use_true_random=False))
def test_texts_of_an_outline_are_looked_at_by_those_whom_it_concerns_and_alike_by_the_blind(
    text: str, draw: Random
) -> None:
    if pl.Series([text]).str.contains(f"{GUARD}|{NESTED_GUARD}")[0]:
        return
    other = "".join(draw.choice("0123456789") if c in "0123456789" else c for c in text)
    concern = LENS.concern(outline_of(text), PLAIN)
    if concern is None:
        return
    looks = [LENS.look(t, concern.recognisers, PLAIN) for t in (text, other)]
    assert looks == [LENS.look(t, LENS.recognisers, PLAIN) for t in (text, other)]
    if concern.blind:
        assert looks[0] == looks[1]


class Forgotten(dict[tuple[str, Column], Concern | None]):
    """What is remembered, emptied by another column right after it was asked whether it holds something."""

    def __contains__(self, key: object) -> bool:
        known = super().__contains__(key)
        self.clear()
        return known


def test_column_may_ask_while_another_empties_what_is_remembered() -> None:
    optics = replace(LENS.optics, told=Forgotten())
    told = [optics.concern("000****0000", PLAIN) for _ in range(3)]
    assert [t is not None and t.blind for t in told] == [True] * 3


def test_masks_are_blind_and_numbers_are_not() -> None:
    asked = {"000000********0000": True, "000****0000": True, "0000*******": False, "000000000000000000": False}
    for outline, blind in asked.items():
        told = LENS.concern(outline, PLAIN)
        assert told is not None
        assert told.recognisers
        assert told.blind is blind
