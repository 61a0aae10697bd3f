"""Places of the sender's file are named without identifiers, and by position where a header row may be data."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.finding import Finding, Place, Severity
from domain.pack import Packs
from domain.table import Reading, TableInfo
from flows.library import read_packs
from flows.naming import cleaner, named
from tests.markers import Search
from tests.sent_files import contract

CONTRACT = contract()


@pytest.fixture(scope="module")
def packs() -> Packs:
    return read_packs(None)


def _table(name: str, *columns: str) -> TableInfo:
    return TableInfo(name, str(Path("none")), columns, 1, columns, sheet=name)


def _places(packs: Packs, *places: Place, fitted: bool = True, kind: str = "xlsx") -> list[Place]:
    mark = Search().mark("naming")
    tables = (_table("表", "单位名称", "金额", mark.number), _table("另表", mark.phrase, "金额"))
    reading = Reading("0" * 64, 1, kind, None, tables)
    headers = {"budgets": {"unit_name": "单位名称"} if fitted else {}}
    finding = Finding("x", Severity.HOLD, len(places), places)
    (found,) = named([finding], CONTRACT, packs, reading, headers, {"budgets": "表"})
    return list(found.places)


def test_names_of_the_contract_and_of_a_sure_header_stay(packs: Packs) -> None:
    given = (
        Place("budgets", "amount", 3, locator="表!B4"),
        Place("表", "金额", locator="line 3"),
        Place(locator="byte 7"),
    )
    assert _places(packs, *given) == list(given)


def test_identifiers_in_names_become_labels(packs: Packs) -> None:
    mark = Search().mark("naming")
    clean = cleaner(packs)
    assert mark.number not in clean(mark.number)
    given = (
        Place("表", mark.number, locator=f"名单{mark.number}!C1"),
        Place(f"单{mark.phone}", locator=f"单{mark.phone}"),
    )
    column, table = _places(packs, *given)
    assert column.column == clean(mark.number)
    assert column.locator == f"{clean('名单' + mark.number)}!C1"
    assert mark.phone not in f"{table.table}{table.locator}"


def test_columns_are_named_by_position_where_no_header_is_sure(packs: Packs) -> None:
    mark = Search().mark("naming")
    (foreign,) = _places(packs, Place("另表", mark.phrase, locator="另表!A1"))
    assert (foreign.table, foreign.column, foreign.locator) == ("另表", "（第1列）", "另表!A1")
    (unfitted,) = _places(packs, Place("budgets", "单位名称"), fitted=False)
    assert unfitted.column == "（第1列）"


def test_tables_called_by_keys_of_the_file_are_named_by_position(packs: Packs) -> None:
    (other,) = _places(packs, Place("另表", locator="另表"), kind="json")
    assert (other.table, other.locator) == ("（第2表）", "（第2表）")
    (fitted,) = _places(packs, Place("表", "金额"), kind="json")
    assert (fitted.table, fitted.column) == ("表", "金额")
