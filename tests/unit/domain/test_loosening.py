"""What counts as looser, and what doesn't."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from domain.contract import Contract
from domain.loosening import WHAT, loosened
from tests.review_desk import make_contract

FIELDS: list[dict[str, Any]] = [
    {"name": "region", "title": "地区", "sensitivity": "quasi_identifier"},
    {"name": "card", "title": "账号", "sensitivity": "identifier", "redaction": {"operator": "mask"}},
]
BASE: dict[str, Any] = {
    "audience": "local", "publication_days": 7, "disclosure": "on_request", "official_contacts": ["0311-00000000"],
    "tables": [{"name": "main", "fields": FIELDS, "drop_rows": [{"field": "region", "is_in": ["x"], "reason": "不公开"}]}],
    "review": {"tier": "L2", "stages": [
        {"name": n, "role": r} for n, r in (
            ("section", "section_reviewer"), ("confidentiality", "confidentiality_reviewer"), ("legal", "legal_reviewer"),
            ("chief", "releasing_chief"))]},
}  # fmt: skip
Edit = Callable[[dict[str, Any]], Any]


def changed(edit: Edit) -> Contract:
    values = copy.deepcopy(BASE)
    edit(values)
    return make_contract(**values)


def table(values: dict[str, Any]) -> dict[str, Any]:
    return values["tables"][0]  # type: ignore[no-any-return]  # made-up JSON


LOOSER: dict[str, Edit] = {
    "disclosure": lambda v: v.update(disclosure="proactive"),
    "audience": lambda v: v.update(audience="public"),
    "days": lambda v: v.update(publication_days=8),
    "tier": lambda v: v["review"].update(tier="L1"),
    "stage": lambda v: v["review"]["stages"].pop(2),
    "table": lambda v: v["tables"].append({"name": "more", "fields": FIELDS}),
    "column": lambda v: table(v)["fields"].append({"name": "extra", "title": "新"}),
    "operator": lambda v: table(v)["fields"][1].update(redaction={"operator": "keep_ends", "suffix": 4}),
    "sensitivity": lambda v: table(v)["fields"][0].update(sensitivity="public"),
    "mandate": lambda v: table(v)["fields"][0].update(mandate={"entities": ["CN_NAME"], "basis": {"doc": "条例"}}),
    "rows": lambda v: table(v).pop("drop_rows"),
    "contacts": lambda v: v.update(official_contacts=["0311-00000000", "0311-11111111"]),
    "department": lambda v: v.update(department="industry"),
}


def test_every_kind_has_its_case() -> None:
    assert set(LOOSER) == set(WHAT)


@pytest.mark.parametrize("what", WHAT)
def test_looser_is_told_and_the_way_back_is_not(what: str) -> None:
    before, now = make_contract(**copy.deepcopy(BASE)), changed(LOOSER[what])
    assert [one.what for one in loosened(before, now)] == [what]
    if what != "department":
        assert loosened(now, before) == ()


@pytest.mark.parametrize(
    "edit",
    [
        lambda v: None,
        lambda v: v.update(publication_days=3),
        lambda v: table(v)["fields"][1].update(redaction={"operator": "drop"}),
        lambda v: table(v)["fields"].append({"name": "extra", "title": "新", "redaction": {"operator": "drop"}}),
        lambda v: v.update(title={"zh": "另一个名字", "en": "Another name"}, version=2),
        lambda v: table(v)["fields"][1]["redaction"].update(reason="防止转账"),
    ],
    ids=["same", "shorter", "stricter", "dropped-column", "title", "reason"],
)  # fmt: skip
def test_not_looser(edit: Edit) -> None:
    assert loosened(make_contract(**copy.deepcopy(BASE)), changed(edit)) == ()
