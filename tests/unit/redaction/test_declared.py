"""Personal data in what a contract itself says: a fault of the contract, told by its key and never quoted."""

from __future__ import annotations

from typing import Any

import pytest

from domain.contract import Contract
from domain.finding import Severity, Source
from flows.declared import declared, declared_faults, named_persons
from tests.catalogue_release import FIELDS, make_contract
from tests.personal_data import PACKS, id18

ID, MOBILE, OFFICE = id18(), "13800138000", "0311-86001234"
NOTED = [*FIELDS[:3], FIELDS[3] | {"note": f"有疑问请打 {MOBILE}"}]


def told(**changes: Any) -> list[tuple[str | None, str | None]]:
    """(entity, key) of each place."""
    found = declared(make_contract(**changes), PACKS)
    assert {f.severity for f in found} <= {Severity.BLOCK}
    assert {p.source for f in found for p in f.places} <= {Source.CONTRACT}
    return [(f.entity, p.locator) for f in found for p in f.places]


@pytest.mark.parametrize(
    ("changes", "entity", "key"),
    [
        ({"title": {"zh": f"名单（{ID}）", "en": "List"}}, "CN_ID18", "title.zh"),
        ({"description": {"zh": "说明", "en": f"ask {MOBILE}"}}, "MOBILE", "description.en"),
        ({"tables": [{"name": "main", "fields": NOTED}]}, "MOBILE", "tables[0].fields[3].note"),
        ({"legal_basis": [{"doc": "预算法", "note": f"经办 {ID}"}]}, "CN_ID18", "legal_basis[0].note"),
        ({"catalogue": {"organization": "finance-bureau", "tags": ["债务", MOBILE]}}, "MOBILE", "catalogue.tags[1]"),
        ({"contact": {"name": f"财政局 {ID}"}}, "CN_ID18", "contact.name"),
        ({"statutory_item": ID.translate({n: n + 0xFEE0 for n in range(0x30, 0x3A)})}, "CN_ID18", "statutory_item"),
        ({"statutory_item": "20-7"}, None, None),
    ],
    ids=["title", "description", "note of a field", "note of the law", "tag", "identity number of the contact", "fullwidth", "no number"],
)  # fmt: skip
def test_declared_finds_what_may_not_go_out(changes: dict[str, Any], entity: str | None, key: str | None) -> None:
    assert told(**changes) == ([(entity, key)] if entity else [])


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"contact": {"name": "张三", "phone": MOBILE, "email": "someone@example.gov.cn"}},
        {"contact": {"name": f"债务科 {OFFICE} 转 8"}},
        {"description": {"zh": f"查询电话 {OFFICE}", "en": "Debt"}, "official_contacts": [OFFICE]},
        {"description": {"zh": f"查询电话 {OFFICE}", "en": "Debt"}, "contact": {"name": "债务科", "phone": OFFICE}},
        {"examples": [{"name": "identity number", "rows": [{"region": ID}]}]},
        {"official_contacts": [MOBILE]},
    ],
    ids=["plain", "contact", "contact with its number", "official contact", "contact's own number", "example", "list"],
)
def test_declared_leaves_what_the_law_or_the_contract_explains(changes: dict[str, Any]) -> None:
    assert told(**changes) == []


def test_office_number_that_nobody_listed_is_found() -> None:
    assert told(description={"zh": f"查询电话 {OFFICE}", "en": "Debt"}) == [("LANDLINE", "description.zh")]


def test_nothing_of_the_value_is_told() -> None:
    contract: Contract = make_contract(title={"zh": f"名单 {ID} {MOBILE}", "en": ID})
    found = declared(contract, PACKS)
    faults = list(declared_faults(contract, PACKS))
    assert [key for key, _ in faults] == [("title", "zh"), ("title", "en"), ("title", "zh")]
    said = str([f.to_dict() for f in found]) + str(faults)
    assert not any(piece in said for piece in (ID[:6], ID[-4:], MOBILE[:7], MOBILE[-4:]))


def test_text_too_long_to_scan_is_no_silence() -> None:
    (finding,) = declared(make_contract(description={"zh": MOBILE + "长" * 2_000_001, "en": "long"}), PACKS)
    assert (finding.entity, finding.severity, finding.places[0].locator) == (None, Severity.BLOCK, "description.zh")


NAMES = ("赵雪梅", "李建国", "欧阳明", "王芳")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("changes", "key"),
    [
        (lambda name: {"title": {"zh": f"{name}低保发放名单", "en": "List"}}, "title.zh"),
        (lambda name: {"description": {"zh": f"村民{name}的补贴金额", "en": "Notes"}}, "description.zh"),
        (lambda name: {"tables": [{"name": "main", "fields": [*FIELDS[:3], FIELDS[3] | {"note": f"由{name}签收"}]}]}, "tables[0].fields[3].note"),
        (lambda name: {"tables": [{"name": "main", "fields": [*FIELDS[:3], FIELDS[3] | {"title": f"{name}家庭情况"}]}]}, "tables[0].fields[3].title"),
    ],
    ids=["title", "description", "note of a field", "label of a column"],
)  # fmt: skip
def test_name_alone_is_held_and_no_fault(name: str, changes: Any, key: str) -> None:
    contract = make_contract(**changes(name))
    (finding,) = named_persons(contract, PACKS)
    assert (finding.severity, finding.entity, [p.locator for p in finding.places]) == (Severity.HOLD, "CN_NAME", [key])
    assert name not in str(finding.to_dict())
    assert list(declared_faults(contract, PACKS)) == []


@pytest.mark.parametrize("text", ["三公经费", "财政局债务科", "2018年市本级一般公共预算", "各乡镇、街道办事处", "由乡镇签收", "石家庄市裕华区", "王家庄村张榜公布以外的内容"])  # fmt: skip
def test_words_that_name_nobody_are_not_held(text: str) -> None:
    assert named_persons(make_contract(title={"zh": text, "en": "List"}), PACKS) == ()


def test_contact_names_whom_to_ask() -> None:
    assert named_persons(make_contract(contact={"name": "赵雪梅", "phone": OFFICE}), PACKS) == ()
