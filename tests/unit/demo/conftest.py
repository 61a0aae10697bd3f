"""The made-up files, written once, and a reader of each format that shares no code with intake."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.contract import Contract
from domain.contract_file import load_contract
from flows.demo.samples.truth import Sample, Truth
from flows.demo.samples.write import write_samples

ROOT = Path(__file__).parents[3]
Row = dict[str, Any]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("samples")


@pytest.fixture(scope="session")
def truth(folder: Path) -> Truth:
    return write_samples(folder)


@pytest.fixture(scope="session")
def contracts() -> dict[str, Contract]:
    found = [load_contract(p.read_text("utf-8"), p.name) for p in (ROOT / "datasets").rglob("*.yaml")]
    return {c.id: c for c in found}


def _csv(path: Path) -> list[Row]:
    raw = path.read_bytes()
    text = raw.decode("utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "gb18030")
    return [dict(r) for r in csv.DictReader(io.StringIO(text, newline=""))]


def _grid_rows(grid: list[list[Any]]) -> list[Row]:
    """The table in a sheet: the first row whose cells are all filled is the header; a row of one cell ends the data."""
    start = next(i for i, r in enumerate(grid) if all(c not in (None, "") for c in r))
    header, rows = grid[start], []
    for cells in grid[start + 1 :]:
        if sum(c not in (None, "") for c in cells) < 2:
            break
        rows.append(dict(zip(header, cells, strict=True)))
    return rows


def _xlsx(path: Path) -> list[Row]:
    from openpyxl import load_workbook

    sheet = load_workbook(path).worksheets[0]
    return _grid_rows([list(r) for r in sheet.iter_rows(values_only=True)])


def _xls(path: Path) -> list[Row]:
    import xlrd

    sheet = xlrd.open_workbook(str(path)).sheet_by_index(0)
    return _grid_rows([sheet.row_values(i) for i in range(sheet.nrows)])


def _json(path: Path) -> list[Row]:
    data = json.loads(path.read_text("utf-8"))
    rows: list[Row] = data["rows"] if "rows" in data else data["data"]["list"]
    return rows


def _jsonl(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _geojson(path: Path) -> list[Row]:
    features = json.loads(path.read_text("utf-8"))["features"]
    return [{**f["properties"], "geometry": json.dumps(f["geometry"])} for f in features]


def _parquet(path: Path) -> list[Row]:
    import pyarrow.parquet as pq

    rows: list[Row] = pq.read_table(path).to_pylist()
    return rows


READERS: dict[str, Callable[[Path], list[Row]]] = {
    "csv": _csv, "xlsx": _xlsx, "xls": _xls, "json": _json, "jsonl": _jsonl, "geojson": _geojson, "parquet": _parquet,
}  # fmt: skip


@pytest.fixture(scope="session")
def rows_of(folder: Path, contracts: dict[str, Contract]) -> Callable[[Sample], list[Row]]:
    """Rows of a sample under the contract's field names; KeyError for a column that the contract doesn't know."""

    def read(sample: Sample) -> list[Row]:
        fields = contracts[sample.dataset].tables[0].fields
        names = {spelling: f.name for f in fields for spelling in (f.title, *f.aliases)}
        rows = READERS[sample.format](folder / sample.file)
        return [{names[k]: v if v != "" else None for k, v in r.items()} for r in rows]

    return read
