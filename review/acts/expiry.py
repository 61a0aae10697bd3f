"""The end of publication that a contract sets: time orders the release off, not a person. When to ask is left to flows,
taking off and its proof to the withdraw flow, which reports with `record_withdrawn`.
"""

from __future__ import annotations

from datetime import date

from domain.errors import TransitionRefused
from domain.release import Status, publication_until
from domain.withdrawal import DAYS_OVER, Cause
from review import lifecycle, texts
from review.lifecycle import Event
from review.permissions import SYSTEM
from review.reading import find
from review.transaction import Page, act, move


@act()
def expire(page: Page, release: str, days: int, today: date) -> Status:
    """Order a release off because its days of publication are over. Repeating it changes nothing.

    `days`: publication_days of the contract that was approved; counted from the day in the receipt. `today`: the day
    where the bureau is. Raises TransitionRefused where that day hasn't come, or where it isn't public at all.
    """
    record = find(release)
    if record.status == Status.WITHDRAWN.value:
        page.nothing_new()
        return Status.WITHDRAWN
    before = record.status
    status = lifecycle.step(Status(before), Event.EXPIRE)
    published_on = str((record.receipt or {}).get("published_on", ""))
    until = publication_until(published_on, days) if published_on else None
    if until is None or today.isoformat() < until:
        raise TransitionRefused(
            f"{release} stays public until {until}; a person can withdraw it before: mingjing withdraw"
        )
    record.reason, record.reason_code = DAYS_OVER.format(days=days), Cause.EXPIRED.value
    move(record, status, page)
    page.write(
        "expired", SYSTEM, release, release_hash=record.release_hash, before=before, published_on=published_on,
        days=days, until=until, text_sha256=texts.digest(reason=record.reason),
    )  # fmt: skip
    return status
