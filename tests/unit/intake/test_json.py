"""JSON, JSON Lines and GeoJSON: records, paths, exact numbers, and broken documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from domain.errors import SourceUnreadable
from intake.readers.jsonstream import PIECE
from tests.sent_files import codes, origins_of, parts_of, read_text, rows_of


def test_read_keeps_numbers_as_written(tmp_path: Path) -> None:
    text = '[{"a": 1.50, "b": 110101199001011234, "c": 1E5, "d": -0, "e": "x", "f": true, "g": null, "h": ""}]'
    table = read_text(tmp_path, text, "a.json").tables[0]
    assert rows_of(table) == [["1.50", "110101199001011234", "1E5", "-0", "x", "true", None, None]]


def test_read_unites_keys_in_order_of_appearance(tmp_path: Path) -> None:
    table = read_text(tmp_path, '[{"b":1,"a":2},{"c":3,"a":4}]', "a.json").tables[0]
    assert table.columns == ("b", "a", "c")
    assert rows_of(table) == [["1", "2", None], [None, "4", "3"]]
    assert table.locator(origins_of(table)[1], "c") == "record 2"


def test_read_nested_values_as_json_text(tmp_path: Path) -> None:
    table = read_text(tmp_path, '[{"a": {"x": 1.50, "甲": ["y", null]}}]', "a.json").tables[0]
    assert rows_of(table) == [['{"x": 1.50, "甲": ["y", null]}']]


def test_read_arrays_joined_back_to_back(tmp_path: Path) -> None:
    table = read_text(tmp_path, '[{"a":1}]\n[{"a":2},{"a":3}][]', "a.json").tables[0]
    assert rows_of(table) == [["1"], ["2"], ["3"]]


def test_read_arrays_of_arrays_with_header(tmp_path: Path) -> None:
    table = read_text(tmp_path, '[["id","name"],[1,"x"],[2,"y","z"]]', "a.json").tables[0]
    assert table.columns == ("id", "name", "（第3列）")
    assert rows_of(table) == [["1", "x", None], ["2", "y", "z"]]


def test_read_records_at_a_path_and_members_around(tmp_path: Path) -> None:
    text = '{"code": 0, "data": {"total": 2, "list": [{"a": 1}, {"a": 2}]}, "by": "编写人", "tags": ["x", "y"]}'
    reading = read_text(tmp_path, text, "a.json", records="data.list")
    assert [(t.name, t.rows) for t in reading.tables] == [("data.list", 2)]
    assert parts_of(reading, "member") == [
        ("code", "code\t0"), ("data.total", "total\t2"), ("by", "by\t编写人"), ("tags", 'tags\t["x", "y"]'),
    ]  # fmt: skip


def test_read_every_array_of_records_is_a_table(tmp_path: Path) -> None:
    reading = read_text(tmp_path, '{"a": [{"x": 1}], "b": [{"y": 2}, {"y": 3}]}', "a.json")
    assert [(t.name, t.rows) for t in reading.tables] == [("a", 1), ("b", 2)]


def test_read_empty_array_at_the_path_is_an_empty_table(tmp_path: Path) -> None:
    reading = read_text(tmp_path, '{"data": {"list": []}}', "a.json", records="data.list")
    assert [(t.name, t.rows, t.columns) for t in reading.tables] == [("data.list", 0, ())]


def test_read_single_object_is_one_record(tmp_path: Path) -> None:
    reading = read_text(tmp_path, '{"a": 1, "b": {"c": 2}}', "a.json")
    assert rows_of(reading.tables[0]) == [["1", '{"c": 2}']]
    assert reading.parts == ()


def test_read_repeated_key_keeps_both_values(tmp_path: Path) -> None:
    reading = read_text(tmp_path, '[{"a":1,"a":2}]', "a.json")
    assert rows_of(reading.tables[0]) == [["1", "2"]]
    assert codes(reading.findings) == {"header-duplicate": 1}


def test_read_json_lines_with_physical_lines(tmp_path: Path) -> None:
    table = read_text(tmp_path, '{"a":1}\n\n{"a":"x"}\n', "a.jsonl").tables[0]
    assert rows_of(table) == [["1"], ["x"]]
    assert [table.locator(o) for o in origins_of(table)] == ["line 1", "line 3"]


def test_read_geojson_features(tmp_path: Path) -> None:
    feature = {
        "type": "Feature",
        "id": 7,
        "properties": {"name": "河"},
        "geometry": {"type": "Point", "coordinates": [1.5, 2]},
    }
    text = json.dumps(
        {"type": "FeatureCollection", "crs": {"name": "CGCS2000"}, "features": [feature]}, ensure_ascii=False
    )
    reading = read_text(tmp_path, text, "a.geojson")
    assert reading.format == "geojson"
    assert reading.tables[0].columns == ("name", "id", "geometry")
    assert rows_of(reading.tables[0]) == [["河", "7", '{"type": "Point", "coordinates": [1.5, 2]}']]
    assert ("crs.name", "name\tCGCS2000") in parts_of(reading, "member")


def test_read_gb18030_json(tmp_path: Path) -> None:
    reading = read_text(tmp_path, '[{"单位":"财政局"}]'.encode("gb18030"), "a.json")
    assert (reading.encoding, rows_of(reading.tables[0])) == ("gb18030", [["财政局"]])


def test_read_number_that_two_pieces_share(tmp_path: Path) -> None:
    text = "[" + " " * (PIECE - 3) + "12345678]"
    assert rows_of(read_text(tmp_path, text, "a.json").tables[0]) == [["12345678"]]


def test_read_value_longer_than_a_piece(tmp_path: Path) -> None:
    long = "文" * 700_000
    table = read_text(tmp_path, json.dumps([{"a": long}, {"a": "b"}], ensure_ascii=False), "a.json").tables[0]
    assert rows_of(table) == [[long], ["b"]]


@pytest.mark.parametrize(
    ("text", "name", "code"),
    [
        ('[{"a":1},{"a"', "a.json", "file-truncated"),
        ('[{"a":1}', "a.json", "file-truncated"),
        ('{"a":[{"b":1}', "a.json", "file-truncated"),
        ('[{"a":1} {"a":2}]', "a.json", "source-unreadable"),
        ('{"a":[{"b":1}]} tail', "a.json", "source-unreadable"),
        ('[{"a":NaN}]', "a.json", "source-unreadable"),
        ('{"a":1}\n{"a":\n', "a.jsonl", "source-unreadable"),
        ('{"a":1}\n{"a":', "a.jsonl", "file-truncated"),
        ("[" * 100_000, "a.json", "nested-too-deep"),
        ('[{"a":"\\ud800"}]', "a.json", "encoding-invalid"),
        ("  \n", "a.json", "file-empty"),
    ],
)
def test_read_refuses_broken_document_naming_no_text(tmp_path: Path, text: str, name: str, code: str) -> None:
    with pytest.raises(SourceUnreadable) as refused:
        read_text(tmp_path, text, name)
    assert refused.value.code == code
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("limits", [{"rows": 1}, {"columns": 2}], ids=["rows", "columns"])
def test_read_past_a_limit_is_refused(tmp_path: Path, limits: dict[str, int]) -> None:
    with pytest.raises(SourceUnreadable) as refused:
        read_text(tmp_path, '[{"a":1},{"b":2},{"c":3}]', "a.json", limits=limits)
    assert refused.value.code == "limit-exceeded"


def test_read_loses_no_key_on_the_way_to_the_records(tmp_path: Path) -> None:
    text = '{"甲藏": {"乙藏": [{"a": 1}]}, "丙藏": null, "丁藏": {}, "戊藏": "", "己藏": []}'
    reading = read_text(tmp_path, text, "a.json")
    said = "\n".join(part.text for part in reading.parts)
    assert [key for key in "甲乙丙丁戊己" if f"{key}藏" not in said] == []
    assert {where for where, _ in parts_of(reading, "header")} >= {"甲藏", "甲藏.乙藏", "丙藏"}


def test_read_loses_no_text_of_a_geojson_document(tmp_path: Path) -> None:
    feature = (
        '{"type": "Feature", "id": "编号", "bbox": [1], "别名": "外名", "properties": {"名": "河", "层": {"深": ["底"]}},'
        ' "geometry": {"type": "Point", "coordinates": [1, 2], "注": "点注"}, "properties": null}'
    )
    text = (
        '{"type": "FeatureCollection", "name": "图名", "crs": {"properties": {"name": "坐标系"}}, "properties": {"制": "制图人"},'
        f' "外": {{"x": ["外员"]}}, "features": [{feature}, {{"type": "Feature", "properties": "散文", "geometry": null}}]}}'
    )
    reading = read_text(tmp_path, text, "a.geojson")
    (table,) = reading.tables
    said = "\n".join(
        [*(c for row in rows_of(table) for c in row if c), *table.headers, *(part.text for part in reading.parts)]
    )
    words = [
        "编号",
        "别名",
        "外名",
        "名",
        "河",
        "层",
        "深",
        "底",
        "注",
        "点注",
        "图名",
        "坐标系",
        "制图人",
        "外员",
        "散文",
    ]
    assert [word for word in words if word not in said] == []


@pytest.mark.parametrize(
    "text",
    [
        '[{"a\\ud800": 1}]',
        '{"rows": [{"a": 1}], "by": "\\udc00"}',
        '{"rows": [{"a": 1}], "b\\ud800y": "x"}',
        '{"r\\ud800": [{"a": 1}]}',
        '{"features": [{"type": "Feature", "geometry": null, "properties": {"\\ud800": 1}}]}',
    ],
    ids=["key", "member", "member's key", "table", "property"],
)
def test_read_refuses_half_a_character_wherever_it_stands(tmp_path: Path, text: str) -> None:
    with pytest.raises(SourceUnreadable) as refused:
        read_text(tmp_path, text, "a.json")
    assert refused.value.code == "encoding-invalid"
    assert "\\ud" not in ascii(str(refused.value))
