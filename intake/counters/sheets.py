"""Counts rows and columns of workbooks with calamine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

BOX = 32_000_000  # calamine holds a sheet's whole rectangle in memory

Rows = tuple[set[int], set[int]]  # rows that are titles and notes, rows that are header


def count_sheets(path: Path, known: Mapping[str, Rows], tables: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """Data rows with text, and columns with text in header or data, by sheet.

    `known`: which rows are no data; `tables`: Parquet files of the sheets, asked only how far down a sheet reaches.
    """
    import fastexcel

    reader = _attempt(lambda: fastexcel.read_excel(path))
    if reader is None:
        return {}
    counted: dict[str, tuple[int, int]] = {}
    for name in reader.sheet_names:
        if name in tables and _reach(tables[name]) > BOX:
            continue
        batch = _attempt(lambda name=name: _cells(reader, name))
        if batch is None:
            continue
        outside, header = known.get(name, (set(), set()))
        texts, errors = batch
        rows, columns = _rectangle(texts, errors, outside, header)
        if name in known or rows:
            counted[name] = rows, columns
    return counted


def _attempt(act: Any) -> Any:
    """The act's result, or None where calamine gives up; it panics with an error that is no Exception."""
    try:
        return act()
    except BaseException as fault:
        if isinstance(fault, KeyboardInterrupt | SystemExit | GeneratorExit | MemoryError):
            raise
        return None


def _cells(reader: Any, name: str) -> tuple[Any, list[tuple[int, int]]]:
    sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    batch, errors = sheet.to_arrow_with_errors()
    return batch, [e.position for e in errors.errors] if errors else []


def _reach(path: str) -> int:
    """Cells of the rectangle from A1 to the last row of a table."""
    import polars as pl

    frame = pl.scan_parquet(path)
    last = frame.select(pl.col("__row_origin").max()).collect().item() or 0
    return int(last) * len(frame.collect_schema())


def _rectangle(batch: Any, errors: list[tuple[int, int]], outside: set[int], header: set[int]) -> tuple[int, int]:
    """Texts are rows of `batch` counted from the sheet's first row; `errors` are cells like #N/A, which hold text too."""
    import numpy as np
    import polars as pl

    frame = pl.DataFrame(batch) if batch.num_columns else pl.DataFrame()
    filled: Any = np.zeros((frame.height, max(frame.width, 1)), dtype=bool)
    for index, column in enumerate(frame.iter_columns()):
        filled[:, index] = (column.str.strip_chars() != "").fill_null(False).to_numpy()
    for row, column_index in errors:
        filled[row, column_index] = True
    for origin in outside:
        if origin <= frame.height:
            filled[origin - 1, :] = False
    columns = int(filled.any(axis=0).sum())
    rows = [bool(r) for r in filled.any(axis=1)]
    heads = sum(1 for origin in header if origin <= frame.height and rows[origin - 1])
    return sum(rows) - heads, columns
