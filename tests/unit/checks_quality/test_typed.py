"""Which spellings are a value, which are none, and which mean that there is no value."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from checks.quality.session import NotTyped, open_session
from domain.contract import FieldSpec, TableSpec
from tests.tables import table_from_rows

BAD = "bad"


def typed_cells(tmp_path: Path, cells: list[str | None], **field: Any) -> list[Any]:
    """Each cell's value; BAD where it isn't one, None where there is none."""
    spec = TableSpec(name="main", fields=(FieldSpec(name="x", title="x", **field),))
    info = table_from_rows(tmp_path / "odd[1]*", "main", [{"x": c} for c in cells], columns=["x"])
    with open_session() as session:
        session.load("main", info, spec)
        mark = "FALSE" if spec.fields[0].type == "string" else '"x.bad"'
        rows = session.connection.execute(f'SELECT x, {mark} FROM main ORDER BY "__row"').fetchall()
    assert all(value is None for value, bad in rows if bad)
    return [BAD if bad else value for value, bad in rows]


CASES: dict[str, tuple[dict[str, Any], list[tuple[str | None, Any]]]] = {
    "number": (
        {"type": "number"},
        [
            ("1,234.50", Decimal("1234.50")), ("-1234567.89", Decimal("-1234567.89")), ("+7", Decimal(7)),
            ("1e-05", Decimal("0.00001")), ("1.5E+16", Decimal("1.5e16")), ("007", Decimal(7)),
            ("0.30000000000000004", Decimal("0.3")), ("\u00a05\u3000", Decimal(5)), ("\ufeff5\t", Decimal(5)),
            ("1,23", BAD), ("1,2345", BAD), (",123", BAD), ("１２３", BAD), ("12%", BAD), ("(5)", BAD), ("−5", BAD),
            ("nan", BAD), ("NaN", BAD), ("inf", BAD), ("-Infinity", BAD), ("1_000", BAD), ("5.", BAD), (".5", BAD),
            ("0x10", BAD), ("1 234", BAD), ("-", BAD), ("—", BAD), ("9" * 29, BAD), ("1e99", BAD),
            ("", None), (" \u00a0", None), (None, None),
        ],
    ),
    "integer": (
        {"type": "integer"},
        [("12", Decimal(12)), ("12.0", Decimal(12)), ("1,000", Decimal(1000)), ("12.5", BAD), ("1e3", BAD), ("十二", BAD)],
    ),
    "missing": (
        {"type": "number", "missing": ("Nah", "0.0", " - ")},
        [("Nah", None), (" Nah ", None), ("0.0", None), ("0", Decimal(0)), ("-", None), ("nah", BAD)],
    ),
    "date": (
        {"type": "date"},
        [
            *((d, date(2026, 1, 2)) for d in ("2026-01-02", "2026-1-2", "2026/1/2", "2026年1月2日", "20260102")),
            ("2026-01-02 00:00:00", date(2026, 1, 2)), ("2026-01-02T00:00:00.000", date(2026, 1, 2)),
            ("2026-02-29", BAD), ("2026-02-30", BAD), ("20261301", BAD), ("2026-01/02", BAD), ("2026-01-02 10:00", BAD),
            ("45000", BAD), ("2026年1月", BAD), ("02/01/2026", BAD), ("0202-01-01", BAD), ("infinity", BAD),
            ("２０２６-01-02", BAD), ("2024-02-29", date(2024, 2, 29)),
        ],
    ),
    "date-sentinel": (
        {"type": "date", "missing": ("1901-01-01",)},
        [("1901-01-01", None), ("1901/1/1", None), ("1901-01-01 00:00:00", None), ("1901-01-02", date(1901, 1, 2)), ("?", BAD)],
    ),
    "date-format": (
        {"type": "date", "format": "%Y年%m月|%Y-%m"},
        [("2026年1月", date(2026, 1, 1)), ("2026-03", date(2026, 3, 1)), ("2026-03-01", BAD), ("2026-13", BAD)],
    ),
    "datetime": (
        {"type": "datetime"},
        [
            ("2026-01-02", datetime(2026, 1, 2)), ("2026/1/2 8:05", datetime(2026, 1, 2, 8, 5)),
            ("2026年1月2日 8:05:06", datetime(2026, 1, 2, 8, 5, 6)), ("2026-01-02T10:00:00Z", datetime(2026, 1, 2, 18)),
            ("2026-01-02T10:00:00+08:00", datetime(2026, 1, 2, 10)), ("2026-01-02T10:00:00-0530", datetime(2026, 1, 2, 23, 30)),
            ("2026-01-02 25:00", BAD), ("2026-02-30 10:00", BAD), ("10:00", BAD), ("2026-01-02Z", BAD),
        ],
    ),
    "year": ({"type": "year"}, [("2026", Decimal(2026)), ("2026年", Decimal(2026)), ("26", BAD), ("20261", BAD), ("2026.0", BAD)]),
    "boolean": (
        {"type": "boolean"},
        [("是", True), ("否", False), ("TRUE", True), ("n", False), ("1", True), ("2", BAD), ("无", BAD)],
    ),
    "geojson": (
        {"type": "geojson"},
        [('{"type":"Point","coordinates":[1,2]}', '{"type":"Point","coordinates":[1,2]}'), ('{"type":"x"}', BAD), ("{", BAD), ("1", BAD), ("[", BAD)],
    ),
    "string": ({"missing": ("Nah",)}, [(" 合 计 ", "合 计"), ("Nah", None), ("\u00a0", None), ("０", "０")]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_type_cells(tmp_path: Path, case: str) -> None:
    field, expected = CASES[case]
    assert typed_cells(tmp_path, [cell for cell, _ in expected], **field) == [value for _, value in expected]


def test_type_column_that_is_not_there_is_absent(tmp_path: Path) -> None:
    spec = TableSpec(name="main", fields=(FieldSpec(name="x", title="x", type="date"),))
    with open_session() as session:
        session.load("main", table_from_rows(tmp_path, "main", [{"y": "1"}]), spec)
        assert session.connection.execute('SELECT x, "x.bad", "__row", "__origin" FROM main').fetchall() == [
            (None, False, 1, 2)
        ]


def test_load_with_impossible_format_raises_without_a_cell(tmp_path: Path) -> None:
    spec = TableSpec(name="main", fields=(FieldSpec(name="x", title="x", type="date", format="%Q"),))
    info = table_from_rows(tmp_path, "main", [{"x": "MARKER-7731"}])
    with open_session() as session, pytest.raises(NotTyped) as raised:
        session.load("main", info, spec)
    assert "MARKER" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_load_reads_the_named_file_and_no_other(tmp_path: Path) -> None:
    spec = TableSpec(name="main", fields=(FieldSpec(name="x", title="x"),))
    named = table_from_rows(tmp_path / "odd[1]", "main", [{"x": "mine"}])
    table_from_rows(tmp_path / "odd1", "main", [{"x": "another's"}])
    with open_session() as session:
        session.load("main", named, spec)
        assert session.connection.execute("SELECT x FROM main").fetchall() == [("mine",)]
        Path(named.path).unlink()
        with pytest.raises((NotTyped, duckdb.Error)):
            session.load("again", named, spec)
