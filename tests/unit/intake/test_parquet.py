"""Parquet: typed columns as exact texts, metadata, damage."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from domain.errors import SourceUnreadable
from tests.sent_files import codes, origins_of, parts_of, read_sent, rows_of


def written(path: Path, columns: dict[str, Any], **options: Any) -> Path:
    pq.write_table(pa.table(columns), path, **options)
    return path


@pytest.mark.parametrize(
    ("array", "texts"),
    [
        (pa.array(["007", "", None]), ["007", None, None]),
        (pa.array([110101199001011234, -1]), ["110101199001011234", "-1"]),
        (pa.array([Decimal("1.50"), Decimal("-0.01")]), ["1.50", "-0.01"]),
        (pa.array([1.5, 1e20, 1e-7]), ["1.5", "100000000000000000000", "0.0000001"]),
        (pa.array([0.1], pa.float32()), ["0.1"]),
        (pa.array([True, False]), ["true", "false"]),
        (pa.array([dt.date(2026, 1, 2)]), ["2026-01-02"]),
        (pa.array([dt.datetime(2026, 1, 2, 3, 4, 5)]), ["2026-01-02 03:04:05"]),
        (pa.array([dt.datetime(2026, 1, 2, 3, 4, 5, 120000)]), ["2026-01-02 03:04:05.120000"]),
        (pa.array([dt.time(3, 4)]), ["03:04:00"]),
        (pa.array([[1, 2], None]), ["[1, 2]", None]),
        (pa.array([{"a": Decimal("1.50")}]), ['{"a": "1.50"}']),
        (pa.array(["x", "y", "x"]).dictionary_encode(), ["x", "y", "x"]),
        (pa.array([b"text"]), ["text"]),
        (pa.nulls(2), [None, None]),
    ],
)
def test_read_shows_typed_values_as_text(tmp_path: Path, array: Any, texts: list[str | None]) -> None:
    table = read_sent(written(tmp_path / "a.parquet", {"a": array})).tables[0]
    assert [row[0] for row in rows_of(table)] == texts
    assert table.locator(origins_of(table)[-1]) == f"row {len(texts)}"


def test_read_bytes_that_are_no_text_block(tmp_path: Path) -> None:
    reading = read_sent(written(tmp_path / "a.parquet", {"a": pa.array([b"\xff\x00"])}))
    assert rows_of(reading.tables[0]) == [["ff00"]]
    assert codes([f for f in reading.findings if f.severity == "block"]) == {"part-unread": 1}


def test_read_scans_metadata(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": [1]}).replace_schema_metadata({"author": "编写人"}), path)
    assert any("编写人" in text for _, text in parts_of(read_sent(path), "property"))


@pytest.mark.parametrize("kept", [0.2, 0.6, 0.99])
def test_read_refuses_truncated_file(tmp_path: Path, kept: float) -> None:
    path = written(tmp_path / "a.parquet", {"a": list(range(5000))})
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(path)
    assert refused.value.code == "file-truncated"


def test_read_refuses_value_that_unpacks_to_too_much(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", {"a": ["z" * 200_000] * 8192})
    assert path.stat().st_size < 100_000_000
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(path)
    assert refused.value.code == "archive-bomb"


def test_read_refuses_more_rows_than_the_limit_before_reading(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", {"a": list(range(10))})
    with pytest.raises(SourceUnreadable) as refused:
        read_sent(path, limits={"rows": 9})
    assert refused.value.code == "limit-exceeded"


def test_read_scans_names_and_notes_of_fields_within_a_column(tmp_path: Path) -> None:
    inner = pa.field("内名", pa.string(), metadata={"note": "内注"})
    column = pa.array([None], pa.struct([inner]))
    pq.write_table(pa.table([column], names=["a"]), tmp_path / "a.parquet")
    reading = read_sent(tmp_path / "a.parquet")
    said = "\n".join(part.text for part in reading.parts)
    assert "内名" in said
    assert "内注" in said
    assert "parquet-cpp" in said
