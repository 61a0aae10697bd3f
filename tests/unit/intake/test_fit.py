"""Fitting a reading to its contract: which sheet, which columns, and what is said of the rest."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from domain.table import ROW_ORIGIN
from intake.fit import Fitted, fit
from tests.sent_files import TABLE, contract, read_sent, read_text, rows_of, xlsx

GRID = [["单位：万元"], ["备注", "单位名称", "金额(万元)"], ["x", "财政局", 1.5], [None, "水利局", 2]]


def fitted(tmp_path: Path, text: str, tables: str = TABLE, more: str = "") -> Fitted:
    agreed = contract(tables, more)
    return fit(read_text(tmp_path, text, tables=agreed.tables), agreed, tmp_path)


def said(result: Fitted) -> list[tuple[str, str, str | None]]:
    return [(f.code, f.severity.value, f.places[0].column) for f in result.findings]


def test_fit_renames_orders_and_keeps_rows(tmp_path: Path) -> None:
    agreed = contract()
    reading = read_sent(xlsx(tmp_path / "a.xlsx", ("表", GRID)), tables=agreed.tables)
    result = fit(reading, agreed, tmp_path)
    table = result.tables["budgets"]
    assert pl.read_parquet(table.path).columns == ["unit_name", "amount", "remarks", ROW_ORIGIN]
    assert rows_of(table) == [["财政局", "1.5", "x"], ["水利局", "2", None]]
    assert result.headers == {"budgets": {"unit_name": "单位名称", "amount": "金额(万元)", "remarks": "备注"}}
    assert result.source_tables == {"budgets": "表"}
    assert table.letters == ("B", "C", "A")
    assert table.locator(4, "amount") == "表!C4"
    assert said(result) == []


@pytest.mark.parametrize(
    "header",
    ["单位名称,金额（万元）,备注", " 单位 名称,金额(万元), 备注", "unit_name,amount,remarks", "部门,金额,备注", "单位名称,金额（ 万元 ）,备　注"],
    ids=["title", "blanks", "name", "alias-and-no-unit", "full-width"],
)  # fmt: skip
def test_fit_knows_header_in_other_spelling(tmp_path: Path, header: str) -> None:
    result = fitted(tmp_path, f"{header}\n财政局,1,x\n")
    assert rows_of(result.tables["budgets"]) == [["财政局", "1", "x"]]
    assert said(result) == []


def test_fit_missing_column_blocks_where_needed_and_holds_else(tmp_path: Path) -> None:
    result = fitted(tmp_path, "金额（万元）,别的\n1,2\n")
    assert said(result) == [
        ("column-missing", "block", "unit_name"), ("column-missing", "hold", "remarks"), ("column-unexpected", "hold", "别的"),
    ]  # fmt: skip
    assert rows_of(result.tables["budgets"]) == [[None, "1", None]]
    assert "unit_name" not in result.headers["budgets"]


def test_fit_missing_column_used_in_a_check_blocks(tmp_path: Path) -> None:
    more = "checks: [{id: C, kind: rows, table: budgets, expr: amount > 0}]"
    assert ("column-missing", "block", "amount") in said(fitted(tmp_path, "单位名称,备注\n甲,x\n", more=more))


def test_fit_names_no_header_that_may_be_a_data_row(tmp_path: Path) -> None:
    result = fitted(tmp_path, "张三丰,110101199001010015\n甲,1\n")
    unexpected = next(f for f in result.findings if f.code == "column-unexpected")
    assert [p.column for p in unexpected.places] == ["（第1列）", "（第2列）"]
    assert "张三丰" not in str(result.findings)


def test_fit_two_columns_for_one_field_block(tmp_path: Path) -> None:
    result = fitted(tmp_path, "单位名称,部门,金额（万元）,备注\n甲,乙,1,x\n")
    assert ("column-duplicate", "block", "unit_name") in said(result)


def test_fit_ignores_column_without_header_and_values(tmp_path: Path) -> None:
    assert said(fitted(tmp_path, "单位名称,金额（万元）,备注,\n甲,1,x,\n")) == []


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("单位：元,,\n单位名称,金额,备注\n甲,1,x\n", None),
        ("单位名称,金额（元）,备注\n甲,1,x\n", "amount"),
    ],
    ids=["unit-line", "header"],
)
def test_fit_other_unit_holds(tmp_path: Path, text: str, column: str | None) -> None:
    assert said(fitted(tmp_path, text)) == [("unit-mismatch", "hold", column)]


@pytest.mark.parametrize(("allowed", "severity"), [(False, "block"), (True, "warn")])
def test_fit_empty_table(tmp_path: Path, allowed: bool, severity: str) -> None:
    tables = TABLE.replace("unit: 万元\n    key", f"empty_allowed: {str(allowed).lower()}\n    key", 1)
    assert ("table-empty", severity, None) in said(fitted(tmp_path, "单位名称,金额（万元）,备注\n", tables))


def test_fit_picks_best_visible_sheet_and_holds_others(tmp_path: Path) -> None:
    def hide(book: object) -> None:
        book["旧"].sheet_state = "hidden"  # type: ignore[index]

    agreed = contract()
    path = xlsx(tmp_path / "a.xlsx", ("说明", [["随便"], ["文字"]]), ("旧", GRID), ("新", GRID), change=hide)
    result = fit(read_sent(path, tables=agreed.tables), agreed, tmp_path)
    assert result.source_tables == {"budgets": "新"}
    other = next(f for f in result.findings if f.code == "sheet-unexpected")
    assert (other.severity, other.count, [p.locator for p in other.places]) == ("hold", 2, ["说明", "旧"])


def test_fit_takes_sheet_by_its_name(tmp_path: Path) -> None:
    agreed = contract(TABLE.replace("    unit: 万元", '    sheet: "^2026"\n    unit: 万元'))
    path = xlsx(tmp_path / "a.xlsx", ("2025年", GRID), ("2026年", GRID))
    assert fit(read_sent(path, tables=agreed.tables), agreed, tmp_path).source_tables == {"budgets": "2026年"}
    path = xlsx(tmp_path / "b.xlsx", ("2024年", GRID), ("2025年", GRID))
    result = fit(read_sent(path, tables=agreed.tables), agreed, tmp_path)
    assert result.tables == {}
    assert [c for c, _, _ in said(result)] == ["table-missing", "sheet-unexpected"]


def test_fit_takes_records_at_the_contract_path(tmp_path: Path) -> None:
    agreed = contract(more="source: {records: data.list}")
    text = '{"other": [{"unit_name": "乙"}], "data": {"list": [{"unit_name": "甲", "amount": 1, "remarks": "x"}]}}'
    reading = read_text(tmp_path, text, "a.json", records="data.list")
    result = fit(reading, agreed, tmp_path)
    assert rows_of(result.tables["budgets"]) == [["甲", "1", "x"]]
    assert [c for c, _, _ in said(result)] == ["sheet-unexpected"]


def test_fit_two_tables_of_one_workbook(tmp_path: Path) -> None:
    second = "  - name: staff\n    fields:\n      - {name: post, title: 岗位}\n      - {name: persons, title: 人数}"
    agreed = contract(f"{TABLE}\n{second}")
    path = xlsx(tmp_path / "a.xlsx", ("人员", [["岗位", "人数"], ["科员", 3]]), ("预算", GRID))
    result = fit(read_sent(path, tables=agreed.tables), agreed, tmp_path)
    assert result.source_tables == {"budgets": "预算", "staff": "人员"}
    assert said(result) == []
