"""Constants arrive in DuckDB as they were written, whatever reads the query on its way."""

from decimal import Decimal

import duckdb
import pytest
from sqlalchemy import text as sql_text

from checks.quality.sql import name, number, text

HARD = [
    "it's",
    "{batch}",
    "a:b",
    ":name",
    "%s %(x)s",
    "\\d{2}",
    '"',
    "合 计",
    "",
    "'; DROP TABLE t; --",
    "\u3000\u00a0",
    "𠮷",
]


@pytest.mark.parametrize("value", HARD)
def test_text_survives_format_and_sqlalchemy(value: str) -> None:
    query = sql_text(f"SELECT {text(value)} FROM {{batch}}".format(batch="(SELECT 1)"))
    assert not query._bindparams
    assert duckdb.connect().execute(str(query)).fetchone() == (value,)


@pytest.mark.parametrize(
    ("value", "expected"), [(0.1, "0.1"), (3, "3"), ("1e3", "1000"), (-0.0002, "-0.0002"), (1e-10, "1e-10")]
)
def test_number_keeps_the_written_value(value: float | str, expected: str) -> None:
    assert duckdb.connect().execute(f"SELECT {number(value)}").fetchone() == (Decimal(expected),)


@pytest.mark.parametrize("value", ["nan", "inf", "1e28", "0.00000000001", "x"])
def test_number_refuses_what_it_cannot_hold(value: str) -> None:
    with pytest.raises(ValueError):
        number(value)


def test_name_refuses_what_would_be_substituted() -> None:
    assert name('a"b') == '"a""b"'
    with pytest.raises(ValueError):
        name("{batch}")
