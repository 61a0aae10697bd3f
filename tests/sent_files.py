"""Files as departments send them, made on the fly, and a short way to read them in tests of intake."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from domain.contract import Contract, Limits, SourceSpec, TableSpec
from domain.contract_file import load_contract
from domain.table import ROW_ORIGIN, Reading, TableInfo
from intake.read import read

Grid = Sequence[Sequence[Any]]


def read_sent(
    path: Path,
    *,
    name: str | None = None,
    tables: tuple[TableSpec, ...] = (),
    limits: dict[str, int] | None = None,
    **spec: Any,
) -> Reading:
    """Read a file into a fresh folder beside it."""
    into = path.parent / f"read-{len(list(path.parent.iterdir()))}"
    into.mkdir()
    return read(
        path, name=name or path.name, sha256="0" * 64, into=into, limits=Limits(**(limits or {})), tables=tables,
        spec=SourceSpec(**spec),
    )  # fmt: skip


def read_text(folder: Path, text: str | bytes, name: str = "sent.csv", **more: Any) -> Reading:
    """Write a text file and read it."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_sent(path, **more)


def rows_of(table: TableInfo) -> list[list[str | None]]:
    """The table's cells, row by row, ROW_ORIGIN apart."""
    return [list(r) for r in pl.read_parquet(table.path).select(table.columns).rows()]


def origins_of(table: TableInfo) -> list[int]:
    return pl.read_parquet(table.path)[ROW_ORIGIN].to_list()


def codes(findings: Sequence[Any]) -> dict[str, int]:
    """Finding codes with their counts."""
    return {f.code: f.count for f in findings}


def parts_of(reading: Reading, source: str) -> list[tuple[str, str]]:
    """Locator and text of the reading's parts of one source."""
    return [(p.locator, p.text) for p in reading.parts if p.source == source]


def xlsx(path: Path, *sheets: tuple[str, Grid], change: Callable[[Any], None] | None = None) -> Path:
    """A workbook of sheets; `change` gets the openpyxl workbook before it is saved."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, grid in sheets:
        sheet = book.create_sheet(title)
        for row in grid:
            sheet.append(list(row))
    if change:
        change(book)
    book.save(path)
    return path


def xls(path: Path, *sheets: tuple[str, Grid], change: Callable[[Any], None] | None = None) -> Path:
    """An old workbook of sheets; `change` gets the xlwt workbook before it is saved."""
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    for title, grid in sheets:
        sheet = book.add_sheet(title)
        for r, row in enumerate(grid):
            for c, value in enumerate(row):
                if value is not None:
                    sheet.write(r, c, value)
    if change:
        change(book)
    book.save(str(path))
    return path


def rezipped(path: Path, edit: Callable[[str, bytes], bytes | None], extra: dict[str, bytes] | None = None) -> Path:
    """The archive written anew with each part edited (None leaves it out) and further parts added."""
    with zipfile.ZipFile(path) as old:
        parts = {i.filename: old.read(i) for i in old.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            changed = edit(name, data)
            if changed is not None:
                new.writestr(name, changed)
        for name, data in (extra or {}).items():
            new.writestr(name, data)
    return path


CONTRACT = """
id: finance.budgets
title: {{zh: 预算, en: Budgets}}
description: {{zh: 预算, en: Budgets}}
department: finance
domain: budget
dataset_type: dept_budget
disclosure: proactive
legal_basis: [{{doc: 预算法}}]
contact: {{name: 预算科}}
frequency: annual
{more}
tables:
{tables}
review: {{tier: L1}}
catalogue: {{organization: finance-bureau}}
"""

TABLE = """  - name: budgets
    unit: 万元
    key: [unit_name]
    fields:
      - {name: unit_name, title: 单位名称, aliases: [部门], constraints: {required: true}}
      - {name: amount, title: 金额（万元）, type: number, unit: 万元}
      - {name: remarks, title: 备注}"""


def contract(tables: str = TABLE, more: str = "") -> Contract:
    """A small contract; `tables` and `more` are YAML."""
    return load_contract(CONTRACT.format(tables=tables, more=more), "made.yaml")
