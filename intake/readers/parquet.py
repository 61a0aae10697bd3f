"""Parquet: typed columns as exact texts, nested values as JSON text. The locator is the row's number.

Key-value metadata become text parts. A column of bytes that aren't text is named as unread.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from domain.errors import SourceUnreadable
from domain.finding import Finding, Source
from domain.table import TableInfo, TextPart
from intake.bounds import CELL_CHARS, Bounds
from intake.containers.archive import INFLATED
from intake.headers import UniqueNames
from intake.noticed import header_findings
from intake.tablefile import TableFile

BATCH = 8_192
BATCH_BYTES = 512 * 1024**2
OWN_KEYS = {b"ARROW:schema"}  # the schema once more, in Arrow's own form


@dataclass(slots=True)
class Found:
    """One table, the texts in its metadata, the columns that hold no text."""

    tables: list[TableInfo] = field(default_factory=list)
    parts: list[TextPart] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_parquet(path: Path, *, name: str, into: Path, bounds: Bounds) -> Found:
    """Read a Parquet file. Raises SourceUnreadable."""
    try:
        return _read(path, name, into, bounds)
    except (pa.ArrowException, OSError, ValueError, TypeError, UnicodeDecodeError, OverflowError):
        raise SourceUnreadable(
            "the Parquet file is cut off or damaged; ask the sender to send it again", code="file-truncated"
        ) from None


def _read(path: Path, name: str, into: Path, bounds: Bounds) -> Found:
    texts = _text_columns(path)
    with pq.ParquetFile(path, read_dictionary=texts, page_checksum_verification=False) as file:
        _weigh(file.metadata, bounds)
        schema = file.schema_arrow
        target = TableFile(into / "table-1.parquet", bounds, word="row")
        for column in UniqueNames().names(schema.names):
            target.widen(column)
        raw: set[str] = set()
        row = 0
        for batch in file.iter_batches(batch_size=BATCH):
            columns = [_texts(c, schema.field(i).name, raw, bounds, row) for i, c in enumerate(batch.columns)]
            for cells in zip(*columns, strict=True):
                row += 1
                target.add(row, cells, sum(len(c) for c in cells if c))
        if row != file.metadata.num_rows:
            raise SourceUnreadable("the Parquet file holds fewer rows than it says", code="file-truncated")
        target.finish()
        table = TableInfo(
            Path(name).stem,
            str(target.path),
            tuple(target.columns),
            target.rows,
            tuple(schema.names),
            origin_word="row",
        )
        found = Found([table], list(_metadata(schema, file.metadata)))
    found.unread += [(f"column {c}", "二进制列不是文本，无法扫描") for c in sorted(raw)]
    found.findings += header_findings(table, None)
    return found


def _text_columns(path: Path) -> list[str]:
    with pq.ParquetFile(path) as file:
        return [f.name for f in file.schema_arrow if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)]


def _weigh(metadata: Any, bounds: Bounds) -> None:
    """Sizes that the file announces, before anything is inflated."""
    bounds.rows_announced(metadata.num_rows)
    bounds.columns(metadata.num_columns)
    inflated = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    if inflated > INFLATED:
        raise SourceUnreadable(
            f"the file claims {inflated} bytes when unpacked; it was not unpacked, ask the sender for smaller files",
            code="archive-bomb",
        )


def _metadata(schema: Any, metadata: Any) -> Iterator[TextPart]:
    pairs = dict(schema.metadata or {}) | dict(metadata.metadata or {})
    pairs[b"created_by"] = (metadata.created_by or "").encode()
    for path, owner in _fields(schema, ""):
        pairs |= {path.encode() + b"/" + k: v for k, v in (owner.metadata or {}).items()}
    for number, (key, value) in enumerate(pairs.items(), 1):
        if key not in OWN_KEYS and not key.endswith(b"/PARQUET:field_id"):
            text = f"{key.decode('utf-8', 'replace')}\t{value.decode('utf-8', 'replace')}"
            yield TextPart(Source.PROPERTY.value, f"metadata {number}", text)
    for path, owner in _fields(schema, ""):
        if path != owner.name:
            yield TextPart(Source.HEADER.value, f"column {path.partition('.')[0]}", owner.name)


def _fields(owner: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every field with its path, those within nested columns too: no cell need show their names and notes."""
    for index in range(len(owner) if isinstance(owner, pa.Schema) else owner.num_fields):
        inner = owner.field(index)
        yield f"{path}{inner.name}", inner
        yield from _fields(inner.type, f"{path}{inner.name}.")


def _texts(array: Any, name: str, raw: set[str], bounds: Bounds, row: int) -> list[str | None]:
    """One column of a batch as texts."""
    if isinstance(array, pa.DictionaryArray):
        _weigh_batch(array, bounds, row)
        array = array.dictionary_decode()
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    kind = array.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        texts: list[str | None] = array.to_pylist()
    elif pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        texts = array.cast(pa.string()).to_pylist()
    elif pa.types.is_floating(kind):
        texts = [None if t is None else _plain(t) for t in array.cast(pa.string()).to_pylist()]
    elif pa.types.is_timestamp(kind):
        texts = [None if t is None else _moment(t) for t in array.cast(pa.string()).to_pylist()]
    else:
        texts = [_text(value, name, raw) for value in array.to_pylist()]
    longest = max((len(t) for t in texts if t), default=0)
    if longest > CELL_CHARS:
        bounds.cell(longest, f"row {row + 1}")
    return texts


def _weigh_batch(array: Any, bounds: Bounds, row: int) -> None:
    """A value stored once may stand in every row: its size is weighed before it is written out."""
    kind = array.dictionary.type
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return
    lengths = pc.take(pc.binary_length(array.dictionary), array.indices)
    bounds.cell(pc.max(lengths).as_py() or 0, f"row {row + 1}")
    if (pc.sum(pc.cast(lengths, pa.int64())).as_py() or 0) > BATCH_BYTES:
        raise SourceUnreadable(
            f"{BATCH} rows of one column unpack to more than {BATCH_BYTES} bytes; ask the sender for smaller cells",
            code="archive-bomb",
            locator=f"row {row + 1}",
        )


def _plain(text: str) -> str:
    """A float's shortest exact text without an exponent."""
    return format(Decimal(text), "f") if "e" in text else text


def _moment(text: str) -> str:
    """A time stamp without a fraction of zeros."""
    return re.sub(r"\.0+(?=\D|$)", "", text)


def _text(value: Any, name: str, raw: set[str]) -> str | None:
    match value:
        case None:
            return None
        case Decimal():
            return format(value, "f")
        case datetime() | date() | time():
            return value.isoformat(*((" ",) if isinstance(value, datetime) else ()))
        case timedelta():
            return str(value)
        case bytes():
            return _decoded(value, name, raw)
        case _:
            return json.dumps(value, ensure_ascii=False, default=lambda v: _text(v, name, raw))


def _decoded(value: bytes, name: str, raw: set[str]) -> str:
    """Bytes that are text are read as text; others are kept as hex digits and named as unread."""
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        raw.add(name)
        return value.hex()
    if "\x00" in text:
        raw.add(name)
        return value.hex()
    return text
