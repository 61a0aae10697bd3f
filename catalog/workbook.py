"""A redacted table as an XLSX workbook: one sheet of data, one sheet 字段说明. Same rows, same bytes.

Text goes in as text (never as a formula, link or guessed number); a number only where a spreadsheet keeps it exactly,
with a format that shows it as it was written. Rows stream to disk; size limits are checked by catalog/export.py.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from catalog.columns import batches, exact_number
from domain.contract import FieldSpec

XLSX_ROWS = 200_000
XLSX_CELL = 32_767  # characters; the library cuts longer text without a word
NUMERIC = frozenset({"integer", "number", "year"})
EPOCH = datetime.datetime(2000, 1, 1)
FIELD_SHEET = "字段说明"
FIELD_HEADER = ("名称", "字段名", "英文名", "类型", "单位", "说明")


def write_workbook(source: str, path: Path, *, title: str, fields: Sequence[FieldSpec]) -> None:
    """Write the Parquet table `source` to `path`; `fields` are its published columns in order."""
    import xlsxwriter

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "tmpdir": str(path.parent),
    }
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"title": title, "created": EPOCH})
    bold = book.add_format({"bold": True})
    _data_sheet(book, bold, source, _sheet_name(title), fields)
    _field_sheet(book, bold, fields)
    book.close()


def _data_sheet(book: Any, bold: Any, source: str, name: str, fields: Sequence[FieldSpec]) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for column, spec in enumerate(fields):
        sheet.write_string(0, column, spec.title, bold)
    formats: dict[int, Any] = {}
    numeric = [f.type in NUMERIC for f in fields]
    row = 0
    for batch in batches(source, [f.name for f in fields]):
        for values in zip(*(batch.column(f.name).to_pylist() for f in fields), strict=True):
            row += 1
            for column, text in enumerate(values):
                if not text:
                    continue
                decimals = exact_number(text) if numeric[column] else None
                if decimals is None:
                    sheet.write_string(row, column, text)
                    continue
                if decimals not in formats:
                    formats[decimals] = book.add_format({"num_format": "0." + "0" * decimals if decimals else "0"})
                sheet.write_number(row, column, float(text) if decimals else int(text), formats[decimals])


def _field_sheet(book: Any, bold: Any, fields: Sequence[FieldSpec]) -> None:
    sheet = book.add_worksheet(FIELD_SHEET)
    sheet.freeze_panes(1, 0)
    for column, text in enumerate(FIELD_HEADER):
        sheet.write_string(0, column, text, bold)
    for row, spec in enumerate(fields, start=1):
        texts = (spec.title, spec.name, spec.title_en, spec.type, spec.unit, spec.note)
        for column, cell in enumerate(texts):
            if cell:
                sheet.write_string(row, column, cell)


def _sheet_name(title: str) -> str:
    """A name that Excel accepts: no []:*?/\\ nor apostrophes at its ends, 31 characters, not the second sheet's."""
    name = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title)[:31].strip(" '")
    return name if name and name != FIELD_SHEET and name.lower() != "history" else "数据"
