"""Findings that readers share, each a fixed sentence about kinds and numbers of things."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from domain.finding import PLACES_KEPT, Finding, Place, Severity, Source
from domain.table import ROW_ORIGIN, TableInfo


class Places:
    """An exact count and the first places of one group."""

    def __init__(self) -> None:
        self.count = 0
        self.places: list[Place] = []

    def add(self, place: Place) -> None:
        self.count += 1
        if len(self.places) < PLACES_KEPT:
            self.places.append(place)

    def finding(self, code: str, severity: Severity, note: str) -> Iterator[Finding]:
        """The group as one finding, or nothing where it is empty."""
        if self.count:
            yield Finding(code, severity, self.count, tuple(self.places), note=note.format(count=self.count))


def filled_columns(path: Path) -> set[str]:
    """Columns of a table's Parquet file that hold any value, from its statistics."""
    filled: set[str] = set()
    with pq.ParquetFile(path) as file:
        for group in range(file.metadata.num_row_groups):
            for index, name in enumerate(file.schema_arrow.names):
                column = file.metadata.row_group(group).column(index)
                if column.statistics is None or column.statistics.null_count < column.num_values:
                    filled.add(name)
    return filled - {ROW_ORIGIN}


def header_findings(table: TableInfo, origin: int | None, *, width: int | None = None) -> Iterator[Finding]:
    """Headers that stand twice, and columns with values but no header. `origin`: of the header row, None where a file
    has no such row; `width`: only the first so many columns are looked at."""
    plain = {c: h.strip() for c, h in zip(table.columns[:width], table.headers[:width], strict=True)}
    count = Counter(h for h in plain.values() if h)
    twice, missing = Places(), Places()
    filled = filled_columns(Path(table.path))
    for column, header in plain.items():
        group = twice if count[header] > 1 else missing if not header and column in filled else None
        if group is None:
            continue
        told = origin is not None and group.count < PLACES_KEPT  # looking up a column's letter costs its number
        locator = table.locator(origin, column) if told and origin is not None else None
        group.add(Place(table.name, column, locator=locator, source=Source.HEADER))
    yield from twice.finding("header-duplicate", Severity.HOLD, "有 {count} 列的表头与别的列相同，已按出现次序编号")
    yield from missing.finding("header-missing", Severity.BLOCK, "有 {count} 列有数据而没有表头")
