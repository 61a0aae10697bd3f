"""Add hits that are known by text, not by row, to a table's file of hits; overlaps are resolved on the way.

Who finds them is no matter here: names and facts of whole columns, hints of the tagger. Memory is bounded by the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

import polars as pl

from domain.finding import Source
from domain.table import ROW_ORIGIN, TableInfo
from redaction.hit_files import between, read_parts, write_part

SPANS = {"text": pl.String, "start": pl.Int64, "end": pl.Int64, "entity": pl.String, "whole": pl.Boolean}
Found = Callable[[pl.DataFrame, int], Iterable[pl.DataFrame]]

_KEY = ["column", "row"]
_NAMES = ["column", "entity", "source"]


def hits_of(frame: pl.DataFrame, first: int, column: str, spans: pl.DataFrame, score: float) -> pl.DataFrame:
    """Hits of one column in a batch whose first data row is `first`. `spans`: of schema SPANS, by the cell's text."""
    cells = frame.select(text=pl.col(column), origin=pl.col(ROW_ORIGIN).cast(pl.Int64)).with_row_index("at")
    return cells.join(spans, on="text", maintain_order="left").select(
        column=pl.lit(column), row=pl.col("at").cast(pl.Int64) + first, origin="origin", start="start", end="end",
        entity="entity", score=pl.lit(score), valid=pl.lit(None, pl.Boolean), source=pl.lit(Source.CELL.value),
        whole="whole", official=pl.lit(False),
    )  # fmt: skip


def add_hits(hits: Path, info: TableInfo, frames: Iterable[pl.DataFrame], found: Found, *, sure: float) -> None:
    """Write the folder of hits again with those that `found` tells for each of the table's batches and its first row."""
    schema, first = next(read_parts(hits)).schema, 1
    order = pl.Enum(info.columns)
    with TemporaryDirectory(dir=hits.parent) as scratch:
        new_hits = Path(scratch) / "hits"
        for frame in frames:
            last = first + frame.height - 1
            old = between(hits, first, last).with_columns(pl.col(_NAMES).cast(pl.String))
            new = pl.concat(
                [old.clear(), *(f.select(old.columns) for f in found(frame, first))], how="vertical_relaxed"
            )
            both = merged(old, new, sure).with_columns(pl.col("column").cast(order)).sort("column", "row", "start")
            write_part(new_hits, first, max(first, last), both.cast(schema))
            first += frame.height
        rmtree(hits)
        new_hits.rename(hits)


def merged(old: pl.DataFrame, new: pl.DataFrame, sure: float) -> pl.DataFrame:
    """Both kinds of hits; a new one is cut around sure old ones, and a weak old one under a sure new one goes.

    A new hint that touches any old hit is left out.
    """
    new = new.with_row_index("new")
    pairs = new.join(old.with_row_index("old"), on=_KEY, suffix="_old").filter(
        (pl.col("start") < pl.col("end_old")) & (pl.col("start_old") < pl.col("end"))
    )
    if pairs.is_empty():
        return pl.concat([old, new.select(old.columns)])
    is_sure, was_sure = pl.col("score") >= sure, pl.col("score_old") >= sure
    covered = pairs.filter(is_sure & ~was_sure)["old"].unique()
    touched = pairs.filter(~is_sure | was_sure)["new"].unique()
    made = _cut(new, pairs.filter(is_sure & was_sure))
    kept = old.with_row_index("old").filter(~pl.col("old").is_in(covered.implode()))
    left = new.filter(~pl.col("new").is_in(touched.implode()))
    return pl.concat([p.select(old.columns) for p in (kept, left, made)])


def _cut(new: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """What is left of new hits around the old ones that they are paired with."""
    taken: dict[int, list[tuple[int, int]]] = {}
    for at, start, end in pairs.select("new", "start_old", "end_old").iter_rows():
        taken.setdefault(at, []).append((start, end))
    pieces = [
        {**row, "start": start, "end": end, "whole": False}
        for row in new.filter(pl.col("new").is_in(list(taken))).iter_rows(named=True)
        for start, end in _around(row["start"], row["end"], taken[row["new"]])
    ]
    return pl.DataFrame(pieces, schema=new.schema)


def _around(start: int, end: int, taken: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What is left of [start, end) without the taken parts."""
    for a, b in sorted(taken):
        if a > start:
            yield start, a
        start = max(start, b)
    if start < end:
        yield start, end
