"""Counts records and keys of JSON documents from ijson's events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from domain.errors import SourceUnreadable

OPENED = 5  # keys on the way to an array of records
Event = tuple[str, Any]
Columns = set[tuple[str, int]]


class Tally:
    """Records of one table and the columns that they need together."""

    def __init__(self) -> None:
        self.records = 0
        self.columns: Columns = set()
        self._named = False

    def take(self, events: Iterator[Event], first: Event) -> None:
        """One record, whose first event was taken already."""
        kind = first[0]
        if kind == "start_map":
            self.columns |= _keys(events)
        elif kind == "start_array":
            size, all_texts = _elements(events)
            if self.records == 0 and not self._named and all_texts:
                self._named = True
                self.columns |= {("#", n) for n in range(size)}
                return
            self.columns |= {("#", n) for n in range(size)} if self._named else {("value", 1)}
        else:
            self.columns.add(("value", 1))
        self.records += 1


def count_values(path: Path, encoding: str, names: Sequence[str], *, lines: bool) -> dict[str, tuple[int, int]]:
    """Records and columns of each table. `lines`: a top-level array is one record, not several."""
    tallies: dict[str, Tally] = {}
    if not lines:
        with _utf8(path, encoding) as stream:
            events = _events(stream)
            first = next(events, None)
            if first and first[0] == "start_map":
                _walk(events, (), tallies, set(names))
    if not tallies:
        tally = tallies[names[0]] = Tally()
        with _utf8(path, encoding) as stream:
            events = _events(stream)
            for event in events:
                if event[0] == "start_array" and not lines:
                    _each(events, tally)
                else:
                    tally.take(events, event)
    return {name: (t.records, len(t.columns)) for name, t in tallies.items()}


def _events(stream: Any) -> Iterator[Event]:
    import ijson

    try:
        yield from ijson.basic_parse(stream, multiple_values=True)
    except (ijson.JSONError, ValueError, ArithmeticError):
        raise SourceUnreadable("the document can't be counted; ask the sender for a fresh export") from None


@contextmanager
def _utf8(path: Path, encoding: str) -> Iterator[_Recoded]:
    with path.open("r", encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as text:
        yield _Recoded(text)


class _Recoded:
    """A text as UTF-8 bytes, which is all that ijson takes."""

    def __init__(self, text: TextIO) -> None:
        self._text = text

    def read(self, size: int = -1) -> bytes:
        """At most some four bytes for each of the characters asked for."""
        return self._text.read(size).encode()


def _walk(events: Iterator[Event], path: tuple[str, ...], tallies: dict[str, Tally], names: set[str]) -> None:
    """Inside an object: arrays of objects or arrays are tables, objects are walked, the rest is passed over."""
    key = ""
    for kind, value in events:
        if kind == "end_map":
            return
        here = (*path, key)
        dotted = ".".join(here)
        if kind == "map_key":
            key = value
        elif kind == "start_map":
            if len(here) < OPENED or any(n.startswith(dotted + ".") for n in names):
                _walk(events, here, tallies, names)
            else:
                _pass(events)
        elif kind == "start_array":
            _array(events, dotted, tallies, names)


def _array(events: Iterator[Event], name: str, tallies: dict[str, Tally], names: set[str]) -> None:
    first = next(events)
    if first[0] == "end_array":
        if name in names:
            tallies[name] = Tally()
        return
    if first[0] in ("start_map", "start_array") or name in names:
        tally = tallies[name] = Tally()
        tally.take(events, first)
        _each(events, tally)
        return
    _pass(events)


def _each(events: Iterator[Event], tally: Tally) -> None:
    for event in events:
        if event[0] == "end_array":
            return
        tally.take(events, event)


def _pass(events: Iterator[Event]) -> None:
    """Step over the rest of an open object or array."""
    depth = 1
    for kind, _ in events:
        depth += (kind in ("start_map", "start_array")) - (kind in ("end_map", "end_array"))
        if depth == 0:
            return


def _elements(events: Iterator[Event]) -> tuple[int, bool]:
    """Size of an open array, and whether it holds nothing but texts that aren't blank."""
    size, all_texts = 0, True
    for kind, value in events:
        if kind == "end_array":
            return size, all_texts and size > 0
        size += 1
        all_texts = all_texts and kind == "string" and bool(value.strip())
        if kind in ("start_map", "start_array"):
            _pass(events)
    return size, False


def _keys(events: Iterator[Event]) -> Columns:
    """Columns that an open object needs: its keys, or those of its properties where it is a GeoJSON feature."""
    own, inner = Counter[str](), Counter[str]()
    key, is_feature, has_properties = "", False, False
    for kind, value in events:
        if kind == "end_map":
            break
        if kind == "map_key":
            key = value
            own[key] += 1
        elif key == "type" and kind == "string":
            is_feature = value == "Feature"
        elif key == "properties" and kind == "start_map":
            inner, has_properties = Counter(_inner_keys(events)), True
        elif kind in ("start_map", "start_array"):
            _pass(events)
        elif key == "properties":
            has_properties = kind == "null"
    if is_feature and has_properties and own["geometry"]:
        inner += Counter({k: n for k, n in own.items() if k not in ("type", "properties")})
        return _numbered(inner)
    return _numbered(own)


def _inner_keys(events: Iterator[Event]) -> Iterator[str]:
    for kind, value in events:
        if kind == "end_map":
            return
        if kind == "map_key":
            yield value
        elif kind in ("start_map", "start_array"):
            _pass(events)


def _numbered(keys: Counter[str]) -> Columns:
    return {(key, number) for key, count in keys.items() for number in range(count)}
