"""Cells that share a look: by their outline alone, or for cells with one long number by column arithmetic.

A column of numbers holds as many distinct values as rows. What the recognisers say of a cell depends on few facts: its
outline (outline.py), which tells the recognisers it concerns; where those are blind to which digit stands where, on
nothing else; else, where the cell is one number or holds one apart, on the class that each of them computes for all cells
at once (`whole`).
Cells of one class are looked at once, exactly, and share the answer. All others go the exact way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from redaction.detect import Recogniser
from redaction.normalise import normalise
from redaction.outline import takes
from redaction.wide import finds_widened

LEAST = 32  # cells of one outline that make classes worth while
ASK_AT_ONCE = 8192  # cells of one outline that make it worth while to ask its few recognisers, not all
UNCLASSED, NOTHING = -1, -2
LONG = 400  # characters of an outline past which its texts are looked at one by one
_NUMBER = re.compile("(?<!0)(?:0{17}[Xx]|0{7,40}(?!0))")  # only identity numbers end in an X so often that it pays
_NOBODY = "\ue000"  # a sign for private use, for which no pattern asks
_X = 10

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Concern:
    """Whom the texts of an outline concern. `blind`: they say the same of all of them."""

    outline: str
    recognisers: tuple[Recogniser, ...]
    blind: bool

    @cached_property
    def number(self) -> Number | None:
        """The one number on whose digits alone hangs what they say; None where it may hang on others too.

        It stands alone, or the signs beside it are none for which any of their patterns asks: then no match nor what it
        asks of its surroundings reaches past them. Elsewhere in the outline they find nothing.
        """
        content = normalise(self.outline)
        found = list(_NUMBER.finditer(content.text))
        if len(found) != 1 or len(self.outline) > LONG:
            return None
        start, end = found[0].span()
        before, after = content.text[:start], content.text[end:]
        patterns = [p for r in self.recognisers for p in r.regexes]
        if before or after:
            rest = before + _NOBODY * (end - start) + after
            signs = {_NOBODY, *before[-1:], *after[:1]}
            if any(takes(p, s) for p in patterns for s in signs) or any(finds_widened(p)(rest) for p in patterns):
                return None
        begin, stop = content.original(start, end)
        if self.outline[begin:stop] != found[0].group():
            return None
        return Number(len(self.outline[:begin].encode()), stop - begin, len(self.outline.encode()))


@dataclass(frozen=True, slots=True)
class Number:
    """Where a number stands in all texts of an outline, in bytes of UTF-8: its start, its width, how long the texts are."""

    start: int
    width: int
    length: int


@dataclass(frozen=True, slots=True)
class Classes:
    """Cells by class: `of[i]` is the class of cell i, UNCLASSED or NOTHING (no recogniser could say anything of it).

    `first[k]` is a cell of class k.
    """

    of: Array
    first: Array


@dataclass(frozen=True, slots=True)
class Asking:
    """`concern`: whom an outline concerns, None where its texts must go the exact way.

    `asks`: which texts pass a recogniser's prefilter.
    """

    concern: Callable[[str], Concern | None]
    asks: Callable[[Recogniser, pl.Series], pl.Series]


def classes(
    texts: pl.Series, shapes: Sequence[str | None], shape: Array, asking: Asking, apart: Array | None
) -> Classes:
    """Classes of texts whose outlines are `shapes[shape[i]]`; -1 or None there makes no class.

    `apart`: texts that get no class, for more than their outline counts.
    """
    found = np.full(len(texts), UNCLASSED, np.int64)
    firsts: list[Array] = []
    known = 0
    counts = np.bincount(shape[shape >= 0], minlength=len(shapes))
    for number in np.flatnonzero(counts >= LEAST).tolist():
        outline = shapes[number]
        told = None if outline is None else asking.concern(outline)
        if outline is None or told is None:
            continue
        at = np.flatnonzero(shape == number)
        if not told.recognisers:
            found[at] = NOTHING
            continue
        if told.blind:
            codes: Array | None = np.zeros(len(at), np.int64)
        elif told.number is not None:
            codes = _codes(_digits(texts.gather(at), told.number), told.recognisers)
        else:
            codes = None
        if codes is None:
            if len(at) < ASK_AT_ONCE:
                continue
            own = texts.gather(at)
            asked = reduce(or_, (asking.asks(r, own) for r in told.recognisers))
            found[at[~asked.to_numpy()]] = NOTHING
            continue
        mine = codes >= 0
        first, inverse = _first_of_each(codes[mine])
        found[at[mine]] = known + inverse
        firsts.append(at[mine][first])
        known += len(first)
    if apart is not None:
        found[apart] = UNCLASSED
    return Classes(found, np.concatenate(firsts) if firsts else np.empty(0, np.int64))


def _codes(digits: Array, concerned: Sequence[Recogniser]) -> Array | None:
    """A code for each cell that tells its class, below 0 where it has none; None where a recogniser can't tell."""
    if any(r.whole is None for r in concerned):
        return None
    codes, unsure = np.zeros(len(digits), np.int64), np.zeros(len(digits), bool)
    for recogniser in concerned:
        assert recogniser.whole is not None
        told = recogniser.whole(digits)
        unsure |= told < 0
        codes = codes * 8 + told
    codes[unsure] = UNCLASSED
    return codes


def _digits(cells: pl.Series, number: Number) -> Array:
    """Cells × width of the digits of their number, an X in the last place 10; places side by side are worked on at once."""
    array = cells.to_arrow(compat_level=pl.CompatLevel.oldest())
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    _, offsets, data = array.buffers()
    begin = int(np.frombuffer(offsets, np.int64)[array.offset])
    signs = np.frombuffer(data, np.uint8)[begin : begin + len(cells) * number.length].reshape(-1, number.length)
    digits = np.asfortranarray(signs[:, number.start : number.start + number.width]) - np.uint8(ord("0"))
    digits[:, -1][digits[:, -1] > 9] = _X
    return digits


def _first_of_each(codes: Array) -> tuple[Array, Array]:
    """Where each distinct code first stands, and which distinct code each is. Codes are whole numbers from 0."""
    if codes.max(initial=0) > 1 << 20:
        _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
        return first, inverse
    first = np.full(int(codes.max(initial=0)) + 1, -1, np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    seen = np.flatnonzero(first >= 0)
    number = np.full(len(first), -1, np.int64)
    number[seen] = np.arange(len(seen))
    return first[seen], number[codes]
