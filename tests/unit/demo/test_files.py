"""The made-up files look as departments send them, and are the same bytes every time. Read by independent readers."""

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.contract import Contract
from flows.demo.samples.truth import Sample, Truth
from flows.demo.samples.write import write_samples

Rows = Callable[[Sample], list[dict[str, Any]]]


def digests(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in folder.rglob("*")
        if p.is_file()
    }


@pytest.mark.slow
def test_write_samples_gives_equal_bytes_for_equal_seeds(folder: Path, truth: Truth, tmp_path: Path) -> None:
    assert write_samples(tmp_path) == truth
    assert digests(tmp_path) == digests(folder)


@pytest.mark.slow
def test_write_samples_gives_other_rows_for_another_seed(folder: Path, truth: Truth, tmp_path: Path) -> None:
    write_samples(tmp_path, seed=7)
    same = {f for f, d in digests(tmp_path).items() if digests(folder)[f] == d}
    assert same == set()


def test_truth_reads_back_equal_from_its_file(folder: Path, truth: Truth) -> None:
    assert Truth.from_json((folder / "truth.json").read_text("utf-8")) == truth


def test_truth_lists_every_file(folder: Path, truth: Truth) -> None:
    listed = [s.file for s in truth.samples]
    assert len(listed) == len(set(listed))
    assert set(listed) == set(digests(folder)) - {"truth.json"}


def test_every_contract_has_a_clean_file(truth: Truth, contracts: dict[str, Contract]) -> None:
    assert {s.dataset for s in truth.samples if s.role == "clean"} == set(contracts)


def test_every_format_is_there(truth: Truth) -> None:
    assert {s.format for s in truth.samples} == {"csv", "xlsx", "xls", "json", "jsonl", "parquet", "geojson"}


def test_rows_are_as_many_as_truth_says_and_headers_fit_the_contract(
    truth: Truth, rows_of: Rows, contracts: dict[str, Contract]
) -> None:
    for sample in truth.samples:
        rows = rows_of(sample)
        assert len(rows) == sample.rows, sample.file
        assert set(rows[0]) == {f.name for f in contracts[sample.dataset].tables[0].fields}, sample.file


def test_one_file_has_fifty_thousand_rows(truth: Truth) -> None:
    assert sorted(s.rows for s in truth.samples)[-1] == 50_000


@pytest.mark.parametrize("dataset", ["finance.budget_expenditure", "finance.procurement_contracts"])
def test_gb18030_files_are_no_utf8(folder: Path, truth: Truth, dataset: str) -> None:
    for sample in (s for s in truth.samples if s.dataset == dataset):
        raw = (folder / sample.file).read_bytes()
        raw.decode("gb18030")
        with pytest.raises(UnicodeDecodeError):
            raw.decode("utf-8")


@pytest.mark.parametrize("dataset", ["finance.debt_issuance_repayment", "civil_affairs.subsidy_list"])
def test_utf8_files_carry_a_byte_order_mark(folder: Path, truth: Truth, dataset: str) -> None:
    assert all(
        (folder / s.file).read_bytes().startswith(b"\xef\xbb\xbf") for s in truth.samples if s.dataset == dataset
    )


@pytest.mark.parametrize(
    ("dataset", "unit"),
    [
        ("finance.budget_revenue", "单位：万元"),
        ("finance.three_public", "单位：万元"),
        ("natural_resources.requisition_batches", "单位：公顷"),
    ],
)
def test_workbooks_have_merged_title_unit_line_and_notes(folder: Path, truth: Truth, dataset: str, unit: str) -> None:
    from openpyxl import load_workbook

    for sample in (s for s in truth.samples if s.dataset == dataset):
        sheet = load_workbook(folder / sample.file).worksheets[0]
        assert any(str(r).startswith("A1:") for r in sheet.merged_cells.ranges)
        column = [c.value for c in sheet["A"] if c.value]
        assert unit in column
        assert str(column[-1]).startswith("制表人：")


def test_old_workbook_has_merged_title_and_unit_line(folder: Path, truth: Truth) -> None:
    import xlrd

    for sample in (s for s in truth.samples if s.dataset == "finance.debt_limit_balance"):
        assert (folder / sample.file).read_bytes().startswith(bytes.fromhex("d0cf11e0"))
        sheet = xlrd.open_workbook(str(folder / sample.file), formatting_info=True).sheet_by_index(0)
        assert (0, 1, 0, 7) in sheet.merged_cells
        assert sheet.cell_value(1, 0) == "单位：亿元"


def test_workbook_members_carry_no_time_of_writing(folder: Path, truth: Truth) -> None:
    for sample in (s for s in truth.samples if s.format == "xlsx"):
        with zipfile.ZipFile(folder / sample.file) as archive:
            assert {i.date_time[0] for i in archive.infolist()} == {1980}


def test_geojson_has_three_decimals_at_most(folder: Path, truth: Truth) -> None:
    import json

    for sample in (s for s in truth.samples if s.format == "geojson"):
        for feature in json.loads((folder / sample.file).read_text("utf-8"))["features"]:
            numbers = [n for point in feature["geometry"]["coordinates"][0] for n in point]
            assert all(n == round(n, 3) for n in numbers)
