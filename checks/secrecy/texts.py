"""Every text of a reading, once: candidate cells by a cheap superset pattern, the texts around the tables as they are.

Which texts are findings is left to marks and negative_list.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from domain.finding import Place, Source
from domain.table import ROW_ORIGIN, Reading, TableInfo

ODD = r"[\p{Cf}\x{ff01}-\x{ff5e}\x{3000}]"  # full-width forms and invisible characters can hide a word from any pattern
BATCH_ROWS = 200_000


@dataclass(frozen=True, slots=True)
class Text:
    """One text to judge, normalised (NFKC, format characters out), and where the sender sees it."""

    content: str
    place: Place
    header: str | None = None


def normalise(text: str) -> str:
    """NFKC without format characters (zero-width and the like); white space is kept."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")


def around(reading: Reading, file_name: str) -> Iterator[Text]:
    """File name, sheet names, titles, headers, comments, properties: every text that isn't a data cell."""
    yield Text(normalise(file_name), Place(locator=None, source=Source.FILE_NAME))
    for part in reading.parts:
        yield Text(normalise(part.text), Place(locator=part.locator, source=Source(part.source)))
    for table in reading.tables:
        if table.sheet:
            yield Text(normalise(table.sheet), Place(table=table.name, locator=table.sheet, source=Source.SHEET_NAME))
        for part in table.preamble:
            yield Text(normalise(part.text), Place(table=table.name, locator=part.locator, source=Source(part.source)))
        for column, header in zip(table.columns, table.headers or table.columns, strict=True):
            yield Text(normalise(header), Place(table=table.name, column=column, source=Source.HEADER), header)


def candidates(table: TableInfo, superset: str) -> Iterator[Text]:
    """Cells that the superset pattern (Rust syntax, case kept) or an odd character makes worth reading, in row order."""
    pattern = f"(?:{superset})|{ODD}"
    headers = dict(zip(table.columns, table.headers or table.columns, strict=True))
    for offset in range(0, table.rows, BATCH_ROWS):
        batch = pl.scan_parquet(table.path).slice(offset, BATCH_ROWS).with_row_index("__row", offset + 1)
        hits = batch.filter(pl.any_horizontal(pl.col(c).str.contains(pattern) for c in table.columns)).collect()
        for row in hits.iter_rows(named=True):
            for column in table.columns:
                if row[column]:
                    place = Place(table.name, column, row["__row"], locator=table.locator(row[ROW_ORIGIN], column))
                    yield Text(normalise(row[column]), place, headers[column])


def every_text(reading: Reading, file_name: str, superset: str) -> Iterator[Text]:
    """The texts around, then the candidate cells of every table."""
    yield from around(reading, file_name)
    for table in reading.tables:
        yield from candidates(table, superset)
