"""Workbooks in the zip format: every worksheet, hidden ones too, streamed cell by cell as the sender sees it.

Comments, properties, links and other parts are left to containers/ooxml.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

from domain.contract import TableSpec
from domain.finding import Finding, Place, Severity, Source
from domain.table import TableInfo, TextPart
from intake.bounds import Bounds
from intake.containers.archive import opened
from intake.containers.inspection import JOINT, Inspection
from intake.containers.ooxml import inspect_workbook
from intake.containers.sheetxml import Extras, SheetStream
from intake.containers.workbook import SheetPart, Workbook, formats, merges, shared_strings, workbook
from intake.noticed import Places
from intake.readers.sheet_table import SheetLook, sheet_table

UNUSED_JOINED = 200


def read_xlsx(
    path: Path, *, into: Path, tables: tuple[TableSpec, ...], bounds: Bounds
) -> tuple[tuple[TableInfo, ...], Inspection]:
    """All sheets as tables, and everything else the workbook carries. Raises SourceUnreadable."""
    with opened(path, bounds) as archive:
        book = workbook(archive)
        seen = inspect_workbook(archive, book, bounds)
        strings, hints = shared_strings(archive, book, bounds)
        used = bytearray(len(strings))
        styles = formats(archive, book)
        read: list[TableInfo] = []
        for number, sheet in enumerate(book.sheets, 1):
            if sheet.kind != "worksheet":
                continue
            stream = SheetStream(sheet.part, sheet.name, strings, styles, from_1904=book.from_1904, used=used)
            done = _sheet(archive, sheet, stream, into / f"table-{number}.parquet", tables, bounds)
            if done:
                read.append(done[0])
                seen.findings += done[1]
            else:
                seen.part(Source.SHEET_NAME, sheet.name, sheet.name)
            _take_extras(stream.extras, sheet, seen)
        seen.parts += _charts(book)
        for hint in hints:
            seen.part(Source.MEMBER, "shared strings", hint)
        _take_unused(strings, used, seen)
        return tuple(read), seen


def _sheet(
    archive: ZipFile, sheet: SheetPart, stream: SheetStream, target: Path, tables: tuple[TableSpec, ...], bounds: Bounds
) -> tuple[TableInfo, tuple[Finding, ...]] | None:
    look = SheetLook(sheet.name, sheet.visibility, merges(archive, sheet.part), lambda: stream.extras.hidden_columns)
    with archive.open(sheet.part) as data:
        return sheet_table(stream.rows(data, bounds), look, target, tables, bounds)


def _take_extras(extras: Extras, sheet: SheetPart, seen: Inspection) -> None:
    for source, locator, text in extras.texts:
        seen.part(Source(source), locator, text)
    bare = Places()
    for locator in extras.without_value:
        bare.add(Place(sheet.name, locator=locator))
    seen.findings += bare.finding(
        "formula-without-value", Severity.BLOCK, "有 {count} 格只有公式、没有计算结果；请用表格软件打开保存后重新报送"
    )


def _charts(book: Workbook) -> Iterator[TextPart]:
    for sheet in book.sheets:
        if sheet.kind != "worksheet":
            yield TextPart(Source.SHEET_NAME.value, sheet.name, sheet.name)


def _take_unused(strings: list[str], used: bytearray, seen: Inspection) -> None:
    """Strings that no cell shows: what was deleted from a sheet may still be in the file."""
    left = [text for text, flag in zip(strings, used, strict=True) if not flag and text.strip()]
    for start in range(0, len(left), UNUSED_JOINED):
        text = JOINT.join(left[start : start + UNUSED_JOINED])
        seen.part(Source.MEMBER, f"shared strings, unused from {start + 1}", text)
