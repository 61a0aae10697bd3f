"""Every cell of one table, batch by batch: prefilter, whole-cell classes, distinct candidates, exact looks, hits on disk.

Memory is bounded by the batch. Canaries enter every column of every batch before the prefilter, one for the exact tier and
one for each kind of whole-cell number; a column's cells of a batch count as scanned only if all of them were found. What
hits mean is left to policy.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from domain.table import ROW_ORIGIN, TableInfo
from redaction.canary import Canary, canaries
from redaction.hits import Array, Looks, Tally, column_hits, count_whole, in_order, settle
from redaction.lens import Column, Lens
from redaction.whole import classes

BATCH_ROWS = 100_000
MANY = 256  # candidates of one column in one batch that make classes worth while


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
    tally, first, parts = Tally(), 1, []
    with TemporaryDirectory(dir=hits.parent) as scratch:
        for number, batch in enumerate(_with_one_batch(info)):
            found = _batch_hits(batch, info, lens, context, tally, first, (seed, info.name, number))
            parts.append(Path(scratch) / f"{number}.parquet")
            found.write_parquet(parts[-1], compression="lz4")
            first += batch.height
        settle(parts, hits, lens, tally, context)
    return TableScan(info.name, info.rows, len(info.columns), tally.cells, hits, tally.planted, tally.found)


def _with_one_batch(info: TableInfo) -> Iterator[pl.DataFrame]:
    """The table's batches; an empty table gives one empty batch, so that it has its canaries too.

    A redacted table has no ROW_ORIGIN: its own row numbers take the place.
    """
    has_origin = ROW_ORIGIN in pq.read_schema(info.path).names
    first = 1
    for frame in batches(info.path, [*info.columns, *([ROW_ORIGIN] if has_origin else [])]):
        yield frame if has_origin else frame.with_row_index(ROW_ORIGIN, first)
        first += frame.height
    if first == 1:
        yield pl.DataFrame(schema={**dict.fromkeys(info.columns, pl.String), ROW_ORIGIN: pl.Int64})


def _batch_hits(
    batch: pl.DataFrame, info: TableInfo, lens: Lens, context: Mapping[str, Column], tally: Tally, first: int,
    where: tuple[object, ...],
) -> pl.DataFrame:  # fmt: skip
    """Hits of one batch. All columns pass the prefilter at once, on all cores."""
    seed, *place = where
    planted = {c: canaries(lens.recognisers, str(seed), *place, c) for c in info.columns}
    if not planted:
        return in_order([])
    plants = pl.DataFrame({c: [p.text for p in each] for c, each in planted.items()})
    cells = pl.concat([batch.select(info.columns), plants], rechunk=False)
    views = {c: context.get(c, Column()) for c in info.columns}
    passed = cells.select(pl.col(c).str.contains(lens.superset(views[c])).arg_true().implode() for c in info.columns)
    filled = batch.select(((pl.col(c).is_not_null()) & (pl.col(c) != "")).sum() for c in info.columns)
    tally.filled.update(filled.row(0, named=True))
    origins = batch[ROW_ORIGIN].to_numpy()
    found = []
    for number, column in enumerate(info.columns):
        at = passed[column][0].to_numpy().astype(np.int64)
        which, looks = _look(cells[column].gather(at), lens, views[column])
        rows = _without_canaries(at, which, looks, planted[column], batch.height, tally)
        which = which[: len(rows)]
        count_whole(tally, column, which, looks, lens.rules.scores.reported)
        found.append(column_hits(column, number, rows, which, looks, first, origins))
    return in_order(found)


def _look(texts: pl.Series, lens: Lens, view: Column) -> tuple[Array, Looks]:
    """Which look each candidate shares, and the looks: at one cell of each class, then at each other distinct text."""
    which, firsts = np.full(len(texts), -1, np.int64), pl.Series(dtype=pl.String)
    if len(texts) >= MANY:
        known = classes(texts, lens.asked(view), lens.may_be_official(texts))
        which, firsts = known.of, texts.gather(known.first)
    rest = np.flatnonzero(which < 0)
    others = texts.gather(rest)
    distinct = others.unique(maintain_order=True)
    which[rest] = len(firsts) + others.cast(pl.Enum(distinct)).to_physical().to_numpy().astype(np.int64)
    return which, lens.find([*firsts.to_list(), *distinct.to_list()], view)


def _without_canaries(
    at: Array, which: Array, looks: Looks, planted: Sequence[Canary], height: int, tally: Tally
) -> Array:
    """The candidates' rows, canaries taken out; cells count as scanned where every canary was found."""
    rows = at[at < height]
    told = {int(row) - height: looks[w] for row, w in zip(at[len(rows) :], which[len(rows) :], strict=True)}
    found = sum(canary.is_in(told.get(number)) for number, canary in enumerate(planted))
    tally.planted += len(planted)
    tally.found += found
    if found == len(planted):
        unread = np.array([look is None for look in looks])[which[: len(rows)]]
        tally.cells += height - int(unread.sum())
    return rows
