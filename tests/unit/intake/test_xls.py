"""Old workbooks: values, hidden things, notes, protection and damage."""

from __future__ import annotations

import datetime as dt
import struct
from pathlib import Path
from typing import Any

import pytest

from domain.errors import SourceUnreadable
from intake.containers.biff import _walk, has_external_book, has_picture, hints, records, texts_around
from intake.containers.ole import book_stream
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


def _wide(text: str) -> bytes:
    return text.encode("utf-16-le")


def _start(kind: int) -> bytes:
    return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 1997, 0, 6))


def _named_sheet(at: int, name: str, kind: int = 0) -> bytes:
    return _record(0x85, struct.pack("<IBBBB", at, 0, kind, len(name), 1) + _wide(name))


END = _record(0x0A, b"")
ROW = struct.pack("<HHH", 1, 1, 0)
HELD = {
    "value kept from another workbook": (_record(0x5A, b"\x00\x00\x00\x00\x02\x03\x00\x01" + _wide("藏着")), "藏着"),
    "filter": (_record(0x9E, b"\x00" * 26 + b"\x01" + _wide("藏着")), "藏着"),
    "text in a formula": (_record(0x06, ROW + b"\x00" * 16 + b"\x17\x02\x01" + _wide("藏着")), "藏着"),
    "condition": (_record(0x1B1, b"\x02\x00" + _wide("藏着")), "藏着"),
    "control": (_record(0x5D, b"\x15\x00" + _wide("藏着")), "藏着"),
    "shape": (_record(0xEC, b"\x00" * 8 + _wide("藏着")), "藏着"),
    "note of a name": (_record(0x894, b"\x00" * 12 + _wide("藏着")), "藏着"),
    "column of a list": (_record(0x872, b"\x00" * 12 + _wide("藏着")), "藏着"),
    "record that nobody knows": (_record(0x7777, _wide("藏着")), "藏着"),
    "chart value": (_start(0x20) + _record(0x203, ROW + struct.pack("<d", 13900000000.0)) + END, "13900000000"),
    "chart label": (_start(0x20) + _record(0x204, ROW + b"\x02\x00\x01" + _wide("藏着")) + END, "藏着"),
    "name of a chart sheet": (_named_sheet(9999, "藏着", 2), "藏着"),
}  # fmt: skip


@pytest.mark.parametrize(("record", "text"), HELD.values(), ids=HELD.keys())
def test_texts_around_finds_text_of(record: bytes, text: str) -> None:
    assert any(text in found for _, found in texts_around(_biff(record), None))


def test_texts_around_leaves_cells_to_the_reader() -> None:
    cells = _record(0x203, ROW + struct.pack("<d", 1.5)) + _record(0x204, ROW + b"\x02\x00\x01" + _wide("格子"))
    assert list(texts_around(_start(5) + END + _start(0x10) + cells + END, None)) == []


def test_texts_around_tells_the_sheet() -> None:
    book = _start(5) + _named_sheet(0, "甲") + END
    at = len(book)
    stream = _start(5) + _named_sheet(at, "甲") + END
    stream += _start(0x10) + _start(0x20) + END + _record(0x14, b"\x04\x00\x01" + _wide("页眉文字")) + END
    assert [(spot.locator, spot.source.value) for spot, _ in texts_around(stream, None)] == [
        ("甲!page header", "page_header")
    ]


def _string(text: str, hint: str = "") -> bytes:
    extra = _wide(hint)
    head = struct.pack("<HB", len(text), 1 | (4 if hint else 0)) + (struct.pack("<I", len(extra)) if hint else b"")
    return head + _wide(text) + extra


def test_texts_around_finds_how_strings_are_read_aloud() -> None:
    body = struct.pack("<II", 2, 2) + _string("姓名", "藏着读音") + _string("金额")
    texts = [text for _, text in texts_around(_record(0xFC, body), None)]
    assert len(texts) == 1
    assert "藏着读音" in texts[0]


def _cuts(body: bytes, characters: list[range]) -> list[tuple[int, list[bytes]]]:
    """The list cut in two at every place where programs cut it: between characters the rest begins with their width."""
    made = []
    for cut in range(9, len(body)):
        within = next((r for r in characters if cut in r), None)
        if within is None:
            made.append((cut, [body[:cut], body[cut:]]))
        elif (cut - within.start) % 2 == 0:
            made.append((cut, [body[:cut], b"\x01" + body[cut:]]))
    return made


def test_hints_step_over_continuations() -> None:
    body = struct.pack("<II", 2, 2) + _string("姓名", "读音") + _string("金额", "藏着")
    characters = [range(body.index(_wide(t)), body.index(_wide(t)) + 4) for t in ("姓名", "金额")]
    cuts = _cuts(body, characters)
    assert len(cuts) > 20
    assert [cut for cut, parts in cuts if hints(parts) != [_wide("读音"), _wide("藏着")]] == []


def test_hints_of_a_broken_list_are_the_whole_list() -> None:
    body = struct.pack("<II", 5, 5) + _string("姓名")
    assert hints([body]) == [body]


def test_hints_of_a_real_list_over_many_continuations_are_none(tmp_path: Path) -> None:
    grid = [["名称", "说明"], *([f"单位{n}", f"{'文' * (n % 90)}x{n}"] for n in range(2_000))]
    path = xls(tmp_path / "a.xls", ("表", grid))
    (parts,) = [parts for _, kind, parts in _walk(book_stream(path)) if kind == 0xFC]
    assert len(parts) > 5
    assert hints(parts) == []


def test_read_leaves_ordinary_workbook_unblocked(tmp_path: Path) -> None:
    reading = read_sent(xls(tmp_path / "a.xls", ("表", PLAIN)))
    assert reading.unread == ()
    assert [f.code for f in reading.findings if f.severity == "block"] == []


@pytest.mark.parametrize(
    ("stream", "word"), [("Revision Log", "修订"), ("MBD0001", "嵌入"), ("Ctls", "控件"), ("Strange", "非文本")]
)
def test_read_names_stream_that_is_no_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stream: str, word: str
) -> None:
    from intake.containers import ole

    real = ole.streams
    # nothing here can write such a stream; its name alone decides
    monkeypatch.setattr(ole, "streams", lambda file: [*real(file), [stream]])
    reading = read_sent(xls(tmp_path / "a.xls", ("表", PLAIN)))
    assert [where for where, _ in reading.unread] == [stream]
    assert word in next(f.note for f in reading.findings if f.code == "part-unread")
