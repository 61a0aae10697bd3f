"""A table's hits on disk: a folder of Arrow files, each with the hits in some rows of the table, one after the other.

Hits of a file stand column by column as in the table, each column's by row and start. Arrow and not Parquet: they live as
long as the work on one release and are read whole, and writing them costs a third.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from domain.finding import Source

HITS = ("column", "row", "origin", "start", "end", "entity", "score", "valid", "source", "whole", "official")
SPAN = {
    "start": pl.Int64, "end": pl.Int64, "entity": pl.String, "score": pl.Float64, "valid": pl.Boolean,
    "whole": pl.Boolean, "official": pl.Boolean,
}  # fmt: skip
SOURCES = pl.Enum([s.value for s in Source])
HIT_TYPES: dict[str, Any] = {
    "column": pl.String, "row": pl.Int64, "origin": pl.Int64, **SPAN, "source": SOURCES,
}  # fmt: skip  # the names are enumerations in a table's file
ENDING = ".arrow"


@dataclass(frozen=True, slots=True)
class Part:
    """The hits in the data rows `first` to `last`."""

    first: int
    last: int
    path: Path

    def read(self) -> pl.DataFrame:
        """Its hits."""
        return pl.read_ipc(self.path)


def parts(folder: Path) -> list[Part]:
    """The files of a table's hits in the order of its rows."""
    named = ((path.stem.split("-"), path) for path in sorted(folder.glob(f"*{ENDING}")))
    return [Part(int(first), int(last), path) for (first, last), path in named]


def write_part(folder: Path, first: int, last: int, hits: pl.DataFrame) -> None:
    """Add the hits in the data rows `first` to `last`, which no other file holds."""
    folder.mkdir(parents=True, exist_ok=True)
    hits.write_ipc(folder / f"{first:012}-{last:012}{ENDING}", compression="lz4")


def read_parts(folder: Path) -> Iterator[pl.DataFrame]:
    """The hits, a file at a time."""
    return (part.read() for part in parts(folder))


def between(folder: Path, first: int, last: int) -> pl.DataFrame:
    """The hits in the data rows `first` to `last`."""
    every = parts(folder)
    here = [p for p in every if p.first <= last and first <= p.last] or every[:1]
    return pl.concat(p.read() for p in here).filter(pl.col("row").is_between(first, last))
