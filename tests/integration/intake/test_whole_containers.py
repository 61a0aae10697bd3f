"""From file to report: an identifier planted in each corner of a container is found there, and its value is told nowhere."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from flows.lookover import look_over
from tests.personal_data import id18
from tests.sent_files import rezipped, xls, xlsx

GRID = [["单位名称", "说明"], ["财政局", "一"], ["水利局", "二"]]
ID = id18()


def _found(path: Path) -> tuple[dict[str, Any], list[tuple[str, str | None]]]:
    """The report, and source and locator of every identity number in it."""
    with look_over(path, contract=None, home=None) as seen:
        report = {**seen.report, "findings": list(seen.findings())}
    assert ID not in json.dumps(report, ensure_ascii=False)
    return report, [(f["source"], f["locator"]) for f in report["findings"] if f["entity"] == "CN_ID18"]


def _workbook(path: Path) -> Path:
    def change(book: Any) -> None:
        from openpyxl.comments import Comment
        from openpyxl.workbook.defined_name import DefinedName

        book["表"]["B2"].comment = Comment(f"见{ID}", "某科")
        book["表"].evenFooter.center.text = f"制表 {ID}"
        book["表"]["A3"].hyperlink = f"https://example.org/?q={ID}"
        book["藏"].sheet_state = "veryHidden"
        book.defined_names["n"] = DefinedName("n", attr_text=f'"{ID}"', hidden=True)
        book.properties.keywords = f"键 {ID}"

    cache = f'<pivotCacheDefinition><s v="{ID}"/></pivotCacheDefinition>'.encode()
    made = xlsx(path, ("表", GRID), ("藏", [["a", "b"], ["c", f"<b>{ID[:6]}</b>{ID[6:]}"]]), change=change)
    return rezipped(made, lambda _, d: d, {"xl/pivotCache/pivotCacheDefinition1.xml": cache})


def test_scan_finds_what_a_workbook_hides(tmp_path: Path) -> None:
    report, found = _found(_workbook(tmp_path / "a.xlsx"))
    assert report["complete"]
    assert {
        ("comment", "表!B2"), ("page_header", "表!evenFooter"), ("cell", "藏!B2"), ("defined_name", "defined name 1"),
        ("pivot_cache", "xl/pivotCache/pivotCacheDefinition1.xml"),
    } <= set(found)  # fmt: skip
    assert {"property", "external_link"} <= {source for source, _ in found}


def test_scan_finds_what_an_old_workbook_hides(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        sheet = book.get_sheet(0)
        sheet.header_str = ID.encode()
        book.get_sheet(1).visibility = 2

    path = xls(tmp_path / "a.xls", ("表", GRID), ("藏", [["a", "b"], ["c", f"%{ord('1'):02X}{ID[1:]}"]]), change=change)
    report, found = _found(path)
    assert report["complete"]
    assert ("cell", "藏!B2") in found
    assert ("page_header", "表!page header") in found


def test_scan_of_an_archive_is_complete_and_tells_the_member(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("甲/a.csv", f"单位,说明\n财政局,{ID}\n")
        archive.write(_workbook(tmp_path / "b.xlsx"), "b.xlsx")
        archive.writestr("c.geojson", json.dumps({"type": "FeatureCollection", "name": f"图{ID}", "features": [
            {"type": "Feature", "geometry": None, "properties": {"说明": "".join(f"\\u{ord(c):04x}" for c in ID)}}]}))  # fmt: skip
        archive.writestr(f"d{ID}.jsonl", '{"a": 1}\n')
    report, found = _found(tmp_path / "a.zip")
    assert report["complete"]
    assert {
        ("cell", "甲/a.csv: line 2"), ("comment", "b.xlsx: 表!B2"), ("cell", "b.xlsx: 藏!B2"), ("cell", "c.geojson: record 1"),
        ("member", "c.geojson: name"), ("member", "member 4"),
    } <= set(found)  # fmt: skip


@pytest.mark.parametrize("part", ["xl/model/item.data", "xl/media/image1.png", "xl/embeddings/a.bin"])
def test_scan_of_a_workbook_with_a_part_that_is_no_text_is_not_complete(tmp_path: Path, part: str) -> None:
    path = rezipped(xlsx(tmp_path / "a.xlsx", ("表", GRID)), lambda _, d: d, {part: b"\x01"})
    with look_over(path, contract=None, home=None) as seen:
        assert seen.blocks
        assert not seen.report["complete"]
        assert {"part-unread", "coverage-incomplete"} <= {f["code"] for f in seen.findings()}
