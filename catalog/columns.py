"""Which columns of a redacted table may be typed: only those whose every value casts exactly, else they stay text.

Exactly means that nobody could tell the typed value from the text: no leading zeros, at most 15 significant digits
(what a double and a spreadsheet keep), ISO dates. Writing the files is left to catalog/export.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.contract import FieldSpec

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_ROWS = 65_536
EXACT_DIGITS = 15

SHAPES = {
    "integer": r"^(0|-?[1-9][0-9]{0,17})$",
    "number": r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$",
    "year": r"^[0-9]{4}$",
    "date": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "datetime": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}$",
    "boolean": r"^(true|false)$",
}
MINUS_ZERO = r"^-0(\.0+)?$"


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """One published column. `type` is the contract's where every value casts exactly, else `string`."""

    name: str
    title: str
    type: str
    longest: int = 0  # characters of the longest value

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name, "title": self.title, "type": self.type}


def batches(path: str, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """The rows of the named columns, in that order and in batches of equal size, whatever row groups the file has."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=list(names)):
            yield batch.select(list(names))


def without_missing(values: pa.Array, spec: FieldSpec) -> pa.Array:
    """The values with the empty text and the contract's texts for "no value" as null."""
    import pyarrow as pa
    import pyarrow.compute as pc

    none = pc.is_in(values, value_set=pa.array(["", *spec.missing], values.type))
    return pc.if_else(none, pa.scalar(None, values.type), values)


def arrow_type(kind: str) -> pa.DataType:
    """The Parquet column's type for a contract's field type."""
    import pyarrow as pa

    kinds = {"integer": pa.int64(), "number": pa.float64(), "year": pa.int32(), "date": pa.date32()}
    return {**kinds, "datetime": pa.timestamp("s"), "boolean": pa.bool_()}.get(kind, pa.string())


def cast(values: pa.Array, kind: str) -> pa.Array | None:
    """The values typed, nulls kept; None if any value doesn't cast exactly."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if kind in ("string", "geojson"):
        return values.cast(pa.string())
    if not _every(pc.match_substring_regex(values, SHAPES[kind])):
        return None
    if kind == "number":
        digits = pc.utf8_length(pc.replace_substring_regex(values, "[-.]", ""))
        if not _every(pc.less_equal(digits, EXACT_DIGITS)) or _any(pc.match_substring_regex(values, MINUS_ZERO)):
            return None
    if kind == "datetime":
        values = pc.replace_substring(values, "T", " ")
    try:
        return values.cast(arrow_type(kind))
    except pa.ArrowInvalid:  # its message quotes the value
        return None


def survey(path: str, fields: Sequence[FieldSpec]) -> tuple[tuple[ExportColumn, ...], int]:
    """The published columns with the types that hold for all their values, and the number of rows. One pass."""
    import pyarrow.compute as pc

    kinds = {f.name: f.type for f in fields}
    longest = dict.fromkeys(kinds, 0)
    rows = 0
    for batch in batches(path, list(kinds)):
        rows += batch.num_rows
        for spec in fields:
            column = batch.column(spec.name)
            longest[spec.name] = max(longest[spec.name], pc.max(pc.utf8_length(column)).as_py() or 0)
            if kinds[spec.name] == "string":
                continue
            values = without_missing(column, spec)
            if not (_geometries(values) if spec.type == "geojson" else cast(values, spec.type) is not None):
                kinds[spec.name] = "string"
    return tuple(ExportColumn(f.name, f.title, kinds[f.name], longest[f.name]) for f in fields), rows


def exact_number(text: str) -> int | None:
    """Decimal places of a text that a spreadsheet can hold as a number without changing it; None if it can't.

    >>> exact_number("12.50"), exact_number("7"), exact_number("007"), exact_number("1234567890123456")
    (2, 0, None, None)
    """
    if not _NUMBER.fullmatch(text) or _MINUS_ZERO.fullmatch(text):
        return None
    whole, _, decimals = text.lstrip("-").partition(".")
    return len(decimals) if len(whole) + len(decimals) <= EXACT_DIGITS else None


def geometry(text: str) -> dict[str, Any] | None:
    """The GeoJSON geometry that the text holds, or None."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    kinds = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection")
    if not isinstance(value, dict) or value.get("type") not in kinds:
        return None
    return value if isinstance(value.get("coordinates", value.get("geometries")), list) else None


_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_MINUS_ZERO = re.compile(r"-0(\.0+)?")


def _every(mask: Any) -> bool:
    import pyarrow.compute as pc

    return pc.all(mask).as_py() is not False  # null: nothing to refuse


def _any(mask: Any) -> bool:
    import pyarrow.compute as pc

    return pc.any(mask).as_py() is True


def _geometries(values: pa.Array) -> bool:
    return all(v is None or geometry(v) is not None for v in values.to_pylist())
