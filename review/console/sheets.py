"""Tables to download: CSV for any program (UTF-8 with BOM, for Excel), XLSX for people. Text stays text: a cell that a
spreadsheet would run as a formula is given an apostrophe in CSV, and is a plain string in XLSX.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from django.http import HttpResponse

Cell = str | int | float | None
FORMULA = ("=", "+", "-", "@", "\t", "\r")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDEST = 60


def safe(cell: Cell) -> Cell:
    """The cell as CSV may carry it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def csv_bytes(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([safe(c) for c in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def xlsx_bytes(title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], above: Sequence[str] = ()) -> bytes:
    """One sheet; `above`: lines over the header."""
    import xlsxwriter

    out = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    book = xlsxwriter.Workbook(out, plain)
    sheet, bold, wrap = (
        book.add_worksheet(title[:31]),
        book.add_format({"bold": True}),
        book.add_format({"text_wrap": True, "valign": "top"}),
    )
    for n, line in enumerate(above):
        sheet.write_string(n, 0, line)
    first = len(above)
    widths = [len(h) * 2 + 2 for h in head]
    sheet.write_row(first, 0, head, bold)
    for n, row in enumerate(rows, start=first + 1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(n, column, cell, wrap)
                widths[column] = min(WIDEST, max(widths[column], 2 * len(cell) + 1))
            elif cell is not None:
                sheet.write_number(n, column, cell)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(first + 1, 0)
    book.close()
    return out.getvalue()


def download(data: bytes, name: str, media_type: str) -> HttpResponse:
    """An answer that the browser saves under that name."""
    response = HttpResponse(data, content_type=media_type)
    plain = "".join(c for c in name if c.isascii() and (c.isalnum() or c in "._-")) or "download"
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return response
