"""Every cell of one table, batch by batch: prefilter (sift.py), distinct candidates, exact looks, hits on disk.

Memory is bounded by the batch. Canaries enter every column of every batch before the prefilter; a column's cells of a
batch count as scanned only if all its canaries were found. What hits mean is left to policy.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from domain.table import ROW_ORIGIN, TableInfo
from redaction.canary import Canary, canaries
from redaction.hits import Array, Hits, Looks, Tally, whole_hits
from redaction.lens import Column, Known, Lens
from redaction.outline import Outlines, outlines
from redaction.people import People
from redaction.sift import Glass, Sifted, places, sift
from redaction.unread import Unread, together, unread_cells
from redaction.whole import UNCLASSED

T = TypeVar("T")
Tick = Callable[[int], None]  # told how many rows more are done

BATCH_ROWS = 100_000
SHARED = 2  # texts of one outline that make it worth while to ask whom it concerns


@dataclass(frozen=True, slots=True)
class TableScan:
    """What was seen of one table. `hits`: the folder of its hits (hit_files.py), of schema HITS."""

    name: str
    rows: int
    columns: int
    cells_scanned: int
    hits: Path
    canaries_planted: int
    canaries_found: int
    unread: tuple[Unread, ...] = ()  # cells that couldn't be scanned


def batches(path: str, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
    """A table's batches with these columns."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=list(columns)):
            frame = pl.from_arrow(pa.Table.from_batches([batch]))
            assert isinstance(frame, pl.DataFrame)
            yield frame


def read_ahead(source: Iterator[T]) -> Iterator[T]:
    """Batches, the next one being read while the last is worked on: two in memory."""
    with ThreadPoolExecutor(1) as reader:
        coming = reader.submit(next, source, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, source, None)
            yield batch


@dataclass(frozen=True, slots=True)
class Drawn:
    """Rows of a table and the outlines of their cells by column."""

    frame: pl.DataFrame
    outlines: dict[str, Outlines]


def drawn_ahead(info: TableInfo) -> Iterator[Drawn]:
    """The table's batches with the outlines of its columns, on all cores, the next one while the last is worked on."""
    with ThreadPoolExecutor() as hands:

        def draw(frame: pl.DataFrame) -> Drawn:
            told = hands.map(outlines, (frame[c] for c in info.columns))
            return Drawn(frame, dict(zip(info.columns, told, strict=True)))

        yield from read_ahead(map(draw, table_frames(info)))


def silent(_rows: int) -> None:
    """Nobody wants to know how far the work is."""


def scan_table(
    info: TableInfo, lens: Lens, context: Mapping[str, Column], hits: Path, *, seed: str, tick: Tick = silent
) -> TableScan:
    """Scan every cell of `info`'s columns and write the hits to the folder `hits`.

    `context`: what each column's header says; a column without an entry has no context. `tick` is told the rows of each
    batch that is done.
    """
    tally, first = Tally(), 1
    people = People(info, lens.rules.persons, {c: v.about for c, v in context.items()}, f"{seed} {info.name}")
    with TemporaryDirectory(dir=hits.parent) as scratch:
        found = Found(Hits(info.columns, tuple(lens.rules.rules), Path(scratch)), people)
        for number, drawn in enumerate(drawn_ahead(info)):
            work = Batch(drawn, first, (seed, info.name, number), info.columns)
            found.hits.add(_batch_hits(work, lens, context, found, tally), drawn.frame.height)
            first += drawn.frame.height
            tick(drawn.frame.height)
        found.hits.settle(hits, lens, tally, context)
    tally.found -= people.add_hits(hits, partial(table_frames, info), sure=lens.rules.scores.sure)
    counts = tally.cells, hits, tally.planted, tally.found
    return TableScan(info.name, info.rows, len(info.columns), *counts, together(tally.unread))


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

    drawn: Drawn
    first: int
    where: tuple[object, ...]
    columns: tuple[str, ...]

    @property
    def frame(self) -> pl.DataFrame:
        """The rows."""
        return self.drawn.frame


def _batch_hits(
    batch: Batch, lens: Lens, context: Mapping[str, Column], found: Found, tally: Tally
) -> list[pl.DataFrame]:
    """Hits of one batch by column. All columns are sifted at once on all cores, then each is looked at.

    One after the other: looks hold the interpreter, and beside them every small step of another thread waits its turn.
    """
    columns, frame = batch.columns, batch.frame
    if not columns:
        return []
    seed, *place = batch.where
    planted = canaries(lens.recognisers, str(seed), *place)
    plants = pl.Series([c.text for c in planted], dtype=pl.String)
    cells = pl.concat([frame.select(columns), pl.DataFrame(dict.fromkeys(columns, plants))], rechunk=False)
    plain = outlines(plants)
    views = {c: context.get(c, Column()) for c in columns}
    glass = Glass(lens, views, Known(plants.to_list()))
    drawn = {c: own.followed_by(plain) for c, own in batch.drawn.outlines.items()}
    found.people.see(frame, {c: own.listed for c, own in batch.drawn.outlines.items()})
    sifted = sift(cells, drawn, glass)
    tally.filled.update(frame.select((pl.col(columns).fill_null("") != "").sum()).row(0, named=True))
    announced = found.people.announced(frame, batch.first)
    hits = []
    for column in columns:
        looked = _column_hits(batch, column, sifted[column], planted, glass, found.hits)
        tally.planted += 1
        tally.found += looked.is_proved
        tally.cells += looked.cells
        tally.unread += looked.unread
        tally.whole.update({(column, entity): count for entity, count in looked.whole.items()})
        hits.append(found.hits.with_added(looked.hits, announced.get(column), lens.rules.scores.sure))
    return hits


@dataclass(frozen=True, slots=True)
class Found:
    """Where the hits of a table gather, and what is known of the persons and the outlines in it."""

    hits: Hits
    people: People


@dataclass(frozen=True, slots=True)
class Looked:
    """One column of one batch: its hits, its scanned cells, cells that are one hit by entity, whether canaries came back."""

    hits: pl.DataFrame
    cells: int
    whole: Counter[str]
    is_proved: bool
    unread: tuple[Unread, ...] = ()


def _column_hits(
    batch: Batch, column: str, sifted: Sifted, planted: Sequence[Canary], glass: Glass, hits: Hits
) -> Looked:
    """Look at what is left of one column, canaries behind the batch's rows among it."""
    height = batch.frame.height
    at, which, looks = _look(column, sifted, glass)
    rows = at[: np.searchsorted(at, height)]
    told = {int(row) - height: looks[w] for row, w in zip(at[len(rows) :], which[len(rows) :], strict=True)}
    is_proved = all(c.is_in(told.get(number)) and glass.is_proved(c) for number, c in enumerate(planted))
    which = which[: len(rows)]
    unread = rows[np.array([look is None for look in looks], bool)[which]]
    return Looked(
        hits.of_column(column, rows, which, looks, batch.first, batch.frame[ROW_ORIGIN].to_numpy()),
        height - len(unread) if is_proved else 0,
        whole_hits(which, looks, glass.lens.rules.scores.reported),
        is_proved,
        tuple(unread_cells(batch.frame, column, unread.tolist(), batch.first)) if len(unread) else (),
    )


def _look(column: str, sifted: Sifted, glass: Glass) -> tuple[Array, Array, Looks]:
    """Rows that need a look, which look each shares, and the looks: at one cell of each class, then at each other text."""
    known = sifted.known
    which, firsts = known.of, sifted.texts.gather(known.first)
    rest = np.flatnonzero(which == UNCLASSED)
    others = sifted.texts.gather(rest)
    distinct = others.unique(maintain_order=True)
    place = places(others, distinct)
    which[rest] = len(firsts) + place
    asked = which >= 0
    shape = np.full(len(distinct), -1, np.int64)
    shape[place] = sifted.shape[rest]
    shape = np.concatenate([sifted.shape[known.first], shape])
    shared = np.flatnonzero(np.bincount(shape[shape >= 0], minlength=len(sifted.shapes)) >= SHARED).tolist()
    told = {n: glass.concern(o, column) for n in shared if (o := sifted.shapes[n]) is not None}
    concerned = [None if (t := told.get(n)) is None else t.recognisers for n in shape.tolist()]
    texts = [*firsts.to_list(), *distinct.to_list()]
    looks = glass.lens.find(texts, glass.views[column], glass.memo, concerned)
    return sifted.at[asked], which[asked], looks
