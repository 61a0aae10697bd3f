"""Contracts for real files find those files' natural defects and invent none. Quality rules alone, on tables that
independent readers read; what readers and scanners add is tested where whole files are prepared.
"""

from __future__ import annotations

import csv
import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from domain.contract import Contract
from domain.contract_file import load_contract
from domain.finding import Place
from domain.table import TableInfo
from tests.tables import table_from_rows

HERE = Path(__file__).parent
SAMPLES = Path(__file__).parents[4] / "shared" / "samples"
CASES: list[dict[str, Any]] = YAML(typ="safe").load((HERE / "expected.yaml").read_text("utf-8"))["files"]
QUALITY = ("value-", "sum-", "duplicate-", "identity-", "row-rule-")
Row = dict[str, Any]

needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"real sample files are absent: {SAMPLES.name}")


def contract_of(case: dict[str, Any]) -> Contract:
    return load_contract((HERE / case["contract"]).read_text("utf-8"), case["contract"])


def _grid(path: Path) -> list[list[Any]]:
    if path.suffix == ".xls":
        import xlrd

        sheet = xlrd.open_workbook(str(path)).sheet_by_index(0)
        return [sheet.row_values(i) for i in range(sheet.nrows)]
    from openpyxl import load_workbook

    return [list(r) for r in load_workbook(path).worksheets[0].iter_rows(values_only=True)]


def _flat(path: Path, folder: Path) -> list[Row]:
    spec = importlib.util.spec_from_file_location("flatten", HERE / "flatten.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    flatten: Callable[[Path, Path], int] = module.flatten_celma
    target = folder / "celma.csv"
    flatten(path, target)
    with target.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def rows_of(case: dict[str, Any], folder: Path) -> list[Row]:
    path = SAMPLES / case["file"]
    if case.get("derive"):
        return _flat(path, folder)
    if path.suffix == ".json":
        items: list[Row] = json.loads(path.read_text("utf-8"))["items"]
        return [
            {k: json.dumps(v, ensure_ascii=False) if isinstance(v, list) else v for k, v in i.items()} for i in items
        ]
    header, *rows = _grid(path)
    return [dict(zip(header, r, strict=True)) for r in rows]


def fitted(case: dict[str, Any], contract: Contract, folder: Path) -> TableInfo:
    spec = contract.tables[0]
    names = {f.title: f.name for f in spec.fields}
    rows = [
        {names[k]: None if v in (None, "") else str(v) for k, v in r.items() if k in names}
        for r in rows_of(case, folder)
    ]
    return table_from_rows(folder, spec.name, rows, columns=[f.name for f in spec.fields])


@pytest.mark.parametrize("path", sorted(HERE.glob("*.yaml")), ids=lambda p: p.stem)
def test_every_real_contract_loads_and_is_used(path: Path) -> None:
    if path.name == "expected.yaml":
        assert {c["contract"] for c in CASES} == {p.name for p in HERE.glob("*.yaml")} - {"expected.yaml"}
        return
    load_contract(path.read_text("utf-8"), path.name)


@needs_samples
@pytest.mark.slow
@pytest.mark.parametrize("case", [c for c in CASES if "only" not in c], ids=lambda c: Path(c["file"]).stem)
def test_quality_finds_the_natural_defects_and_no_others(case: dict[str, Any], tmp_path: Path) -> None:
    from checks.quality.run import run_quality

    contract = contract_of(case)
    table = fitted(case, contract, tmp_path)
    assert table.rows == case["rows"]
    found = sorted(
        (f.code, f.severity.value, place.column, place.row, f.count)
        for f in run_quality({contract.tables[0].name: table}, contract)
        for place in (f.places or (Place(),))[:1]
    )
    wanted = sorted(
        (w["code"], w["severity"], w.get("field"), w.get("row"), w.get("count", 1))
        for w in case["findings"]
        if w["code"].startswith(QUALITY)
    )
    assert found == wanted


@needs_samples
def test_schema_drift_is_in_the_headers(tmp_path: Path) -> None:
    header = _grid(SAMPLES / "land" / "2007年01月.xls")[0]
    assert header[9] == ""
    assert header[8] == "行业分类"
    by_use = contract_of({"contract": "land_2007_by_use.yaml"}).tables[0]
    missing = {f.name for f in by_use.fields if f.title not in header}
    case = next(c for c in CASES if "only" in c)
    assert missing == {w["field"] for w in case["findings"] if w["code"] == "column-missing"}
