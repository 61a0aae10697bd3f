"""What changed between two contracts: every change has a line, what is looser says so, equal contracts say nothing."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.contract import Contract
from domain.contract_changes import Change, Sense, changes
from domain.contract_file import load_contract
from domain.loosening import loosened
from tests.review_desk import make_contract
from tests.unit.domain.test_loosening import BASE, LOOSER, table

ROOT = Path(__file__).resolve().parents[3]
Edit = Callable[[dict[str, Any]], Any]


def changed(edit: Edit) -> Contract:
    values = copy.deepcopy(BASE)
    edit(values)
    return make_contract(**values)


def told(edit: Edit) -> list[Change]:
    return list(changes(make_contract(**BASE), changed(edit)))


def test_equal_contracts_have_no_changes() -> None:
    assert changes(make_contract(**BASE), make_contract(**BASE)) == ()


@pytest.mark.parametrize("name", LOOSER)
def test_whatever_loosens_is_told_as_looser_and_its_inverse_as_stricter(name: str) -> None:
    before, now = make_contract(**BASE), changed(LOOSER[name])
    senses = {c.sense for c in changes(before, now)}
    assert Sense.LOOSER in senses
    if not loosened(now, before):
        assert Sense.LOOSER not in {c.sense for c in changes(now, before)}
        assert Sense.STRICTER in {c.sense for c in changes(now, before)}


@pytest.mark.parametrize("name", LOOSER)
def test_looser_is_told_exactly_where_it_raises_the_tier(name: str) -> None:
    before, now = make_contract(**BASE), changed(LOOSER[name])
    assert sum(c.sense is Sense.LOOSER for c in changes(before, now)) == len(loosened(before, now))


NEUTRAL: dict[str, Edit] = {
    "title": lambda v: v.update(title={"zh": "新名称", "en": "New title"}),
    "check": lambda v: v.update(checks=[{"id": "C-1", "kind": "rows", "expr": "region is not None", "table": "main"}]),
    "alias": lambda v: table(v)["fields"][0].update(aliases=["地方"]),
    "schedule": lambda v: v.update(schedule={"cron": "0 3 * * *"}),
    "example": lambda v: v.update(examples=[{"name": "x", "rows": [{"region": "x"}]}]),
    "order": lambda v: table(v)["fields"].reverse(),
    "constraint": lambda v: table(v)["fields"][0].update(constraints={"required": True}),
    "row reason": lambda v: table(v)["drop_rows"][0].update(reason="另一个理由"),
    "operator reason": lambda v: table(v)["fields"][1]["redaction"].update(reason="另一个理由"),
}


@pytest.mark.parametrize("name", NEUTRAL)
def test_other_changes_are_neutral_lines(name: str) -> None:
    found = told(NEUTRAL[name])
    assert found
    assert {c.sense for c in found} == {Sense.NEUTRAL}


def test_weaker_operator_names_column_and_both_treatments() -> None:
    (line,) = told(
        lambda v: table(v)["fields"][1].update(redaction={"operator": "keep_ends", "prefix": 3, "suffix": 4})
    )
    assert (line.part, line.name, line.title, line.key, line.sense) == (
        "field",
        "main.card",
        "账号",
        "redaction",
        Sense.LOOSER,
    )
    assert line.before == {"operator": "mask"}
    assert line.now == {"operator": "keep_ends", "prefix": 3, "suffix": 4}


def test_column_that_goes_is_stricter_and_one_that_comes_is_looser() -> None:
    before, now = make_contract(**BASE), changed(lambda v: table(v)["fields"].append({"name": "town", "title": "乡镇"}))
    assert [(c.name, c.sense) for c in changes(before, now)] == [("main.town", Sense.LOOSER)]
    assert [(c.name, c.sense) for c in changes(now, before)] == [("main.town", Sense.STRICTER)]


@pytest.mark.parametrize("path", sorted((ROOT / "datasets").glob("*/*.yaml")), ids=lambda p: p.stem)
def test_every_leaf_of_a_bundled_contract_is_told_when_it_changes(path: Path) -> None:
    contract = load_contract(path.read_text("utf-8"), path.name)
    for edited in edits(contract):
        assert changes(contract, edited), edited
        assert changes(edited, contract), edited


def edits(contract: Contract) -> list[Contract]:
    """The contract with one thing less or different in every part that it has."""
    first = contract.tables[0]
    other = first.model_copy(update={"fields": tuple(reversed(first.fields))})
    found = [
        contract.model_copy(update={"version": contract.version + 1}),
        contract.model_copy(update={"tables": (other, *contract.tables[1:])}),
        contract.model_copy(update={"checks": contract.checks[1:], "domain": "other"}),
        contract.model_copy(update={"legal_basis": contract.legal_basis * 2}),
        contract.model_copy(update={"examples": ()}),
    ]
    for field in first.fields:
        fewer = tuple(f for f in first.fields if f is not field)
        found.append(
            contract.model_copy(update={"tables": (first.model_copy(update={"fields": fewer}), *contract.tables[1:])})
        )
    return [c for c in found if c.sha256 != contract.sha256]
