"""Any grid of texts comes back exactly; any bytes at all end in a reading or in SourceUnreadable."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import SourceUnreadable
from intake.census import census
from tests.sent_files import read_sent, rows_of

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
HEADERS = st.lists(
    st.text(st.sampled_from("abcdefgh甲乙丙丁"), min_size=1, max_size=5), min_size=2, max_size=5, unique_by=str.casefold
)


@st.composite
def grids(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    headers = draw(HEADERS)
    rows = draw(st.lists(st.lists(TEXT, min_size=len(headers), max_size=len(headers)), max_size=8))
    return headers, [["k", *row[1:]] for row in rows]  # a first cell, so that no row is blank or a note


def _read(data: bytes, name: str, **spec: Any) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sent"
        path.write_bytes(data)
        reading = read_sent(path, name=name, **spec)
        counted = census(path, reading)
        return [rows_of(t) for t in reading.tables], reading, counted


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    grids(),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    st.sampled_from(",\t;|"),
    st.sampled_from(["\n", "\r\n"]),
)
def test_csv_grid_comes_back_exactly(
    grid: tuple[list[str], list[list[str]]], codec: str, delimiter: str, end: str
) -> None:
    headers, rows = grid
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if end == "\n" else csv.QUOTE_MINIMAL  # with "\n" csv leaves a lone "\r" unquoted
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows([headers, *rows])
    (cells,), reading, counted = _read(
        out.getvalue().encode(codec), "a.csv", delimiter=delimiter, encoding=codec.removesuffix("-sig")
    )
    assert list(reading.tables[0].columns) == headers
    assert cells == [[c or None for c in row] for row in rows]
    assert counted == {"a": (len(rows), len(headers))}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.dictionaries(TEXT.filter(str.strip), TEXT | st.integers() | st.none() | st.booleans() | st.lists(st.integers(), max_size=3), min_size=1), min_size=1, max_size=6))  # fmt: skip
def test_json_records_come_back_exactly(records: list[dict[str, Any]]) -> None:
    (cells,), reading, counted = _read(json.dumps(records).encode(), "a.json")
    keys = list(dict.fromkeys(k for r in records for k in r))
    assert list(reading.tables[0].headers) == keys
    assert cells == [[_shown(r.get(k)) for k in keys] for r in records]
    assert counted == {"a": (len(records), len(keys))}


def _shown(value: Any) -> str | None:
    if isinstance(value, str):
        return value or None
    return None if value is None else json.dumps(value)


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.xls", "a.json", "a.jsonl", "a.geojson", "a.parquet", "a"])
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1", b"[", b'{"a":', b'"', b"\xff\xfe", b"\x09\x08\x10\x00"]),
    st.binary(max_size=300),
    st.sampled_from([b"", b"PAR1", b"]"]),
)  # fmt: skip
def test_any_bytes_end_in_a_reading_or_a_refusal(name: str, head: bytes, body: bytes, tail: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sent"
        path.write_bytes(head + body + tail)
        try:
            reading = read_sent(path, name=name)
        except SourceUnreadable:
            return
        assert reading.tables
        census(path, reading)


@pytest.fixture(scope="module")
def whole_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from tests.sent_files import xls, xlsx

    folder = tmp_path_factory.mktemp("whole")
    grid = [["a", "b"], *([f"text{i}", i] for i in range(40))]
    pq.write_table(pa.table({"a": ["x", "y"], "b": [[1], None]}), folder / "a.parquet")
    paths = [xlsx(folder / "a.xlsx", ("S", grid)), xls(folder / "a.xls", ("S", grid)), folder / "a.parquet"]
    return {p.name: p.read_bytes() for p in paths}


@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.parquet"])
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.data())
def test_damaged_file_ends_in_a_reading_or_a_refusal(
    whole_files: dict[str, bytes], name: str, data: st.DataObject
) -> None:
    content = bytearray(whole_files[name])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sent"
        path.write_bytes(content)
        try:
            reading = read_sent(path, name=name)
        except SourceUnreadable:
            return
        if data.draw(st.integers(0, 15)) == 0 or name == "a.parquet":  # a workbook's census is a process of its own
            census(path, reading)
