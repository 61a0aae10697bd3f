"""The file formats that departments send, written so that equal rows give equal bytes.

Libraries are imported where they are used: the demo's `--help` needs none of them.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

Cell = str | int | float | date | None
Rows = Sequence[Mapping[str, Cell]]

WRITTEN_ON = datetime(2026, 11, 20, 9, 30)  # time stamps inside workbooks are fixed, or two runs would differ


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a table in a workbook: title rows, unit line, notes below, and further sheets.

    `hidden`: sheets by name, as rows of cells, that the sender forgot to delete. `second_title`: a row under the title.
    """

    title: str
    sheet: str = "Sheet1"
    unit: str | None = None
    second_title: str | None = None
    notes: tuple[str, ...] = ()
    hidden: Mapping[str, Sequence[Sequence[Cell]]] | None = None

    def above(self) -> list[str]:
        """Texts above the header row, one a row."""
        return [t for t in (self.title, self.second_title, f"单位：{self.unit}" if self.unit else None) if t]


def write_csv(path: Path, rows: Rows, *, encoding: str) -> None:
    """CSV with CRLF line ends. `encoding`: gb18030, or utf-8-sig for UTF-8 with a byte order mark."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(rows[0])
    writer.writerows(["" if v is None else v for v in row.values()] for row in rows)
    path.write_bytes(text.getvalue().encode(encoding))


def write_json(path: Path, rows: Rows, *, envelope: Mapping[str, Any], at: Sequence[str]) -> None:
    """JSON as an interface returns it: `rows` under the keys `at` of a copy of `envelope`."""
    whole: dict[str, Any] = json.loads(json.dumps(envelope))
    node = whole
    for key in at[:-1]:
        node = node.setdefault(key, {})
    node[at[-1]] = rows
    path.write_bytes((json.dumps(whole, ensure_ascii=False, default=str, indent=1) + "\n").encode())


def write_jsonl(path: Path, rows: Rows) -> None:
    """One JSON object a line."""
    path.write_bytes("".join(json.dumps(r, ensure_ascii=False, default=str) + "\n" for r in rows).encode())


def write_geojson(path: Path, rows: Rows, geometries: Sequence[Mapping[str, Any]]) -> None:
    """A FeatureCollection; the rows are its properties."""
    features = [
        {"type": "Feature", "properties": row, "geometry": geometry}
        for row, geometry in zip(rows, geometries, strict=True)
    ]
    whole = {"type": "FeatureCollection", "features": features}
    path.write_bytes((json.dumps(whole, ensure_ascii=False, default=str) + "\n").encode())


def write_parquet(path: Path, rows: Rows) -> None:
    """Parquet with the types that the values have."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist([dict(r) for r in rows]), path, compression="zstd")


def write_xlsx(path: Path, rows: Rows, frame: Frame) -> None:
    """A workbook with merged title rows, a unit line, the header, the data and notes below it."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
        book.set_properties({"created": WRITTEN_ON, "title": "", "author": ""})
        title, header, body = (
            book.add_format({"bold": True, "align": "center", "font_size": 16}),
            book.add_format({"bold": True, "border": 1}),
            book.add_format({"border": 1}),
        )
        day = book.add_format({"border": 1, "num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet(frame.sheet)
        columns = list(rows[0])
        sheet.set_column(0, len(columns) - 1, 18)
        line = 0
        for text in frame.above():
            sheet.merge_range(line, 0, line, len(columns) - 1, text, title)
            line += 1
        sheet.write_row(line, 0, columns, header)
        for row in rows:
            line += 1
            for column, value in enumerate(row.values()):
                sheet.write(line, column, value, day if isinstance(value, date) else body)
        for note in frame.notes:
            line += 1
            sheet.write(line, 0, note)
        for name, cells in (frame.hidden or {}).items():
            other = book.add_worksheet(name)
            for number, values in enumerate(cells):
                other.write_row(number, 0, values)
            other.hide()


def write_xls(path: Path, rows: Rows, frame: Frame) -> None:
    """An old workbook (BIFF8), as older systems export it: merged title rows, everything below in plain cells."""
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet(frame.sheet)
    centred = xlwt.easyxf("font: bold on; align: horiz center")
    columns = list(rows[0])
    line = 0
    for text in frame.above():
        sheet.write_merge(line, line, 0, len(columns) - 1, text, centred)
        line += 1
    for column, text in enumerate(columns):
        sheet.write(line, column, text, centred)
    for row in rows:
        line += 1
        for column, value in enumerate(row.values()):
            if value is not None:
                sheet.write(line, column, value)
    for note in frame.notes:
        line += 1
        sheet.write(line, 0, note)
    book.save(str(path))
