"""Every cell of one table, batch by batch: prefilter, whole-cell classes, distinct candidates, exact looks, hits on disk.

Memory is bounded by the batch. Canaries enter every column of every batch before the prefilter; a column's cells of a
batch count as scanned only if all its canaries were found. What hits mean is left to policy.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial, reduce
from operator import or_
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from domain.table import ROW_ORIGIN, TableInfo
from redaction.canary import Canary, canaries
from redaction.hits import Array, Hits, Looks, Tally, whole_hits
from redaction.lens import Column, Known, Lens
from redaction.people import People
from redaction.whole import classes

Tick = Callable[[int], None]  # told how many rows more are done

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


def ahead(frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The frames, the next one being read while the last is worked on: two in memory."""
    source = iter(frames)
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, source, None)
        while (frame := coming.result()) is not None:
            coming = reader.submit(next, source, None)
            yield frame


def silent(_rows: int) -> None:
    """Nobody wants to know how far the work is."""


def scan_table(
    info: TableInfo, lens: Lens, context: Mapping[str, Column], hits: Path, *, seed: str, tick: Tick = silent
) -> TableScan:
    """Scan every cell of `info`'s columns and write the hits to `hits`.

    `context`: what each column's header says; a column without an entry has no context. `tick` is told the rows of each
    batch that is done.
    """
    tally, first = Tally(), 1
    people = People(info, lens.rules.persons, {c: v.about for c, v in context.items()}, f"{seed} {info.name}")
    with TemporaryDirectory(dir=hits.parent) as scratch:
        found = Hits(info.columns, tuple(lens.rules.rules), Path(scratch))
        for number, batch in enumerate(ahead(table_frames(info))):
            people.see(batch)
            work = Batch(batch, first, (seed, info.name, number), info.columns)
            found.add(_batch_hits(work, lens, context, found, tally))
            first += batch.height
            tick(batch.height)
        found.settle(hits, lens, tally, context)
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


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a table. `first`: data row of the first; `where`: what its canaries are made from."""

    frame: pl.DataFrame
    first: int
    where: tuple[object, ...]
    columns: tuple[str, ...]


def _batch_hits(
    batch: Batch, lens: Lens, context: Mapping[str, Column], hits: Hits, tally: Tally
) -> list[pl.DataFrame]:
    """Hits of one batch by column. All columns pass the prefilter at once on all cores, then each is looked at.

    One after the other: looks hold the interpreter, and beside them every small step of another thread waits its turn.
    """
    columns, frame = batch.columns, batch.frame
    if not columns:
        return []
    seed, *place = batch.where
    planted = canaries(lens.recognisers, str(seed), *place)
    plants = pl.Series([c.text for c in planted])
    cells = pl.concat([frame.select(columns), pl.DataFrame(dict.fromkeys(columns, plants))], rechunk=False)
    views = {c: context.get(c, Column()) for c in columns}
    passed = cells.select(_passes(c, lens.sieves(views[c])).arg_true().implode() for c in columns)
    tally.filled.update(frame.select((pl.col(columns).fill_null("") != "").sum()).row(0, named=True))
    memo: Known = dict.fromkeys(plants.to_list())  # looked at once for all columns

    def one(column: str) -> Looked:
        at = passed[column][0].to_numpy().astype(np.int64)
        return _column_hits(batch, column, at, cells[column].gather(at), planted, views[column], lens, hits, memo)

    done = [one(column) for column in columns]
    for column, looked in zip(columns, done, strict=True):
        tally.planted += 1
        tally.found += looked.is_proved
        tally.cells += looked.cells
        tally.whole.update({(column, entity): count for entity, count in looked.whole.items()})
    return [looked.hits for looked in done]


def _passes(column: str, sieves: Sequence[str]) -> pl.Expr:
    return reduce(or_, (pl.col(column).str.contains(pattern) for pattern in sieves))


@dataclass(frozen=True, slots=True)
class Looked:
    """One column of one batch: its hits, its scanned cells, cells that are one hit by entity, whether canaries came back."""

    hits: pl.DataFrame
    cells: int
    whole: Counter[str]
    is_proved: bool


def _column_hits(
    batch: Batch, column: str, at: Array, texts: pl.Series, planted: Sequence[Canary], view: Column, lens: Lens,
    hits: Hits, memo: Known,
) -> Looked:  # fmt: skip
    """Look at one column's candidates (`texts`, standing in the rows `at`), canaries behind the batch's rows among them."""
    height = batch.frame.height
    which, looks = _look(texts, lens, view, memo)
    rows = at[: np.searchsorted(at, height)]
    told = {int(row) - height: looks[w] for row, w in zip(at[len(rows) :], which[len(rows) :], strict=True)}
    is_proved = all(canary.is_in(told.get(number)) for number, canary in enumerate(planted))
    which = which[: len(rows)]
    unread = int(np.array([look is None for look in looks], bool)[which].sum())
    return Looked(
        hits.of_column(column, rows, which, looks, batch.first, batch.frame[ROW_ORIGIN].to_numpy()),
        height - unread if is_proved else 0,
        whole_hits(which, looks, lens.rules.scores.reported),
        is_proved,
    )


def _look(texts: pl.Series, lens: Lens, view: Column, memo: Known) -> tuple[Array, Looks]:
    """Which look each candidate shares, and the looks: at one cell of each class, then at each other distinct text."""
    which, firsts = np.full(len(texts), -1, np.int64), pl.Series(dtype=pl.String)
    if len(texts) >= MANY:
        known = classes(texts, lens.recognisers, view.speaks_for, lens.may_be_official(texts))
        which, firsts = known.of, texts.gather(known.first)
    rest = np.flatnonzero(which < 0)
    others = texts.gather(rest)
    distinct = others.unique(maintain_order=True)
    which[rest] = len(firsts) + others.cast(pl.Enum(distinct)).to_physical().to_numpy().astype(np.int64)
    return which, lens.find([*firsts.to_list(), *distinct.to_list()], view, memo)
