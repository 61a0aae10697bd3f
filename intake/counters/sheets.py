"""Counts rows and columns of workbooks with calamine, in a process of its own.

calamine aborts the whole process on some damaged workbooks, and says why with pieces of them; so it runs apart, under a
memory limit, and nothing but numbers comes back.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

BOX = 32_000_000  # calamine holds a sheet's whole rectangle in memory
MEMORY_BYTES = 8 * 1024**3  # of address space
SECONDS = 600

Rows = tuple[set[int], set[int]]  # rows that are titles and notes, rows that are header


def count_sheets(path: Path, known: Mapping[str, Rows], tables: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """Data rows with text, and columns with text in header or data, by sheet.

    `known`: which rows are no data; `tables`: Parquet files of the sheets, asked only how far down a sheet reaches.
    Empty where calamine can't read the workbook.
    """
    order = {
        "path": str(path),
        "known": {name: [sorted(outside), sorted(header)] for name, (outside, header) in known.items()},
        "skip": [name for name, file in tables.items() if _reach(file) > BOX],
    }
    command = [sys.executable, "-I", __file__]
    try:
        done = subprocess.run(
            command, input=json.dumps(order), capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return {}
    if done.returncode:
        return {}
    return {name: (rows, columns) for name, (rows, columns) in json.loads(done.stdout).items()}


def _reach(path: str) -> int:
    """Cells of the rectangle from A1 to the last row of a table."""
    import polars as pl

    frame = pl.scan_parquet(path)
    last = frame.select(pl.col("__row_origin").max()).collect().item() or 0
    return int(last) * len(frame.collect_schema())


# --- in the process of its own ---------------------------------------------------------------------------------------


def main() -> None:
    """Read an order from standard input, write the counts to standard output."""
    import resource

    import fastexcel

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    order = json.load(sys.stdin)
    reader = fastexcel.read_excel(order["path"])
    counted: dict[str, tuple[int, int]] = {}
    for name in reader.sheet_names:
        if name in order["skip"]:
            continue
        outside, header = order["known"].get(name, ((), ()))
        try:
            sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
            batch, errors = sheet.to_arrow_with_errors()
        except fastexcel.FastExcelError:
            continue
        rows, columns = _rectangle(batch, [e.position for e in errors.errors] if errors else [], outside, header)
        if name in order["known"] or rows:
            counted[name] = rows, columns
    json.dump(counted, sys.stdout)


def _rectangle(batch: Any, errors: list[tuple[int, int]], outside: list[int], header: list[int]) -> tuple[int, int]:
    """Texts are rows of `batch` counted from the sheet's first row; `errors` are cells like #N/A, which hold text too."""
    import numpy as np
    import pyarrow.compute as pc

    filled: Any = np.zeros((batch.num_rows, max(batch.num_columns, 1)), dtype=bool)
    for index, column in enumerate(batch.columns):
        said = pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(column.cast("string")), ""), False)
        filled[:, index] = said.to_numpy(zero_copy_only=False)
    for row, column_index in errors:
        filled[row, column_index] = True
    for origin in outside:
        if origin <= batch.num_rows:
            filled[origin - 1, :] = False
    columns = int(filled.any(axis=0).sum())
    rows = [bool(r) for r in filled.any(axis=1)]
    heads = sum(1 for origin in header if origin <= batch.num_rows and rows[origin - 1])
    return sum(rows) - heads, columns


if __name__ == "__main__":
    main()
