"""The last edition shows a slipped unit, lost rows and lost keys; ordinary growth shows nothing."""

from pathlib import Path

import pytest

from checks.quality.previous import compare_with_previous
from domain.contract import Contract
from domain.finding import Finding
from tests.made_contract import made_contract
from tests.tables import table_from_rows

Rows = list[dict[str, str | None]]
FIELDS = [{"name": "region"}, {"name": "amount", "type": "number"}, {"name": "count", "type": "integer"}]


def towns(factor: float = 1, rows: int = 5, count: int = 3) -> Rows:
    return [{"region": f"镇{i}", "amount": f"{(i + 1) * 12.5 * factor:.4f}", "count": str(count)} for i in range(rows)]


def compared(tmp_path: Path, new: Rows | None, old: Rows, contract: Contract | None = None) -> list[Finding]:
    contract = contract or made_contract(FIELDS, key=["region"])
    current = (
        {}
        if new is None
        else {"main": table_from_rows(tmp_path / "new", "main", new, columns=["region", "amount", "count"])}
    )
    return list(compare_with_previous(current, {"main": table_from_rows(tmp_path / "old", "main", old)}, contract))


@pytest.mark.parametrize(
    ("factor", "slipped"),
    [(1, False), (2.9, False), (0.1, False), (1000, False), (1e4, True), (1.3e4, True), (0.9e-4, True), (1.2e8, True), (1e-8, False)],
)  # fmt: skip
def test_compare_unit_slip_by_ratio(tmp_path: Path, factor: float, slipped: bool) -> None:
    found = compared(tmp_path, towns(factor), towns())
    assert [(f.code, f.places[0].column, f.count) for f in found] == [("unit-slip", "amount", 1)] * slipped


def test_compare_unit_slip_hidden_in_sum_shows_by_rows(tmp_path: Path) -> None:
    new = [*towns(1e4), {"region": "新区", "amount": "90000000000", "count": "3"}]
    assert [f.code for f in compared(tmp_path, new, towns())] == ["unit-slip"]


def test_compare_unit_slip_without_common_rows_shows_by_sum(tmp_path: Path) -> None:
    new = [{**r, "region": f"{r['region']}甲"} for r in towns(1e4)]
    found = compared(tmp_path, new, towns())
    assert [f.code for f in found] == ["unit-slip"]
    assert found[0].rule is not None
    assert (found[0].rule.citation, found[0].rule.version) == ("FIN-Q-05", "3")


@pytest.mark.parametrize(("rows", "lost"), [(10, 0), (7, 0), (6, 4), (0, 10)])
def test_compare_rows_lost_beyond_share(tmp_path: Path, rows: int, lost: int) -> None:
    found = compared(tmp_path, towns(rows=rows), towns(rows=10))
    assert [(f.code, f.count) for f in found] == ([("rows-lost", lost)] if lost else [])


def test_compare_table_gone_loses_all_rows(tmp_path: Path) -> None:
    assert [(f.code, f.count) for f in compared(tmp_path, None, towns())] == [("rows-lost", 5)]


def test_compare_keys_lost_counts_them(tmp_path: Path) -> None:
    contract = made_contract(FIELDS, key=["region"], previous={"keys_must_stay": True})
    new = [{**r, "region": f" {r['region']} "} for r in towns()[1:]]
    found = compared(tmp_path, new, towns(), contract)
    assert [(f.code, f.count, f.severity.value) for f in found] == [("keys-lost", 1, "hold")]


@pytest.mark.parametrize("key", [["region"], []], ids=["key-column-dropped", "no-key"])
def test_compare_keys_that_cannot_be_compared_are_held(tmp_path: Path, key: list[str]) -> None:
    contract = made_contract(FIELDS, key=key, previous={"keys_must_stay": True})
    old: Rows = [{"amount": r["amount"]} for r in towns()]
    assert [f.code for f in compared(tmp_path, towns(), old, contract)] == ["keys-lost"]


def test_compare_leaves_altered_columns_alone(tmp_path: Path) -> None:
    banded = [FIELDS[0], {**FIELDS[1], "redaction": {"operator": "generalise", "width": 10000}}, FIELDS[2]]
    assert compared(tmp_path, towns(1e4), towns(), made_contract(banded, key=["region"])) == []


def test_compare_switched_off_finds_nothing(tmp_path: Path) -> None:
    contract = made_contract(FIELDS, key=["region"], previous={"compare": False})
    assert compared(tmp_path, towns(1e4, rows=1), towns(), contract) == []


def test_compare_without_row_origin_works(tmp_path: Path) -> None:
    """The redacted table that was published holds the public's columns alone."""
    import pyarrow.parquet as pq

    old = table_from_rows(tmp_path / "old", "main", towns())
    pq.write_table(pq.read_table(old.path).drop(["__row_origin"]), old.path)
    new = table_from_rows(tmp_path / "new", "main", towns(1e4))
    found = compare_with_previous({"main": new}, {"main": old}, made_contract(FIELDS, key=["region"]))
    assert [f.code for f in found] == ["unit-slip"]
