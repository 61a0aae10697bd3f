"""Cells that are one number: looked at by column arithmetic, one exact look for each class of them.

A column of identity or telephone numbers holds as many distinct values as rows. What the recognisers say of a cell of
digits alone depends on a few facts: its width, and for each recogniser that could match there its class (shape, check
digit), which modules compute for all cells at once (`whole`). Cells of one class are looked at once, exactly, and share
the answer. Wherever a recogniser can't tell its class, the cell goes the exact way.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from redaction.detect import Recogniser
from redaction.reach import NEVER, reach

WIDTHS = range(7, 41)
IDENTITY = 18  # places of the only numbers that end in an X so often that it pays
LEAST = 32  # cells of one width that make arithmetic worth while
X, OTHER = 10, 255
_KINDS = np.full(256, OTHER, np.uint8)
_KINDS[ord("0") : ord("9") + 1] = np.arange(10)
_KINDS[[ord("X"), ord("x")]] = X

Array = np.ndarray[Any, Any]
NONE: Array = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Classes:
    """Cells by class: `of[i]` is the class of cell i or -1 where it has none; `first[k]` is a cell of class k."""

    of: Array
    first: Array


def classes(
    cells: pl.Series, recognisers: Sequence[Recogniser], spoken: Collection[str], apart: Array | None = None
) -> Classes:
    """Classes of the cells (no nulls) under the recognisers; `spoken`: entities that the header speaks for.

    `apart`: cells that get no class, for more than their digits counts.
    """
    asked = [r for r in recognisers if r.entity in spoken or _counts_alone(r)]
    offsets, data = _bytes(cells)
    widths = np.diff(offsets)
    found = np.full(len(cells), -1, np.int64)
    firsts: list[Array] = []
    known = 0
    for width in WIDTHS:
        at = np.flatnonzero(widths == width)
        if len(at) < LEAST:
            continue
        kinds = np.asfortranarray(
            _KINDS[_matrix(offsets, data, at, width)]
        )  # places side by side are worked on at once
        for mine, codes in (_numbers(kinds, asked, x=False), _numbers(kinds, asked, x=True)):
            if not len(mine):
                continue
            first, inverse = _first_of_each(codes)
            found[at[mine]] = known + inverse
            firsts.append(at[mine][first])
            known += len(first)
    if apart is not None:
        found[apart] = -1
    return Classes(found, np.concatenate(firsts) if firsts else np.empty(0, np.int64))


def _counts_alone(recogniser: Recogniser) -> bool:
    """Whether it says anything of a cell of digits without a header that speaks for it: no word is beside."""
    if recogniser.prefilter is None:
        return False
    if recogniser.prefilter_in_context is None:
        return True
    return reach(recogniser.prefilter).least < NEVER


def _matrix(offsets: Array, data: Array, at: Array, width: int) -> Array:
    """The bytes of these cells, all of one width, as cells × width."""
    if at[-1] - at[0] + 1 == len(at):
        begin = offsets[at[0]]
        return data[begin : begin + len(at) * width].reshape(-1, width)
    found: Array = data[offsets[at][:, None] + np.arange(width)]
    return found


def _first_of_each(codes: Array) -> tuple[Array, Array]:
    """Where each distinct code first stands, and which distinct code each is. Codes are small whole numbers."""
    if codes.max(initial=0) > 1 << 20:
        _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
        return first, inverse
    first = np.full(int(codes.max(initial=0)) + 1, -1, np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    seen = np.flatnonzero(first >= 0)
    number = np.full(len(first), -1, np.int64)
    number[seen] = np.arange(len(seen))
    return first[seen], number[codes]


def _bytes(cells: pl.Series) -> tuple[Array, Array]:
    """Offsets and UTF-8 bytes of all cells, one behind the other."""
    array = cells.to_arrow(compat_level=pl.CompatLevel.oldest())
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    assert array.type == pa.large_string()
    _, offsets, data = array.buffers()
    starts = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
    return starts, np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)


def _numbers(kinds: Array, asked: Sequence[Recogniser], *, x: bool) -> tuple[Array, Array]:
    """Rows of digits alone (with `x`: and an X at the end), and a code for each that tells its class."""
    ends = kinds[:, -1] == X if x else kinds[:, -1] <= 9
    if not ends.any() or (x and kinds.shape[1] != IDENTITY):
        return NONE, NONE
    mine = np.flatnonzero((kinds[:, :-1].max(1) <= 9) & ends)
    codes, unsure = np.full(len(mine), int(x), np.int64), np.zeros(len(mine), bool)
    numbers = kinds if len(mine) == len(kinds) else np.take(kinds.T, mine, axis=1).T
    for recogniser in asked if len(mine) else ():
        if not _concerns(recogniser, kinds.shape[1], x=x):
            continue
        if recogniser.whole is None:
            return NONE, NONE
        told = recogniser.whole(numbers)
        unsure |= told < 0
        codes = codes * 8 + told
    return mine[~unsure], codes[~unsure]


def _concerns(recogniser: Recogniser, width: int, *, x: bool) -> bool:
    """Whether cells of so many characters may differ for it. A bounded pattern matches all digits of a cell or none."""
    for found in (reach(regex, x=x) for regex in recogniser.regexes):
        if found.least > width or (found.plain and recogniser.is_bare and found.bounded and not x):
            continue
        if not found.bounded or width - x <= found.most:  # found.least <= width by now
            return True
    return False
