"""Hits as columns: how the looks at distinct texts become one row a hit, and what a whole column says about its hits.

The file of a table's hits is ordered by row, column (as in the table) and start. Finding hits is left to engine.py, what
they mean to policy.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from domain.finding import Source
from redaction.added_hits import merged
from redaction.lens import Column, Lens, Span

COLUMN_SHARE = 0.8  # a column with this share of whole-cell hits of a kind is a column of that kind
COLUMN_LEAST = 5  # … with at least so many values
HITS = ("column", "row", "origin", "start", "end", "entity", "score", "valid", "source", "whole", "official")
SPAN = {
    "start": pl.Int64, "end": pl.Int64, "entity": pl.String, "score": pl.Float64, "valid": pl.Boolean,
    "whole": pl.Boolean, "official": pl.Boolean,
}  # fmt: skip
SOURCES = pl.Enum([s.value for s in Source])
HIT_TYPES: dict[str, Any] = {
    "column": pl.String, "row": pl.Int64, "origin": pl.Int64, **SPAN, "source": SOURCES,
}  # fmt: skip  # the names are enumerations in a table's file
KEPT_ROWS = 500_000  # hits held in memory before they go to disk

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


class Hits:
    """A table's hits as they are found, batch by batch; `row` counts data rows from 1, `origin` the sender's."""

    def __init__(self, columns: Sequence[str], entities: Sequence[str], scratch: Path) -> None:
        self._columns, self._entities = pl.Enum(list(columns)), pl.Enum(list(entities))
        self._types = HIT_TYPES | {"column": self._columns, "entity": self._entities}
        self._none = pl.DataFrame(schema=self._types).select(HITS)
        self._scratch, self._kept, self._parts = scratch, [], []  # type: tuple[Path, list[pl.DataFrame], list[Path]]

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

    def add(self, parts: Sequence[pl.DataFrame]) -> None:
        """Take a batch's hits, column by column in the table's order."""
        parts = [p for p in parts if p.height]
        if not parts:
            return
        self._kept.append(pl.concat(parts).sort("row", maintain_order=True))
        if sum(len(k) for k in self._kept) >= KEPT_ROWS:
            self._spill()

    def _spill(self) -> None:
        self._parts.append(self._scratch / f"{len(self._parts)}.parquet")
        pl.concat(self._kept).write_parquet(self._parts[-1], compression="lz4")
        self._kept = []

    def settle(self, into: Path, lens: Lens, tally: Tally, context: Mapping[str, Column]) -> None:
        """Raise the scores of whole columns of a kind, leave out the hints below `reported`, write one file."""
        frames = [
            self._none.lazy(),
            *(pl.scan_parquet(p, glob=False) for p in self._parts),
        ]
        settled = pl.concat([*frames, *(k.lazy() for k in self._kept)]).with_columns(
            score=_settled(lens, tally, context)
        )
        settled.filter(pl.col("score") >= lens.rules.scores.reported).sink_parquet(
            into, compression="lz4", maintain_order=True
        )


def _settled(lens: Lens, tally: Tally, context: Mapping[str, Column]) -> pl.Expr:
    """The score of a hit once its column is known."""
    scores, score = lens.rules.scores, pl.col("score")
    for (column, entity), count in sorted(tally.whole.items()):
        rule = lens.rules[entity]
        if not rule.by_column or (rule.figures and context.get(column, Column()).figures):
            continue
        if count >= max(COLUMN_LEAST, COLUMN_SHARE * tally.filled[column]):
            one = (pl.col("column") == column) & (pl.col("entity") == entity) & pl.col("whole")
            counts = one & (pl.col("score") >= scores.reported)
            score = pl.when(counts).then(score + scores.column).otherwise(score)
    return score.clip(upper_bound=1.0).round(2)


def whole_hits(which: Array, looks: Looks, reported: float) -> Counter[str]:
    """Cells that are one hit, by entity; a hint (a wrong check digit in a shape as common as a card's) makes no column."""
    times = np.bincount(which, minlength=len(looks))
    found: Counter[str] = Counter()
    for look, cells in zip(looks, times.tolist(), strict=True):
        if look is not None and len(look) == 1 and look[0].whole and look[0].score >= reported:
            found[look[0].entity] += cells
    return found
