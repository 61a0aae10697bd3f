"""Modern workbooks: values as the sender sees them, layout, hidden things, and what else the archive carries."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from domain.errors import SourceUnreadable
from tests.sent_files import codes, contract, origins_of, parts_of, read_sent, rezipped, rows_of, xlsx

PLAIN = [["单位名称", "金额（万元）", "备注"], ["财政局", 1.5, None], ["水利局", 2, "x"]]


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (3.0, None, "3"),
        (0.1 + 0.2, None, "0.3"),
        (41254.3, None, "41254.3"),
        (1e-7, None, "0.0000001"),
        ("007", None, "007"),
        ("110101199001011234", None, "110101199001011234"),
        (43, "000000", "000043"),
        (0.5, "0.00%", "0.5"),
        (True, None, "TRUE"),
        (dt.datetime(2026, 1, 2), None, "2026-01-02"),
        (dt.datetime(2026, 1, 2, 3, 4, 5), None, "2026-01-02 03:04:05"),
        (dt.time(3, 4, 5), None, "03:04:05"),
        (dt.timedelta(hours=30), None, "30:00:00"),
        (44000, 'yyyy"年"m"月"d"日"', "2020-06-18"),
        (5, '0"日"', "5"),
        (60, "yyyy/m/d", "1900-02-29"),
        (1e9, "yyyy/m/d", "1000000000"),
        ("#N/A", None, "#N/A"),
        (" a ", None, " a "),
        ("x\ny", None, "x\ny"),
        ("_x000D_", None, "\r"),
    ],
)
def test_read_shows_value_as_text(tmp_path: Path, value: Any, number_format: str | None, text: str) -> None:
    def change(book: Any) -> None:
        cell = book["S"].cell(2, 2, value)
        if number_format:
            cell.number_format = number_format

    reading = read_sent(xlsx(tmp_path / "a.xlsx", ("S", [["a", "b"], ["k"]]), change=change))
    assert rows_of(reading.tables[0]) == [["k", text if text.strip() else None if text == "" else text]]


def test_read_finds_table_between_title_and_notes(tmp_path: Path) -> None:
    grid = [
        ["2026年预算表"], [None, None, "单位：万元"], *PLAIN, [None], ["合计", 3.5], ["注：数据截至年底"], ["续行"], ["制表人：某某", None, "审核人：某某"],
    ]  # fmt: skip
    path = xlsx(tmp_path / "a.xlsx", ("表", grid), change=lambda b: b["表"].merge_cells("A1:C1"))
    table = read_sent(path, tables=contract().tables).tables[0]
    assert table.columns == ("单位名称", "金额（万元）", "备注")
    assert (table.rows, table.unit, origins_of(table)) == (3, "万元", [4, 5, 7])
    assert [p.locator for p in table.preamble] == ["表!A1", "表!C2", "表!A8", "表!A9", "表!A10", "表!C10"]
    assert table.outside == (1, 2, 3, 8, 9, 10)
    assert table.locator(7, "金额（万元）") == "表!B7"


def test_read_finds_header_without_contract(tmp_path: Path) -> None:
    grid = [["标题"], ["编制单位：某局", "单位：万元"], *PLAIN]
    table = read_sent(xlsx(tmp_path / "a.xlsx", ("表", grid))).tables[0]
    assert (table.columns[0], table.rows) == ("单位名称", 2)


def test_read_joins_group_headers(tmp_path: Path) -> None:
    grid = [["单位", "一般债务", None, "专项债务", None], [None, "限额", "余额", "限额", "余额"], ["甲县", 1, 2, 3, 4]]

    def change(book: Any) -> None:
        for box in ("A1:A2", "B1:C1", "D1:E1"):
            book["S"].merge_cells(box)

    table = read_sent(xlsx(tmp_path / "a.xlsx", ("S", grid), change=change)).tables[0]
    assert table.columns == ("单位", "一般债务-限额", "一般债务-余额", "专项债务-限额", "专项债务-余额")
    assert rows_of(table) == [["甲县", "1", "2", "3", "4"]]


def test_read_sets_line_of_formulas_aside(tmp_path: Path) -> None:
    grid = [["地区", "合计", "一般", "专项"], ["栏次", "A=B+C", "B", "C"], ["某市", 3, 1, 2]]
    table = read_sent(xlsx(tmp_path / "a.xlsx", ("S", grid))).tables[0]
    assert rows_of(table) == [["某市", "3", "1", "2"]]
    assert table.outside == (1, 2)


def test_read_loses_no_text_of_a_sheet(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        sheet = book["S"]
        sheet["H9"], sheet["B30"], sheet["Z2"] = "far", "low", "right"

    table = read_sent(xlsx(tmp_path / "a.xlsx", ("S", PLAIN), change=change)).tables[0]
    texts = {c for row in rows_of(table) for c in row} | {p.text for p in table.preamble} | set(table.headers)
    assert {"far", "low", "right"} <= texts
    assert table.letters == ("A", "B", "C", "H", "Z")


def test_read_reads_hidden_things_and_says_so(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        book["藏"].sheet_state, book["深"].sheet_state = "hidden", "veryHidden"
        book["表"].row_dimensions[3].hidden = True
        book["表"].column_dimensions["B"].hidden = True

    path = xlsx(tmp_path / "a.xlsx", ("表", PLAIN), ("藏", PLAIN), ("深", PLAIN), ("空", []), change=change)
    reading = read_sent(path)
    assert [(t.name, t.hidden, t.rows) for t in reading.tables] == [("表", False, 2), ("藏", True, 2), ("深", True, 2)]
    held = [(f.code, f.places[0].locator) for f in reading.findings if f.severity == "hold"]
    assert held == [
        ("hidden-rows", "表!3"),
        ("hidden-columns", "表!B:B"),
        ("hidden-sheet", "藏"),
        ("hidden-sheet", "深"),
    ]
    assert parts_of(reading, "sheet_name") == [("空", "空")]


def test_read_inspects_comments_names_properties_and_page_headers(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        from openpyxl.comments import Comment
        from openpyxl.workbook.defined_name import DefinedName
        from openpyxl.worksheet.datavalidation import DataValidation

        book["表"]["B2"].comment = Comment("批注内容", "批注人")
        book["表"].oddHeader.center.text = "页眉文字"
        choice = DataValidation(type="list", formula1='"选项甲,选项乙"')
        choice.add("C2")
        book["表"].add_data_validation(choice)
        book["表"]["A3"].hyperlink = "mailto:office@example.org"
        book.defined_names["地区"] = DefinedName("地区", attr_text="表!$A$1")
        book.properties.creator = "编写人"

    reading = read_sent(xlsx(tmp_path / "a.xlsx", ("表", PLAIN), change=change))
    assert codes(reading.findings) == {"comment": 1, "defined-name": 1, "document-property": 1}
    assert ("表!B2", "批注内容") in parts_of(reading, "comment")
    assert ("defined name 1", "地区\t表!$A$1") in parts_of(reading, "defined_name")
    assert any("页眉文字" in text for _, text in parts_of(reading, "page_header"))
    assert any(text == "编写人" for _, text in parts_of(reading, "property"))
    assert any("选项甲" in text for _, text in parts_of(reading, "member"))
    assert any("office@example.org" in text for _, text in parts_of(reading, "external_link"))
    assert reading.unread == ()


def test_read_blocks_formula_without_value(tmp_path: Path) -> None:
    reading = read_sent(xlsx(tmp_path / "a.xlsx", ("S", [["a", "b"], [1, '=IF(A2>0,"甲","乙")']])))
    finding = next(f for f in reading.findings if f.code == "formula-without-value")
    assert (finding.severity, finding.places[0].locator) == ("block", "S!B2")
    assert any("甲" in text for _, text in parts_of(reading, "nested"))


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("xl/vbaProject.bin", "macro"),
        ("xl/media/image1.png", "part-unread"),
        ("xl/embeddings/oleObject1.bin", "part-unread"),
        ("docProps/thumbnail.jpeg", "part-unread"),
    ],
)
def test_read_blocks_part_that_is_no_text(tmp_path: Path, part: str, code: str) -> None:
    path = rezipped(xlsx(tmp_path / "a.xlsx", ("S", PLAIN)), lambda _, d: d, {part: b"\x01\x02"})
    reading = read_sent(path)
    assert reading.unread
    assert code in codes([f for f in reading.findings if f.severity == "block"])


@pytest.mark.parametrize(
    ("part", "source"),
    [
        ("xl/pivotCache/pivotCacheRecords1.xml", "pivot_cache"),
        ("xl/externalLinks/externalLink1.xml", "external_link"),
        ("xl/drawings/drawing1.xml", "member"),
        ("customXml/item1.xml", "member"),
    ],
)
def test_read_scans_texts_of_other_parts(tmp_path: Path, part: str, source: str) -> None:
    data = '<r xmlns="x"><s v="藏在这里">另有文字</s></r>'.encode()
    reading = read_sent(rezipped(xlsx(tmp_path / "a.xlsx", ("S", PLAIN)), lambda _, d: d, {part: data}))
    assert any("藏在这里" in t and "另有文字" in t for where, t in parts_of(reading, source) if where == part)


def test_read_scans_strings_that_no_cell_shows(tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet("S")
        for number, row in enumerate(PLAIN):
            sheet.write_row(number, 0, row)

    def edit(name: str, data: bytes) -> bytes:
        if name != "xl/sharedStrings.xml":
            return data
        return data.replace(b"</sst>", "<si><t>删掉的文字</t></si></sst>".encode())

    reading = read_sent(rezipped(tmp_path / "a.xlsx", edit))
    assert rows_of(reading.tables[0])[1] == ["水利局", "2", "x"]
    assert any("删掉的文字" in text for _, text in parts_of(reading, "member"))


def _replaced(old: bytes, new: bytes, part: str) -> Any:
    return lambda name, data: data.replace(old, new, 1) if name == part else data


SHEET = "xl/worksheets/sheet1.xml"


def _second_row_as_first(name: str, data: bytes) -> bytes:
    if name != SHEET:
        return data
    for old, new in ((b'r="2"', b'r="1"'), (b'r="A2"', b'r="A1"'), (b'r="B2"', b'r="B1"'), (b'r="C2"', b'r="C1"')):
        data = data.replace(old, new)
    return data


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (_replaced(b"<worksheet", b'<!DOCTYPE z [<!ENTITY a "b">]><worksheet', SHEET), "archive-bomb"),
        (_replaced(b'<row r="2"', b'<row r="1"', SHEET), "source-unreadable"),
        (_second_row_as_first, "source-unreadable"),
        (_replaced(b'r="B2"', b'r="A2"', SHEET), "source-unreadable"),
        (_replaced(b"</sheetData>", b"", SHEET), "file-truncated"),
        (lambda n, d: None if n == SHEET else d, "file-truncated"),
        (lambda n, d: b"" if n == "xl/workbook.xml" else d, "file-truncated"),
    ],
    ids=["doctype", "row-of-other-cells", "row-twice", "cell-twice", "cut-sheet", "sheet-gone", "workbook-empty"],
)
def test_read_refuses_broken_workbook(tmp_path: Path, edit: Any, code: str) -> None:
    path = rezipped(xlsx(tmp_path / "a.xlsx", ("S", PLAIN)), edit)
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(path)
    assert refused.value.code == code


def test_read_refuses_zip_bomb_before_unpacking(tmp_path: Path) -> None:
    path = rezipped(xlsx(tmp_path / "a.xlsx", ("S", PLAIN)), lambda _, d: d, {"xl/a.xml": b" " * (40 << 20)})
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(path)
    assert refused.value.code == "archive-bomb"


def test_read_refuses_archive_of_too_many_parts(tmp_path: Path) -> None:
    path = rezipped(
        xlsx(tmp_path / "a.xlsx", ("S", PLAIN)), lambda _, d: d, {f"x/{i}.xml": b"<a/>" for i in range(10_001)}
    )
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(path)
    assert refused.value.code == "archive-bomb"


@pytest.mark.parametrize("kept", [0.3, 0.7, 0.98])
def test_read_refuses_truncated_workbook(tmp_path: Path, kept: float) -> None:
    path = xlsx(tmp_path / "a.xlsx", ("S", PLAIN))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(path)
    assert refused.value.code == "file-truncated"


def test_read_refuses_workbook_without_text(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(xlsx(tmp_path / "a.xlsx", ("S", [])))
    assert refused.value.code == "file-empty"


def test_read_stray_cell_far_away_costs_no_rectangle(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        book["S"].cell(1_048_576, 16_384, "end")

    table = read_sent(xlsx(tmp_path / "a.xlsx", ("S", PLAIN), change=change)).tables[0]
    assert (table.rows, table.letters[-1], origins_of(table)[-1]) == (3, "XFD", 1_048_576)
