"""The planted faults stand where truth says, nowhere else, and the clean files are clean. Arithmetic done here anew."""

import json
import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import stdnum.cn.ric
import stdnum.cn.uscc
import stdnum.luhn

from flows.demo.samples.people import id_check
from flows.demo.samples.truth import Planted, Sample, Truth

Row = dict[str, Any]
Rows = Callable[[Sample], list[Row]]
ID18 = re.compile(r"(?<!\d)[1-6]\d{5}(?:19|20)\d{9}[\dX](?!\d)")
CARD = re.compile(r"(?<!\d)622848\d{13}(?!\d)")
MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
DROPPED = {"id_number", "phone", "bank_account"}
SHAPES = {"CN_ID18": ID18, "BANKCARD": CARD, "MOBILE": MOBILE}


def one(truth: Truth, dataset: str, code: str) -> tuple[Sample, Planted]:
    found = [(s, p) for s in truth.samples if s.dataset == dataset for p in s.planted if p.code == code]
    assert len(found) == 1
    return found[0]


def number(value: Any) -> Decimal:
    return Decimal(str(value))


# --- who is clean, who isn't -----------------------------------------------------------------------------------------


def test_only_faulty_files_carry_planted_findings(truth: Truth) -> None:
    assert {s.role for s in truth.samples if s.planted} == {"faulty"}
    assert all(s.planted for s in truth.samples if s.role == "faulty")


def test_every_promised_fault_is_planted(truth: Truth) -> None:
    codes = {p.code for s in truth.samples for p in s.planted}
    assert codes >= {
        "hierarchy-broken", "identity-broken", "unit-slip", "duplicate-key", "value-not-typed", "value-pattern", "value-missing",
        "personal-data", "secrecy-mark", "hidden-sheet", "row-rule-broken",
    }  # fmt: skip


def test_expected_status_is_blocked_where_a_block_is_planted(truth: Truth) -> None:
    for sample in truth.samples:
        blocks = any(p.severity == "block" for p in sample.planted)
        assert (sample.expected_status == "blocked") == blocks


def test_corrections_and_previous_editions_name_files_that_exist(truth: Truth) -> None:
    files = {s.file: s for s in truth.samples}
    corrections = [s for s in truth.samples if s.role == "correction"]
    assert len(corrections) == 1
    for sample in corrections:
        assert sample.corrects is not None
        assert (files[sample.corrects].dataset, files[sample.corrects].period) == (sample.dataset, sample.period)
        assert files[sample.corrects].expected_status == "checked"  # a reviewer returns it, the machine doesn't
    assert {files[s.previous].role for s in truth.samples if s.previous} == {"previous"}


def test_truth_holds_no_personal_number(folder: Path, truth: Truth) -> None:
    text = (folder / "truth.json").read_text("utf-8")
    assert not any(shape.search(text) for shape in SHAPES.values())
    assert set(json.loads(text)["samples"][0]) >= {
        "file",
        "dataset",
        "period",
        "dates",
        "role",
        "planted",
        "expected_status",
    }


# --- personal data ---------------------------------------------------------------------------------------------------


def test_personal_numbers_stand_only_where_truth_says(truth: Truth, rows_of: Rows) -> None:
    for sample in truth.samples:
        planted = {(p.entity, p.field, p.row) for p in sample.planted if p.entity in SHAPES and p.field}
        found = {
            (entity, column, row)
            for row, cells in enumerate(rows_of(sample), 1)
            for column, value in cells.items()
            if column not in DROPPED and value is not None
            for entity, shape in SHAPES.items()
            if shape.search(str(value))
        }
        assert found == planted, sample.file


@pytest.mark.parametrize(
    ("dataset", "before"),
    [
        ("finance.procurement_awards", r"ID$"),
        ("finance.procurement_contracts", r"身份证号$"),
        ("natural_resources.land_transfers", r"^[\u4e00-\u9fff]{2,3}$"),
    ],
)
def test_planted_id_number_follows_its_words_at_once_and_is_valid(
    truth: Truth, rows_of: Rows, dataset: str, before: str
) -> None:
    sample, planted = one(truth, dataset, "personal-data")
    assert planted.field is not None
    assert planted.row is not None
    cell = rows_of(sample)[planted.row - 1][planted.field]
    match = ID18.search(cell)
    assert match is not None
    assert re.search(before, cell[: match.start()])
    assert stdnum.cn.ric.calc_check_digit(match[0]) == match[0][-1]


def test_made_up_numbers_have_right_check_digits(truth: Truth, rows_of: Rows) -> None:
    households = rows_of(truth.of("civil_affairs.subsidy_list", "clean")[0])
    assert all(stdnum.cn.ric.calc_check_digit(r["id_number"]) == r["id_number"][-1] for r in households)
    assert all(stdnum.luhn.is_valid(r["bank_account"]) for r in households)
    awards = rows_of(truth.of("finance.procurement_awards", "clean")[0])
    assert all(stdnum.cn.uscc.is_valid(r["supplier_uscc"]) for r in awards)


def test_id_check_gives_x_for_ten() -> None:
    # GB 11643 附录的例子
    assert (id_check("11010519491231002"), id_check("44052418800101001")) == ("X", "4")


def test_hidden_sheet_holds_as_many_names_and_mobiles_as_truth_says(folder: Path, truth: Truth) -> None:
    from openpyxl import load_workbook

    sample, planted = one(truth, "finance.three_public", "hidden-sheet")
    book = load_workbook(folder / sample.file)
    assert planted.locator is not None
    sheet = book[planted.locator]
    assert sheet.sheet_state == "hidden"
    numbers = [c.value for r in sheet.iter_rows() for c in r if MOBILE.fullmatch(str(c.value))]
    names = [c.value for c in sheet["A"][1:] if c.value]
    assert sheet["A1"].value == "姓名"
    personal = {p.entity: p.count for p in sample.planted if p.code == "personal-data"}
    assert personal == {"CN_NAME": len(names), "MOBILE": len(numbers)}
    hidden = [
        s.file for s in truth.samples if s.format == "xlsx" and len(load_workbook(folder / s.file).worksheets) > 1
    ]
    assert hidden == [sample.file]


def test_classification_mark_stands_in_the_named_cell_alone(folder: Path, truth: Truth) -> None:
    from openpyxl import load_workbook

    sample, planted = one(truth, "finance.three_public", "secrecy-mark")
    marked = []
    for file in (s.file for s in truth.samples if s.format == "xlsx"):
        for sheet in load_workbook(folder / file).worksheets:
            marked += [
                (file, f"{sheet.title}!{c.coordinate}") for r in sheet.iter_rows() for c in r if "★" in str(c.value)
            ]
    assert marked == [(sample.file, planted.locator)]


# --- arithmetic ------------------------------------------------------------------------------------------------------


def broken_sections(rows: list[Row], lengths: tuple[int, ...]) -> set[tuple[int, str]]:
    """(row, column) of codes that aren't the sum of the codes below them, one level at a time."""
    found = set()
    for upper, lower in pairwise(lengths):
        for index, row in enumerate(rows, 1):
            code = row["subject_code"]
            if code and len(code) == upper:
                below = [
                    r
                    for r in rows
                    if r["subject_code"] and len(r["subject_code"]) == lower and r["subject_code"].startswith(code)
                ]
                for column in ("prior", "budget"):
                    if sum(number(r[column]) for r in below) != number(row[column]):
                        found.add((index, column))
    return found


@pytest.mark.parametrize(
    ("dataset", "lengths"), [("finance.budget_revenue", (3, 5)), ("finance.budget_expenditure", (3, 5, 7))]
)
def test_budget_codes_add_up_but_where_planted(
    truth: Truth, rows_of: Rows, dataset: str, lengths: tuple[int, ...]
) -> None:
    for sample in (s for s in truth.samples if s.dataset == dataset):
        rows = rows_of(sample)
        planted = {(p.row, p.field) for p in sample.planted if p.code == "hierarchy-broken"}
        assert broken_sections(rows, lengths) == planted
        types = [r for r in rows if r["subject_code"] and len(r["subject_code"]) == 3]
        total = rows[-1]
        assert total["subject_code"] is None
        assert sum(number(r["budget"]) for r in types) == number(total["budget"])


def test_unit_slip_is_ten_thousand_times_last_year(truth: Truth, rows_of: Rows) -> None:
    files = {s.file: s for s in truth.samples}
    for sample in truth.of("finance.budget_revenue", "faulty") + truth.of("finance.budget_revenue", "clean"):
        assert sample.previous is not None
        last, this = rows_of(files[sample.previous])[-1], rows_of(sample)[-1]
        slipped = {p.field for p in sample.planted if p.code == "unit-slip"}
        for column in ("prior", "budget"):
            ratio = number(this[column]) / number(last[column])
            assert (ratio > 5_000) == (column in slipped)


def test_three_public_parts_make_their_totals(truth: Truth, rows_of: Rows) -> None:
    for row in rows_of(truth.of("finance.three_public", "clean")[0]):
        r = {k: number(v) for k, v in row.items() if k != "unit_name"}
        assert r["total"] == r["abroad"] + r["vehicles"] + r["reception"]
        assert r["vehicles"] == r["vehicle_purchase"] + r["vehicle_running"]


def test_debt_limits_are_their_parts_but_where_planted(truth: Truth, rows_of: Rows) -> None:
    for sample in (s for s in truth.samples if s.dataset == "finance.debt_limit_balance"):
        rows = [{k: v if k == "region" else number(v) for k, v in r.items()} for r in rows_of(sample)]
        wrong = {i for i, r in enumerate(rows, 1) if r["limit_total"] != r["limit_general"] + r["limit_special"]}
        assert wrong == {p.row for p in sample.planted if p.code == "identity-broken"}
        off = {c for c in rows[0] if c != "region" and sum(r[c] for r in rows[1:]) != rows[0][c]}
        assert off == {p.field for p in sample.planted if p.code == "sum-broken"}
        assert all(
            r["balance_special"] <= r["limit_special"] and r["balance_general"] <= r["limit_general"] for r in rows
        )


def test_bonds_break_their_rule_only_where_planted(truth: Truth, rows_of: Rows) -> None:
    for sample in (s for s in truth.samples if s.dataset == "finance.bonds_in_term"):
        rows = rows_of(sample)
        wrong = [i for i, r in enumerate(rows, 1) if r["bond_done"] > min(r["done"], r["bond_size"])]
        assert [(first, len(wrong)) for first in wrong[:1]] == [(p.row, p.count) for p in sample.planted]
        assert all(r["bond_planned"] <= r["total_invest"] and r["done"] <= r["total_invest"] for r in rows)


def test_shifted_cells_are_as_many_as_planted(truth: Truth, rows_of: Rows) -> None:
    sample, _ = one(truth, "finance.procurement_intentions", "value-not-typed")
    rows = rows_of(sample)
    wrong = {
        "budget": [i for i, r in enumerate(rows, 1) if not re.fullmatch(r"[\d.]+", str(r["budget"]))],
        "sme_reserved": [i for i, r in enumerate(rows, 1) if r["sme_reserved"] is None],
        "expected_month": [
            i for i, r in enumerate(rows, 1) if not re.fullmatch(r"20\d\d年\d+月", str(r["expected_month"]))
        ],
    }
    assert {c: (w[0], len(w)) for c, w in wrong.items()} == {p.field: (p.row, p.count) for p in sample.planted}
    keys = Counter((r["buyer"], r["project_name"]) for r in rows)
    assert max(keys.values()) == 1


def test_contract_amounts_are_the_awards(truth: Truth, rows_of: Rows) -> None:
    for sample in (s for s in truth.samples if s.dataset == "finance.procurement_contracts"):
        rows = rows_of(sample)
        assert all(r["amount"] == r["award_amount"] for r in rows)
        assert len({r["contract_no"] for r in rows}) == len(rows)


def test_requisition_areas_add_up_and_powers_hold_but_where_planted(truth: Truth, rows_of: Rows) -> None:
    for sample in (s for s in truth.samples if s.dataset == "natural_resources.requisition_batches"):
        beyond = set()
        for index, row in enumerate(rows_of(sample), 1):
            r = {k: number(v) for k, v in row.items() if isinstance(v, (int, float))}
            assert r["total"] == r["agricultural"] + r["construction"] + r["unused"]
            assert r["basic_farmland"] <= r["cultivated"] <= r["agricultural"]
            days = [row[c] for c in ("pre_notice_on", "plan_notice_on", "applied_on", "approved_on", "notice_on")]
            assert days == sorted(set(days))
            small = r["basic_farmland"] == 0 and r["cultivated"] <= 35 and r["total"] - r["cultivated"] <= 70
            if row["approver"] != "国务院" and not small:
                beyond.add(index)
        assert beyond == {p.row for p in sample.planted}


def test_duplicates_are_only_where_planted(truth: Truth, rows_of: Rows, contracts: dict[str, Any]) -> None:
    for sample in truth.samples:
        key = contracts[sample.dataset].tables[0].key
        places: dict[tuple[Any, ...], list[int]] = {}
        for index, row in enumerate(rows_of(sample), 1):
            places.setdefault(tuple(row[k] for k in key), []).append(index)
        again = [(rows[0], len(rows)) for rows in places.values() if len(rows) > 1]
        assert again == [(p.row, p.count) for p in sample.planted if p.code == "duplicate-key"], sample.file


def test_village_totals_are_the_sums_of_the_list(truth: Truth, rows_of: Rows) -> None:
    sums: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in rows_of(truth.of("civil_affairs.subsidy_list", "clean")[0]):
        at = sums.setdefault((row["town"], row["village"], row["item"]), {"area": 0, "amount": 0, "people": set()})
        at["area"] += number(row["area"])
        at["amount"] += number(row["amount"])
        at["people"].add(row["id_number"])
        assert number(row["amount"]) == number(row["area"]) * number(row["rate"])
    totals = rows_of(truth.of("civil_affairs.subsidy_totals", "clean")[0])
    assert {
        (t["town"], t["village"], t["item"]): (number(t["area"]), number(t["amount"]), t["households"]) for t in totals
    } == {place: (at["area"], at["amount"], len(at["people"])) for place, at in sums.items()}
