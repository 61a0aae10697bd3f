"""Workbooks of the old binary format: every sheet, hidden ones too, and the notes at their cells.

xlrd reads whole workbooks into memory; the format itself ends at 65,536 rows a sheet.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from domain.contract import TableSpec
from domain.errors import SourceUnreadable
from domain.finding import Finding, Place, Severity, Source
from domain.table import TableInfo
from intake.bounds import Bounds
from intake.containers.inspection import JOINT, NOTICED, Inspection
from intake.containers.ole import inspect_compound
from intake.containers.sheetxml import SheetRow
from intake.noticed import Places
from intake.readers.cellvalue import ERRORS, Kind, built_in_kind, column_letters, kind_of, number_text, shown
from intake.readers.sheet_table import SheetLook, sheet_table

VISIBILITY = {0: "visible", 1: "hidden", 2: "veryHidden"}
UNUSED_JOINED = 200


def read_xls(
    path: Path, *, into: Path, tables: tuple[TableSpec, ...], bounds: Bounds
) -> tuple[tuple[TableInfo, ...], Inspection]:
    """All sheets as tables, and what else the workbook carries. Raises SourceUnreadable."""
    book = _opened(path)
    seen = inspect_compound(path, book.encoding, bounds)
    read: list[TableInfo] = []
    used: set[str] = set()
    for index in range(book.nsheets):
        bounds.time()
        number, sheet = index + 1, _loaded(book, index)
        done = _sheet(book, sheet, used, into / f"table-{number}.parquet", tables, bounds)
        if done:
            read.append(done[0])
            seen.findings += done[1]
        else:
            seen.part(Source.SHEET_NAME, sheet.name, sheet.name)
        _notes(sheet, seen)
        book.unload_sheet(index)
    _other_sheets(book, seen)
    _names(book, seen)
    left = [s for s in dict.fromkeys(book._sharedstrings or ()) if s not in used and s.strip()]
    for start in range(0, len(left), UNUSED_JOINED):
        text = JOINT.join(left[start : start + UNUSED_JOINED])
        seen.part(Source.MEMBER, f"shared strings, unused from {start + 1}", text)
    return tuple(read), seen


def _opened(path: Path) -> Any:
    import xlrd

    try:
        return xlrd.open_workbook(str(path), formatting_info=True, on_demand=True, logfile=io.StringIO())
    except xlrd.XLRDError as fault:
        if "encrypted" in str(fault):
            raise SourceUnreadable(
                "the workbook is protected by a password; ask the sender for an unprotected file", code="file-encrypted"
            ) from None
        raise _damaged(fault) from None
    except Exception as fault:  # xlrd lets struct, index and assertion errors through, some with bytes of the file
        raise _damaged(fault) from None


def _loaded(book: Any, index: int) -> Any:
    """One sheet with its cells. A book opened on demand keeps its shared strings, so that unused ones can be scanned."""
    try:
        return book.sheet_by_index(index)
    except Exception as fault:  # as above
        raise _damaged(fault) from None


def _damaged(fault: Exception) -> SourceUnreadable:
    return SourceUnreadable(
        f"the old workbook is cut off or damaged ({type(fault).__name__}); ask the sender to send it again",
        code="file-truncated",
    )


def _sheet(
    book: Any, sheet: Any, used: set[str], path: Path, tables: tuple[TableSpec, ...], bounds: Bounds
) -> tuple[TableInfo, tuple[Finding, ...]] | None:
    merges = [(top + 1, left, bottom, right - 1) for top, bottom, left, right in sheet.merged_cells]
    hidden = [(i, i) for i, info in sheet.colinfo_map.items() if info.hidden or info.width == 0]
    look = SheetLook(sheet.name, VISIBILITY.get(sheet.visibility, "veryHidden"), merges, lambda: hidden)
    return sheet_table(_rows(book, sheet, used), look, path, tables, bounds)


def _rows(book: Any, sheet: Any, used: set[str]) -> Iterator[SheetRow]:
    kinds = _Kinds(book)
    for row in range(sheet.nrows):
        cells: dict[int, str] = {}
        for column, cell in enumerate(sheet.row(row)):
            text = _text(cell, kinds)
            if text:
                cells[column] = text
                if cell.ctype == 1:
                    used.add(text)
        info = sheet.rowinfo_map.get(row)
        if cells:
            yield row + 1, bool(info is not None and (info.hidden or info.height == 0)), cells


class _Kinds:
    """The kind of number format of each cell style."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._known: dict[int, tuple[Kind, int]] = {}
        self.from_1904 = book.datemode == 1

    def of(self, style: int | None) -> tuple[Kind, int]:
        if style is None or not 0 <= style < len(self._book.xf_list):
            return Kind.PLAIN, 0
        if style not in self._known:
            key = self._book.xf_list[style].format_key
            found = self._book.format_map.get(key)
            built_in = built_in_kind(key)
            self._known[style] = kind_of(found.format_str) if found and built_in == (Kind.PLAIN, 0) else built_in
        return self._known[style]


def _text(cell: Any, kinds: _Kinds) -> str:
    match cell.ctype:
        case 1:
            return str(cell.value)
        case 2 | 3:
            kind = kinds.of(cell.xf_index)
            raw = repr(float(cell.value))
            return number_text(raw) if kind == (Kind.PLAIN, 0) else shown(raw, kind, from_1904=kinds.from_1904)
        case 4:
            return "TRUE" if cell.value else "FALSE"
        case 5:
            return ERRORS.get(int(cell.value), "#ERROR")
        case _:
            return ""


def _notes(sheet: Any, seen: Inspection) -> None:
    notes = Places()
    for (row, column), note in sorted(sheet.cell_note_map.items()):
        locator = f"{sheet.name}!{column_letters(column)}{row + 1}"
        seen.part(Source.COMMENT, locator, f"{note.author or ''}\n{note.text or ''}")
        notes.add(Place(sheet.name, locator=locator, source=Source.COMMENT))
    seen.findings += notes.finding("comment", *NOTICED["comment"])


def _other_sheets(book: Any, seen: Inspection) -> None:
    """Chart and macro sheets, which xlrd lists but doesn't open."""
    names, kinds = book._all_sheets_map, book._all_sheets_count
    if kinds <= book.nsheets:
        return
    shut = sum(1 for known in names if known == -1)
    for number in range(shut):
        seen.unread.append((f"sheet {number + 1} that holds no cells", "图表页或宏表不是单元格，无法扫描"))


def _names(book: Any, seen: Inspection) -> None:
    named = Places()
    for number, name in enumerate(book.name_obj_list, 1):
        if name.builtin:
            continue
        locator = f"defined name {number}"
        seen.part(Source.DEFINED_NAME, locator, str(name.name))
        named.add(Place(locator=locator, source=Source.DEFINED_NAME))
        if name.macro or name.vbasic:
            place = Place(locator=locator, source=Source.DEFINED_NAME)
            seen.findings.append(
                Finding("macro", Severity.BLOCK, 1, (place,), note=NOTICED["macro"][1].format(count=1))
            )
    seen.findings += named.finding("defined-name", *NOTICED["defined-name"])
