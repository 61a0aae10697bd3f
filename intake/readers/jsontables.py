"""JSON values as cells and records as rows: a key's column appears with its first record, each table in its own file.

Walking the document is left to json_records, decoding it to jsonstream.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any

from domain.errors import SourceUnreadable
from domain.finding import Finding, Place, Severity, Source
from domain.table import TableInfo, TextPart
from intake.bounds import CELL_CHARS, Bounds, too_deep
from intake.containers.inspection import PARTS
from intake.headers import UniqueNames, column_label
from intake.readers.geojson import feature_row, is_feature
from intake.readers.jsonstream import Number
from intake.tablefile import TableFile


@dataclass(slots=True)
class Found:
    """What was read so far. `doubled` counts objects in which a key stood more than once."""

    encoding: str = ""
    tables: list[TableInfo] = field(default_factory=list)
    parts: list[TextPart] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    is_geojson: bool = False
    doubled: int = 0

    def double(self) -> None:
        self.doubled += 1


def text_of(value: Any) -> str | None:
    """A JSON value as a cell: text as it is, numbers as written, true/false, null as absent, the rest as JSON text."""
    if value is None:
        return None
    if isinstance(value, str):
        return str(value)
    try:
        return "".join(_compact(value))
    except RecursionError:
        raise too_deep() from None


def _compact(value: Any) -> Iterator[str]:
    match value:
        case None:
            yield "null"
        case True:
            yield "true"
        case False:
            yield "false"
        case Number():
            yield value
        case str():
            yield encode_basestring(value)
        case dict():
            yield "{"
            for number, (key, inner) in enumerate(value.items()):
                yield f"{', ' if number else ''}{encode_basestring(key)}: "
                yield from _compact(inner)
            yield "}"
        case _:
            yield "["
            for number, inner in enumerate(value):
                if number:
                    yield ", "
                yield from _compact(inner)
            yield "]"


class Tables:
    """The tables of one document, each in a file of its own."""

    def __init__(self, stem: str, into: Path, bounds: Bounds, found: Found, records: str | None) -> None:
        self._stem, self._into, self._bounds, self.found, self.records = stem, into, bounds, found, records

    def leads_to_records(self, path: str) -> bool:
        """Whether the contract's records lie below this member."""
        return self.records is not None and self.records.startswith(path + ".")

    def key(self, path: str, key: str) -> None:
        """A key that opens an object, a table or nothing: the text of a header, though no cell stands below it."""
        if key.strip():
            self._keep(TextPart(Source.HEADER.value, path, key))

    def member(self, path: str, key: str, value: Any) -> None:
        """A member outside the records, as text to be scanned."""
        text = text_of(value)
        if not text:
            self.key(path, key)
            return
        self._bounds.cell(len(text), path)
        self._keep(TextPart(Source.MEMBER.value, path, f"{key}\t{text}"))

    def _keep(self, part: TextPart) -> None:
        if len(self.found.parts) >= PARTS:
            raise SourceUnreadable(
                f"the document holds more than {PARTS} members outside its records; ask the sender for plain records",
                code="limit-exceeded",
            )
        self.found.parts.append(part)

    @contextmanager
    def open(self, path: str | None, word: str) -> Iterator[Records]:
        """A table while its records arrive; it is closed and kept afterwards."""
        number = len(self.found.tables) + 1
        table = Records(TableFile(self._into / f"table-{number}.parquet", self._bounds, word=word), word, self._bounds)
        before = self.found.doubled
        yield table
        info, is_geojson = table.finish(path or self._stem)
        self.found.tables.append(info)
        self.found.is_geojson |= is_geojson
        if doubled := self.found.doubled - before:
            place = Place(info.name, source=Source.HEADER)
            note = f"有 {doubled} 个对象中同一键出现多次，后出现的已编号保留"
            self.found.findings.append(Finding("header-duplicate", Severity.HOLD, doubled, (place,), note=note))


class Records:
    """Records on their way into a table's file; a key's column appears with its first record."""

    def __init__(self, file: TableFile, word: str, bounds: Bounds) -> None:
        self._file, self._word, self._bounds = file, word, bounds
        self._position: dict[str, int] = {}
        self._names = UniqueNames()
        self._header: list[str] | None = None  # arrays whose first one names the columns
        self._header_origin = 0
        self._records = 0
        self._features = 0

    def add_next(self, value: Any, chars: int) -> None:
        """The next record of an array."""
        self.add(self._records + 1, value, chars)

    def add(self, origin: int, value: Any, chars: int) -> None:
        """One record; `origin` is its number or its line."""
        self._records += 1
        if self._records == 1 and isinstance(value, list) and value and all(_is_name(v) for v in value):
            self._header, self._header_origin = UniqueNames().names(value), origin
            for key in self._header:
                self._open(key)
            return
        row: list[str | None] = [None] * len(self._position)
        for key, inner in self._members(value).items():
            position = self._position.get(key)
            if position is None:
                position = self._open(key)
                row.append(None)
            text = text_of(inner)
            if text and len(text) > CELL_CHARS:
                self._bounds.cell(len(text), f"{self._word} {origin}")
            row[position] = text
        self._file.add(origin, row, chars)

    def _members(self, value: Any) -> dict[str, Any]:
        if isinstance(value, dict):
            if is_feature(value):
                self._features += 1
                return feature_row(value)
            return value
        if isinstance(value, list) and self._header is not None:
            labels = (column_label(n) for n in range(len(self._header) + 1, len(value) + 1))
            return dict(zip(chain(self._header, labels), value, strict=False))
        return {"value": value}

    def _open(self, key: str) -> int:
        self._position[key] = position = self._file.widen(self._names.name(key, len(self._position) + 1))
        return position

    def finish(self, name: str) -> tuple[TableInfo, bool]:
        """The closed table, and whether its records were GeoJSON features."""
        self._file.finish()
        outside = (self._header_origin,) if self._header is not None else ()
        table = TableInfo(
            name, str(self._file.path), tuple(self._file.columns), self._file.rows, tuple(self._position),
            origin_word=self._word, outside=outside,
        )  # fmt: skip
        return table, self._features > 0


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, Number) and bool(value.strip())
