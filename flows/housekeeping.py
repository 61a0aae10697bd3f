"""What an installation throws away by itself: sources past the stated retention, and what a crash left half written.

A source stays as long as its release is on its way to the public, however old it is: publishing reads it again.
"""

from __future__ import annotations

import shutil
import time
from datetime import UTC, datetime
from typing import Any

from flows.aside import sweep_asides
from flows.original import sweep_looks
from flows.platform import Platform
from flows.uploads import sweep_uploads

ON_THE_WAY = ("received", "checked", "in_review", "escalated", "approved")
CRASHED_AFTER_SECONDS = 24 * 3600.0
EVERY_SECONDS = 24 * 3600.0


def keep_house(platform: Platform, now: datetime | None = None) -> dict[str, int]:
    """Purge the quarantine by `quarantine_days`, sweep both stores, old work, orders and uploads; returns how many things went."""
    from review import queries

    at = now or datetime.now(UTC)
    needed = {queries.show(r["release"])["source_sha256"] for s in ON_THE_WAY for r in queries.releases(status=s)}
    for row in (
        r for state in ("queued", "running", "stopping") for r in queries.work_list(state) if r["kind"] == "remedy"
    ):
        needed.add(queries.show(row["params"]["release"])["source_sha256"])  # it is read again
    quarantine: Any = platform.stores.quarantine
    release: Any = platform.stores.release
    purged = quarantine.purge(platform.home.quarantine_days, at, keep=frozenset(n for n in needed if n))
    swept = [*quarantine.sweep(CRASHED_AFTER_SECONDS, at), *release.sweep(CRASHED_AFTER_SECONDS, at)]
    days = platform.home.quarantine_days
    sweep_looks(platform.home)
    sweep_asides(platform.home)
    old = [p for p in platform.home.work.glob("*") if at.timestamp() - p.stat().st_mtime > days * 24 * 3600]
    for run in old:
        shutil.rmtree(run, ignore_errors=True)
    orders = [
        p for p in (platform.home.run / "orders").glob("*") if at.timestamp() - p.stat().st_mtime > days * 24 * 3600
    ]
    for order in orders:  # a location may carry a token
        order.unlink(missing_ok=True)
    uploads = sweep_uploads(platform.home, at)
    return {"purged": len(purged), "swept": len(swept), "runs": len(old), "orders": len(orders), "uploads": uploads}


class Daily:
    """Says once a day that it is time; the first time at once."""

    def __init__(self) -> None:
        self._last = -EVERY_SECONDS

    def is_due(self) -> bool:
        now = time.monotonic()
        if now - self._last < EVERY_SECONDS:
            return False
        self._last = now
        return True
