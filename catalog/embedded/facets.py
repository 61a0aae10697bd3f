"""How many of the found datasets carry each value of a trait. Kept as one bit per dataset and value, in memory, for as
long as nothing changes: counting is then an AND and a population count, whatever the number of datasets."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable

KEPT_FIELDS = 40  # more than the pages ask for; an API caller may name any field


class Facets:
    """The bits of every field that was asked for, of one generation of the database."""

    def __init__(self) -> None:
        self._generation = -1
        self._fields: dict[str, dict[str, int]] = {}
        self._lock = threading.Lock()

    def count(self, connection: sqlite3.Connection, field: str, found: int, limit: int) -> dict[str, int]:
        """Values with their counts among `found` (bits, see `bits`), most frequent first; all of them if limit is 0."""
        values = self._of(connection, field)
        counted = ((value, (mask & found).bit_count()) for value, mask in values.items())
        ordered = sorted(((v, n) for v, n in counted if n), key=lambda pair: (-pair[1], pair[0]))
        return dict(ordered[:limit] if limit else ordered)

    def _of(self, connection: sqlite3.Connection, field: str) -> dict[str, int]:
        generation = connection.execute("SELECT generation FROM state").fetchone()[0]
        with self._lock:
            if self._generation == generation and field in self._fields:
                return self._fields[field]
        values = _read(connection, field)
        with self._lock:
            if generation > self._generation or len(self._fields) >= KEPT_FIELDS:
                self._generation, self._fields = generation, {}
            if generation == self._generation:
                self._fields[field] = values
        return values


def bits(numbers: Iterable[int]) -> int:
    """The numbers as one bit each.

    >>> bin(bits([0, 3]))
    '0b1001'
    """
    places = list(numbers)
    field = bytearray(max(places, default=0) // 8 + 1)
    for place in places:
        field[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(field, "little")


def _read(connection: sqlite3.Connection, field: str) -> dict[str, int]:
    packages: dict[str, list[int]] = {}
    for value, package in connection.execute("SELECT value, package FROM trait WHERE field = ?", (field,)):
        packages.setdefault(value, []).append(package)
    return {value: bits(numbers) for value, numbers in packages.items()}
