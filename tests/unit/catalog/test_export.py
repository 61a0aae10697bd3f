"""Exports say what the table says, in every format, and say it in the same bytes twice."""

import csv
import datetime
import io
import json
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from catalog.export import export, file_name
from catalog.exported import Exported
from tests.catalogue_release import FIELDS, ROWS, Rows, make_contract
from tests.tables import table_from_rows


def run(tmp_path: Path, rows: Rows = ROWS, into: str = "out", **changes: object) -> Exported:
    contract = make_contract(**changes)
    names = [f.name for f in contract.tables[0].fields]
    info = table_from_rows(tmp_path, "main", rows, columns=names)
    return export({"main": info}, contract, period="2025", edition=1, into=tmp_path / into)


def bytes_of(exported: Exported, kind: str) -> bytes:
    return next(f for f in exported.files if f.format == kind).path.read_bytes()


def test_export_writes_ascii_names_in_public_order(tmp_path: Path) -> None:
    assert [f.name for f in run(tmp_path).files] == [
        "finance-debt-limit-2025-main.csv",
        "finance-debt-limit-2025-main.xlsx",
        "finance-debt-limit-2025-main.parquet",
        "datapackage.json",
    ]


def test_export_csv_has_bom_titles_and_unaltered_values(tmp_path: Path) -> None:
    data = bytes_of(run(tmp_path), "csv")
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["地区", "债务限额", "区划代码", "下达日期"]
    assert rows[2] == ["乙县,=1+1", "7", "007", "—"]


def test_export_xlsx_keeps_text_as_text_and_shows_numbers_as_written(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(bytes_of(run(tmp_path), "xlsx")))
    assert book.sheetnames == ["政府债务限额", "字段说明"]
    sheet = book["政府债务限额"]
    assert [c.value for c in sheet[3]] == ["乙县,=1+1", 7, "007", "—"]
    assert sheet["B2"].value == 12.5
    assert sheet["B2"].number_format == "0.00"
    assert all(c.data_type != "f" for row in sheet for c in row)
    assert [c.value for c in book["字段说明"][3]] == ["债务限额", "limit_amount", None, "number", "亿元", "年末数"]


def test_export_parquet_types_only_columns_that_cast_exactly(tmp_path: Path) -> None:
    table = pq.read_table(io.BytesIO(bytes_of(run(tmp_path), "parquet")))
    assert table.column_names == [f["name"] for f in FIELDS]
    assert [str(t) for t in table.schema.types] == ["string", "double", "string", "date32[day]"]
    assert table.column("decided_on").to_pylist() == [datetime.date(2025, 3, 1), None]
    assert b"pandas" not in (table.schema.metadata or {})


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet", "json"])
def test_export_twice_gives_same_bytes(tmp_path: Path, kind: str) -> None:
    assert bytes_of(run(tmp_path, into="a"), kind) == bytes_of(run(tmp_path, into="b"), kind)


def test_export_large_table_leaves_xlsx_out_and_says_so(tmp_path: Path) -> None:
    exported = run(tmp_path, [{"region": "甲县"}] * 200_001)
    assert "xlsx" not in {f.format for f in exported.files}
    assert exported.left_out[0][0] == "xlsx"
    assert "200001" in exported.left_out[0][1]


def test_export_long_cell_leaves_xlsx_out(tmp_path: Path) -> None:
    assert run(tmp_path, [{"region": "长" * 32_768}]).left_out[0][0] == "xlsx"


def test_export_one_column_keeps_empty_rows(tmp_path: Path) -> None:
    rows: Rows = [{"region": "甲"}, {"region": None}, {"region": "乙"}]
    exported = run(tmp_path, rows, tables=[{"name": "main", "fields": FIELDS[:1]}])
    parsed = list(csv.reader(io.StringIO(bytes_of(exported, "csv").decode("utf-8-sig"), newline="")))
    assert parsed == [["地区"], ["甲"], [""], ["乙"]]


def test_export_empty_table_writes_headers(tmp_path: Path) -> None:
    exported = run(tmp_path, [])
    assert bytes_of(exported, "csv").decode("utf-8-sig") == "地区,债务限额,区划代码,下达日期\n"
    assert {f.rows for f in exported.files if f.table} == {0}


def test_export_unknown_column_is_refused(tmp_path: Path) -> None:
    info = table_from_rows(tmp_path, "main", [{"region": "甲", "phone": "x"}])
    with pytest.raises(ValueError, match="doesn't name"):
        export({"main": info}, make_contract(), period="2025", edition=1, into=tmp_path / "out")


PLACE = {"name": "place", "title": "位置", "type": "geojson"}
POINT = '{"type": "Point", "coordinates": [114.5000, 38.04]}'


@pytest.mark.parametrize(
    ("texts", "formats"),
    [((POINT, None), True), ((POINT, "北纬38度"), False), (("[1,2]",), False)],
    ids=["geometries", "one-is-text", "no-object"],
)
def test_export_geojson_only_for_geometries(tmp_path: Path, texts: tuple[str | None, ...], formats: bool) -> None:
    tables = [{"name": "main", "fields": [FIELDS[0], PLACE]}]
    rows: Rows = [{"region": '甲"geometry":null', "place": text} for text in texts]
    exported = run(tmp_path, rows, tables=tables)
    assert ("geojson" in {f.format for f in exported.files}) is formats
    assert ("geojson" in dict(exported.left_out)) is not formats
    if formats:
        text = bytes_of(exported, "geojson").decode()
        assert "114.5000" in text
        features = json.loads(text)["features"]
        assert features[0]["geometry"]["coordinates"] == [114.5, 38.04]
        assert features[0]["properties"] == {"region": '甲"geometry":null'}
        assert features[1]["geometry"] is None


def test_export_datapackage_describes_every_file(tmp_path: Path) -> None:
    exported = run(tmp_path)
    package = json.loads(bytes_of(exported, "json"))
    assert {r["path"]: r["hash"] for r in package["resources"]} == {
        f.name: f"sha256:{f.sha256}" for f in exported.files if f.table
    }
    schema = package["resources"][0]["schema"]
    assert [(f["name"], f["type"]) for f in schema["fields"]] == [
        ("地区", "string"),
        ("债务限额", "number"),
        ("区划代码", "string"),
        ("下达日期", "date"),
    ]
    assert schema["missingValues"] == ["", "—"]
    assert schema["primaryKey"] == ["地区"]
    assert package["licenses"][0]["name"] == "other-open"
    assert package["contributors"][0]["email"] == "debt@example.gov.cn"


def test_file_name_is_ascii_and_at_most_100_characters() -> None:
    name = file_name("d" * 120, "2025年", "main_table", "csv")
    assert name.isascii()
    assert len(name) <= 100
