"""Hits as columns: how the looks at distinct texts become one row a hit, and what a whole column says about its hits.

Where they are kept is told by hit_files.py. Finding hits is left to engine.py, what they mean to policy.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from pathlib import Path
from shutil import rmtree
from typing import Any

import numpy as np
import polars as pl

from domain.finding import Source
from redaction.added_hits import merged
from redaction.hit_files import HIT_TYPES, HITS, SOURCES, SPAN, parts, write_part
from redaction.lens import Column, Lens, Span
from redaction.unread import Unread

COLUMN_SHARE = 0.8  # a column with this share of whole-cell hits of a kind is a column of that kind
COLUMN_LEAST = 5  # … with at least so many values
KEPT_ROWS = 1_000_000  # hits held in memory before they go to disk

Looks = Sequence[list[Span] | None]
Array = np.ndarray[Any, Any]


@dataclass(slots=True)
class Tally:
    """What the batches of a table add up to."""

    cells: int = 0
    planted: int = 0
    found: int = 0
    filled: Counter[str] = field(default_factory=Counter)  # non-empty cells by column
    whole: Counter[tuple[str, str]] = field(default_factory=Counter)  # whole-cell hits by column, entity
    unread: list[Unread] = field(default_factory=list)  # cells that couldn't be scanned


class Hits:
    """A table's hits as they are found, batch by batch; `row` counts data rows from 1, `origin` the sender's."""

    def __init__(self, columns: Sequence[str], entities: Sequence[str], scratch: Path) -> None:
        self._columns, self._entities = pl.Enum(list(columns)), pl.Enum(list(entities))
        self._types = HIT_TYPES | {"column": self._columns, "entity": self._entities}
        self._none = pl.DataFrame(schema=self._types).select(HITS)
        self._scratch, self._kept, self._last = scratch, list[tuple[int, int, list[pl.DataFrame]]](), 0

    def of_column(
        self, column: str, rows: Array, which: Array, looks: Looks, first: int, origins: Array
    ) -> pl.DataFrame:
        """One row a hit: cell `rows[i]` of the batch has the spans of `looks[which[i]]`.

        `first`: data row of the batch's first cell; `origins`: of its cells.
        """
        if not len(rows):
            return self._none
        spans = [s for look in looks for s in look or ()]
        count = np.array([len(look or ()) for look in looks], np.int64)
        begins = np.cumsum(count) - count
        times = count[which]
        at = np.repeat(rows, times)
        within = np.arange(len(at)) - np.repeat(np.cumsum(times) - times, times)
        span = np.repeat(begins[which], times) + within
        told = pl.DataFrame(
            {name: [getattr(s, name) for s in spans] for name in SPAN},
            schema={**SPAN, "entity": self._entities},
        )
        return told[span].with_columns(
            pl.Series("row", at + first, dtype=pl.Int64), pl.Series("origin", origins[at], dtype=pl.Int64),
            pl.lit(column, self._columns).alias("column"), pl.lit(Source.CELL.value, SOURCES).alias("source"),
        ).select(HITS)  # fmt: skip

    def with_added(self, old: pl.DataFrame, new: pl.DataFrame | None, sure: float) -> pl.DataFrame:
        """One column's hits and others of the same column (added_hits.hits_of), in order."""
        if new is None or new.is_empty():
            return old
        typed = new.cast(self._types).select(HITS)  # type: ignore[arg-type]  # a schema
        return typed if old.is_empty() else merged(old, typed, sure).sort("row", "start")

    def add(self, found: Sequence[pl.DataFrame], rows: int) -> None:
        """Take the hits of a batch of so many rows, column by column in the table's order."""
        first, self._last = self._last + 1, self._last + rows
        if parts_found := [f for f in found if f.height]:
            self._kept.append((first, self._last, parts_found))
        if sum(f.height for *_, frames in self._kept for f in frames) >= KEPT_ROWS:
            for first, last, frames in self._kept:
                write_part(self._scratch, first, last, pl.concat(frames, rechunk=False))
            self._kept = []

    def settle(self, into: Path, lens: Lens, tally: Tally, context: Mapping[str, Column]) -> None:
        """Raise the scores of whole columns of a kind, leave out the hints below `reported`, write it all to a folder."""
        if into.exists():
            rmtree(into)  # what an earlier scan left there isn't this one's
        raised = _raised(lens, tally, context)
        for part in parts(self._scratch):
            frames = [f for _, f in part.read().group_by("column", maintain_order=True)]
            write_part(into, part.first, part.last, pl.concat(_settled(f, raised, lens) for f in frames))
        for first, last, kept in self._kept:
            write_part(into, first, last, pl.concat((_settled(f, raised, lens) for f in kept), rechunk=False))
        if not parts(into):  # a table without hits has an empty file, which tells the types
            write_part(into, 1, 1, self._none)


def _raised(lens: Lens, tally: Tally, context: Mapping[str, Column]) -> dict[str, list[str]]:
    """The entities of which a column is a whole column, by column."""
    raised: dict[str, list[str]] = {}
    for (column, entity), count in sorted(tally.whole.items()):
        rule = lens.rules[entity]
        if not rule.by_column or (rule.figures and context.get(column, Column()).figures):
            continue
        if count >= max(COLUMN_LEAST, COLUMN_SHARE * tally.filled[column]):
            raised.setdefault(column, []).append(entity)
    return raised


def _settled(hits: pl.DataFrame, raised: Mapping[str, list[str]], lens: Lens) -> pl.DataFrame:
    """One column's hits once the column is known."""
    scores, score = lens.rules.scores, pl.col("score")
    kinds = raised.get(hits["column"][0], ())
    if kinds:
        counts = pl.col("whole") & (score >= scores.reported) & reduce(or_, (pl.col("entity") == k for k in kinds))
        more = (score + scores.column).clip(upper_bound=1.0).round(2)
        hits = hits.with_columns(score=pl.when(counts).then(more).otherwise(score))
    kept = hits["score"] >= scores.reported
    return hits if kept.all() else hits.filter(kept)


def whole_hits(which: Array, looks: Looks, reported: float) -> Counter[str]:
    """Cells that are one hit, by entity; a hint (a wrong check digit in a shape as common as a card's) makes no column."""
    times = np.bincount(which, minlength=len(looks))
    found: Counter[str] = Counter()
    for look, cells in zip(looks, times.tolist(), strict=True):
        if look is not None and len(look) == 1 and look[0].whole and look[0].score >= reported:
            found[look[0].entity] += cells
    return found
