"""Whatever a modern workbook carries beside its cells is scanned, or named as unread: one planted text for each place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from domain.table import Reading
from tests.sent_files import codes, parts_of, read_sent, rezipped, rows_of, xlsx

GRID = [["单位名称", "金额", "备注"], ["财政局", 1.5, None], ["水利局", 2, "x"]]
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
DRAWING = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:c="chart" xmlns:xdr="drawing"'
SHEET = "xl/worksheets/sheet1.xml"


def texts_of(reading: Reading) -> list[str]:
    """Every text of a reading, cells, headers and texts around them."""
    cells = [c for t in reading.tables for row in rows_of(t) for c in row if c]
    return [*cells, *(h for t in reading.tables for h in t.headers), *(p.text for p in reading.parts),
            *(p.text for t in reading.tables for p in t.preamble)]  # fmt: skip


def with_part(folder: Path, part: str, xml: str) -> Reading:
    data = xml.encode()
    return read_sent(rezipped(xlsx(folder / "a.xlsx", ("表", GRID)), lambda _, d: d, {part: data}))


def with_edit(folder: Path, part: str, old: str, new: str) -> Reading:
    path = xlsx(folder / "a.xlsx", ("表", GRID))

    def edit(name: str, data: bytes) -> bytes:
        assert name != part or old.encode() in data
        return data.replace(old.encode(), new.encode(), 1) if name == part else data

    return read_sent(rezipped(path, edit))


PARTS = {
    "threaded comment": ("xl/threadedComments/threadedComment1.xml", f'<ThreadedComments {MAIN}><threadedComment ref="B2"><text>藏</text></threadedComment></ThreadedComments>', "comment"),
    "person of a thread": ("xl/persons/person.xml", f'<personList {MAIN}><person displayName="Zhang San" userId="x@y.cn"/></personList>', "comment"),
    "text of a comment's odd child": ("xl/comments9.xml", f"<comments {MAIN}><comment ref='A1'><odd>藏</odd></comment></comments>", "comment"),
    "pivot item": ("xl/pivotCache/pivotCacheDefinition1.xml", f'<x {MAIN}><sharedItems><s v="Li"/><n v="13900000000"/></sharedItems></x>', "pivot_cache"),
    "pivot record": ("xl/pivotCache/pivotCacheRecords1.xml", f'<x {MAIN}><r><s v="藏"/><x v="0"/></r></x>', "pivot_cache"),
    "cached value of a link": ("xl/externalLinks/externalLink1.xml", f'<x {MAIN}><cell r="A1"><v>7</v></cell><sheetName val="S"/></x>', "external_link"),
    "connection": ("xl/connections.xml", f'<x {MAIN}><connection id="1" name="c"><dbPr connection="Server=s;User ID=li;Password=p"/></connection></x>', "external_link"),
    "table column": ("xl/tables/table1.xml", f'<table {MAIN} name="t"><tableColumn name="Li"/><filter val="Wu"/></table>', "member"),
    "text box": ("xl/drawings/drawing1.xml", f"<xdr:x {DRAWING}><a:t>藏</a:t></xdr:x>", "member"),
    "alternative text of a shape": ("xl/drawings/drawing2.xml", f'<xdr:x {DRAWING}><xdr:cNvPr id="2" name="n" descr="Liu" title="Wu"/></xdr:x>', "member"),
    "chart": ("xl/charts/chart1.xml", f"<c:x {DRAWING}><c:pt><c:v>藏</c:v></c:pt></c:x>", "member"),
    "custom XML": ("customXml/item1.xml", "<x><y>藏</y></x>", "member"),
    "form control": ("xl/ctrlProps/ctrlProp1.xml", f'<formControlPr {MAIN}><itemLst><item val="Liu"/></itemLst></formControlPr>', "member"),
    "revision": ("xl/revisions/revisionLog1.xml", f'<x {MAIN}><rcc><nc r="A1" t="inlineStr"><is><t>藏</t></is></nc></rcc></x>', "member"),
    "user of a revision": ("xl/revisions/userNames.xml", f'<users {MAIN}><userInfo name="Liu Wu"/></users>', "member"),
    "sheet that no list names": ("xl/worksheets/sheet77.xml", f'<worksheet {MAIN}><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>藏</t></is></c></row></sheetData></worksheet>', "member"),
    "strings that no list names": ("old/sharedStrings.xml", f"<sst {MAIN}><si><t>藏</t></si></sst>", "member"),
    "remark": ("xl/drawings/drawing3.xml", f"<xdr:x {DRAWING}><!-- 藏 --></xdr:x>", "member"),
    "remark among relations": ("xl/drawings/_rels/drawing3.xml.rels", "<Relationships><!-- 藏 --></Relationships>", "member"),
    "instruction": ("customXml/item2.xml", "<x><?note 藏?></x>", "member"),
    "name of a part": ("xl/藏.xml", "<x/>", "member"),
    "old drawing": ("xl/drawings/vmlDrawing1.vml", '<xml xmlns:v="v"><v:shape alt="Liu"><div>藏</div></v:shape></xml>', "member"),
    "name of an element": ("customXml/item3.xml", "<x><密藏/><y 深处='1'/></x>", "member"),
    "mention in a comment": ("xl/comments8.xml", f"<comments {MAIN}><comment ref='A1'><commentPr altText='密藏'/></comment></comments>", "comment"),
    "text behind a property": ("docProps/custom.xml", "<Properties><x/>藏</Properties>", "property"),
    "inner target of a relation": ("xl/drawings/_rels/drawing4.xml.rels", "<Relationships><Relationship Id='密藏' Type='x' Target='深处.xml'/></Relationships>", "external_link"),
    "content types": ("customXml/[Content_Types].xml", '<Types><Override PartName="/藏.xml"/></Types>', "member"),
}  # fmt: skip
SEEN_AS = {
    "person of a thread": ("Zhang San", "x@y.cn"), "pivot item": ("Li", "13900000000"), "cached value of a link": ("7",),
    "connection": ("User ID=li",), "name of an element": ("藏", "深"), "inner target of a relation": ("藏", "深"), "table column": ("Li", "Wu"), "alternative text of a shape": ("Liu", "Wu"), "form control": ("Liu",),
    "user of a revision": ("Liu Wu",), "old drawing": ("Liu", "藏"),
}  # fmt: skip


@pytest.mark.parametrize("case", PARTS)
def test_read_scans_text_in(tmp_path: Path, case: str) -> None:
    part, xml, source = PARTS[case]
    reading = with_part(tmp_path, part, xml)
    texts = [text for _, text in parts_of(reading, source)]
    assert all(any(wanted in text for text in texts) for wanted in SEEN_AS.get(case, ("藏",)))
    assert reading.unread == ()


EDITS = {
    "tooltip of a link": (SHEET, "</sheetData>", '</sheetData><hyperlinks><hyperlink ref="A1" location="Liu!A1" tooltip="Liu" display="Wu"/></hyperlinks>', ("Liu", "Wu")),
    "prompt of a validation": (SHEET, "</sheetData>", '</sheetData><dataValidations><dataValidation type="list" promptTitle="Liu" prompt="Wu" errorTitle="He" error="Li"><formula1>"甲藏,乙"</formula1></dataValidation></dataValidations>', ("Liu", "Wu", "He", "Li", "甲藏")),
    "newer validation": (SHEET, "</sheetData>", '</sheetData><extLst><ext><x14 xmlns:xm="m"><xm:f>"藏,乙"</xm:f></x14></ext></extLst>', ("藏",)),
    "conditional format": (SHEET, "</sheetData>", '</sheetData><conditionalFormatting sqref="A1"><cfRule type="expression"><formula>A1="藏"</formula></cfRule></conditionalFormatting>', ("藏",)),
    "filter": (SHEET, "</sheetData>", '</sheetData><autoFilter ref="A1:B2"><filters><filter val="Liu"/></filters></autoFilter>', ("Liu",)),
    "text between elements": (SHEET, "</sheetData>", "</sheetData><x>藏<y/>深</x>", ("藏", "深")),
    "text among the cells": (SHEET, "</sheetData>", "<odd>藏</odd></sheetData>", ("藏",)),
    "remark of a sheet": (SHEET, "</sheetData>", "<!-- 藏 --></sheetData>", ("藏",)),
    "truth that is none": (SHEET, "</row></sheetData>", '<c r="D3" t="b"><v>13900000000</v></c></row></sheetData>', ("13900000000",)),
    "attribute of a cell": (SHEET, "</row></sheetData>", '<c r="D3" note="密藏"><f ref="深处">1</f><v>2</v><y z="Liu 13900000000"/></c></row></sheetData>', ("密藏", "深处", "Liu 13900000000")),
    "attribute of a row": (SHEET, '<row r="3"', '<row r="3" note="密藏"', ("藏",)),
    "attribute of columns and boxes": (SHEET, "<sheetData>", '<cols><col min="1" max="1" note="密藏"/></cols><mergeCells><mergeCell ref="H1:I1" note="深处"/></mergeCells><sheetData>', ("藏", "深")),
    "digits in a formula": (SHEET, "</row></sheetData>", '<c r="D3"><f>IF(1,2,13900000000)</f><v>2</v></c></row></sheetData>', ("13900000000",)),
    "first and even page": (SHEET, "</sheetData>", "</sheetData><headerFooter><evenFooter>&amp;C甲藏</evenFooter><firstHeader>139&amp;B00000000</firstHeader></headerFooter>", ("甲藏", "13900000000")),
    "hidden name": ("xl/workbook.xml", "<definedNames />", '<definedNames><definedName name="_藏" hidden="1" comment="Liu">"深"</definedName></definedNames>', ("_藏", "Liu", "深")),
    "number format": ("xl/styles.xml", "<fonts", '<numFmts count="1"><numFmt numFmtId="200" formatCode="&quot;Liu&quot;0"/></numFmts><fonts', ("Liu",)),
    "last editor": ("docProps/core.xml", "</cp:coreProperties>", "<cp:lastModifiedBy>Liu</cp:lastModifiedBy><!-- 藏 --></cp:coreProperties>", ("Liu", "藏")),
    "target of a link": ("docProps/app.xml", "</Properties>", "<Manager>Liu</Manager><HyperlinkBase>file://Wu</HyperlinkBase></Properties>", ("Liu", "Wu")),
}  # fmt: skip


@pytest.mark.parametrize("case", EDITS)
def test_read_scans_text_at(tmp_path: Path, case: str) -> None:
    part, old, new, wanted = EDITS[case]
    texts = texts_of(with_edit(tmp_path, part, old, new))
    assert all(any(word in text for text in texts) for word in wanted)


def test_read_tells_of_the_last_cell_once(tmp_path: Path) -> None:
    reading = with_edit(tmp_path, SHEET, "</sheetData>", "</sheetData><x><y/></x>")
    assert sum(text == "x" for text in texts_of(reading)) == 1


@pytest.mark.parametrize(
    ("part", "tag"),
    [("xl/drawings/drawing1.xml", "a:p"), ("xl/sharedStrings2.xml", "si"), ("xl/drawings/vmlDrawing1.vml", "div")],
    ids=["shape", "shared string", "old shape"],
)
def test_read_joins_runs_of_one_paragraph_and_no_others(tmp_path: Path, part: str, tag: str) -> None:
    runs = "".join(f"<a:r><a:rPr/><a:t>{digits}</a:t></a:r>" for digits in ("139", "0000", "0000"))
    reading = with_part(tmp_path, part, f"<x {DRAWING}><{tag}>{runs}</{tag}><{tag}><a:t>12</a:t></{tag}></x>")
    text = next(text for _, text in parts_of(reading, "member") if "139" in text)
    assert "13900000000" in text.split("\n")
    assert "12" in text.split("\n")


def test_read_never_melts_two_items_into_one_number(tmp_path: Path) -> None:
    from tests.looking import look

    items = "".join(f'<s v="{digits}"/>' for digits in ("139", "0000", "0000"))
    reading = with_part(tmp_path, "xl/pivotCache/pivotCacheDefinition1.xml", f"<x>{items}</x>")
    assert [look(text) for _, text in parts_of(reading, "pivot_cache")] == [[]]


UNREAD = {
    "data model": ("xl/model/item.data", "数据模型"),
    "embedded workbook": ("xl/embeddings/Microsoft_Excel_Sheet1.xlsx", "嵌入"),
    "embedded object": ("xl/embeddings/oleObject1.bin", "嵌入"),
    "picture": ("xl/media/image1.emf", "图片"),
    "control": ("xl/activeX/activeX1.bin", "控件"),
    "anything": ("xl/strange.dat", "非文本"),
}


@pytest.mark.parametrize(("part", "word"), UNREAD.values(), ids=UNREAD.keys())
def test_read_names_what_is_no_text(tmp_path: Path, part: str, word: str) -> None:
    reading = read_sent(rezipped(xlsx(tmp_path / "a.xlsx", ("表", GRID)), lambda _, d: d, {part: b"\x01"}))
    assert [where for where, _ in reading.unread] == [part]
    (finding,) = [f for f in reading.findings if f.code == "part-unread"]
    assert finding.severity == "block"
    assert word in finding.note


def test_read_names_encoded_content_in_a_text(tmp_path: Path) -> None:
    import base64

    query = base64.b64encode(bytes(range(256)) * 2).decode()
    reading = with_part(tmp_path, "customXml/item1.xml", f'<DataMashup xmlns="m">{query}</DataMashup>')
    assert codes(reading.findings)["part-unread"] == 1
    assert reading.unread[0][0] == "customXml/item1.xml"


def test_read_tells_the_sheet_of_what_hangs_by_it(tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet("甲")
        sheet.write_row(0, 0, ["单位", "额"])
        sheet.write_row(1, 0, ["x", 1])
        sheet.write_comment("B2", "批注", {"author": "某人"})
        sheet.insert_textbox("D1", "文本框")
        sheet.write_url("A3", "https://example.org/x", tip="提示")
        chart = book.add_chart({"type": "line"})
        chart.add_series({"name": "系列", "values": "=甲!$B$2:$B$2"})
        sheet.insert_chart("F1", chart)
        sheet.add_table("H1:I3", {"columns": [{"header": "表头"}, {"header": "另一"}]})
    reading = read_sent(tmp_path / "a.xlsx")
    where = {
        word: {p.locator for p in reading.parts if word in p.text}
        for word in ("批注", "文本框", "系列", "提示", "另一")
    }
    assert where["批注"] == {"甲!B2"}
    assert all(any(locator.startswith("甲!") for locator in found) for found in where.values())
    assert any(p.locator.startswith("甲!") for p in reading.parts if "example.org" in p.text)
    assert reading.unread == ()


def test_read_reads_phonetic_hints_and_runs_of_shared_strings(tmp_path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet("甲")
        sheet.write_row(0, 0, ["单位", "说明"])
        sheet.write_rich_string(1, 1, "139", book.add_format({"bold": True}), "0000", "0000")

    def edit(name: str, data: bytes) -> bytes:
        hint = "<rPh sb='0' eb='1'><t>藏</t></rPh></si></sst>".encode()
        return data.replace(b"</si></sst>", hint) if name == "xl/sharedStrings.xml" else data

    reading = read_sent(rezipped(tmp_path / "a.xlsx", edit))
    assert rows_of(reading.tables[0]) == [[None, "13900000000"]]
    assert any(text == "藏" for _, text in parts_of(reading, "member"))


def test_read_costs_no_square_of_hostile_markup(tmp_path: Path) -> None:
    def edit(name: str, data: bytes) -> Any:
        return (
            data.replace(b"</sheetData>", b"</sheetData><x><![CDATA[" + b"<mergeCell " * 90_000 + b"]]></x>")
            if name == SHEET
            else data
        )

    extra = {
        "xl/drawings/old.vml": b"<" * 1_000_000,
        "docProps/x.xml": b"<x><![CDATA[" + b"<!--" * 250_000 + b"]]></x>",
    }
    reading = read_sent(rezipped(xlsx(tmp_path / "a.xlsx", ("表", GRID)), edit, extra), limits={"seconds": 8})
    assert reading.tables[0].rows == 2
