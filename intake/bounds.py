"""The limits of one reading: rows, columns, seconds, cell size. Past any of them the source is refused, never cut.

How bytes are bounded while they arrive is left to the connectors.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from domain.contract import Limits
from domain.errors import SourceUnreadable

CELL_CHARS = 16 * 1024 * 1024


class Bounds:
    """What is left of a reading's limits. Rows are counted over all tables of the file together."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self._rows = 0
        self._clock = clock
        self._end = clock() + limits.seconds

    def size(self, count: int) -> None:
        """Refuse a file of more bytes than the contract takes."""
        if count > self.limits.bytes:
            raise _past("bytes", self.limits.bytes)

    def rows(self, count: int) -> None:
        """Count rows that were read, and look at the clock."""
        self._rows += count
        if self._rows > self.limits.rows:
            raise _past("rows", self.limits.rows)
        self.time()

    def rows_announced(self, count: int) -> None:
        """Refuse at once a file that says it holds more rows than are left."""
        if self._rows + count > self.limits.rows:
            raise _past("rows", self.limits.rows)

    def columns(self, count: int) -> None:
        """Refuse a table of that many columns."""
        if count > self.limits.columns:
            raise _past("columns", self.limits.columns)

    def cell(self, length: int, locator: str) -> None:
        """Refuse a single cell of that many characters."""
        if length > CELL_CHARS:
            raise cell_too_long(locator)

    def time(self) -> None:
        """Refuse once the contract's seconds are over."""
        if self._clock() > self._end:
            raise _past("seconds", self.limits.seconds)


def _past(what: str, limit: int) -> SourceUnreadable:
    return SourceUnreadable(
        f"the file goes past limits.{what} ({limit}); raise the limit in the contract or ask the sender for smaller files",
        code="limit-exceeded",
    )


def cell_too_long(locator: str, said: str = "") -> SourceUnreadable:
    """The refusal of a single cell past the limit; `said` goes before it (a locator can hold a sender's own names)."""
    return SourceUnreadable(
        f"{said}a cell holds more than {CELL_CHARS} characters; ask the sender to leave out or split what stands in it",
        code="text-too-long",
        locator=locator,
    )


def too_deep(locator: str | None = None) -> SourceUnreadable:
    """The refusal of brackets around brackets; no reader goes down so far."""
    where = f"{locator}: " if locator else ""
    return SourceUnreadable(
        f"{where}brackets are nested hundreds of levels deep; ask the sender for plain records, one level each",
        code="nested-too-deep",
        locator=locator,
    )
