"""Writes one table's Parquet file while its rows arrive: text columns that may grow in number, and ROW_ORIGIN.

Memory holds one batch. Equal rows give equal bytes. An empty text is an absent cell. Where rows come from is left to
the readers.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from domain.errors import SourceUnreadable
from domain.table import ROW_ORIGIN
from intake.bounds import Bounds

BATCH_ROWS = 32_768
BATCH_CHARS = 24 * 1024 * 1024


class TableFile:
    """An open table. Add columns with `widen`, rows with `add`, then `finish` once."""

    def __init__(self, path: Path, bounds: Bounds, *, word: str = "line") -> None:
        self.path = path
        self.columns: list[str] = []
        self.rows = 0
        self._bounds, self._word = bounds, word
        self._batch: list[Sequence[str | None]] = []
        self._origins: list[int] = []
        self._chars = 0
        self._segments: list[tuple[Path, int]] = []  # file, number of columns
        self._writer: Any = None

    def widen(self, name: str) -> int:
        """Add a column at the right; its position from 0. Rows written so far hold no value in it."""
        self._bounds.columns(len(self.columns) + 1)
        if not is_whole(name):
            raise half_character("the header")
        self.columns.append(name)
        return len(self.columns) - 1

    def add(self, origin: int, row: Sequence[str | None], chars: int) -> None:
        """One row, at most as wide as the columns are now; `chars` is its approximate size."""
        self._batch.append(row)
        self._origins.append(origin)
        self._chars += chars
        if len(self._batch) >= BATCH_ROWS or self._chars >= BATCH_CHARS:
            self._flush()

    def finish(self, order: Sequence[int] | None = None) -> None:
        """Write what is left. `order` lists column positions as they shall stand; default as they came."""
        self._flush()
        self._close()
        order = list(order if order is not None else range(len(self.columns)))
        names = [self.columns[i] for i in order]
        if len(self._segments) == 1 and self._segments[0][1] == len(names) and order == sorted(order):
            self._segments[0][0].replace(self.path)
        else:
            self._join(names)
        self.columns = names

    def _flush(self) -> None:
        count = len(self._batch)
        if not count:
            return
        self._bounds.rows(count)
        lists = list(zip_longest(*self._batch)) or []
        lists += [(None,) * count] * (len(self.columns) - len(lists))
        try:
            arrays = [_texts(values) for values in lists]
        except UnicodeEncodeError:
            raise self._surrogate() from None
        arrays.append(pa.array(self._origins, pa.int64()))
        table = pa.Table.from_arrays(arrays, schema=text_schema(self.columns))
        self._batch, self._origins, self._chars = [], [], 0
        self.rows += count
        if self._segments and self._segments[-1][1] < len(self.columns):
            self._close()
        if self._writer is None:
            segment = self.path.with_suffix(f".{len(self._segments)}.part")
            self._segments.append((segment, len(self.columns)))
            self._writer = open_writer(segment, table.schema)
        self._writer.write_table(table, row_group_size=BATCH_ROWS)

    def _surrogate(self) -> SourceUnreadable:
        bad = next(
            o for o, row in zip(self._origins, self._batch, strict=True) if any(not is_whole(c) for c in row if c)
        )
        return half_character(f"{self._word} {bad}")

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _join(self, names: list[str]) -> None:
        """One file from segments of different widths."""
        with open_writer(self.path, text_schema(names)) as writer:
            for segment, _ in self._segments:
                source = pq.ParquetFile(segment)
                for group in range(source.num_row_groups):
                    table = source.read_row_group(group)
                    present = set(table.column_names)
                    columns = [table[n] if n in present else pa.nulls(len(table), pa.string()) for n in names]
                    writer.write_table(
                        pa.Table.from_arrays([*columns, table[ROW_ORIGIN]], schema=text_schema(names)),
                        row_group_size=BATCH_ROWS,
                    )
                source.close()
                segment.unlink()


def text_schema(names: Sequence[str]) -> Any:
    """Schema of a table's Parquet file."""
    return pa.schema([*(pa.field(n, pa.string()) for n in names), pa.field(ROW_ORIGIN, pa.int64())])


def open_writer(path: Path, schema: Any) -> Any:
    """The Parquet writer that all tables of this room are written with."""
    return pq.ParquetWriter(path, schema, compression="zstd", compression_level=1)


def _texts(values: Sequence[str | None]) -> Any:
    array = pa.array(values, pa.string())
    empty = pc.equal(array, "")
    return pc.if_else(empty, pa.scalar(None, pa.string()), array) if pc.any(empty).as_py() else array


def is_whole(text: str) -> bool:
    """Whether a text has no lone surrogate, so that it can be written anywhere."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def half_character(locator: str) -> SourceUnreadable:
    """The refusal of a text with a lone surrogate."""
    return SourceUnreadable(
        "a text holds half a character (a lone surrogate); ask the sender to export the file again as UTF-8",
        code="encoding-invalid",
        locator=locator,
    )
