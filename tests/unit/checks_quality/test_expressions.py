"""An expression finds exactly the rows at fault: decimals exact, tolerance inclusive, absence unknown."""

import ast
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from checks.quality.expressions import Scope, Term, failing, fields_named, in_words
from checks.quality.session import open_session
from checks.quality.sql import NUMBER
from domain.expression import parse_expression

KINDS = {
    "a": "number",
    "b": "number",
    "c": "number",
    "d": "date",
    "e": "date",
    "t": "datetime",
    "s": "text",
    "f": "boolean",
}
SQL = {"number": NUMBER, "date": "DATE", "datetime": "TIMESTAMP", "text": "VARCHAR", "boolean": "BOOLEAN"}


def column(node: ast.expr) -> Term:
    assert isinstance(node, ast.Name)
    return Term(f'"{node.id}"', KINDS[node.id])


def no_aggregate(_: ast.expr) -> Term:
    raise ValueError("no aggregate here")


def is_at_fault(expression: str, row: dict[str, Any], tolerance: str = "0") -> bool:
    scope = Scope(column, no_aggregate, Decimal(tolerance))
    condition = failing(parse_expression(expression), scope)
    cells = ", ".join(f"CAST(${k} AS {SQL[kind]}) AS {k}" for k, kind in KINDS.items())
    values = {k: row.get(k) for k in KINDS}
    with open_session() as session:
        found = session.connection.execute(
            f"SELECT coalesce({condition}, FALSE) FROM (SELECT {cells})", values
        ).fetchone()
    assert found is not None
    return bool(found[0])


@pytest.mark.parametrize(
    ("expression", "row", "fault"),
    [
        ("a == b + c", {"a": "0.3", "b": "0.1", "c": "0.2"}, False),
        ("a == b + c", {"a": "0.3", "b": "0.1", "c": "0.1"}, True),
        ("a == b * c", {"a": "0.02", "b": "0.1", "c": "0.2"}, False),
        ("a == b * c * 100", {"a": "2", "b": "0.1", "c": "0.2"}, False),
        ("a / b == 0.1", {"a": "1", "b": "10"}, False),
        ("a / b == c", {"a": "12345678.12", "b": "1", "c": "12345678.12"}, False),
        ("a / b < 5", {"a": "1", "b": "0"}, True),
        ("b == 0 or a / b < 5", {"a": "1", "b": "0"}, False),
        ("a / b < 5", {"a": "1"}, False),
        ("-a == abs(b)", {"a": "-2", "b": "-2"}, False),
        ("sum(a, b, c) == 6", {"a": "1", "b": "2", "c": "3"}, False),
        ("a < b < c", {"a": "1", "b": "2", "c": "2"}, True),
        ("a != b", {"a": "1.0", "b": "1"}, True),
        ("not a == b", {"a": "1", "b": "2"}, False),
        ("a in (1, 2.5)", {"a": "2.50"}, False),
        ("a not in (1, 2.5)", {"a": "2.50"}, True),
        ("s in ['甲', '乙']", {"s": "丙"}, True),
        ("s == '{x}: 50%'", {"s": "{x}: 50%"}, False),
        ("length(s) == 2", {"s": "合计"}, False),
        ("f", {"f": False}, True),
        ("f == True", {"f": True}, False),
    ],
)
def test_failing_decides_row(expression: str, row: dict[str, Any], fault: bool) -> None:
    assert is_at_fault(expression, row) is fault


@pytest.mark.parametrize(
    ("expression", "row", "fault"),
    [
        ("a == b + c", {"a": "3", "b": "1"}, False),
        ("a is not None", {}, True),
        ("a is None", {"a": "1"}, True),
        ("a is not None and a >= b", {"b": "1"}, True),
        ("a is None or a >= b", {"b": "1"}, False),
        ("a is None or a >= b", {"a": "0", "b": "1"}, True),
        ("a <= b and b <= c", {"a": "5", "b": "1"}, True),
        ("a <= b or b <= c", {"a": "5", "b": "1"}, False),
        ("s in ('甲', '乙')", {}, False),
    ],
)
def test_failing_with_absent_values(expression: str, row: dict[str, Any], fault: bool) -> None:
    assert is_at_fault(expression, row) is fault


@pytest.mark.parametrize(
    ("expression", "a", "fault"),
    [
        ("a == b", "10.02", False), ("a == b", "9.98", False), ("a == b", "10.0200000001", True),
        ("a <= b", "10.02", False), ("a <= b", "10.03", True), ("a >= b", "9.98", False), ("a >= b", "9.97", True),
        ("a < b", "10.01", False), ("a < b", "10.02", True), ("a != b", "10", True), ("a != b", "10.01", False),
    ],
)  # fmt: skip
def test_failing_with_tolerance_includes_its_edge(expression: str, a: str, fault: bool) -> None:
    assert is_at_fault(expression, {"a": a, "b": "10"}, "0.02") is fault


@pytest.mark.parametrize(
    ("expression", "row", "fault"),
    [
        ("d <= '2026-03-31'", {"d": "2026-03-31"}, False),
        ("'2026-03-31' < d", {"d": "2026-03-31"}, True),
        ("d in ('2026-01-01', '2026-01-02')", {"d": "2026-01-02"}, False),
        ("days(d, e) >= 10", {"d": "2026-01-01", "e": "2026-01-11"}, False),
        ("days(d, e) >= 10", {"d": "2026-01-01", "e": "2026-01-10"}, True),
        ("days('2026-01-01', e) == 1", {"e": "2026-01-02"}, False),
        ("year(d) < a", {"d": "2025-12-31", "a": "2026"}, False),
        ("t > '2026-01-01T10:00:00'", {"t": "2026-01-01 10:00:01"}, False),
        ("d <= t", {"d": "2026-01-02", "t": "2026-01-01 23:00"}, True),
    ],
)
def test_failing_with_days(expression: str, row: dict[str, Any], fault: bool) -> None:
    assert is_at_fault(expression, row) is fault


@pytest.mark.parametrize(
    "expression",
    [
        "a + b", "a == '5'", "s == 5", "s + s == s", "a is 5", "a == None", "a in b", "a in ()", "d == '2026-02-30'",
        "d == '2026年1月1日'", "length(a) == 1", "abs(s) == 1", "year(s) == 1", "days(a, b) == 1", "sum(s, s) == 1",
        "a and b", "not a", "-s == 1", "a == (1, 2)", "a == 0.00000000001", "sum(a) == 1", "count(a) == 1", "abs(a, b) == 1",
    ],
)  # fmt: skip
def test_condition_refuses_what_makes_no_sense(expression: str) -> None:
    with pytest.raises(ValueError):
        failing(parse_expression(expression), Scope(column, no_aggregate))


def test_failing_with_overflow_raises_instead_of_passing() -> None:
    with pytest.raises(duckdb.Error):
        is_at_fault("a * b > 0", {"a": "1e20", "b": "1e20"})


def test_fields_named_come_in_written_order() -> None:
    assert fields_named(parse_expression("abs(total - a) <= b and a > 0")) == ("total", "a", "b")


def test_in_words_uses_titles() -> None:
    assert in_words("a == b and s != '无'", {"a": "限额（亿元）", "b": "余额"}) == "限额（亿元） == 余额 and s != '无'"
