"""Rows of text as the bytes of one Parquet file, made while the rows come: every column is a string, absent values are
null, equal rows in equal order give equal bytes. Memory is bounded by one row group.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence

from domain.errors import SourceUnavailable, UsageInvalid
from intake.connectors.arrival import Budget

GROUP_CELLS = 1_000_000
GROUP_ROWS = 65_536
GROUP_CHARACTERS = 32 << 20

Row = Sequence[str | None]


class _Drain(io.RawIOBase):
    """A file that can be emptied while it is written to: the Parquet writer never seeks back."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # the stub's ReadableBuffer has no length
        self._parts.append(bytes(data))
        self._size += len(data)
        return len(data)

    def tell(self) -> int:
        return self._size

    def drain(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def parquet_pieces(columns: Sequence[str], rows: Iterable[Row], budget: Budget) -> Iterator[bytes]:
    """The file's bytes in pieces. Past the contract's limit of rows, columns or bytes (of text, which Parquet packs to
    less): SourceUnavailable. Two columns of one name: UsageInvalid."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    _check(columns, budget)
    schema = pa.schema([(name, pa.string()) for name in columns])
    sink, text_bytes, row_count = _Drain(), 0, 0
    with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd") as writer:
        for group in _groups(rows, len(columns)):
            row_count += len(group)
            if row_count > budget.limits.rows:
                raise SourceUnavailable(
                    f"the source has more rows than limits.rows ({budget.limits.rows}) in the contract; raise it there"
                )
            batch = pa.record_batch([pa.array(c, pa.string()) for c in zip(*group, strict=True)], schema=schema)
            text_bytes += batch.nbytes
            budget.announce(text_bytes - budget.taken)
            writer.write_batch(batch)
            yield sink.drain()
    yield sink.drain()


def _check(columns: Sequence[str], budget: Budget) -> None:
    if len(columns) > budget.limits.columns:
        raise SourceUnavailable(
            f"the source has {len(columns)} columns, limits.columns in the contract is {budget.limits.columns}; "
            "raise it there, or name fewer columns in a query"
        )
    if len(set(columns)) < len(columns):
        raise UsageInvalid("two columns of the query have one name; give them names of their own with AS")


def _groups(rows: Iterable[Row], width: int) -> Iterator[list[Row]]:
    """Rows in groups whose borders depend on the content alone, not on how it arrived."""
    most = max(1, min(GROUP_ROWS, GROUP_CELLS // max(1, width)))
    group: list[Row] = []
    characters = 0
    for row in rows:
        group.append(row)
        characters += sum(map(len, filter(None, row)))
        if len(group) == most or characters >= GROUP_CHARACTERS:
            yield group
            group, characters = [], 0
    if group:
        yield group
