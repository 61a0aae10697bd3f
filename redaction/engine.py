"""Every cell of one table, batch by batch: prefilter, distinct candidates, exact look, hits to a Parquet file.

Memory is bounded by the batch. A canary enters every column of every batch before the prefilter; a column's cells of a
batch count as scanned only if its canary was found. What hits mean is left to policy.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from domain.finding import Source
from domain.table import ROW_ORIGIN, TableInfo
from redaction.canary import canary
from redaction.lens import Column, Lens, Span
from redaction.people import People

BATCH_ROWS = 50_000
COLUMN_SHARE = 0.8  # a column with this share of whole-cell hits of a kind is a column of that kind
COLUMN_LEAST = 5  # … with at least so many values

HITS = pa.schema(
    [
        ("column", pa.string()),
        ("row", pa.int64()),  # data row from 1
        ("origin", pa.int64()),  # sheet row or physical line
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("entity", pa.string()),
        ("score", pa.float64()),
        ("valid", pa.bool_()),
        ("source", pa.string()),
        ("whole", pa.bool_()),
        ("official", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True)
class TableScan:
    """What was seen of one table. `hits`: Parquet file of schema HITS, ordered by row, column (as in the table), start."""

    name: str
    rows: int
    columns: int
    cells_scanned: int
    hits: Path
    canaries_planted: int
    canaries_found: int


@dataclass(slots=True)
class _Tally:
    cells: int = 0
    planted: int = 0
    found: int = 0
    filled: Counter[str] = field(default_factory=Counter)  # non-empty cells by column
    whole: Counter[tuple[str, str]] = field(default_factory=Counter)  # whole-cell hits by column, entity


def batches(path: str, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
    """A table's batches with these columns."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=list(columns)):
            frame = pl.from_arrow(pa.Table.from_batches([batch]))
            assert isinstance(frame, pl.DataFrame)
            yield frame


def scan_table(info: TableInfo, lens: Lens, context: Mapping[str, Column], hits: Path, *, seed: str) -> TableScan:
    """Scan every cell of `info`'s columns and write the hits to `hits`.

    `context`: what each column's header says; a column without an entry has no context.
    """
    raw = hits.with_suffix(".raw.parquet")
    tally = _Tally()
    people = People(info, lens.rules.persons, {c: v.about for c, v in context.items()}, f"{seed} {info.name}")
    with pq.ParquetWriter(raw, HITS, compression="zstd") as writer:
        first = 1
        for number, batch in enumerate(table_frames(info)):
            people.see(batch)
            rows: list[dict[str, Any]] = []
            origins = batch[ROW_ORIGIN].to_list()
            for column in info.columns:
                view = context.get(column, Column())
                rows += _column_hits(
                    batch[column], column, view, lens, tally, origins, first, (seed, info.name, number)
                )
            places = {c: i for i, c in enumerate(info.columns)}
            rows.sort(key=lambda r: (r["row"], places[r["column"]], r["start"]))
            writer.write_table(pa.Table.from_pylist(rows, HITS))
            first += batch.height
    _settle(raw, hits, lens, tally, context)
    raw.unlink()
    tally.found -= people.add_hits(hits, partial(table_frames, info), sure=lens.rules.scores.sure)
    return TableScan(info.name, info.rows, len(info.columns), tally.cells, hits, tally.planted, tally.found)


def table_frames(info: TableInfo, columns: Sequence[str] | None = None) -> Iterator[pl.DataFrame]:
    """The table's batches, of these columns or all, ROW_ORIGIN last; an empty table gives one empty batch, so that it has its canaries too.

    A redacted table has no ROW_ORIGIN: its own row numbers take the place.
    """
    wanted = info.columns if columns is None else columns
    has_origin = ROW_ORIGIN in pq.read_schema(info.path).names
    first = 1
    for frame in batches(info.path, [*wanted, *([ROW_ORIGIN] if has_origin else [])]):
        yield frame if has_origin else frame.with_columns(pl.int_range(first, first + frame.height).alias(ROW_ORIGIN))
        first += frame.height
    if first == 1:
        yield pl.DataFrame(schema={**dict.fromkeys(wanted, pl.String), ROW_ORIGIN: pl.Int64})


def _column_hits(
    cells: pl.Series,
    column: str,
    view: Column,
    lens: Lens,
    tally: _Tally,
    origins: list[int],
    first: int,
    place: tuple[object, ...],
) -> list[dict[str, Any]]:
    """Hits of one column in one batch."""
    seed, *where = place
    planted = canary(lens.recognisers, str(seed), *where, column)
    tally.planted += 1
    texts = pl.concat([cells.alias("text"), pl.Series("text", [planted.text])])
    frame = pl.DataFrame({"text": texts}).with_row_index("at")
    candidates = frame.filter(pl.col("text").str.contains(lens.superset(view)))
    distinct = candidates.group_by("text", maintain_order=True).agg(pl.col("at"))
    found = lens.find(distinct["text"].to_list(), view)
    rows: list[dict[str, Any]] = []
    unscanned, seen = 0, False
    for spans, rows_at in zip(found, distinct["at"].to_list(), strict=True):
        if spans is None:
            unscanned += len(rows_at)
            continue
        if rows_at[-1] == len(cells):
            seen = planted.is_in(spans)
            rows_at = rows_at[:-1]
        _count_whole(tally, column, spans, len(rows_at), lens.rules.scores.reported)
        rows += [_hit(column, first + at, origins[at], s) for at in rows_at for s in spans]
    tally.filled[column] += len(cells) - cells.null_count() - int((cells == "").sum())
    if seen:
        tally.found += 1
        tally.cells += len(cells) - unscanned
    return rows


def _count_whole(tally: _Tally, column: str, spans: list[Span], times: int, reported: float) -> None:
    """Note a cell that is one hit; a hint (a wrong check digit in a shape as common as a card's) doesn't make a column."""
    if len(spans) == 1 and spans[0].whole and spans[0].score >= reported:
        tally.whole[column, spans[0].entity] += times


def _hit(column: str, row: int, origin: int, span: Span) -> dict[str, Any]:
    return {
        "column": column, "row": row, "origin": origin, "start": span.start, "end": span.end, "entity": span.entity,
        "score": span.score, "valid": span.valid, "source": Source.CELL.value, "whole": span.whole,
        "official": span.official,
    }  # fmt: skip


def _settle(raw: Path, hits: Path, lens: Lens, tally: _Tally, context: Mapping[str, Column]) -> None:
    """Raise the scores of whole columns of a kind, then leave out the hints that stay below `reported`."""
    scores = lens.rules.scores
    kinds = [
        (column, entity, scores.column)
        for (column, entity), count in sorted(tally.whole.items())
        if lens.rules[entity].by_column
        and not (lens.rules[entity].figures and context.get(column, Column()).figures)
        and count >= max(COLUMN_LEAST, COLUMN_SHARE * tally.filled[column])
    ]
    raised = pl.DataFrame(kinds, schema={"column": pl.String, "entity": pl.String, "raise": pl.Float64}, orient="row")
    with pq.ParquetWriter(hits, HITS, compression="zstd") as writer:
        for frame in batches(str(raw), HITS.names):
            weighed = frame.join(raised, on=["column", "entity"], how="left", maintain_order="left").with_columns(
                pl.when(pl.col("whole") & (pl.col("score") >= scores.reported)).then(pl.col("score") + pl.col("raise").fill_null(0.0)).otherwise(pl.col("score"))
                .clip(upper_bound=1.0).round(2).alias("score")
            )  # fmt: skip
            kept = weighed.filter(pl.col("score") >= scores.reported).select(HITS.names)
            writer.write_table(kept.to_arrow().cast(HITS))
