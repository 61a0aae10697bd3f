"""Old workbooks: values, hidden things, notes, protection and damage."""

from __future__ import annotations

import datetime as dt
import struct
from pathlib import Path
from typing import Any

import pytest

from domain.errors import SourceUnreadable
from intake.containers.biff import has_external_book, has_picture, records, texts_around
from tests.sent_files import origins_of, parts_of, read_sent, rows_of, xls

PLAIN = [["单位名称", "金额", "备注"], ["财政局", 1.5, None], ["水利局", 2, "007"]]


def test_read_shows_values_as_text(tmp_path: Path) -> None:
    import xlwt

    def change(book: Any) -> None:
        sheet = book.get_sheet(0)
        sheet.write(3, 0, dt.datetime(2026, 1, 2), xlwt.easyxf(num_format_str="YYYY-MM-DD"))
        sheet.write(3, 1, 43, xlwt.easyxf(num_format_str="000000"))
        sheet.write(3, 2, True)

    table = read_sent(xls(tmp_path / "a.xls", ("表", PLAIN), change=change)).tables[0]
    assert table.columns == ("单位名称", "金额", "备注")
    assert rows_of(table) == [["财政局", "1.5", None], ["水利局", "2", "007"], ["2026-01-02", "000043", "TRUE"]]
    assert (table.locator(3, "金额"), origins_of(table)) == ("表!B3", [2, 3, 4])


def test_read_reads_hidden_things_and_says_so(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        book.get_sheet(1).visibility = 1
        book.get_sheet(2).visibility = 2
        book.get_sheet(0).row(2).hidden = True
        book.get_sheet(0).col(1).hidden = True

    reading = read_sent(xls(tmp_path / "a.xls", ("表", PLAIN), ("藏", PLAIN), ("深", PLAIN), change=change))
    assert [(t.name, t.hidden) for t in reading.tables] == [("表", False), ("藏", True), ("深", True)]
    assert [f.code for f in reading.findings if f.severity == "hold"] == [
        "hidden-rows", "hidden-columns", "hidden-sheet", "hidden-sheet",
    ]  # fmt: skip


def test_read_finds_header_below_merged_title(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        book.get_sheet(0).write_merge(0, 0, 0, 2, "2026年表")

    grid = [[None], [None, None, "单位：亿元"], *PLAIN]
    table = read_sent(xls(tmp_path / "a.xls", ("表", grid), change=change)).tables[0]
    assert (table.rows, table.unit, [p.locator for p in table.preamble]) == (2, "亿元", ["表!A1", "表!C2"])


def test_read_scans_page_header_and_owner(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        book.get_sheet(0).header_str = b"page header"
        book.owner = "office"

    reading = read_sent(xls(tmp_path / "a.xls", ("表", PLAIN), change=change))
    assert any("page header" in text for _, text in parts_of(reading, "page_header"))
    assert any("office" in text for _, text in parts_of(reading, "property"))


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_read_refuses_truncated_workbook(tmp_path: Path, kept: float) -> None:
    path = xls(tmp_path / "a.xls", ("表", [*PLAIN, *([["x" * 50, i, "y"] for i in range(500)])]))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(path)
    assert refused.value.code == "file-truncated"


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _biff(*inner: bytes) -> bytes:
    start = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 1997, 0, 6))
    return start + b"".join(inner) + _record(0x0A, b"")


def test_read_refuses_protected_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(_biff(_record(0x2F, b"\x01\x00" + b"\x00" * 52)))
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(path)
    assert refused.value.code == "file-encrypted"


def test_records_join_continuations() -> None:
    assert list(records(_record(0x1B6, b"ab") + _record(0x3C, b"cd") + _record(0x0A, b""))) == [
        (0x1B6, b"abcd"), (0x0A, b""),
    ]  # fmt: skip


def test_texts_around_finds_wide_and_narrow_texts() -> None:
    stream = _record(0x1B6, b"\x01" + "藏在文本框".encode("utf-16-le")) + _record(0x14, b"\x05\x00\x00plain")
    texts = [text for _, text in texts_around(stream, None)]
    assert "藏在文本框" in texts[0]
    assert "plain" in texts[1]


def test_signs_of_pictures_and_links() -> None:
    assert has_picture(_record(0xEB, b"..\x89PNG\r\n.."))
    assert not has_picture(_record(0xEB, b"no picture"))
    assert has_external_book(_record(0x1AE, b"\x01\x00\x05\x00\x00other"))
    assert not has_external_book(_record(0x1AE, b"\x01\x00\x01\x04"))
