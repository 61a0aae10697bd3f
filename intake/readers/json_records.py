"""JSON and JSON Lines: records become rows, streamed; numbers keep their text, nested values become JSON text.

Arrays joined back to back count as one. An object's arrays of objects are tables named by their path; every other
member is a text part. Columns are the union of the records' keys in the order of their first appearance.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from domain.contract import SourceSpec
from domain.errors import SourceUnreadable
from intake.bounds import Bounds, too_deep
from intake.headers import UniqueNames
from intake.readers.jsonstream import BLANK, VALUE_CHARS, JsonStream, Number, decoder_for, invalid, too_long
from intake.readers.jsontables import Found, Records, Tables
from intake.textstream import NAMES, encoding_of, open_text

DEPTH = 4  # objects are opened so deep in search of records


def read_json(path: Path, *, name: str, into: Path, spec: SourceSpec, bounds: Bounds) -> Found:
    """Read a JSON document. Raises SourceUnreadable; its messages name a line, never a text."""
    encoding = encoding_of(path, spec, bounds)
    found = Found(NAMES.get(encoding, encoding))
    tables = Tables(Path(name).stem, into, bounds, found, spec.records)
    with open_text(path, encoding) as text:
        source = JsonStream(text, bounds, found.double)
        if source.peek() == "{":
            _object(source, "", tables, 0)
            if found.tables and source.peek():
                raise source.fault()
    if found.tables:
        return found
    found.parts.clear()  # no array of records anywhere: every value of the document is a record
    found.doubled = 0
    with open_text(path, encoding) as text:
        _values(JsonStream(text, bounds, found.double), tables)
    return found


def read_json_lines(path: Path, *, name: str, into: Path, spec: SourceSpec, bounds: Bounds) -> Found:
    """Read one JSON value a line. Blank lines are skipped."""
    encoding = encoding_of(path, spec, bounds)
    found = Found(NAMES.get(encoding, encoding))
    tables = Tables(Path(name).stem, into, bounds, found, None)
    decoder = decoder_for(found.double)
    with open_text(path, encoding) as text, tables.open(None, "line") as table:
        number = 0
        while line := text.readline(VALUE_CHARS):
            number += 1
            if len(line) >= VALUE_CHARS:
                raise too_long(f"line {number}")
            if record := line.strip(BLANK):
                table.add(number, _one(decoder, record, number, is_last=not line.endswith(("\n", "\r"))), len(line))
    return found


def _one(decoder: json.JSONDecoder, record: str, number: int, *, is_last: bool) -> Any:
    try:
        value, end = decoder.raw_decode(record)
    except RecursionError:
        raise too_deep(f"line {number}") from None
    except ValueError:
        raise invalid(number, cut=is_last) from None
    if end != len(record):
        raise invalid(number)
    return value


# --- the document, walked ---------------------------------------------------------------------------------------------


def _values(source: JsonStream, tables: Tables) -> None:
    """Every value of the document is a record; arrays give their elements, also when joined back to back."""
    if not source.peek():
        raise SourceUnreadable("the file holds no text; ask the sender for the data", code="file-empty")
    with tables.open(None, "record") as table:
        while following := source.peek():
            if following == "[":
                source.take("[")
                _elements(source, table)
            else:
                table.add_next(*source.value())


def _elements(source: JsonStream, table: Records) -> None:
    """The rest of an array whose bracket is open."""
    if source.peek() == "]":
        source.take("]")
        return
    table.add_next(*source.value())
    while source.peek() == ",":
        source.take(",")
        table.add_next(*source.value())
    source.take("]")


def _object(source: JsonStream, path: str, tables: Tables, depth: int) -> None:
    """Open an object: arrays of records become tables, objects are opened in turn, all else becomes text."""
    source.take("{")
    if source.peek() == "}":
        source.take("}")
        return
    names = UniqueNames()
    while True:
        key, _ = source.value()
        if not isinstance(key, str) or isinstance(key, Number):
            raise source.fault()
        source.take(":")
        _member(source, f"{path}.{names.name(key, 1)}".lstrip("."), key, tables, depth)
        if source.peek() != ",":
            break
        source.take(",")
    source.take("}")


def _member(source: JsonStream, path: str, key: str, tables: Tables, depth: int) -> None:
    following = source.peek()
    if following == "{" and (depth < DEPTH or tables.leads_to_records(path)):
        tables.key(path, key)
        return _object(source, path, tables, depth + 1)
    if following != "[":
        return tables.member(path, key, source.value()[0])
    source.take("[")
    if source.peek() in ("{", "[") or path == tables.records:
        tables.key(path, key)
        with tables.open(path, "record") as table:
            return _elements(source, table)
    values: list[Any] = []
    while source.peek() != "]":
        values.append(source.value()[0])
        if source.peek() == ",":
            source.take(",")
        elif source.peek() != "]":
            raise source.fault()
    source.take("]")
    return tables.member(path, key, values)
