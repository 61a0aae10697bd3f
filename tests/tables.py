"""A fitted table as intake would hand it on, made from Python rows: for tests of every room that takes tables.

Use it as `from tests.tables import table_from_rows`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from domain.table import ROW_ORIGIN, TableInfo


def table_from_rows(
    tmp_path: Path,
    name: str,
    rows: Sequence[dict[str, str | None]],
    *,
    columns: Sequence[str] | None = None,
    sheet: str | None = None,
    first_row: int = 2,
    unit: str | None = None,
) -> TableInfo:
    """Write `rows` to a Parquet file of text columns plus ROW_ORIGIN (counting from `first_row`) under `tmp_path`.

    `columns` sets order and names, which an empty table needs; default: keys in order of first appearance. A key that
    a row lacks is an absent cell. With `sheet`, columns get the letters A, B, C …
    """
    names = tuple(columns if columns is not None else dict.fromkeys(key for row in rows for key in row))
    arrays = {n: pa.array([row.get(n) for row in rows], pa.string()) for n in names}
    arrays[ROW_ORIGIN] = pa.array(range(first_row, first_row + len(rows)), pa.int64())
    tmp_path.mkdir(parents=True, exist_ok=True)
    path = tmp_path / f"{name}.parquet"
    pq.write_table(pa.table(arrays), path)  # type: ignore[no-untyped-call, unused-ignore]  # pyarrow has no stubs
    letters = tuple(chr(ord("A") + i) for i in range(len(names))) if sheet else ()
    return TableInfo(name, str(path), names, len(rows), names, sheet=sheet, letters=letters, unit=unit)
