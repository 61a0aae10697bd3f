"""What `redact --out` writes reads back as it was, in every format."""

import csv
import json
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from catalog.plainfile import target_files, write_tables
from domain.errors import UsageInvalid
from tests.tables import table_from_rows

ROWS = [{"名称": "=1+1", "数": "007"}, {"名称": 'a,"b"\nc', "数": None}, {"名称": "甲", "数": "1.50"}]


def _read(path: Path) -> list[list[str]]:
    match path.suffix:
        case ".csv":
            with path.open(encoding="utf-8-sig", newline="") as f:
                return list(csv.reader(f))
        case ".xlsx":
            return [
                ["" if c is None else c for c in row]
                for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True)
            ]
        case ".parquet":
            table = pq.read_table(path)
            return [table.column_names, *([v or "" for v in row.values()] for row in table.to_pylist())]
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [list(lines[0]), *([v or "" for v in line.values()] for line in lines)]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet", ".jsonl"])
def test_write_tables_reads_back_equal(tmp_path: Path, suffix: str) -> None:
    table = table_from_rows(tmp_path / "in", "t", ROWS)
    (path,) = write_tables({"t": table}, tmp_path / f"out{suffix}")
    assert _read(path) == [["名称", "数"], *([v or "" for v in r.values()] for r in ROWS)]


def test_write_tables_two_tables_are_two_files_or_sheets(tmp_path: Path) -> None:
    tables = {n: table_from_rows(tmp_path / "in", n, ROWS) for n in ("a", "b")}
    assert [p.name for p in write_tables(tables, tmp_path / "out.csv")] == ["out-a.csv", "out-b.csv"]
    assert openpyxl.load_workbook(write_tables(tables, tmp_path / "out.xlsx")[0]).sheetnames == ["a", "b"]


def test_write_tables_unwritable_folder_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageInvalid, match="choose another --out"):
        write_tables({"t": table_from_rows(tmp_path / "in", "t", ROWS)}, tmp_path / "no" / "out.csv")


def test_write_tables_gives_each_table_a_file_of_its_own(tmp_path: Path) -> None:
    tables = {n: table_from_rows(tmp_path / "in", f"t{i}", ROWS) for i, n in enumerate(["a/b", "a:b", "甲"])}
    written = write_tables(tables, tmp_path / "out.csv")
    assert [p.name for p in written] == ["out-a_b.csv", "out-a_b-2.csv", "out-甲.csv"]
    assert list(target_files(tables, tmp_path / "out.csv")) == written


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl"])
def test_write_tables_that_fails_at_the_second_leaves_nothing(tmp_path: Path, suffix: str) -> None:
    tables = {"a": table_from_rows(tmp_path / "in", "a", ROWS), "b": table_from_rows(tmp_path / "in", "b", ROWS)}
    out = tmp_path / "out"
    out.mkdir()
    (out / f"x-b{suffix}").mkdir()
    with pytest.raises(UsageInvalid):
        write_tables(tables, out / f"x{suffix}")
    assert [p.name for p in out.iterdir()] == [f"x-b{suffix}"]


def test_write_tables_leaves_the_old_file_where_a_cell_does_not_fit(tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    out.write_bytes(b"old")
    long = table_from_rows(tmp_path / "in", "t", [{"甲": "长" * 40_000}])
    with pytest.raises(UsageInvalid, match="too long for XLSX"):
        write_tables({"t": long}, out)
    assert out.read_bytes() == b"old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in", "out.xlsx"]


def test_write_tables_refuses_more_columns_than_a_sheet_holds(tmp_path: Path) -> None:
    wide = table_from_rows(tmp_path / "in", "t", [{f"c{n}": "1" for n in range(16_385)}])
    with pytest.raises(UsageInvalid, match="16,385 columns"):
        write_tables({"t": wide}, tmp_path / "out.xlsx")
