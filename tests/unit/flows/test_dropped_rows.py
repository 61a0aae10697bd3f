"""Rows that a contract drops are gone from what goes out and from what is compared, not from what is scanned."""

from pathlib import Path
from typing import Any

import pytest

from catalog.export import export
from domain.contract import Contract
from domain.table import TableInfo
from flows.prepare_steps import compare_editions
from redaction.redact import redact_tables
from redaction.scan import coverage, scan_reading
from tests.personal_data import KEY, PACKS, contract_with, reading
from tests.tables import table_from_rows

MINORS = {"field": "age", "below": 18, "reason": "个人信息保护法第二十八条"}


def contract_of(*drops: dict[str, Any]) -> Contract:
    fields = [
        {"name": "id", "title": "编号"},
        {"name": "age", "title": "年龄", "type": "integer", "redaction": {"operator": "drop"}},
    ]
    return contract_with(tables=[{"name": "t", "key": ["id"], "fields": fields, "drop_rows": list(drops)}])


def table_of(into: Path, ages: list[int], name: str = "t") -> TableInfo:
    return table_from_rows(into, name, [{"id": str(n), "age": str(age)} for n, age in enumerate(ages)])


def redacted(into: Path, table: TableInfo, contract: Contract) -> tuple[dict[str, TableInfo], tuple[Any, ...]]:
    source = reading(table)
    scan = scan_reading(
        source, PACKS, contract=contract, header_map={"t": {"id": "id", "age": "age"}}, hits_dir=into / "h", seed="s",
        file_name="a.csv",
    )  # fmt: skip
    certificate, lost = coverage(source, scan, {"t": (table.rows, 2)})
    assert certificate.complete
    assert certificate.tables[0].cells_scanned == table.rows * 2
    return redact_tables({"t": table}, scan, contract, PACKS, key=KEY, scope="r", into=into).tables, lost


def test_exports_and_certificate_agree_with_the_rows_that_stay(tmp_path: Path) -> None:
    contract = contract_of(MINORS)
    tables, lost = redacted(tmp_path, table_of(tmp_path, [30, 17, 40, 5]), contract)
    assert lost == ()
    out = tmp_path / "out"
    out.mkdir()
    exported = export(tables, contract, period="2026", edition=1, into=out)
    assert {f.rows for f in exported.files if f.table} == {2}


@pytest.mark.parametrize(
    ("new", "codes"),
    [([30] * 10 + [5] * 20, []), ([30] * 5 + [5] * 25, ["rows-lost"])],
    ids=["as many adults", "half the adults gone, as many rows sent"],
)
def test_editions_are_compared_by_the_rows_that_stay(tmp_path: Path, new: list[int], codes: list[str]) -> None:
    contract = contract_of(MINORS)
    last, _ = redacted(tmp_path, table_of(tmp_path, [30] * 10 + [5] * 20), contract)
    fitted = {"t": table_of(tmp_path / "new", new)}
    assert [f.code for f in compare_editions(fitted, last, contract, tmp_path)] == codes
    assert not list(tmp_path.glob("**/stays-t.parquet"))
