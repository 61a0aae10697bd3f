"""Every cell of one table, batch by batch: prefilter, whole-cell classes, distinct candidates, exact looks, hits on disk.

Memory is bounded by the batch. Canaries enter every column of every batch before the prefilter, one for the exact tier and
one for each kind of whole-cell number; a column's cells of a batch count as scanned only if all of them were found. What
hits mean is left to policy.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from domain.table import ROW_ORIGIN, TableInfo
from redaction.canary import Canary, canaries
from redaction.hits import Array, Hits, Looks, Tally, count_whole
from redaction.lens import Column, Lens
from redaction.whole import classes

BATCH_ROWS = 100_000
WORKERS = 2
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


def ahead(frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The frames, the next one being read while the last is worked on: two in memory."""
    source = iter(frames)
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, source, None)
        while (frame := coming.result()) is not None:
            coming = reader.submit(next, source, None)
            yield frame


def scan_table(info: TableInfo, lens: Lens, context: Mapping[str, Column], hits: Path, *, seed: str) -> TableScan:
    """Scan every cell of `info`'s columns and write the hits to `hits`.

    `context`: what each column's header says; a column without an entry has no context.
    """
    tally, first = Tally(), 1
    with TemporaryDirectory(dir=hits.parent) as scratch, ThreadPoolExecutor(WORKERS) as pool:
        found = Hits(info.columns, tuple(lens.rules.rules), Path(scratch))
        for number, batch in enumerate(ahead(_with_one_batch(info))):
            work = Batch(batch, first, (seed, info.name, number), info.columns)
            found.add(_batch_hits(work, lens, context, found, tally, pool))
            first += batch.height
        found.settle(hits, lens, tally, context)
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


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a table. `first`: data row of the first; `where`: what its canaries are made from."""

    frame: pl.DataFrame
    first: int
    where: tuple[object, ...]
    columns: tuple[str, ...]


def _batch_hits(
    batch: Batch, lens: Lens, context: Mapping[str, Column], hits: Hits, tally: Tally, pool: ThreadPoolExecutor
) -> list[pl.DataFrame]:
    """Hits of one batch by column. All columns pass the prefilter at once, then each is looked at, on all cores."""
    columns, frame = batch.columns, batch.frame
    if not columns:
        return []
    seed, *place = batch.where
    planted = {c: canaries(lens.recognisers, str(seed), *place, c) for c in columns}
    plants = pl.DataFrame({c: [p.text for p in each] for c, each in planted.items()})
    cells = pl.concat([frame.select(columns), plants], rechunk=False)
    views = {c: context.get(c, Column()) for c in columns}
    passed = cells.select(pl.col(c).str.contains(lens.superset(views[c])).arg_true().implode() for c in columns)
    tally.filled.update(frame.select((pl.col(columns).fill_null("") != "").sum()).row(0, named=True))
    origins = frame[ROW_ORIGIN].to_numpy()

    def one(column: str) -> pl.DataFrame:
        at = passed[column][0].to_numpy().astype(np.int64)
        which, looks = _look(cells[column].gather(at), lens, views[column])
        rows = _without_canaries(at, which, looks, planted[column], frame.height, tally)
        which = which[: len(rows)]
        count_whole(tally, column, which, looks, lens.rules.scores.reported)
        return hits.of_column(column, rows, which, looks, batch.first, origins)

    return list(pool.map(one, columns))


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
    rows = at[: np.searchsorted(at, height)]
    told = {int(row) - height: looks[w] for row, w in zip(at[len(rows) :], which[len(rows) :], strict=True)}
    found = sum(canary.is_in(told.get(number)) for number, canary in enumerate(planted))
    tally.planted += len(planted)
    tally.found += found
    if found == len(planted):
        unread = np.array([look is None for look in looks])[which[: len(rows)]]
        tally.cells += height - int(unread.sum())
    return rows
