"""The prefilter: what of a batch's columns needs a look, by outlines where a column has few of them, by its texts where it has many.

Canaries are among the cells. Which cells share a look is told by whole.py, looking is left to engine.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial, reduce
from operator import or_

import numpy as np
import polars as pl

from redaction.canary import Canary
from redaction.hits import Array
from redaction.lens import Column, Known, Lens
from redaction.nested import NESTED_GUARD
from redaction.normalise import GUARD
from redaction.outline import Outlines, outline_of
from redaction.whole import LEAST, NOTHING, UNCLASSED, Asking, Classes, Concern, classes

DIVERSE = 4  # a column with more than one outline in so many cells is sifted by its texts
AT_ONCE = 8_192  # texts that one core looks at after the other
SHORT = 1_000  # cells of columns that are sifted together


@dataclass(frozen=True, slots=True)
class Glass:
    """The lens and how it is held over each column of one batch.

    `memo`: the canaries, looked at once for all columns.
    """

    lens: Lens
    views: Mapping[str, Column]
    memo: Known

    def is_proved(self, canary: Canary) -> bool:
        """Whether its outline concerns the recogniser that it was made for: its text alone is looked at by all of them."""
        told = self.lens.concern(outline_of(canary.text), Column()) if canary.name else None
        return told is None or canary.name in {r.name for r in told.recognisers}

    def concern(self, outline: str, column: str) -> Concern | None:
        """Whom the texts of an outline concern in this column (lens.concern)."""
        return self.lens.concern(outline, self.views[column])


@dataclass(frozen=True, slots=True)
class Sifted:
    """What is left of a column: `texts`, standing in the rows `at`; `shape[i]` is the number of each one's outline or -1.

    In `shapes` None stands for an outline in which something may hide. `known` classes them.
    """

    at: Array
    texts: pl.Series
    shape: Array
    shapes: list[str | None]
    known: Classes


def sift(cells: pl.DataFrame, drawn: Mapping[str, Outlines], glass: Glass) -> dict[str, Sifted]:
    """The prefilter: by outlines where a column has few of them, by its texts where it has many.

    Of a column sifted by outlines, those texts that share no look pass by themselves too.
    """
    lens, views = glass.lens, glass.views
    many = {c for c in cells.columns if len(drawn[c].listed) * DIVERSE > len(cells)}
    few = [c for c in cells.columns if c not in many]
    passed = _passing(cells.select(c for c in cells.columns if c in many), glass)
    fitting = _sieved({c: drawn[c].listed for c in few}, {c: lens.wide_sieves(views[c]) for c in few})
    sifted = {c: _by_text(c, cells[c], drawn[c], at, glass) for c, at in passed.items()}
    with ThreadPoolExecutor() as hands:
        told = hands.map(lambda c: _by_outline(c, cells[c], drawn[c], fitting[c].to_numpy(), glass), few)
        sifted |= zip(few, told, strict=True)
    rest = {c: np.flatnonzero(sifted[c].known.of == UNCLASSED) for c in few}
    alone = _sieved({c: sifted[c].texts.gather(rest[c]) for c in few}, {c: lens.sieves(views[c]) for c in few})
    for column in few:
        sifted[column].known.of[rest[column][~alone[column].to_numpy()]] = NOTHING
    return sifted


def _passing(cells: pl.DataFrame, glass: Glass) -> dict[str, Array]:
    """Where the texts stand that pass the sieves, by column: on all cores, short columns together."""
    sieves = {c: glass.lens.sieves(glass.views[c]) for c in cells.columns}
    if len(cells) < SHORT:
        told = _sieved({c: cells[c] for c in cells.columns}, sieves)
        return {c: np.flatnonzero(mask.to_numpy()) for c, mask in told.items()}
    passed = cells.select(_passes(pl.col(c), sieves[c]).arg_true().implode() for c in cells.columns)
    return {c: passed[c][0].to_numpy().astype(np.int64) for c in passed.columns}


def _by_text(column: str, cells: pl.Series, drawn: Outlines, at: Array, glass: Glass) -> Sifted:
    often = np.bincount(drawn.of[at], minlength=len(drawn.listed)) >= LEAST
    return _classed(column, cells, at, _renumbered(drawn.of[at], often), drawn.listed.filter(often), glass)


def _by_outline(column: str, cells: pl.Series, drawn: Outlines, fitting: Array, glass: Glass) -> Sifted:
    shape = _renumbered(drawn.of, fitting)
    at = np.flatnonzero(shape >= 0)
    return _classed(column, cells, at, shape[at], drawn.listed.filter(fitting), glass)


def _renumbered(of: Array, kept: Array) -> Array:
    """Which of the listed that are kept each one is, -1 where its own isn't."""
    number = np.full(len(kept), -1, np.int64)
    number[kept] = np.arange(np.count_nonzero(kept))
    renumbered: Array = number[of]
    return renumbered


def _classed(column: str, cells: pl.Series, at: Array, shape: Array, shapes: pl.Series, glass: Glass) -> Sifted:
    texts = cells if len(at) == len(cells) else cells.gather(at)
    plain = pl.when(~pl.lit(shapes).str.contains(f"{GUARD}|{NESTED_GUARD}")).then(pl.lit(shapes))
    listed = pl.select(plain).to_series().to_list() if len(shapes) else []
    ask = Asking(
        partial(glass.concern, column=column), lambda own, texts: glass.lens.asks(texts, own, glass.views[column])
    )
    known = classes(texts, listed, shape, ask, glass.lens.may_be_official(texts))
    return Sifted(at, texts, shape, listed, known)


def places(texts: pl.Series, listed: pl.Series) -> Array:
    """Where each text stands in a list of distinct ones, -1 where it doesn't."""
    if listed.is_empty():
        return np.full(len(texts), -1, np.int64)
    found: Array = texts.cast(pl.Enum(listed), strict=False).to_physical().fill_null(-1).to_numpy().astype(np.int64)
    return found


def _sieved(parts: Mapping[str, pl.Series], sieves: Mapping[str, Sequence[str]]) -> dict[str, pl.Series]:
    """Which texts of each column pass one of its sieves; those that all columns share are asked once of all texts."""
    if not parts:
        return {}
    shared = [s for s in next(iter(sieves.values())) if all(s in own for own in sieves.values())]
    joined = pl.concat([p.alias("") for p in parts.values()])
    passed = _which_pass(joined, shared)
    told, first = {}, 0
    for column, texts in parts.items():
        told[column] = passed.slice(first, len(texts))
        first += len(texts)
        if own := [s for s in sieves[column] if s not in shared]:
            told[column] |= _which_pass(texts, own)
    return told


def _which_pass(texts: pl.Series, sieves: Sequence[str]) -> pl.Series:
    if not sieves:
        return pl.repeat(value=False, n=len(texts), eager=True)
    passes = partial(_passed, sieves=sieves)
    if len(texts) < AT_ONCE:
        return passes(texts)
    with ThreadPoolExecutor() as hands:
        return pl.concat(hands.map(passes, (texts.slice(at, AT_ONCE) for at in range(0, len(texts), AT_ONCE))))


def _passed(texts: pl.Series, sieves: Sequence[str]) -> pl.Series:
    return pl.select(_passes(pl.lit(texts), sieves)).to_series().fill_null(value=False)


def _passes(texts: pl.Expr, sieves: Sequence[str]) -> pl.Expr:
    return reduce(or_, (texts.str.contains(pattern) for pattern in sieves))
