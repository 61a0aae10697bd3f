"""An independent count of a file's cells, to be held against what was scanned. Shares no code with the readers.

Text is counted line by line where the reader uses csv, workbooks with calamine where it uses expat and xlrd, Parquet
with polars where it uses pyarrow, JSON with ijson where it uses json. From the reading it takes only the encoding, the
delimiter, the tables' names and which rows are no data. A table that can't be counted is left out.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from domain.errors import SourceUnreadable
from domain.table import Reading, TableInfo

_LAST_NUMBER = re.compile(r"(\d+)$")


Counts = dict[str, tuple[int, int]]


class TableCount(NamedTuple):
    """The table's rectangle of data, header apart."""

    rows: int
    columns: int

    @property
    def cells(self) -> int:
        return self.rows * self.columns


def census(path: Path, reading: Reading) -> dict[str, TableCount]:
    """Rows and columns of every table by the reading's table names.

    A workbook's sheet that holds text but isn't in the reading is counted under its own name; a table that no second
    parser can count is missing. Both make a coverage certificate incomplete.
    """
    counted = _members(path, reading) if reading.members else _COUNTERS[reading.format](path, reading)
    return {name: TableCount(rows, columns) for name, (rows, columns) in counted.items()}


def _members(path: Path, reading: Reading) -> Counts:
    """Each file of an archive, unpacked once more and counted by itself."""
    counted: Counts = {}
    with tempfile.TemporaryDirectory(prefix="mingjing-") as folder, zipfile.ZipFile(path) as archive:
        file = Path(folder) / "member"
        for member in reading.members:
            with archive.open(archive.infolist()[member.at]) as packed, file.open("wb") as plain:
                shutil.copyfileobj(packed, plain)
            prefix = f"{member.name}/" if len(reading.members) > 1 else ""
            tables = (replace(t, name=t.name.removeprefix(prefix)) for t in reading.tables if t.member == member.name)
            alone = Reading("", 0, member.format, member.encoding, tuple(tables), delimiter=member.delimiter)
            if alone.tables or member.format in ("xlsx", "xls"):
                found = _COUNTERS[member.format](file, alone)
                counted |= {f"{prefix}{name}": count for name, count in found.items()}
    return counted


def header_origins(table: TableInfo) -> set[int]:
    """Origins of the header rows: what is outside the data and isn't preamble."""
    above = {int(found[1]) for part in table.preamble if (found := _LAST_NUMBER.search(part.locator))}
    return set(table.outside) - above


def _csv(path: Path, reading: Reading) -> Counts:
    from intake.counters.lines import count_lines

    table = reading.tables[0]
    header = header_origins(table)
    encoding, delimiter = reading.encoding or "utf-8", reading.delimiter or ","
    return {table.name: count_lines(path, encoding, delimiter, set(table.outside) - header, header)}


def _workbook(path: Path, reading: Reading) -> Counts:
    from intake.counters.sheets import count_sheets

    known = {t.sheet or t.name: (set(t.outside) - header_origins(t), header_origins(t)) for t in reading.tables}
    return count_sheets(path, known, {t.sheet or t.name: t.path for t in reading.tables})


def _parquet(path: Path, reading: Reading) -> Counts:
    import polars as pl

    frame = pl.scan_parquet(path, glob=False)
    try:
        rows = frame.select(pl.len()).collect().item()
        columns = len(frame.collect_schema())
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return {}
    return {reading.tables[0].name: (rows, columns)}


def _json(path: Path, reading: Reading) -> Counts:
    from intake.counters.values import count_values

    names = [t.name for t in reading.tables]
    try:
        return count_values(path, reading.encoding or "utf-8", names, lines=reading.format == "jsonl")
    except SourceUnreadable:
        return {}


_COUNTERS: dict[str, Callable[[Path, Reading], Counts]] = {
    "csv": _csv, "xlsx": _workbook, "xls": _workbook, "parquet": _parquet, "json": _json, "geojson": _json,
    "jsonl": _json,
}  # fmt: skip
