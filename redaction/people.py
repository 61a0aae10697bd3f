"""Persons in the columns of one table: names and sensitive facts, judged by header or by all distinct texts, as hits.

The engine shows every batch once (`see`), then has the hits added. Memory is bounded: past CAP distinct texts a column is
judged by those seen so far. What looks like a name is told by person_names.py, what a hit means by policy.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import polars as pl
import pyarrow.parquet as pq

from domain.finding import Source
from domain.table import ROW_ORIGIN, TableInfo
from redaction.person_names import SPANS, candidates, is_name_column, looks_named, name_spans
from redaction.person_words import AGE, PersonWords

CAP = 1_000_000  # distinct texts of a column, and as many of other kinds, that are kept
LONGEST = 180  # bytes of a cell that holds names alone
BY_HEADER, BY_CONTENT = 0.9, 0.7  # scores: both are sure
LOOKS = "looks"  # a column judged by its content
MADE_UP = 8  # names of the canary

_KEY = ["column", "row"]


@dataclass(slots=True)
class Seen:
    """The distinct texts of one column so far: those of a name's shape, and hashes of all others."""

    cells: int = 0
    names: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.String))
    others: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.UInt64))
    full: bool = False

    def see(self, cells: pl.Series) -> None:
        """Take in one batch. Texts that begin with neither a blank nor a Han character count only beside names."""
        self.cells += len(cells)
        if self.full:
            return
        text = cells if cells.null_count() == 0 else cells.drop_nulls()
        short = (text.str.len_bytes() <= LONGEST) & (text > "") & ((text < "!") | (text >= "\u200b"))
        distinct = text.filter(short).unique()
        fitting = candidates(distinct)
        fresh = distinct.filter(fitting)
        if len(fresh):
            self.names = pl.concat([self.names, fresh]).unique()
        if len(self.names):
            rest = text.filter(~short & (text.str.strip_chars() != ""))
            self._count([distinct.filter(~fitting & (distinct.str.strip_chars() != "")), rest])
        self.full = max(len(self.names), len(self.others)) > CAP

    def _count(self, parts: Iterable[pl.Series]) -> None:
        hashes = [p.hash().unique() for p in parts if len(p)]
        if hashes:
            self.others = pl.concat([self.others, *hashes]).unique()

    def is_names(self, words: PersonWords) -> bool:
        """The verdict: half of all distinct texts look like names, and enough of them do."""
        total = len(self.names) + len(self.others)
        if len(self.names) * 2 < total or not len(self.names):
            return False
        blank = self.names.is_in(list(words.names.blanks))
        return is_name_column(*looks_named(self.names.filter(~blank), words.names), total - int(blank.sum()))


class People:
    """One table's columns. `about`: what headers announce, by column (names, mixed, or a fact's entity)."""

    def __init__(self, info: TableInfo, words: PersonWords, about: Mapping[str, str | None], seed: str) -> None:
        self.info, self.words = info, words
        self.kinds = {c: k for c, k in about.items() if k is not None and c in info.columns}
        self.seen = {c: Seen() for c in info.columns}
        self.canary, self.made_up = Seen(), _made_up(seed)
        self.looked_at: dict[str, int] = {}

    def see(self, batch: pl.DataFrame) -> None:
        """Take in one batch of the table, every column of it."""
        self.canary.see(self.made_up)
        for column, seen in self.seen.items():
            if column in self.kinds:
                seen.cells += batch.height
            else:
                seen.see(batch[column])

    def add_hits(self, hits: Path, frames: Iterable[pl.DataFrame], *, sure: float) -> int:
        """Add names and facts to a file of hits (engine.HITS); returns how many columns weren't looked at whole.

        `frames`: the table's batches again. A canary that is missed counts as every column.
        """
        kinds = {c: self.kinds.get(c) or (LOOKS if s.is_names(self.words) else None) for c, s in self.seen.items()}
        wanted = {c: k for c, k in kinds.items() if k is not None}
        if wanted:
            more = hits.with_suffix(".more.parquet")
            self._write(hits, more, frames, wanted, sure)
            more.replace(hits)
        short = [c for c, s in self.seen.items() if s.cells != self.info.rows]
        short += [c for c in wanted if self.looked_at.get(c) != self.info.rows]
        return len(set(short)) if self._heard() else len(self.info.columns)

    def _heard(self) -> bool:
        """Whether the made-up names were taken for names, each whole."""
        spans = name_spans(self.canary.names, self.words.names, said=LOOKS)
        return self.canary.is_names(self.words) and set(spans.filter(pl.col("whole"))["text"]) >= set(self.made_up)

    def _write(self, hits: Path, into: Path, frames: Iterable[pl.DataFrame], wanted: Mapping[str, str], sure: float) -> None:  # fmt: skip
        schema = pq.read_schema(hits)
        order = pl.DataFrame({"column": self.info.columns}).with_row_index("place")
        first = 1
        with pq.ParquetWriter(into, schema, compression="zstd") as writer:
            for frame in frames:
                rows = pl.col("row").is_between(first, first + frame.height - 1)
                old = pl.read_parquet(hits) if first == 1 and frame.height == 0 else pl.scan_parquet(hits).filter(rows).collect()  # fmt: skip
                new = pl.concat([self._found(frame, c, k, first) for c, k in wanted.items()])
                merged = _merged(old, new, sure).join(order, on="column", how="left").sort("row", "place", "start")
                writer.write_table(merged.select(schema.names).to_arrow().cast(schema))
                first += frame.height

    def _found(self, frame: pl.DataFrame, column: str, kind: str, first: int) -> pl.DataFrame:
        """Hits of one column in one batch."""
        self.looked_at[column] = self.looked_at.get(column, 0) + frame.height
        distinct = frame[column].drop_nulls().unique()
        named = kind in ("names", "mixed", LOOKS)
        spans = name_spans(distinct, self.words.names, said=kind) if named else self._facts(distinct, kind)
        cells = frame.select(text=pl.col(column), origin=pl.col(ROW_ORIGIN).cast(pl.Int64)).with_row_index("at")
        score = BY_CONTENT if kind == LOOKS else BY_HEADER
        return cells.join(spans, on="text").select(
            column=pl.lit(column), row=pl.col("at").cast(pl.Int64) + first, origin="origin", start="start", end="end",
            entity="entity", score=pl.lit(score), valid=pl.lit(None, pl.Boolean), source=pl.lit(Source.CELL.value),
            whole="whole", official=pl.lit(False),
        )  # fmt: skip

    def _facts(self, distinct: pl.Series, entity: str) -> pl.DataFrame:
        """Whole cells that state a fact; an age below the law's limit is a minor's."""
        plain = distinct.str.strip_chars()
        states = plain.str.contains(self.words.fact(entity).values) & ~plain.is_in(list(self.words.names.blanks))
        told = distinct.filter(states & ~plain.str.contains(self.words.names.labels.pattern))
        age = told.str.strip_chars().str.extract(f"^{AGE.pattern}$").cast(pl.Int64)
        minor = (age < self.words.minor_below).fill_null(False) & pl.repeat(entity == "DOB", len(told), eager=True)
        spans = pl.DataFrame({"text": told, "end": told.str.len_chars().cast(pl.Int64), "minor": minor})
        entities = pl.when("minor").then(pl.lit("MINOR")).otherwise(pl.lit(entity))
        return spans.with_columns(start=pl.lit(0, pl.Int64), entity=entities, whole=pl.lit(True)).select(list(SPANS))


def _made_up(seed: str) -> pl.Series:
    """Invented names of a seed, three characters each, that any sound model takes for names."""
    draw = Random(f"{seed} people")  # noqa: S311  # repeatable by intent; nothing secret hangs on it
    texts = [
        f"{draw.choice('王李张刘陈杨')}{draw.choice('建志秀桂淑玉')}{draw.choice('英华芳珍明梅')}"
        for _ in range(MADE_UP)
    ]
    return pl.Series(texts, dtype=pl.String)


def _merged(old: pl.DataFrame, new: pl.DataFrame, sure: float) -> pl.DataFrame:
    """Both kinds of hits; a new one is cut around sure old ones, and a weak old one under a new one goes."""
    pairs = new.with_row_index("new").join(old.with_row_index("old"), on=_KEY, suffix="_old").filter(
        (pl.col("start") < pl.col("end_old")) & (pl.col("start_old") < pl.col("end"))
    )  # fmt: skip
    if pairs.is_empty():
        return pl.concat([old, new.select(old.columns)], how="vertical_relaxed")
    strong = pairs.filter(pl.col("score_old") >= sure)
    weak = pairs.filter(pl.col("score_old") < sure)["old"].unique()
    cut = new.with_row_index("new").filter(pl.col("new").is_in(strong["new"].implode()))
    taken: dict[int, list[tuple[int, int]]] = {}
    for at, start, end in strong.select("new", "start_old", "end_old").iter_rows():
        taken.setdefault(at, []).append((start, end))
    pieces = [{**row, "start": a, "end": b, "whole": False} for row in cut.iter_rows(named=True) for a, b in _around(row["start"], row["end"], taken[row["new"]])]  # fmt: skip
    left = new.with_row_index("new").filter(~pl.col("new").is_in(strong["new"].implode())).drop("new")
    made = pl.DataFrame(pieces, schema=cut.schema).drop("new")
    kept = old.with_row_index("old").filter(~pl.col("old").is_in(weak.implode())).drop("old")
    return pl.concat([p.select(old.columns) for p in (kept, left, made)], how="vertical_relaxed")


def _around(start: int, end: int, taken: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What is left of [start, end) without the taken parts."""
    for a, b in sorted(taken):
        if a > start:
            yield start, a
        start = max(start, b)
    if start < end:
        yield start, end
