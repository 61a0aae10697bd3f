"""What the checks find equals what Python's Decimal says, on any table."""

import re
from collections import Counter
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text as sql_text

from checks.quality.run import run_quality
from checks.quality.session import open_session
from checks.quality.sql import text
from domain.contract import FieldSpec, TableSpec
from domain.finding import PLACES_KEPT
from tests.made_contract import made_contract
from tests.tables import table_from_rows

Row = dict[str, str | None]
TOLERANCE = Decimal("0.02")
CONTRACT = made_contract(
    [{"name": "region"}, *({"name": n, "type": "number"} for n in "abc")],
    key=["region"],
    checks=[
        {"id": "I", "kind": "identity", "expr": "a == b + c", "tolerance": float(TOLERANCE)},
        {"id": "P", "kind": "rows", "expr": "a * 100 <= b * c or a < 0"},
        {"id": "S", "kind": "sum", "fields": ["a"], "total": {"region": "合计"}},
    ],
)
CENTS = st.none() | st.integers(-300, 300).map(lambda n: f"{Decimal(n) / 100:.2f}")
ROWS = st.lists(
    st.fixed_dictionaries({"region": st.sampled_from(["合计", "甲", "乙", "丙"]), "a": CENTS, "b": CENTS, "c": CENTS}),
    max_size=12,
)
SLOW = settings(max_examples=25, deadline=None)
DUCKDB = duckdb.connect()


def rows_found(rows: list[Row]) -> dict[str, list[int | None]]:
    with TemporaryDirectory() as folder:
        table = table_from_rows(Path(folder), "main", rows, columns=["region", "a", "b", "c"])
        found = run_quality({"main": table}, CONTRACT)
    assert all(f.count == len(f.places) <= PLACES_KEPT for f in found)
    return {f.rule.id: [p.row for p in f.places] for f in found if f.rule}


def rows_true(rows: list[Row]) -> dict[str, list[int]]:
    def value(row: Row, field: str) -> Decimal | None:
        return None if row[field] is None else Decimal(str(row[field]))

    regions = Counter(r["region"] for r in rows)
    parts = sum((value(r, "a") or Decimal(0) for r in rows if r["region"] != "合计"), Decimal(0))
    truth: dict[str, list[int]] = {"main.key": [], "I": [], "P": [], "S": []}
    for number, row in enumerate(rows, 1):
        a, b, c = (value(row, f) for f in "abc")
        if regions[row["region"]] > 1:
            truth["main.key"].append(number)
        if None not in (a, b, c) and abs(a - (b + c)) > TOLERANCE:  # type: ignore[operator]  # not None
            truth["I"].append(number)
        if None not in (a, b, c) and not (a * 100 <= b * c or a < 0):  # type: ignore[operator]  # not None
            truth["P"].append(number)
        if row["region"] == "合计" and a is not None and a != parts:
            truth["S"].append(number)
    return {rule: found for rule, found in truth.items() if found}


@SLOW
@given(ROWS)
def test_run_finds_exactly_the_rows_at_fault(rows: list[Row]) -> None:
    assert rows_found(rows) == rows_true(rows)


NUMBER = re.compile(r"[+-]?(([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?|[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]{1,2})")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text("0123459.,+-eE １%() \u00a0_nai", max_size=8) | st.decimals(-(10**9), 10**9, places=4).map(str),
        max_size=20,
    )
)
def test_typed_number_equals_pythons(cells: list[str]) -> None:
    spec = TableSpec(name="main", fields=(FieldSpec(name="x", title="x", type="number"),))
    with TemporaryDirectory() as folder, open_session() as session:
        session.load("main", table_from_rows(Path(folder), "main", [{"x": c} for c in cells], columns=["x"]), spec)
        got = session.connection.execute('SELECT x, "x.bad" FROM main ORDER BY "__row"').fetchall()
    for cell, (value, bad) in zip(cells, got, strict=True):
        stripped = cell.strip(" \u00a0")
        is_number = (
            NUMBER.fullmatch(stripped) is not None and abs(Decimal(stripped.replace(",", ""))) < Decimal(10) ** 28
        )
        assert bad is (bool(stripped) and not is_number)
        if is_number:
            assert abs(value - Decimal(stripped.replace(",", ""))) <= Decimal("5e-11")
        else:
            assert value is None


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20))
def test_text_constant_arrives_as_written(value: str) -> None:
    query = sql_text(f"SELECT {text(value)} FROM {{batch}}".format(batch="(SELECT 1)"))
    assert DUCKDB.execute(str(query)).fetchone() == (value,)
