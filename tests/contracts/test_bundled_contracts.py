"""Every bundled contract: it loads, stands under its own name, and says what the law behind it asks it to say."""

from collections import Counter
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from domain.contract import Audience, Contract, Disclosure, Sensitivity, Tier
from domain.contract_file import load_contract
from flows.declared import declared, named_persons
from flows.library import read_packs

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "datasets").rglob("*.yaml"))
EXPECTED = {
    "finance.budget_revenue", "finance.budget_expenditure", "finance.three_public", "finance.debt_limit_balance",
    "finance.debt_issuance_repayment", "finance.bonds_in_term", "finance.procurement_intentions", "finance.procurement_awards",
    "finance.procurement_contracts", "natural_resources.requisition_batches", "natural_resources.requisition_notices",
    "natural_resources.land_transfers", "industry.sme_arrears", "civil_affairs.subsidy_totals", "civil_affairs.subsidy_list",
}  # fmt: skip
# 期限规则包里没有自己的词的数据集类型（按一般时限计）
OWN_TYPES = {"land_transfer", "village_subsidy", "village_subsidy_list"}


def read(path: Path) -> Contract:
    return load_contract(path.read_text("utf-8"), path.name)


CONTRACTS = {read(p).id: read(p) for p in FILES}
each = pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)


def deadline_rules() -> dict[str, dict[str, object]]:
    pack = YAML(typ="safe").load((ROOT / "rules" / "deadlines.yaml").read_text("utf-8"))
    return {r["id"]: r for r in pack["rules"]}


def test_bundled_set_is_complete() -> None:
    assert set(CONTRACTS) >= EXPECTED


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_load_contract_stands_under_its_id(path: Path) -> None:
    contract = read(path)
    assert (path.parent.name, path.stem) == tuple(contract.id.split("."))
    assert contract.department == path.parent.name


@each
def test_contract_cites_every_check(contract: Contract) -> None:
    assert [c.id for c in contract.checks if c.citation is None or not c.note] == []


@each
def test_contract_names_its_checks_once(contract: Contract) -> None:
    assert [i for i, n in Counter(c.id for c in contract.checks).items() if n > 1] == []


@each
def test_contract_deadlines_stand_in_the_pack(contract: Contract) -> None:
    rules = deadline_rules()
    assert contract.deadlines
    for deadline in contract.deadlines:
        assert deadline.rule in rules
        if deadline.field:
            assert contract.tables[0].field(deadline.field).type == "date"


@each
def test_contract_dataset_type_is_the_deadlines_packs_word(contract: Contract) -> None:
    words = {w for r in deadline_rules().values() for w in str(r["dataset"]).split("|")}
    assert contract.dataset_type in words | OWN_TYPES


@each
def test_special_deadline_is_that_of_the_dataset_type(contract: Contract) -> None:
    for deadline in contract.deadlines:
        of = str(deadline_rules()[deadline.rule]["dataset"])
        assert of == "*" or contract.dataset_type in of.split("|")


@each
def test_identifiers_are_dropped_or_mandated(contract: Contract) -> None:
    direct = [f for t in contract.tables for f in t.fields if f.sensitivity is Sensitivity.IDENTIFIER]
    for field in direct:
        assert field.redaction.operator == "drop" or (field.mandate and field.mandate.basis.doc)


@each
def test_every_table_has_a_key_and_required_key_fields(contract: Contract) -> None:
    for table in contract.tables:
        assert table.key
        assert any(table.field(k).constraints.required for k in table.key)


@each
def test_contract_has_clean_and_faulty_examples(contract: Contract) -> None:
    clean = [e for e in contract.examples if not e.expect]
    faulty = [e for e in contract.examples if e.expect]
    assert clean
    assert 2 <= len(faulty) <= 5


@each
def test_amount_columns_state_their_unit(contract: Contract) -> None:
    marked = ("（元）", "（万元）", "（亿元）", "（公顷）", "（亩）")
    for table in contract.tables:
        for field in table.fields:
            for mark in marked:
                if field.title.endswith(mark):
                    assert field.unit == mark.strip("（）")


@each
def test_contract_with_persons_or_places_gets_the_longest_review(contract: Contract) -> None:
    dropped = any(f.redaction.operator == "drop" for t in contract.tables for f in t.fields)
    persons = contract.audience is Audience.LOCAL or (dropped and contract.department == "civil_affairs")
    places = contract.domain == "land"
    assert (contract.review.tier is Tier.L3) == (persons or places)


@each
def test_contract_says_nothing_personal(contract: Contract) -> None:
    assert declared(contract, read_packs(None)) == ()
    assert named_persons(contract, read_packs(None)) == ()


def test_only_the_household_list_stays_in_the_village() -> None:
    local = {c.id for c in CONTRACTS.values() if c.audience is Audience.LOCAL}
    assert local == {"civil_affairs.subsidy_list"}
    listed = CONTRACTS["civil_affairs.subsidy_list"]
    assert listed.publication_days
    assert {f.name for f in listed.tables[0].fields if f.redaction.operator == "drop"} == {
        "id_number",
        "phone",
        "bank_account",
    }


@pytest.mark.parametrize(
    ("dataset", "field", "entity"),
    [
        ("finance.procurement_awards", "experts", "CN_NAME"),
        ("finance.procurement_awards", "buyer_contact", "CN_NAME"),
        ("finance.procurement_awards", "buyer_phone", "LANDLINE"),
        ("finance.procurement_contracts", "legal_representative", "CN_NAME"),
        ("civil_affairs.subsidy_list", "holder", "CN_NAME"),
    ],
)
def test_mandated_field_names_its_entity_and_law(dataset: str, field: str, entity: str) -> None:
    mandate = CONTRACTS[dataset].tables[0].field(field).mandate
    assert mandate is not None
    assert entity in mandate.entities
    assert mandate.basis.doc


def test_all_bundled_contracts_are_proactive() -> None:
    assert {c.disclosure for c in CONTRACTS.values()} == {Disclosure.PROACTIVE}
