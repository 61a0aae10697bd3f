"""What a dataset owes: how old its last edition is, when the next one is due by frequency and by law, how long the last may stay.

The law's days are the register's (review/console/due). Of an edition that nobody has begun they are reckoned from the last one's dates,
moved on by one interval, and told as reckoned. What can't be told is None.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from domain.contract import Contract
from domain.release import Manifest, publication_until
from review.console.due import RUNNING, Dues, days_late
from review.console.outside import outside
from review.console.package import read_json
from review.models import ReleaseRecord

MONTHS: Mapping[str, int] = {"annual": 12, "quarterly": 3, "monthly": 1}


@dataclass(frozen=True, slots=True)
class Term:
    """A day and how far it is: `left` days ahead (0: today), or `late` days past."""

    on: date
    today: date

    @property
    def left(self) -> int:
        return max(0, (self.on - self.today).days)

    @property
    def late(self) -> int:
        return max(0, (self.today - self.on).days)


@dataclass(frozen=True, slots=True)
class Freshness:
    """`age`: days since publication. `was_late`: days past the law's at publication. `next`: by frequency. `legal`: by law, for `coming`
    or reckoned. `until`: when it comes down. Each None where it isn't known or isn't asked for."""

    published_on: date | None
    age: int | None
    was_late: int | None
    next: Term | None
    coming: ReleaseRecord | None  # the edition on its way
    legal: Term | None
    until: Term | None


def freshness(contract: Contract, public: ReleaseRecord | None, last: ReleaseRecord | None) -> Freshness:
    """`public`: the newest edition that is public; `last`: the newest release of all."""
    today, dues = timezone.localdate(), Dues()
    is_coming = last is not None and last.status in RUNNING and last.manifest is not None
    coming = last if is_coming else None
    published_on = _published_on(public) if public else None
    manifest = Manifest.from_dict(public.manifest) if public and public.manifest else None
    due = dues.of(public.contract_sha256, manifest.dates) if public and manifest else None
    after = moved_on(published_on, contract.frequency) if published_on else None
    legal = dues.of(coming.contract_sha256, coming.manifest["dates"]) if coming else _reckoned(contract, manifest)
    days = (read_json(manifest.metadata) or {}).get("publication_days") if manifest else None
    until = publication_until(published_on.isoformat(), days) if published_on else None
    return Freshness(
        published_on,
        (today - published_on).days if published_on else None,
        days_late(due, published_on, public.status, today) if public else None,
        Term(after, today) if after else None,
        coming,
        Term(legal, today) if legal else None,
        Term(date.fromisoformat(until), today) if until else None,
    )


def _published_on(public: ReleaseRecord) -> date:
    text = str((public.receipt or {}).get("published_on", ""))[:10]
    try:
        return date.fromisoformat(text)
    except ValueError:
        return timezone.localdate(public.changed_at)


def _reckoned(contract: Contract, manifest: Manifest | None) -> date | None:
    """The law's day for the edition after, its dates one interval after the last one's."""
    if manifest is None or not manifest.dates or not contract.deadlines:
        return None
    moved = {name: moved_on(date.fromisoformat(text), contract.frequency) for name, text in manifest.dates.items()}
    return (
        outside().due(contract, {n: on.isoformat() for n, on in moved.items() if on}) if all(moved.values()) else None
    )


def moved_on(start: date, frequency: str) -> date | None:
    """One interval later, the month's last day where it has no such day; None for what has no interval.

    >>> moved_on(date(2026, 1, 31), "monthly"), moved_on(date(2024, 2, 29), "annual"), moved_on(date(2026, 1, 1), "once")
    (datetime.date(2026, 2, 28), datetime.date(2025, 2, 28), None)
    """
    if frequency == "weekly":
        return start + timedelta(days=7)
    if frequency not in MONTHS:
        return None
    month = start.month - 1 + MONTHS[frequency]
    year, month = start.year + month // 12, month % 12 + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))
