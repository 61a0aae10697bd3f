"""The texts around the cells: file name, sheet names, titles, headers, comments, properties. Each is scanned whole.

Also the names that findings and maps may show: a header can itself hold an identity number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from domain.finding import Source
from domain.table import Reading, UnreadReason
from redaction.canary import canaries
from redaction.lens import Column, Lens, Span
from redaction.unread import reason_of


@dataclass(frozen=True, slots=True)
class Around:
    """One text around the cells and where it stands."""

    text: str
    source: Source
    table: str | None = None
    column: str | None = None
    locator: str | None = None


@dataclass(frozen=True, slots=True)
class TextHit:
    """A hit in such a text."""

    place: Around
    span: Span


@dataclass(frozen=True, slots=True)
class TextScan:
    """All hits around the cells, how many texts were scanned, and whether the canaries among them were found."""

    hits: tuple[TextHit, ...]
    scanned: int
    canary_found: bool
    unread: tuple[tuple[Around, UnreadReason], ...] = ()  # texts that couldn't be scanned


def around(reading: Reading, file_name: str) -> Iterator[Around]:
    """Every text of a reading that isn't a data cell."""
    yield Around(file_name, Source.FILE_NAME)
    for part in reading.parts:
        yield Around(part.text, Source(part.source), locator=part.locator)
    for table in reading.tables:
        if table.sheet is not None:
            yield Around(table.sheet, Source.SHEET_NAME, table.name)
        for part in table.preamble:
            yield Around(part.text, Source(part.source), table.name, locator=part.locator)
        for column, header in zip(table.columns, table.headers or table.columns, strict=True):
            yield Around(header, Source.HEADER, table.name, column)


def number_around(reading: Reading) -> int:
    """How many such texts there are, counted without walking them."""
    tables = sum(len(t.columns) + len(t.preamble) + (t.sheet is not None) for t in reading.tables)
    return 1 + len(reading.parts) + tables


def scan_around(reading: Reading, lens: Lens, *, file_name: str, seed: str) -> TextScan:
    """Scan them all, canaries among them."""
    places = list(around(reading, file_name))
    planted = canaries(lens.recognisers, seed, "around", reading.sha256)
    found = lens.find([*(p.text for p in places), *(c.text for c in planted)], Column())
    reported = lens.rules.scores.reported
    hits = [
        TextHit(place, span)
        for place, spans in zip(places, found, strict=False)
        for span in spans or ()
        if span.score >= reported
    ]
    unread = [(p, reason_of(p.text)) for p, spans in zip(places, found, strict=False) if spans is None]
    seen = all(c.is_in(spans) for c, spans in zip(planted, found[len(places) :], strict=True))
    return TextScan(tuple(hits), len(places) - len(unread) if seen else 0, seen, tuple(unread))


def shown(name: str, lens: Lens) -> str:
    """A header, sheet or table name as findings may show it: identifiers in it replaced by their labels."""
    return lens.clean([name], Column(), lambda _: True)[0][0]
