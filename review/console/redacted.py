"""The redacted tables, row by row as they would go out, with every redacted span marked. Only what is public by nature
of the release is read here: the quarantine is never opened.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from domain.errors import ArtefactMissing
from domain.release import Manifest
from review.console.outside import outside
from review.console.package import Column

Piece = tuple[bool, str]  # whether it stands for something redacted, text


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell in pieces. `is_rewritten`: the whole column was treated, so every cell stands for another text."""

    pieces: tuple[Piece, ...]
    is_rewritten: bool
    is_number: bool
    is_long: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """Some rows of one table. `rows`: number from 1, cells."""

    table: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]
    total: int  # rows that match
    of: int  # rows of the table


def table_names(manifest: Manifest) -> list[str]:
    return [a.name.removesuffix(".parquet") for a in manifest.redacted if a.name.endswith(".parquet")]


def rows_shown(
    manifest: Manifest, columns: Sequence[Column], labels: Sequence[str], *, table: str, start: int, size: int, search: str = ""
) -> Shown | None:  # fmt: skip
    """Rows of a table from `start` (from 0), or of those that hold `search` in any cell; None where the bytes are gone.

    Raises ContentChanged where they aren't the manifest's.
    """
    artefact = next(a for a in manifest.redacted if a.name == f"{table}.parquet")
    try:
        path = outside().store.local_path(artefact.sha256)
    except ArtefactMissing:
        return None
    lazy = pl.scan_parquet(path, glob=False)
    names = lazy.collect_schema().names()
    of = int(lazy.select(pl.len()).collect().item())
    lazy, total = lazy.with_row_index("#", offset=1), of
    if search:
        texts = [pl.col(n).cast(pl.String).str.contains(search, literal=True).fill_null(value=False) for n in names]
        lazy = lazy.filter(pl.any_horizontal(texts))
        total = int(lazy.select(pl.len()).collect().item())
    known = {c.name: c for c in columns if c.table == table}
    shown = tuple(known[n] for n in names if n in known)
    picked = lazy.select("#", *(c.name for c in shown)).slice(start, size).collect()
    mark = _marker(tuple(labels))
    rows = tuple(
        (number, tuple(_cell(v, c, mark) for v, c in zip(cells, shown, strict=True)))
        for number, *cells in picked.iter_rows()
    )
    return Shown(table, shown, rows, total, of)


def rows_at(
    manifest: Manifest, columns: Sequence[Column], labels: Sequence[str], *, table: str, numbers: Sequence[int]
) -> dict[int, tuple[tuple[str | None, Cell], ...]] | None:
    """Rows of those numbers (from 1): text and cell of each of `columns`; None where the bytes are gone. Raises ContentChanged."""
    artefact = next(a for a in manifest.redacted if a.name == f"{table}.parquet")
    try:
        path = outside().store.local_path(artefact.sha256)
    except ArtefactMissing:
        return None
    lazy = pl.scan_parquet(path, glob=False).with_row_index("#", offset=1)
    picked = lazy.filter(pl.col("#").is_in(list(numbers))).select("#", *(c.name for c in columns)).collect()
    mark = _marker(tuple(labels))
    return {
        number: tuple((v, _cell(v, c, mark)) for v, c in zip(cells, columns, strict=True))
        for number, *cells in picked.iter_rows()
    }


@cache
def _marker(labels: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"({'|'.join(re.escape(x) for x in labels)})") if labels else re.compile("(?!)")


LONG = 24  # characters that still stand on one line
NUMBER = re.compile(r"-?[\d,]+(\.\d+)?%?")


def _cell(value: object, column: Column, mark: re.Pattern[str]) -> Cell:
    text = "" if value is None else str(value)
    parts = [p for p in mark.split(text) if p]
    pieces = tuple((bool(mark.fullmatch(p)), p.strip("[]") if mark.fullmatch(p) else p) for p in parts)
    return Cell(pieces, column.is_rewritten and bool(text), bool(NUMBER.fullmatch(text)), len(text) > LONG)
