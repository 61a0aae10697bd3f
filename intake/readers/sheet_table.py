"""One sheet's cells become one table: header found, titles and notes set aside, every other text in a column.

Shared by the two workbook readers. Blank rows and columns are left out; the sheet's own row numbers and column letters
stay. No text of the sheet is lost: it ends in a cell, a header or the preamble.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from domain.contract import TableSpec
from domain.finding import Finding, Place, Severity, Source
from domain.table import TableInfo, TextPart
from intake.bounds import Bounds
from intake.containers.sheetxml import SheetRow
from intake.headers import UniqueNames
from intake.layout import HEAD_ROWS, TAIL_ROWS, locate, notes_from, unit_in
from intake.noticed import Places, header_findings
from intake.readers.cellvalue import column_letters
from intake.tablefile import TableFile

Cells = tuple[int, dict[int, str]]  # row number, column → text
Box = tuple[int, int, int, int]  # first row, first column, last row, last column; rows from 1, columns from 0


@dataclass(frozen=True, slots=True)
class SheetLook:
    """What is known of a sheet beside its cells. `hidden_columns` is asked once the cells are used up."""

    name: str
    visibility: str  # visible, hidden, veryHidden
    merges: Sequence[Box]
    hidden_columns: Callable[[], Iterable[tuple[int, int]]]


def sheet_table(
    rows: Iterable[SheetRow], look: SheetLook, path: Path, tables: Sequence[TableSpec], bounds: Bounds
) -> tuple[TableInfo, tuple[Finding, ...]] | None:
    """The sheet as a table with what was noticed; None where no cell holds a text. Raises SourceUnreadable."""
    hidden = Places()
    stream = _texts(rows, look.name, hidden)
    head = [row for _, row in zip(range(HEAD_ROWS), stream, strict=False)]
    if not head:
        return None
    width = max(max(cells) for _, cells in head) + 1
    dense = [[cells.get(c) for c in range(width)] for _, cells in head]
    found = locate(dense, tables, [_spans(origin, width, look.merges) for origin, _ in head])
    body = _Body(TableFile(path, bounds, word=f"{look.name}!"), dict(enumerate(found.headers)), look.name, bounds)
    notes = body.take(chain(head[found.body :], stream), sum(1 for h in found.headers if h))
    order = body.finish()
    above = (*head[: found.header], *head[found.header + found.height : found.body])
    preamble = tuple(_parts((*above, *notes), look.name))
    table = TableInfo(
        look.name, str(path), tuple(body.file.columns), body.file.rows,
        tuple(body.headers[c] for c in order), look.name, tuple(column_letters(c) for c in order), preamble,
        unit_in(preamble), look.visibility != "visible",
        outside=tuple(origin for origin, _ in (*head[: found.body], *notes)),
    )  # fmt: skip
    header_row = head[found.header + max(found.height, 1) - 1][0]
    return table, tuple(_findings(table, look, order, hidden, header_row))


def _texts(rows: Iterable[SheetRow], sheet: str, hidden: Places) -> Iterator[Cells]:
    for origin, is_hidden, cells in rows:
        if all(text.isspace() for text in cells.values()):
            continue
        if is_hidden:
            hidden.add(Place(sheet, locator=f"{sheet}!{origin}"))
        yield origin, cells


def _spans(origin: int, width: int, merges: Sequence[Box]) -> list[int]:
    """For each column of a row, the column it is merged with sideways."""
    spans = list(range(width))
    left_over = width  # boxes of an honest sheet don't overlap; those of a hostile one may cost no square
    for top, left, bottom, right in merges:
        if top <= origin <= bottom and left_over > 0:
            for column in range(left, min(right + 1, width)):
                spans[column] = left
                left_over -= 1
    return spans


def _parts(rows: Iterable[Cells], sheet: str) -> Iterator[TextPart]:
    for origin, cells in rows:
        for column, text in cells.items():
            if not text.isspace():
                yield TextPart(Source.HEADER.value, f"{sheet}!{column_letters(column)}{origin}", text)


class _Body:
    """Data rows on their way into the table's file; columns appear when the first text in them does."""

    def __init__(self, file: TableFile, headers: dict[int, str | None], sheet: str, bounds: Bounds) -> None:
        self.file, self.headers = file, {c: h for c, h in headers.items() if h and not h.isspace()}
        self._sheet, self._bounds = sheet, bounds
        self._position: dict[int, int] = {}
        self._names = UniqueNames()
        for column in sorted(self.headers):
            self._open(column)

    def take(self, rows: Iterable[Cells], width: int) -> list[Cells]:
        """Write all data rows; the notes below them come back."""
        tail: deque[Cells] = deque()
        for row in rows:
            tail.append(row)
            if len(tail) > TAIL_ROWS:
                self._write(*tail.popleft())
        cut = notes_from([list(cells.values()) for _, cells in tail], width)
        last = list(tail)
        for row in last[:cut]:
            self._write(*row)
        return last[cut:]

    def finish(self) -> list[int]:
        """Close the file; the sheet's columns in their order."""
        order = sorted(self._position)
        for column in order:
            self.headers.setdefault(column, "")
        self.file.finish([self._position[c] for c in order])
        return order

    def _open(self, column: int) -> int:
        name = self._names.name(self.headers.get(column), column + 1)
        self._position[column] = position = self.file.widen(name)
        return position

    def _write(self, origin: int, cells: dict[int, str]) -> None:
        row: list[str | None] = [None] * len(self._position)
        chars = 0
        for column, text in cells.items():
            position = self._position.get(column)
            if position is None:
                if text.isspace():
                    continue
                position = self._open(column)
                row.append(None)
            if len(text) > 65_536:
                self._bounds.cell(len(text), f"{self._sheet}!{column_letters(column)}{origin}")
            row[position] = text
            chars += len(text)
        self.file.add(origin, row, chars)


def _findings(
    table: TableInfo, look: SheetLook, order: Sequence[int], hidden_rows: Places, header_row: int
) -> Iterator[Finding]:
    if table.hidden:
        place = Place(table.name, locator=table.name, source=Source.SHEET_NAME)
        how = "深度隐藏" if look.visibility == "veryHidden" else "隐藏"
        yield Finding(
            "hidden-sheet", Severity.HOLD, 1, (place,), note=f"有 1 个{how}的工作表，其中 {table.cells} 格也已读取"
        )
    yield from hidden_rows.finding("hidden-rows", Severity.HOLD, "有 {count} 个有内容的隐藏行，已照常读取")
    hidden_columns = Places()
    ranges = list(look.hidden_columns())
    for column, name in zip(order, table.columns, strict=True):
        if any(first <= column <= last for first, last in ranges):
            letter = column_letters(column)
            hidden_columns.add(Place(table.name, name, locator=f"{look.name}!{letter}:{letter}"))
    yield from hidden_columns.finding("hidden-columns", Severity.HOLD, "有 {count} 个有内容的隐藏列，已照常读取")
    if look.merges:
        place = Place(table.name, locator=_box(look.name, look.merges[0]))
        yield Finding(
            "merged-cells",
            Severity.INFO,
            len(look.merges),
            (place,),
            note=f"有 {len(look.merges)} 处合并单元格，值只在左上格",
        )
    yield from header_findings(table, header_row)


def _box(sheet: str, box: Box) -> str:
    top, left, bottom, right = box
    return f"{sheet}!{column_letters(left)}{top}:{column_letters(right)}{bottom}"
