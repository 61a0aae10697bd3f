"""A DuckDB of its own for one run: in memory, bounded, spilling into a private folder that goes when the run ends.

Great Expectations reaches the same database by its name, so the connection here must stay open until it has finished.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from checks.quality.sql import SCALE, name, text
from checks.quality.typed import typed_select
from domain.contract import TableSpec
from domain.table import ROW_ORIGIN, TableInfo

MEMORY = "384MB"
_SERIAL = itertools.count(1)
_UNITS = f"CAST({{}} * CAST('1{'0' * SCALE}' AS DECIMAL(11,0)) AS HUGEINT)"
# DuckDB divides decimals as binary fractions; this is exact to ten places, the eleventh rounded. NULL for x / 0.
_QUOTIENT = f"""
CREATE MACRO exact_quotient(a, b) AS CASE WHEN b <> 0 THEN
  CAST(sign(a) * sign(b)
    * ((2 * abs({_UNITS.format("a")}) * 1{"0" * SCALE} + abs({_UNITS.format("b")})) // (2 * abs({_UNITS.format("b")})))
  AS DECIMAL(38,0)) * CAST('{10**-SCALE:.{SCALE}f}' AS DECIMAL(11,{SCALE})) END
"""


class NotTyped(Exception):
    """A table could not be read by its fields' types; names DuckDB's kind of error, whose message may quote a cell."""


@dataclass(frozen=True, slots=True)
class Session:
    """An open database and the name under which it can be opened again in this process."""

    database: str
    connection: duckdb.DuckDBPyConnection

    def load(
        self, into: str, table: TableInfo, spec: TableSpec, with_text: Collection[str] = (), columns: str = "*"
    ) -> None:
        """Create the typed table `into` from a table's Parquet file, whose columns are named as the contract's fields.

        A field without a column is absent in every row; a file without ROW_ORIGIN gives NULL for it. `columns`: SQL of
        the typed columns to keep. Raises NotTyped.
        """
        present = self.columns(table)
        source = parquet(table)
        if ROW_ORIGIN not in present:
            source = f"(SELECT *, CAST(NULL AS BIGINT) AS {name(ROW_ORIGIN)} FROM {source})"
        select = typed_select(source, spec.fields, present, with_text)
        try:
            self.connection.execute(f"CREATE TABLE {name(into)} AS SELECT {columns} FROM ({select})")
        except duckdb.Error as fault:
            raise NotTyped(type(fault).__name__) from None

    def columns(self, table: TableInfo) -> tuple[str, ...]:
        """All columns that the table's Parquet file holds."""
        rows = self.connection.execute(f"DESCRIBE SELECT * FROM {parquet(table)}").fetchall()
        return tuple(r[0] for r in rows if r[0] != "file_row_number")


@contextmanager
def open_session(spill: Path | None = None) -> Iterator[Session]:
    """A fresh database. What doesn't fit in MEMORY goes to a 0700 folder under `spill` (default: the system's)."""
    database = f":memory:quality_{os.getpid()}_{next(_SERIAL)}"
    with TemporaryDirectory(prefix="quality-", dir=spill) as folder, duckdb.connect(database) as connection:
        connection.execute(f"SET memory_limit = '{MEMORY}'")
        connection.execute(f"SET temp_directory = {text(folder)}")
        connection.execute("SET autoinstall_known_extensions = false")
        connection.execute("SET enable_progress_bar = false")
        connection.execute(_QUOTIENT)
        yield Session(database, connection)


def parquet(table: TableInfo) -> str:
    """FROM clause that reads the table's Parquet file, its rows numbered; the path stands for itself, never a glob."""
    path = re.sub(r"([\[*?])", r"[\1]", table.path)
    return f"read_parquet({text(path)}, file_row_number = true)"
