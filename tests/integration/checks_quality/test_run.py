"""The contract's rules through the real Great Expectations: each kind found, each at its edge not, what raises blocks."""

import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from checks.quality.run import run_quality
from domain.contract import Contract
from domain.finding import PLACES_KEPT, Finding
from tests.made_contract import made_contract
from tests.tables import table_from_rows

Row = dict[str, str | None]


def found_in(tmp_path: Path, contract: Contract, **tables: Sequence[Row]) -> tuple[Finding, ...]:
    infos = {
        name: table_from_rows(tmp_path, name, rows, columns=[f.name for f in contract.table(name).fields], sheet="表1")
        for name, rows in tables.items()
    }
    return run_quality(infos, contract)


def brief(findings: Sequence[Finding]) -> list[tuple[str, str | None, list[int | None]]]:
    return [(f.code, f.places[0].column, [p.row for p in f.places]) for f in findings]


CONSTRAINTS: dict[str, tuple[dict[str, Any], list[str | None], str, list[int]]] = {
    "required": ({"constraints": {"required": True}}, ["a", None, "", "\u00a0", "0"], "value-missing", [2, 3, 4]),
    "required-missing-text": ({"constraints": {"required": True}, "missing": ["Nah"]}, ["Nah", "a"], "value-missing", [1]),
    "type": ({"type": "number"}, ["1,000.5", "abc", None, "NaN"], "value-not-typed", [2, 4]),
    "type-and-required": ({"type": "date", "constraints": {"required": True}}, ["2026-02-30", "20260228"], "value-not-typed", [1]),
    "unique": ({"constraints": {"unique": True}}, ["a", "b", " a", None, None], "value-not-unique", [1, 3]),
    "unique-by-value": ({"type": "number", "constraints": {"unique": True}}, ["1.0", "1", "2"], "value-not-unique", [1, 2]),
    "minimum": ({"type": "number", "constraints": {"minimum": 0.1}}, ["0.1", "0.0999999999", None], "value-out-of-range", [2]),
    "maximum": ({"type": "integer", "constraints": {"maximum": 5}}, ["5", "6"], "value-out-of-range", [2]),
    "minimum-date": ({"type": "date", "constraints": {"minimum": "2020-01-01"}}, ["2020/1/1", "1901-01-01"], "value-out-of-range", [2]),
    "maximum-year": ({"type": "year", "constraints": {"maximum": 2026}}, ["2026", "2027年"], "value-out-of-range", [2]),
    "enum": ({"constraints": {"enum": ["挂牌", "招标: {x}%"]}}, ["挂牌", " 招标: {x}% ", "拍卖", None], "value-not-in-list", [3]),
    "enum-number": ({"type": "integer", "constraints": {"enum": ["1", "2"]}}, ["1", "2.0", "3"], "value-not-in-list", [3]),
    "pattern": ({"constraints": {"pattern": r"P\d{8}-\d{4}"}}, ["P20260001-0001", "xP20260001-0001", "P1"], "value-pattern", [2, 3]),
    "pattern-group": ({"constraints": {"pattern": "(?:a:b|c)"}}, ["a:b", "c", "a"], "value-pattern", [3]),
    "pattern-on-date": ({"type": "date", "constraints": {"pattern": r"\d{4}-\d\d-\d\d"}}, ["2026-01-01", "2026/1/1"], "value-pattern", [2]),
    "min-length": ({"constraints": {"minLength": 2}}, ["合计", "合"], "value-length", [2]),
    "max-length": ({"constraints": {"maxLength": 2}}, ["合计", "合计数"], "value-length", [2]),
}  # fmt: skip


@pytest.mark.parametrize("case", CONSTRAINTS)
def test_run_finds_constraint(tmp_path: Path, case: str) -> None:
    field, cells, code, rows = CONSTRAINTS[case]
    contract = made_contract([{"name": "x", **field}])
    found = found_in(tmp_path, contract, main=[{"x": c} for c in cells])
    assert brief(found) == [(code, "x", rows)]
    assert (found[0].count, found[0].severity.value) == (len(rows), "block")
    assert [p.locator for p in found[0].places] == [f"表1!A{r + 1}" for r in rows]


def test_run_takes_severity_and_names_rule(tmp_path: Path) -> None:
    contract = made_contract([{"name": "x", "title": "金额", "type": "number", "constraints": {"severity": "hold"}}])
    (found,) = found_in(tmp_path, contract, main=[{"x": "MARKER-7731"}])
    assert found.severity.value == "hold"
    assert found.rule is not None
    assert (found.rule.pack, found.rule.version, found.rule.id) == ("finance.made_up", "3", "main.x.type")
    assert found.note == "有 1 处不符合规定：「金额」应为数字"
    assert "MARKER" not in str(found.to_dict())


KEYS: dict[str, tuple[list[str], list[Row], list[tuple[str, str | None, list[int]]]]] = {
    "single": (["a"], [{"a": "1"}, {"a": "2"}, {"a": "1 "}], [("duplicate-key", "a", [1, 3])]),
    "compound": (["a", "b"], [{"a": "1", "b": "1"}, {"a": "1", "b": "2"}, {"a": "1", "b": "1"}], [("duplicate-key", None, [1, 3])]),
    "absent-part-is-equal": (["a", "b"], [{"b": "x"}, {"b": "x"}, {"b": "y"}], [("duplicate-key", None, [1, 2])]),
    "no-key-at-all": (["a", "b"], [{"b": "x"}, {}, {}], [("value-missing", None, [2, 3])]),
}  # fmt: skip


@pytest.mark.parametrize("case", KEYS)
def test_run_finds_key(tmp_path: Path, case: str) -> None:
    key, rows, expected = KEYS[case]
    contract = made_contract([{"name": "a"}, {"name": "b"}], key=key)
    assert brief(found_in(tmp_path, contract, main=rows)) == expected


NUMBERS = [{"name": n, "type": "number"} for n in ("a", "b", "c")]


def test_run_finds_identity_and_row_rule(tmp_path: Path) -> None:
    contract = made_contract(
        [*NUMBERS, {"name": "day", "type": "date"}, {"name": "kind"}],
        checks=[
            {"id": "I", "kind": "identity", "expr": "a == b + c", "tolerance": 0.01, "note": "应相等"},
            {"id": "R", "kind": "rows", "expr": "day >= '2026-01-01'", "when": "kind == '公告'", "severity": "hold"},
            {"id": "R", "kind": "rows", "expr": "day >= '2026-01-01'", "when": "kind == '公告'", "severity": "warn"},
            {"id": "T", "kind": "rows", "expr": "a <= sum(a) / 2", "when": "kind != '合计'"},
        ],
    )
    rows: list[Row] = [
        {"a": "0.31", "b": "0.1", "c": "0.2", "day": "2025-12-31", "kind": "公告"},
        {"a": "0.3100001", "b": "0.1", "c": "0.2", "day": "2025-12-31", "kind": "方案"},
        {"a": "9", "b": None, "c": "0.2", "day": None, "kind": "公告"},
        {"a": "1", "b": "abc", "c": "1", "day": None, "kind": "合计"},
    ]
    found = found_in(tmp_path, contract, main=rows)
    assert brief(found) == [
        ("value-not-typed", "b", [4]),
        ("identity-broken", "a", [2]),
        ("row-rule-broken", "day", [1]),
        ("row-rule-broken", "day", [1]),
        ("row-rule-broken", "a", [3]),
    ]
    assert [f.severity.value for f in found[2:4]] == ["hold", "warn"]
    assert "应相等" in found[1].note


def test_run_finds_sum_in_groups(tmp_path: Path) -> None:
    contract = made_contract(
        [{"name": "year", "type": "year"}, {"name": "region"}, *NUMBERS],
        checks=[{"id": "S", "kind": "sum", "fields": ["a", "b"], "total": {"region": "合计"}, "group": ["year"], "tolerance": 0.1, "when": "region is None or region != '其中'"}],
    )  # fmt: skip
    rows: list[Row] = [
        {"year": "2025", "region": "合 计", "a": "3.1", "b": "5"},
        {"year": "2025", "region": "甲", "a": "1", "b": "2"},
        {"year": "2025", "region": "乙", "a": "2", "b": None},
        {"year": "2025", "region": "其中", "a": "2", "b": "99"},
        {"year": "2026", "region": "合计", "a": "1", "b": None},
    ]
    assert brief(found_in(tmp_path, contract, main=rows)) == [("sum-broken", "a", [5]), ("sum-broken", "b", [1])]


def test_run_finds_hierarchy_and_steps_over_a_level(tmp_path: Path) -> None:
    contract = made_contract(
        [{"name": "code"}, *NUMBERS],
        checks=[{"id": "FIN-C-05", "kind": "hierarchy", "code": "code", "lengths": [3, 5, 7], "fields": ["a"]}],
    )
    values = {
        "201": "10", "20101": "6", "2010101": "4", "2010102": "2", "20102": "5",
        "202": "7", "2020101": "3", "2020102": "4",
        "203": "9", "20301": "9", "2030101": "8",
        "204": "1",
    }  # fmt: skip
    rows: list[Row] = [{"code": code, "a": a} for code, a in values.items()]
    found = found_in(tmp_path, contract, main=rows)
    assert brief(found) == [("hierarchy-broken", "a", [1, 10])]


def cross(
    tmp_path: Path, expr: str, totals: list[Row], parts: list[Row], **check: Any
) -> list[tuple[str, str | None, list[int | None]]]:
    fields = [{"name": "village"}, {"name": "item"}, {"name": "amount", "type": "number"}]
    contract = made_contract(
        tables=[{"name": "totals", "fields": fields}, {"name": "parts", "fields": fields}],
        checks=[{"id": "X", "kind": "cross", "expr": expr, **check}],
    )
    return brief(found_in(tmp_path, contract, totals=totals, parts=parts))


TOTALS: list[Row] = [
    {"village": "甲", "amount": "3"},
    {"village": "乙", "amount": "4"},
    {"village": "合计", "amount": "7"},
]
PARTS: list[Row] = [
    {"village": "甲", "amount": "1"}, {"village": "甲", "amount": "2"}, {"village": "丙", "amount": "4", "item": "x"},
]  # fmt: skip
SPLIT = "totals.village != '合计'"


@pytest.mark.parametrize(
    ("expr", "check", "rows"),
    [
        ("sum(totals.amount) == sum(parts.amount)", {}, [[None]]),
        ("sum(totals.amount) == sum(parts.amount)", {"when": SPLIT}, []),
        ("sum(totals.amount) == sum(parts.amount)", {"when": f"{SPLIT} and parts.item is None"}, [[None]]),
        ("sum(totals.amount) == sum(parts.amount)", {"tolerance": 7}, []),
        ("sum(totals.amount) == sum(parts.amount)", {"when": SPLIT, "group": ["village"]}, [[None, 2]]),
        ("count(totals) == count(parts) and count(parts.item) == 1", {}, []),
        ("count(totals) < count(parts)", {}, [[None]]),
        ("sum(totals.amount * 2) - sum(parts.amount) == 21", {}, []),
    ],
)
def test_run_compares_tables(tmp_path: Path, expr: str, check: dict[str, Any], rows: list[list[int | None]]) -> None:
    found = cross(tmp_path, expr, TOTALS, PARTS, **check)
    assert [(code, sorted(r, key=lambda n: n or 0)) for code, _, r in found] == [
        ("cross-table-broken", r) for r in rows
    ]


def test_run_cross_with_empty_table_compares_nought(tmp_path: Path) -> None:
    assert cross(tmp_path, "sum(totals.amount) == sum(parts.amount)", TOTALS, []) == [
        ("cross-table-broken", None, [None])
    ]
    assert cross(tmp_path, "sum(totals.amount) == sum(parts.amount)", [], []) == []


def test_run_leaves_rules_of_a_table_that_is_not_given(tmp_path: Path) -> None:
    contract = made_contract(
        tables=[{"name": "totals", "fields": [*NUMBERS]}, {"name": "parts", "fields": [{"name": "a", "constraints": {"required": True}}]}],
        checks=[{"id": "X", "kind": "cross", "expr": "sum(totals.a) == count(parts)"}],
    )  # fmt: skip
    assert found_in(tmp_path, contract, totals=[{"a": "1"}]) == ()


FAILING: dict[str, tuple[dict[str, Any], dict[str, Any] | None, str]] = {
    "pattern-that-is-none": ({"constraints": {"pattern": "("}}, None, "main.x.pattern"),
    "bound-of-a-text": ({"constraints": {"minimum": 1}}, None, "main.x.minimum"),
    "kinds-that-differ": ({}, {"id": "R", "kind": "rows", "expr": "x > 1"}, "R"),
    "overflow": ({"type": "number"}, {"id": "O", "kind": "rows", "expr": "x * x > 0"}, "O"),
    "unknown-in-cross": ({}, {"id": "X", "kind": "cross", "expr": "sum(main.y) == 0"}, "X"),
}


@pytest.mark.parametrize("case", FAILING)
def test_run_blocks_on_check_that_raises(
    tmp_path: Path, case: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    field, check, rule = FAILING[case]
    contract = made_contract(
        [{"name": "x", **field}, {"name": "y", "constraints": {"required": True}}], checks=[check] if check else []
    )
    with caplog.at_level(logging.DEBUG):
        found = found_in(tmp_path, contract, main=[{"x": "77318842000000000000", "y": None}])
    failed = [f for f in found if f.code == "check-failed"]
    assert [(f.severity.value, f.rule.id if f.rule else None) for f in failed] == [("block", rule)]
    assert [f.code for f in found if f not in failed] == ["value-missing"], "the other rules must still run"
    assert "7731884" not in str([f.to_dict() for f in found]) + caplog.text + "".join(capfd.readouterr())


def test_run_blocks_on_table_that_cannot_be_typed(tmp_path: Path) -> None:
    contract = made_contract([{"name": "x", "type": "date", "format": "%Q"}])
    (found,) = found_in(tmp_path, contract, main=[{"x": "MARKER-7731"}])
    assert (found.code, found.severity.value, found.rule and found.rule.id) == ("check-failed", "block", "main.typed")


def test_run_counts_all_and_keeps_first_places(tmp_path: Path) -> None:
    contract = made_contract([{"name": "x", "type": "integer"}])
    (found,) = found_in(tmp_path, contract, main=[{"x": "x"}] * (PLACES_KEPT * 3))
    assert (found.count, [p.row for p in found.places]) == (PLACES_KEPT * 3, list(range(1, PLACES_KEPT + 1)))


@pytest.mark.parametrize("rows", [0, 1])
def test_run_on_clean_or_empty_table_finds_nothing(tmp_path: Path, rows: int) -> None:
    contract = made_contract(
        [{"name": "x", "type": "integer", "constraints": {"required": True, "unique": True}}], key=["x"]
    )
    assert found_in(tmp_path, contract, main=[{"x": "1"}] * rows) == ()


def test_run_is_silent_and_writes_no_file(tmp_path: Path) -> None:
    """A process of its own: empty home and working directory, a cell that must not be printed."""
    table = table_from_rows(tmp_path / "in", "main", [{"x": "MARKER-7731"}])
    code = (
        "from checks.quality.run import run_quality\n"
        "from domain.table import TableInfo\n"
        "from tests.made_contract import made_contract\n"
        f"t = TableInfo('main', {table.path!r}, ('x',), 1)\n"
        "c = made_contract([{'name': 'x', 'type': 'number', 'constraints': {'pattern': '('}}])\n"
        "print([f.code for f in run_quality({'main': t}, c)])\n"
    )
    here = tmp_path / "here"
    here.mkdir()
    root = Path(__file__).parents[3]
    env = {
        **os.environ,
        "HOME": str(here),
        "TMPDIR": str(here),
        "PYTHONPATH": str(root),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run([sys.executable, "-c", code], cwd=here, env=env, capture_output=True, text=True, timeout=200)
    assert (done.stdout, done.stderr) == ("['value-not-typed', 'check-failed']\n", "")
    assert list(here.rglob("*")) == []
