"""A contract says what it means, or says where it doesn't."""

import pytest

from domain.contract import Contract, SourceSpec, expression_names, load_contract, parse_expression
from domain.errors import ContractInvalid

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
