"""What a visitor reports about a dataset: kept here until whoever holds the token has fetched it, then removed for good.

Throttled and short, text alone. It may hold personal data, so nothing of it is logged and no page shows it again.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from catalog.embedded.call import Call
from catalog.embedded.fields import Body, required
from catalog.embedded.holding import Holding

KINDS = ("error", "leak")
LONGEST = 2_000
MOST_WAITING = 200  # of one dataset; nobody fetches them any more: better to say so than to fill the disk
MOST_OF_ALL = 2_000  # so that one dataset that nobody looks after leaves room for the others
PAGE = 100
WINDOW_SECONDS = 3_600.0
EACH, ALL = 5, 120  # reports in a window from one address, and from all
FORM_BYTES = 16 * 1024  # of the form as it is sent: 2,000 characters of Chinese, percent-encoded


class Throttle:
    """How often one address, and everybody together, may report. Kept in memory: a restart forgets it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._seen: deque[tuple[float, str]] = deque()

    def admits(self, address: str) -> bool:
        """Whether another one may come from there now; counted if so."""
        now = self._clock()
        with self._lock:
            while self._seen and now - self._seen[0][0] >= WINDOW_SECONDS:
                self._seen.popleft()
            mine = sum(a == address for _, a in self._seen)
            if mine >= EACH or len(self._seen) >= ALL:
                return False
            self._seen.append((now, address))
            return True


def keep(holding: Holding, package: str, kind: str, text: str) -> str | None:
    """Keep a report and return its number; None where too many wait already."""
    number = secrets.token_hex(8)
    with holding.changing() as change:
        mine, waiting = change.connection.execute(
            "SELECT coalesce(sum(package = ?), 0), count(*) FROM report", (package,)
        ).fetchone()
        if mine >= MOST_WAITING or waiting >= MOST_OF_ALL:
            return None
        change.connection.execute(
            "INSERT INTO report (id, package, kind, text, at) VALUES (?, ?, ?, ?, ?)",
            (number, package, kind, text, change.now),
        )
    return number


def mingjing_report_list(call: Call) -> list[dict[str, Any]]:
    """Reports that wait to be fetched, oldest first, PAGE at a time: id, package, kind, text, at. Token needed.

    `after_at` and `after_id`: those of the last one of the page before, which needn't be there any more.
    """
    after = (str(call.data.get("after_at") or ""), str(call.data.get("after_id") or ""))
    with call.holding.reading() as connection:
        rows: list[sqlite3.Row] = connection.execute(
            "SELECT * FROM report WHERE (at, id) > (?, ?) ORDER BY at, id LIMIT ?", (*after, PAGE)
        ).fetchall()
    return [dict(row) for row in rows]


def mingjing_report_delete(call: Call) -> Body:
    """Remove a report that was fetched, by `id`. Token needed; one that isn't there is no fault."""
    number = required(call.data, "id")
    with call.holding.changing() as change:
        change.connection.execute("DELETE FROM report WHERE id = ?", (number,))
    call.holding.database.forget()
    return {"id": number}
