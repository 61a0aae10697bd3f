"""Every check of a contract can be said in words, and one that can't be carried out says so."""

import pytest

from checks.quality.suite import contract_faults, describe
from tests.made_contract import made_contract


def test_describe_names_rule_field_and_law() -> None:
    contract = made_contract(
        [{"name": "limit", "title": "限额", "type": "number", "constraints": {"required": True, "minimum": 0}}, {"name": "paid", "title": "余额", "type": "number"}],
        checks=[{"id": "DEBT-Q-01", "kind": "rows", "expr": "paid <= limit", "tolerance": 0.01, "severity": "hold", "citation": {"doc": "预算法", "article": "第三十五条"}}],
        key=["limit"],
    )  # fmt: skip
    said = {(d.id, d.code, d.severity): (d.says, d.citation) for d in describe(contract)}
    assert said == {
        ("main.limit.type", "value-not-typed", "block"): ("「限额」应为数字", ""),
        ("main.limit.required", "value-missing", "block"): ("「限额」必须填写", ""),
        ("main.limit.minimum", "value-out-of-range", "block"): ("「限额」不得小于 0", ""),
        ("main.paid.type", "value-not-typed", "block"): ("「余额」应为数字", ""),
        ("main.key", "duplicate-key", "block"): ("主键「限额」不得重复", ""),
        ("DEBT-Q-01", "row-rule-broken", "hold"): ("应有 余额 <= 限额，允许相差 0.01", "预算法第三十五条"),
    }
    assert contract_faults(contract) == []


@pytest.mark.parametrize(
    ("field", "check", "fault"),
    [
        ({"constraints": {"minimum": 1}}, None, "main.x.minimum: a field of type string has no minimum or maximum"),
        ({"type": "date", "constraints": {"maximum": "2026-02-30"}}, None, "main.x.maximum: a day is compared"),
        ({"type": "number", "constraints": {"enum": ["a"]}}, None, "main.x.enum: not a number"),
        ({}, {"id": "R", "kind": "rows", "expr": "x > 1"}, "R: a text can't be compared with a number"),
        ({}, {"id": "S", "kind": "sum", "fields": ["x"], "total": {"x": "合计"}}, "S: a field of type string can't be summed"),
        ({"type": "number"}, {"id": "H", "kind": "hierarchy", "fields": ["x"], "code": "x", "lengths": [3]}, "H: lengths needs"),
        ({"type": "number"}, {"id": "C", "kind": "cross", "expr": "sum(main.y) == 1"}, "C: it names a table or field"),
        ({"type": "number"}, {"id": "C", "kind": "cross", "expr": "main.x == 1"}, "C: a cross check compares sums"),
        ({"type": "number"}, {"id": "R", "kind": "rows", "expr": "x == other.x"}, "R: another table's field"),
    ],
)  # fmt: skip
def test_contract_faults_name_what_cannot_be_carried_out(field: dict, check: dict | None, fault: str) -> None:  # type: ignore[type-arg]
    contract = made_contract([{"name": "x", **field}], checks=[check] if check else [])
    assert [f[: len(fault)] for f in contract_faults(contract)] == [fault]
