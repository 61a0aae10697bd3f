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
from redaction.lens import Column, Lens, Span

COLUMN_SHARE = 0.8  # a column with this share of whole-cell hits of a kind is a column of that kind
COLUMN_LEAST = 5  # … with at least so many values
HITS = {
    "column": pl.String,
    "row": pl.Int64,  # data row from 1
    "origin": pl.Int64,  # sheet row or physical line
    "start": pl.Int64,
    "end": pl.Int64,
    "entity": pl.String,
    "score": pl.Float64,
    "valid": pl.Boolean,
    "source": pl.String,
    "whole": pl.Boolean,
    "official": pl.Boolean,
}
_RAW = {**HITS, "place": pl.Int32}

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


def column_hits(
    column: str, place: int, rows: Array, which: Array, looks: Looks, first: int, origins: Array
) -> pl.DataFrame:
    """One row a hit: cell `rows[i]` of the batch has the spans of `looks[which[i]]`.

    `place`: the column's place in the table; `first`: data row of the batch's first cell; `origins`: of its cells.
    """
    spans = [s for look in looks for s in look or ()]
    count = np.array([len(look or ()) for look in looks], np.int64)
    begins = np.concatenate(([0], np.cumsum(count)[:-1])) if len(count) else count
    times = count[which]
    at = np.repeat(rows, times)
    within = np.arange(len(at)) - np.repeat(np.cumsum(times) - times, times)
    told = pl.DataFrame(
        {
            "start": [s.start for s in spans], "end": [s.end for s in spans], "entity": [s.entity for s in spans],
            "score": [s.score for s in spans], "valid": [s.valid for s in spans], "whole": [s.whole for s in spans],
            "official": [s.official for s in spans],
        },
        schema={name: HITS[name] for name in ("start", "end", "entity", "score", "valid", "whole", "official")},
    )[np.repeat(begins[which], times) + within]  # fmt: skip
    return told.with_columns(
        pl.lit(column).alias("column"), pl.Series("row", at + first, dtype=pl.Int64),
        pl.Series("origin", origins[at], dtype=pl.Int64), pl.lit(Source.CELL.value).alias("source"),
        pl.lit(place, pl.Int32).alias("place"),
    ).select(*_RAW)  # fmt: skip


def in_order(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """A batch's hits, ordered."""
    return pl.concat(parts).sort("row", "place", "start") if parts else pl.DataFrame(schema=_RAW)


def count_whole(tally: Tally, column: str, which: Array, looks: Looks, reported: float) -> None:
    """Note cells that are one hit; a hint (a wrong check digit in a shape as common as a card's) doesn't make a column."""
    times = np.bincount(which, minlength=len(looks))
    for look, cells in zip(looks, times.tolist(), strict=True):
        if look is not None and len(look) == 1 and look[0].whole and look[0].score >= reported:
            tally.whole[column, look[0].entity] += cells


def settle(parts: Sequence[Path], hits: Path, lens: Lens, tally: Tally, context: Mapping[str, Column]) -> None:
    """Raise the scores of whole columns of a kind, leave out the hints that stay below `reported`, write one file."""
    scores = lens.rules.scores
    score = pl.col("score")
    for (column, entity), count in sorted(tally.whole.items()):
        rule = lens.rules[entity]
        if not rule.by_column or (rule.figures and context.get(column, Column()).figures):
            continue
        if count >= max(COLUMN_LEAST, COLUMN_SHARE * tally.filled[column]):
            one = (pl.col("column") == column) & (pl.col("entity") == entity) & pl.col("whole")
            counts = one & (pl.col("score") >= scores.reported)
            score = pl.when(counts).then(score + scores.column).otherwise(score)
    settled = pl.scan_parquet(list(parts), glob=False).with_columns(score.clip(upper_bound=1.0).round(2).alias("score"))
    settled.filter(pl.col("score") >= scores.reported).select(*HITS).sink_parquet(
        hits, compression="zstd", compression_level=1, maintain_order=True
    )
