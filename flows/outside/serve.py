"""The publishing side kept running: publications that died are settled, what is due comes down, what the public reports is
fetched, what is new is inspected at once and the rest by a plan each night, and the hide page answers. One process, in
which inspections have a thread of their own: nothing that comes down waits for one. Without it
`mingjing outside due`, `reports` and `inspect --due` do the same from cron.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.errors import UsageInvalid
from flows.guard import note
from flows.home import Home
from flows.outside.duties import due, inspect_due, inspect_entries, settle
from flows.outside.plans import uninspected
from flows.outside.reported import fetch_reports, forget_carried

EVERY_SECONDS = 20.0
INSPECTION_HOUR = 2  # of the night, where the bureau is
ALLOWED = ("127.0.0.1", "localhost")


class Duties:
    """What is done again and again, whatever fails in between: `take_down` and `inspect`, each in a thread of its own."""

    def __init__(self, here: Home) -> None:
        self._here = here
        self._inspected: date | None = None
        self._new_again_at: datetime | None = None

    def once(self, now: datetime) -> None:
        """Everything that is to be done at `now` (where the bureau is)."""
        self.take_down(now)
        self.inspect(now)

    def take_down(self, now: datetime) -> None:
        """Settle, take down what is due, fetch what the public reported."""
        self._try("settle", lambda: self._tell("settle", settle(self._here)))
        self._try("due", lambda: self._tell("due", due(self._here, now.date())[1]))
        self._try("reports", lambda: fetch_reports(self._here, now))

    def inspect(self, now: datetime) -> None:
        """Inspect what the night's plan names, and what is new; this may take hours."""
        if now.hour >= INSPECTION_HOUR and self._inspected != now.date():
            self._inspected = now.date()
            self._try("inspect", lambda: inspect_due(self._here, now.date(), note))
            self._try("reports", lambda: forget_carried(self._here, now))
        if self._new_again_at is None or now >= self._new_again_at:
            self._try("inspect", lambda: self._inspect_new(now))

    def _inspect_new(self, now: datetime) -> None:
        """What was published and never inspected, within the minute (REV-09); what can't be reached a minute later again."""
        if new := uninspected(self._here):
            self._new_again_at = now + timedelta(minutes=1)
            inspect_entries(self._here, new, note)

    def _tell(self, work: str, refused: list[Exception]) -> None:
        for fault in refused:
            note(fault, work)

    def _try(self, work: str, do: Callable[[], object]) -> None:
        try:
            do()
        except Exception as fault:  # in twenty seconds again; the page and the other duties go on
            note(fault, work)


def serve(here: Home, *, host: str, port: int) -> None:
    """Until SIGINT or SIGTERM. Raises UsageInvalid for an address that others could reach."""
    import uvicorn

    from flows.outside.page import create_page

    if host not in ALLOWED:
        raise UsageInvalid("the hide page takes people's keys and passphrases, so it is served on 127.0.0.1 alone")
    stop, duties = threading.Event(), Duties(here)

    def again(do: Callable[[datetime], None]) -> None:
        while not stop.is_set():
            do(datetime.now(ZoneInfo(here.timezone)))
            stop.wait(EVERY_SECONDS)

    workers = [
        threading.Thread(target=again, args=(do,), name=do.__name__) for do in (duties.take_down, duties.inspect)
    ]
    for worker in workers:
        worker.start()
    try:
        uvicorn.run(create_page(here), host=host, port=port, access_log=False, log_level="warning", loop="asyncio")
    finally:
        stop.set()
        for worker in workers:
            worker.join()
