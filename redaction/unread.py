"""Cells and texts that couldn't be scanned: where they stand and why, worked out for these few after the scan.

That one couldn't be scanned is said by lens.py; what it means for a release is told by scan.py. No value is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from domain.table import ROW_ORIGIN, UnreadReason
from redaction.lens import LONGEST
from redaction.nested import refusal
from redaction.normalise import normalise

KEPT = 20  # places told of one column and reason


@dataclass(frozen=True, slots=True)
class Unread:
    """Cells of one column that couldn't be scanned for one reason. `rows`: data row and sender's row of the first ones."""

    column: str
    reason: UnreadReason
    count: int
    rows: tuple[tuple[int, int], ...]


def reason_of(text: str) -> UnreadReason:
    """Why the lens couldn't scan this text: what isn't its length nor its wrapping was too hard for a pattern."""
    if len(text) > LONGEST:
        return UnreadReason.TOO_LONG
    return refusal(normalise(text).text) or UnreadReason.TOO_HARD


def unread_cells(frame: pl.DataFrame, column: str, rows: Sequence[int], first: int) -> Iterator[Unread]:
    """The rows `rows` of a batch (from 0) that couldn't be scanned in this column; `first`: data row of the batch's first."""
    reasons: dict[str, UnreadReason] = {}
    found: dict[UnreadReason, list[int]] = {}
    for row in rows:
        text = frame[column][row]
        if text not in reasons:
            reasons[text] = reason_of(text)
        found.setdefault(reasons[text], []).append(row)
    origins = frame[ROW_ORIGIN]
    for reason, at in found.items():
        yield Unread(column, reason, len(at), tuple((first + n, int(origins[n])) for n in at[:KEPT]))


def together(told: Sequence[Unread]) -> tuple[Unread, ...]:
    """What the batches of a table told, one for each column and reason."""
    merged: dict[tuple[str, UnreadReason], Unread] = {}
    for some in told:
        key = some.column, some.reason
        old = merged.get(key)
        merged[key] = some if old is None else replace(
            old, count=old.count + some.count, rows=(*old.rows, *some.rows)[:KEPT]
        )  # fmt: skip
    return tuple(merged.values())
