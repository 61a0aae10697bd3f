"""Delimited text: encodings, delimiters, quoting, lines, and rows that don't fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import SourceUnreadable
from intake.readers.delimited import sniff_delimiter
from tests.sent_files import codes, contract, origins_of, read_text, rows_of

HAN = "单位,金额\n财政局,1.50\n水利局,007\n"


@pytest.mark.parametrize(
    ("codec", "said"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("gb18030", "gb18030"), ("utf-16", "utf-16")],
)
def test_read_decodes_each_encoding(tmp_path: Path, codec: str, said: str) -> None:
    reading = read_text(tmp_path, HAN.encode(codec))
    assert reading.encoding == said
    assert reading.tables[0].columns == ("单位", "金额")
    assert rows_of(reading.tables[0]) == [["财政局", "1.50"], ["水利局", "007"]]


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        (b"a,b\n1,\xff\n", 6),
        (("单" * 20).encode() + b",\n\xe4\xb8", 62),
        ("单".encode() * 1000 + b"\xff\xff" + b",\n", 3000),
        (b"a,b\n1\x00,2\n", 5),
        (b"\xff\xfea\x00,\x00\x00\xd8b\x00", 6),
    ],
    ids=["bad-byte", "cut-character", "bad-byte-later", "zero-byte", "lone-surrogate"],
)
def test_read_names_first_bad_byte(tmp_path: Path, data: bytes, offset: int) -> None:
    with pytest.raises(SourceUnreadable) as refused:
        read_text(tmp_path, data)
    assert (refused.value.code, refused.value.locator) == ("encoding-invalid", f"byte {offset}")


def test_read_bad_byte_in_utf8_is_not_read_as_gb18030(tmp_path: Path) -> None:
    data = ("单位,金额\n" * 20).encode() + b"\xb5\xa5,1\n"  # the last line alone is good GB18030
    (b"a,b\n" + b"\xb5\xa5,1\n").decode("gb18030")
    with pytest.raises(SourceUnreadable) as refused:
        read_text(tmp_path, data)
    assert refused.value.code == "encoding-invalid"


def test_read_forced_encoding_is_not_second_guessed(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable, match="isn't utf-8"):
        read_text(tmp_path, HAN.encode("gb18030"), encoding="utf-8")


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"], ids=["comma", "tab", "semicolon", "bar"])
def test_sniff_finds_delimiter(delimiter: str) -> None:
    assert (
        sniff_delimiter(delimiter.join("abc") + "\n" + delimiter.join(["1", "2,5" if delimiter != "," else "2", "3"]))
        == delimiter
    )


def test_read_keeps_physical_lines_through_quoted_newlines(tmp_path: Path) -> None:
    reading = read_text(tmp_path, 'a,b\n1,"x\ny\nz"\n\n2,"say ""yes"""\n')
    table = reading.tables[0]
    assert rows_of(table) == [["1", "x\ny\nz"], ["2", 'say "yes"']]
    assert origins_of(table) == [2, 6]
    assert table.locator(6, "b") == "line 6"


def test_read_keeps_cells_of_ragged_rows(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "a,b\n1,2,3\n4\n5,6\n7,8,9,10\n")
    table = reading.tables[0]
    assert table.columns == ("a", "b", "（第3列）", "（第4列）")
    assert rows_of(table) == [
        ["1", "2", "3", None], ["4", None, None, None], ["5", "6", None, None], ["7", "8", "9", "10"],
    ]  # fmt: skip
    finding = next(f for f in reading.findings if f.code == "row-width")
    assert (finding.severity, finding.count) == ("block", 3)
    assert [(p.row, p.locator) for p in finding.places] == [(1, "line 2"), (2, "line 3"), (4, "line 5")]


def test_read_makes_headers_unique_and_says_so(tmp_path: Path) -> None:
    reading = read_text(tmp_path, "a,a,,A\n1,2,3,4\n")
    assert reading.tables[0].columns == ("a", "a（2）", "（第3列）", "A（3）")
    assert reading.tables[0].headers == ("a", "a", "", "A")
    assert codes(reading.findings) == {"header-duplicate": 2, "header-missing": 1}


def test_read_column_named_like_a_pattern_gets_a_plain_name(tmp_path: Path) -> None:
    assert read_text(tmp_path, "*,^x$,__row_origin\n1,2,3\n").tables[0].columns == (
        "*（2）", "^x$（2）", "__row_origin（2）",
    )  # fmt: skip


def test_read_empty_cell_is_absent_quoted_or_not(tmp_path: Path) -> None:
    assert rows_of(read_text(tmp_path, 'a,b,c\n,"", \n1,,\n').tables[0]) == [["1", None, None]]


def test_read_sets_title_unit_and_notes_aside(tmp_path: Path) -> None:
    text = "2026年预算表,,\n单位：万元,,\n单位名称,金额,备注\n财政局,1,\n水利局,2,\n制表人：某某,,\n"
    table = read_text(tmp_path, text).tables[0]
    assert table.columns == ("单位名称", "金额", "备注")
    assert (table.rows, table.unit, table.outside) == (2, "万元", (1, 2, 3, 6))
    assert [p.locator for p in table.preamble] == ["line 1", "line 2", "line 6"]


def test_read_finds_header_by_titles_of_contract(tmp_path: Path) -> None:
    text = "甲,乙,丙\n说明,随意,文字\n单位名称,金额（万元）,备注\n财政局,1,\n"
    table = read_text(tmp_path, text, tables=contract().tables).tables[0]
    assert table.columns == ("单位名称", "金额（万元）", "备注")
    assert table.rows == 1


@pytest.mark.parametrize(
    ("text", "code", "locator"),
    [
        ('a,b\n1,"open\n', "file-truncated", "line 2"),
        ('a,b\n1,"x"y\n', "source-unreadable", "line 2"),
        (" \n\n", "file-empty", None),
        ("", "file-empty", None),
    ],
    ids=["open-quote", "text-after-quote", "blank", "no-bytes"],
)
def test_read_refuses_with_code(tmp_path: Path, text: str, code: str, locator: str | None) -> None:
    with pytest.raises(SourceUnreadable) as refused:
        read_text(tmp_path, text)
    assert (refused.value.code, refused.value.locator) == (code, locator)


@pytest.mark.parametrize(
    ("limits", "word"),
    [({"rows": 2}, "limits.rows"), ({"columns": 1}, "limits.columns"), ({"bytes": 8}, "limits.bytes")],
    ids=["rows", "columns", "bytes"],
)
def test_read_past_a_limit_is_refused(tmp_path: Path, limits: dict[str, int], word: str) -> None:
    with pytest.raises(SourceUnreadable, match=word) as refused:
        read_text(tmp_path, "a,b\n1,2\n3,4\n5,6\n", limits=limits)
    assert refused.value.code == "limit-exceeded"


def test_read_cell_past_its_limit_is_refused_without_a_piece_of_it(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable) as refused:
        read_text(tmp_path, "a,b\n1," + "z" * (17 * 1024 * 1024) + "\n")
    assert (refused.value.code, refused.value.locator) == ("text-too-long", "line 2")
    assert "a cell holds" in str(refused.value)
    assert "zz" not in str(refused.value)


@pytest.mark.parametrize(
    ("line", "what"),
    [("z" * 300, "a cell"), ("1," * 40 + "z" * 220, "a cell"), ("zz," * 100, "a line"), ("z" * 60 + "," + "z" * 70 + "," + "z" * 200, "a cell")],
    ids=["one cell", "the last cell", "short cells", "a cell among others"],
)  # fmt: skip
def test_read_line_past_its_limit_says_whether_a_cell_is_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, what: str
) -> None:
    monkeypatch.setattr("intake.readers.delimited.LINE_CHARS", 256)
    monkeypatch.setattr("intake.readers.delimited.CELL_CHARS", 64)
    with pytest.raises(SourceUnreadable, match=f"line 2: {what} holds") as refused:
        read_text(tmp_path, f"a,b\n{line}\n")
    assert (refused.value.code, refused.value.locator) == ("text-too-long", "line 2")


def test_read_same_bytes_twice_gives_same_parquet(tmp_path: Path) -> None:
    first, second = (read_text(tmp_path, HAN).tables[0].path for _ in range(2))
    assert Path(first).read_bytes() == Path(second).read_bytes()


def test_read_many_batches_with_late_extra_column(tmp_path: Path) -> None:
    text = "a,b\n" + "".join(f"{i},x\n" for i in range(70_000)) + "1,2,3\n"
    table = read_text(tmp_path, text).tables[0]
    rows = rows_of(table)
    assert table.rows == len(rows) == 70_001
    assert rows[0] == ["0", "x", None]
    assert rows[-1] == ["1", "2", "3"]
    assert origins_of(table)[-1] == 70_002
