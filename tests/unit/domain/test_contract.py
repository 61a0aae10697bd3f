"""A contract says what it means, or says where it doesn't."""

import pytest

from domain.contract import Contract, SourceSpec
from domain.contract_file import load_contract
from domain.errors import ContractInvalid
from domain.expression import expression_names, parse_expression

GOOD = """\
id: finance.debt_limit
title: {zh: 债务限额, en: Debt limit}
description: {zh: 限额与余额, en: Limits and balances}
department: finance
domain: debt
dataset_type: debt_final
disclosure: proactive
legal_basis: [{doc: 预算法, article: 第十四条}]
contact: {name: 财政局债务科}
frequency: annual
tables:
  - name: main
    key: [region]
    fields:
      - {name: region, title: 地区}
      - {name: a, title: 限额, type: number}
      - {name: b, title: 一般, type: number}
checks:
  - {id: DEBT-C-01, kind: identity, expr: a == b}
review: {tier: L1}
catalogue: {organization: finance}
"""


def test_load_complete_contract_keeps_ids_and_slug() -> None:
    contract = load_contract(GOOD, "x.yaml")
    assert contract.slug == "finance-debt-limit"
    assert contract.table(None).field("a").type == "number"


def test_sha256_ignores_comments_and_layout() -> None:
    assert (
        load_contract(GOOD, "x").sha256
        == load_contract("# note\n" + GOOD.replace("{tier: L1}", "\n  tier: L1"), "y").sha256
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("frequency: annual", "frequencey: annual", "x.yaml, line 10, frequencey: unknown key"),
        (
            "type: number}\n      - {name: b",
            "type: numbr}\n      - {name: b",
            "x.yaml, line 16, tables.0.fields.1.type",
        ),
        ("expr: a == b", "expr: a == c", "names no field: c"),
        ("key: [region]", "key: [town]", "x.yaml, line 12, tables.0: key names no field: town"),
        ("expr: a == b", "expr: __import__('os')", "may call only"),
        ("review: {tier: L1}", "review: {tier: L9}", "line 20, review.tier"),
        ("id: finance.debt_limit", "id: Finance", "line 1, id"),
        ("title: 地区}", "title: 地区, sensitivity: identifier}", "needs a redaction"),
        ("frequency: annual", "frequency: annual\naudience: local", "publication_days"),
        ("id: finance", "id: [", "not YAML"),
    ],
    ids=[
        "unknown-key",
        "bad-type",
        "unknown-field",
        "bad-key",
        "call",
        "tier",
        "id",
        "identifier-kept",
        "local",
        "yaml",
    ],
)
def test_load_faulty_contract_names_line_and_key(old: str, new: str, message: str) -> None:
    with pytest.raises(ContractInvalid) as refused:
        load_contract(GOOD.replace(old, new), "x.yaml")
    assert message in str(refused.value)


REDACTED = GOOD.replace(
    "{name: region, title: 地区}",
    "name: region\n        title: 地区\n        redaction:\n          operator: mask",
).replace("key: [region]", "key: [b]")
REFUSED = {
    "unknown operator": ("operator: hash", "line 18, tables.0.fields.0.redaction.operator"),
    "unknown parameter": ("operator: mask\n          salt: x", "line 19, tables.0.fields.0.redaction.salt: unknown key"),
    "parameter of another operator": ("operator: mask\n          prefix: 1", "line 19, tables.0.fields.0.redaction.prefix: operator mask doesn't take this"),
    "every one of them": ("operator: drop\n          reason: x\n          level: year", "line 20, tables.0.fields.0.redaction.level"),
    "keeps too much": ("operator: keep_ends\n          prefix: 6\n          suffix: 5", "line 20, tables.0.fields.0.redaction.suffix: prefix and suffix show more"),
    "keeps far too much": ("operator: keep_ends\n          prefix: 11", "line 19, tables.0.fields.0.redaction.prefix"),
    "keeps nothing": ("operator: keep_ends", "line 17, tables.0.fields.0.redaction.prefix: keep_ends needs"),
    "keeps too much of so short a value": ("operator: keep_ends\n          prefix: 3\n        constraints: {maxLength: 6}", "line 17, tables.0.fields.0.redaction: keep_ends shows too much"),
    "two ways to generalise": ("operator: generalise\n          level: year\n          width: 5", "line 18, tables.0.fields.0.redaction.operator: generalise needs exactly one"),
    "no way to generalise": ("operator: generalise", "generalise needs exactly one"),
    "a date level for a figure": ("operator: generalise\n          level: year\n        type: number", "line 17, tables.0.fields.0.redaction: generalise (year) can't read a field of type number"),
    "names in figures": ("operator: name\n        type: integer", "name can't read a field of type integer"),
    "bounds that fall": ("operator: bucket\n          bounds: [18, 0]\n          labels: [a, b]", "line 19, tables.0.fields.0.redaction.bounds: bounds must ascend"),
    "a label too few": ("operator: bucket\n          bounds: [0, 18]\n          labels: [a]", "line 20, tables.0.fields.0.redaction.labels: bucket needs"),
    "labels alike": ("operator: bucket\n          bounds: [0, 18]\n          labels: [a, a]", "line 20, tables.0.fields.0.redaction.labels: labels must differ"),
    "a label that is a number": ("operator: bucket\n          bounds: [0, 18]\n          labels: ['0', '18']", "line 20, tables.0.fields.0.redaction.labels: a label may not read as a number"),
    "joined without a reason": ("operator: pseudonym\n          scope: dataset", "line 19, tables.0.fields.0.redaction.scope: scope: dataset lets releases be joined"),
    "joined with the wrong reason": ("operator: pseudonym\n          scope: dataset\n          reason: x", "needs scope_reason"),
    "a reason without joining": ("operator: pseudonym\n          scope_reason: x", "it needs scope_reason, and only it"),
}  # fmt: skip


@pytest.mark.parametrize(("redaction", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_load_refuses_a_redaction_that_cannot_be_carried_out(redaction: str, message: str) -> None:
    with pytest.raises(ContractInvalid) as refused:
        load_contract(REDACTED.replace("operator: mask", redaction), "x.yaml")
    assert "x.yaml, " in str(refused.value)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    "redaction",
    [
        "operator: keep_ends\n          prefix: 6\n          suffix: 4",
        "operator: bucket\n          bounds: [0, 18, 60]\n          labels: [0–17, 18–59, 60+]",
        "operator: pseudonym\n          scope: dataset\n          scope_reason: 年度比较",
        "operator: serial\n          reason: 同名区分",
        "operator: name",
    ],
    ids=["keep_ends", "bucket", "pseudonym", "serial", "name"],
)
def test_load_takes_every_operator_with_its_parameters(redaction: str) -> None:
    assert load_contract(REDACTED.replace("operator: mask", redaction), "x.yaml")


ROWS = {
    "no such field": ("field: c, filled: true, reason: x", "line 17, tables.0.drop_rows.0.field: names no field: c"),
    "no condition": ("field: a, reason: x", "line 17, tables.0.drop_rows.0: a row condition is exactly one of"),
    "two conditions": ("field: a, below: 1, filled: true, reason: x", "line 17, tables.0.drop_rows.0.filled: a row condition"),
    "no reason": ("field: a, below: 1", "line 17, tables.0.drop_rows.0.reason: missing"),
    "no order": ("field: region, below: 1, reason: x", "line 17, tables.0.drop_rows.0.below: a field of type string has no order"),
    "a figure under a date": ("field: a, below: 2012-09-01, reason: x", "line 17, tables.0.drop_rows.0.below: a date field is compared"),
    "unknown key": ("field: a, matches: x, reason: x", "line 17, tables.0.drop_rows.0.matches: unknown key"),
}  # fmt: skip


@pytest.mark.parametrize(("drop", "message"), ROWS.values(), ids=ROWS.keys())
def test_load_refuses_a_row_condition_that_cannot_be_told(drop: str, message: str) -> None:
    text = GOOD.replace(
        "    fields:\n", f"    empty_allowed: true\n    drop_rows:\n      # who\n      - {{{drop}}}\n    fields:\n"
    )
    with pytest.raises(ContractInvalid) as refused:
        load_contract(text, "x.yaml")
    assert message in str(refused.value)


def test_load_says_each_fault_once() -> None:
    with pytest.raises(ContractInvalid) as refused:
        load_contract(GOOD.replace("type: number", "type: numbr"), "x.yaml")
    assert len(str(refused.value).splitlines()) == 2


@pytest.mark.parametrize(
    "text", ["lambda: 1", "a.b.c()", "open('x')", "[a for a in b]", "a if b else c", "sum(a, key=b)", "a ="]
)
def test_parse_expression_refuses(text: str) -> None:
    with pytest.raises(ValueError):
        parse_expression(text)


def test_expression_names_leaves_functions_and_other_tables_out() -> None:
    assert expression_names("abs(a - b) <= 0.5 and sum(t.c) == d") == {"a", "b", "d"}


def test_contract_model_refuses_change() -> None:
    contract = load_contract(GOOD, "x")
    assert isinstance(contract, Contract)
    with pytest.raises(Exception, match="frozen"):
        contract.version = 2  # type: ignore[misc]


def test_source_delimiter_may_be_a_tab() -> None:
    assert SourceSpec(delimiter="\t").delimiter == "\t"
