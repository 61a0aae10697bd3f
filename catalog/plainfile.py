"""Tables as a plain file of the user's choice (`mingjing redact --out`): CSV, XLSX, Parquet or JSON lines, written new.

No contract's types, no descriptor: headers and texts as they are. What may go out is decided before.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from catalog.columns import batches
from catalog.export import BOM
from catalog.workbook import EPOCH, XLSX_CELL
from domain.errors import UsageInvalid
from domain.table import TableInfo

XLSX_SHEET_ROWS = 1_048_575
XLSX_SHEET_COLUMNS = 16_384


def target_files(tables: Mapping[str, TableInfo], out: Path) -> dict[Path, list[str]]:
    """The files that `write_tables` would write and the tables in each: `out` alone, or `out-TABLE` for each table."""
    if out.suffix.lower() == ".xlsx" or len(tables) == 1:
        return {out: list(tables)}
    files: dict[Path, list[str]] = {}
    for name in tables:
        path, number = out.with_name(f"{out.stem}-{_safe(name)}{out.suffix}"), 1
        while path in files:
            number += 1
            path = out.with_name(f"{out.stem}-{_safe(name)}-{number}{out.suffix}")
        files[path] = [name]
    return files


def write_tables(tables: Mapping[str, TableInfo], out: Path, *, titles: Mapping[str, str] | None = None) -> list[Path]:
    """Write the tables; returns the files, `out` alone for one table or a workbook, else `out-TABLE` for each.

    All files appear whole, or none does: each is written beside its place first. Raises UsageInvalid where a format can't
    hold a table or the folder can't be written.
    """
    write = {".xlsx": _workbook, ".csv": _csv, ".parquet": _parquet, ".jsonl": _jsonl}[out.suffix.lower()]
    files = target_files(tables, out)
    parts = {path: path.with_name(f".{path.name}.{os.getpid()}.part") for path in files}
    try:
        for path, names in files.items():
            if path.is_dir():
                raise UsageInvalid(f"{path} is a folder; choose another --out")
            write({n: tables[n] for n in names}, parts[path], titles or {})
        for path, part in parts.items():
            part.replace(path)
    except OSError as fault:
        raise UsageInvalid(f"{out} can't be written ({fault.strerror}); choose another --out") from None
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)
    return list(files)


def _safe(name: str) -> str:
    return "".join(c if c.isalnum() or c in "._-" else "_" for c in name)[:80]


def _only(tables: Mapping[str, TableInfo]) -> TableInfo:
    (table,) = tables.values()
    return table


def _headers(table: TableInfo, titles: Mapping[str, str]) -> list[str]:
    return [titles.get(c, c) for c in table.columns]


def _csv(tables: Mapping[str, TableInfo], path: Path, titles: Mapping[str, str]) -> None:
    import polars as pl

    table = _only(tables)
    with path.open("wb") as out:
        out.write(BOM)
        header = pl.DataFrame([[h] for h in _headers(table, titles)], schema=list(table.columns), orient="col")
        header.write_csv(out, include_header=False)
        for batch in batches(table.path, table.columns):
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)
            frame.write_csv(out, include_header=False)


def _parquet(tables: Mapping[str, TableInfo], path: Path, titles: Mapping[str, str]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = _only(tables)
    schema = pa.schema([(h, pa.string()) for h in _headers(table, titles)])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in batches(table.path, table.columns):
            writer.write_batch(pa.record_batch([c.cast(pa.string()) for c in batch.columns], schema=schema))


def _jsonl(tables: Mapping[str, TableInfo], path: Path, titles: Mapping[str, str]) -> None:
    table = _only(tables)
    headers = _headers(table, titles)
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for batch in batches(table.path, table.columns):
            for values in zip(*(c.to_pylist() for c in batch.columns), strict=True):
                out.write(json.dumps(dict(zip(headers, values, strict=True)), ensure_ascii=False) + "\n")


def _workbook(tables: Mapping[str, TableInfo], path: Path, titles: Mapping[str, str]) -> None:
    import xlsxwriter

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    for name, table in tables.items():
        _check_fits(name, table)
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"created": EPOCH})
    used: list[str] = []
    for table in tables.values():
        sheet = book.add_worksheet(_sheet_name(table.sheet or table.name, used))
        for column, header in enumerate(_headers(table, titles)):
            sheet.write_string(0, column, header[:XLSX_CELL])
        row = 0
        for batch in batches(table.path, table.columns):
            row = _rows(sheet, row, [c.to_pylist() for c in batch.columns])
    book.close()


def _check_fits(name: str, table: TableInfo) -> None:
    """Before a workbook is opened: one that is left half keeps its temporary files. Raises UsageInvalid."""
    import pyarrow.compute as pc

    if table.rows > XLSX_SHEET_ROWS:
        raise UsageInvalid(
            f"table {name} has {table.rows:,} rows, a sheet holds {XLSX_SHEET_ROWS:,}; write .csv or .parquet"
        )
    if len(table.columns) > XLSX_SHEET_COLUMNS:
        raise UsageInvalid(
            f"table {name} has {len(table.columns):,} columns, a sheet holds {XLSX_SHEET_COLUMNS:,}; write .csv or .parquet"
        )
    first = 1
    for batch in batches(table.path, table.columns):
        for column in batch.columns:
            lengths = pc.fill_null(pc.utf8_length(column), 0)
            if batch.num_rows and pc.max(lengths).as_py() > XLSX_CELL:
                row = first + pc.index(pc.greater(lengths, XLSX_CELL), True).as_py()
                raise UsageInvalid(
                    f"a cell of row {row} has more than {XLSX_CELL:,} characters, too long for XLSX; write .csv or .parquet"
                )
        first += batch.num_rows


def _rows(sheet: Any, row: int, columns: Sequence[Sequence[str | None]]) -> int:
    for values in zip(*columns, strict=True):
        row += 1
        for column, text in enumerate(values):
            if text:
                sheet.write_string(row, column, text)
    return row


def _sheet_name(name: str, used: list[str]) -> str:
    base = "".join(" " if c in "[]:*?/\\" else c for c in name)[:28].strip(" '") or "表"
    chosen, number = base, 1
    while chosen.lower() in used or chosen.lower() == "history":
        number += 1
        chosen = f"{base}_{number}"
    used.append(chosen.lower())
    return chosen
