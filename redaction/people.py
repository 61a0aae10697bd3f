"""Persons in the columns of one table: names and sensitive facts, judged by header or by all distinct texts, as hits.

The engine shows every batch once (`see`), then has the hits added. Memory is bounded: past CAP distinct texts a column is
judged by those seen so far. What looks like a name is told by person_names.py, what a hit means by policy.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import polars as pl

from domain.table import TableInfo
from redaction.added_hits import SPANS, add_hits, hits_of
from redaction.person_names import BEGINNING, INVISIBLE, candidates, is_name_column, looks_named, name_spans
from redaction.person_words import AGE, PersonWords

CAP = 1_000_000  # distinct texts of a column, and as many of other kinds, that are kept
ROOM = 100_000  # values that may wait to be made distinct
LONGEST = 180  # bytes of a cell that holds names alone
BY_HEADER, BY_CONTENT = 0.9, 0.7  # scores: both are sure
LOOKS = "looks"  # a column judged by its content
MADE_UP = 8  # names of the canary


@dataclass(slots=True)
class Distinct:
    """A growing set of values; made distinct again only when it has doubled, so that its cost stays even."""

    parts: list[pl.Series]
    settled: int = 0

    def add(self, values: pl.Series) -> None:
        """Take in values that are distinct among themselves."""
        self.parts.append(values)
        if sum(map(len, self.parts)) > max(2 * self.settled, ROOM):
            self.get()

    def get(self) -> pl.Series:
        """The distinct values."""
        if len(self.parts) > 1:
            self.parts = [pl.concat(self.parts).unique()]
        self.settled = len(self.parts[0])
        return self.parts[0]

    def __len__(self) -> int:
        return len(self.get())


def _is_short(text: pl.Series) -> pl.Series:
    """Which texts can hold names alone by their length and first character."""
    return (text.str.len_bytes() <= LONGEST) & (text > "") & ((text < "!") | (text >= "\u200b"))


def _may_name(drawn: Mapping[str, pl.Series]) -> set[str]:
    """Columns in which a text with one of these outlines is a name by its shape; no shape asks for a digit."""
    if not drawn:
        return set()
    every = pl.concat([pl.DataFrame({"text": texts, "of": [c] * len(texts)}) for c, texts in drawn.items()])
    begun = every.filter(_is_short(every["text"])).filter(pl.col("text").str.contains(BEGINNING))
    return set(begun.filter(candidates(begun["text"]))["of"].unique())


@dataclass(slots=True)
class Seen:
    """The distinct texts of one column so far: those of a name's shape, and hashes of all others."""

    cells: int = 0
    names: Distinct = field(default_factory=lambda: Distinct([pl.Series(dtype=pl.String)]))
    others: Distinct = field(default_factory=lambda: Distinct([pl.Series(dtype=pl.UInt64)]))
    named: bool = False  # whether a name was seen
    full: bool = False
    passed_over: bool = False  # other texts stood before the first name; a second look counts them, if it comes to that

    def see(self, cells: pl.Series, *, may_name: bool) -> None:
        """Take in one batch; `may_name`: whether a name may be in it."""
        self.cells += len(cells)
        if self.full:
            return
        if not self.named and not may_name:
            self.passed_over = self.passed_over or cells.null_count() < len(cells)
            return
        text = cells if cells.null_count() == 0 else cells.drop_nulls()
        short = _is_short(text)
        asked = text.filter(short)
        begins = asked.str.contains(BEGINNING)
        begun = asked.filter(begins).unique()
        fitting = candidates(begun)
        if fitting.any():
            self.names.add(begun.filter(fitting))
            self.named = True
        if self.named:
            for others in (text.filter(~short), asked.filter(~begins), begun.filter(~fitting)):
                self._count(others.filter(others.str.strip_chars() != ""))
        else:
            self.passed_over = self.passed_over or len(text) > 0
        self.full = max(self.names.settled, self.others.settled) > CAP

    def _count(self, texts: pl.Series) -> None:
        if len(texts):
            self.others.add(texts.hash().unique())

    def is_names(self, words: PersonWords, others: int | None = None) -> bool:
        """The verdict: half of all distinct texts look like names, and enough of them do.

        `others`: how many distinct texts there are of other kinds, where that is known better.
        """
        total = len(self.names) + (len(self.others) if others is None else others)
        if len(self.names) * 2 < total or not self.named:
            return False
        names = self.names.get()
        blank = names.is_in(list(words.names.blanks))
        return is_name_column(*looks_named(names.filter(~blank), words.names), total - int(blank.sum()))


class People:
    """One table's columns. `about`: what headers announce, by column (names, mixed, or a fact's entity)."""

    def __init__(self, info: TableInfo, words: PersonWords, about: Mapping[str, str | None], seed: str) -> None:
        self.info, self.words = info, words
        self.kinds = {c: k for c, k in about.items() if k is not None and c in info.columns}
        self.seen = {c: Seen() for c in info.columns}
        self.canary, self.made_up = Seen(), _made_up(seed)
        self.looked_at: dict[str, int] = {}

    def see(self, batch: pl.DataFrame, drawn: Mapping[str, pl.Series]) -> None:
        """Take in one batch of the table, every column of it; `drawn`: its distinct outlines by column."""
        self.canary.see(self.made_up, may_name=True)
        silent = [c for c in self.seen if c not in self.kinds]
        may_name = _may_name({c: drawn[c] for c in silent if c in drawn})
        for column, seen in self.seen.items():
            if column in self.kinds:
                seen.cells += batch.height
            else:
                seen.see(batch[column], may_name=column in may_name or column not in drawn)

    def announced(self, frame: pl.DataFrame, first: int) -> dict[str, pl.DataFrame]:
        """Names and facts of a batch in the columns whose headers announce them, as hits (added_hits.hits_of)."""
        return dict(zip(self.kinds, self._found(frame, first, self.kinds), strict=True))

    def add_hits(self, hits: Path, frames: Callable[[Sequence[str]], Iterable[pl.DataFrame]], *, sure: float) -> int:  # fmt: skip
        """Add the names of columns that hold names by their content to a file of hits (hits.HITS).

        Returns how many columns weren't looked at whole. `frames`: gives the table's batches again, of these columns. A
        canary that is missed counts as every column.
        """
        wanted = {c: LOOKS for c in self.info.columns if c not in self.kinds and self._is_names(c)}
        if wanted:
            add_hits(
                hits, self.info, frames(list(wanted)), lambda frame, first: self._found(frame, first, wanted), sure=sure
            )
        short = [c for c, s in self.seen.items() if s.cells != self.info.rows]
        short += [c for c in (*self.kinds, *wanted) if self.looked_at.get(c, 0) != self.info.rows]
        return len(set(short)) if self._heard() else len(self.info.columns)

    def _is_names(self, column: str) -> bool:
        seen = self.seen[column]
        looks = seen.is_names(self.words)
        if not looks or seen.full or not seen.passed_over:
            return looks
        text = pl.col(column).drop_nulls().str.strip_chars()
        every = pl.scan_parquet(self.info.path).select(text.filter(text != "").n_unique()).collect().item()
        return seen.is_names(self.words, max(every - len(seen.names), len(seen.others)))

    def _heard(self) -> bool:
        """Whether the made-up names were taken for names, each whole."""
        spans = name_spans(self.canary.names.get(), self.words.names, said=LOOKS)
        return self.canary.is_names(self.words) and set(spans.filter(pl.col("whole"))["text"]) >= set(self.made_up)

    def _found(self, frame: pl.DataFrame, first: int, wanted: Mapping[str, str]) -> Iterator[pl.DataFrame]:
        """Hits of the wanted columns in one batch."""
        for column, kind in wanted.items():
            self.looked_at[column] = self.looked_at.get(column, 0) + frame.height
            distinct = frame[column].drop_nulls().unique()
            named = kind in ("names", "mixed", LOOKS)
            spans = name_spans(distinct, self.words.names, said=kind) if named else self._facts(distinct, kind)
            yield hits_of(frame, first, column, spans, BY_CONTENT if kind == LOOKS else BY_HEADER)

    def _facts(self, distinct: pl.Series, entity: str) -> pl.DataFrame:
        """Whole cells that state a fact; an age below the law's limit is a minor's."""
        plain = distinct.str.replace_all(INVISIBLE, "").str.normalize("NFKC").str.strip_chars()
        states = plain.str.contains(self.words.fact(entity).values) & ~plain.is_in(list(self.words.names.blanks))
        labelled = plain.str.replace_all(self.words.names.labels.pattern, "").str.contains(r"[\p{L}\p{N}]")
        told, age = distinct.filter(states & labelled), plain.filter(states & labelled)
        years = age.str.extract(f"^{AGE.pattern}$").cast(pl.Int64)
        minor = (years < self.words.minor_below).fill_null(False) & pl.repeat(entity == "DOB", len(told), eager=True)
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
