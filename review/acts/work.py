"""Work that people ask for and a runner picks up, so that no page ever waits for a flow."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from domain.errors import TransitionRefused, UsageInvalid
from domain.release import Status
from review import lifecycle, proposals, queries
from review.connection import reconnect_if_lost
from review.lifecycle import Event
from review.models import ReleaseRecord, WorkRequest
from review.permissions import SYSTEM, Act, check_can
from review.reading import find, office
from review.transaction import Page, act, move

KINDS = {
    "prepare": Act.PREPARE,
    "contract": Act.ADOPT,
    "publish": Act.PUBLISH,
    "withdraw": Act.WITHDRAW,
    "inspect": Act.INSPECT,
    "remedy": Act.PREPARE,
    "rescan": Act.INSPECT,
    "adopted": Act.INSPECT,
}
APART = (
    "inspect",
    "rescan",
    "adopted",
)  # looks at everything public, or at somebody else's server: nothing waits for it
RUNNERS = tuple(k for k in KINDS if k not in APART)
URGENT = ("withdraw", "publish")  # before other work, however long that waits
QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
STOPPING, CANCELLED = "stopping", "cancelled"
CANCELLABLE = (
    "prepare",
    "remedy",
    "rescan",
)  # nothing of these has gone out; what takes off or publishes goes on to its end
LEASE_SECONDS = 300  # whoever holds it says so three times in that time (flows/holding)
ATTEMPTS = 3


@act()
def ask(page: Page, kind: str, params: dict[str, Any], actor: str = SYSTEM) -> int:
    """Queue work of a kind (prepare, remedy, publish, withdraw, inspect, rescan, adopted); returns its number.

    `params`: JSON-ready, no values; `release` or `department` says whose it is. Raises UsageInvalid, NotPermitted.
    """
    if kind not in KINDS:
        raise UsageInvalid(f"there is no work {kind[:20]!r}; known are {', '.join(KINDS)}")
    if actor != SYSTEM:
        department = find(params["release"]).unit_id if params.get("release") else str(params.get("department") or "")
        check_can(office(actor), actor, KINDS[kind], department or None, page.at)
    row = WorkRequest.objects.create(kind=kind, params=params, state=QUEUED, asked_by=actor, asked_at=page.at)
    page.write("asked", actor, str(params.get("release") or ""), work=row.pk, kind=kind)
    return int(row.pk)


@act()
def cancel(page: Page, username: str, work: int, department: str) -> str:
    """Stop a preparation or a scan under later rules: what waits is cancelled at once, what runs is told to stop. Returns the
    state it is in now.

    `department`: whose the work is, "" where it is about all of them. Cancelling twice changes nothing. Raises NotPermitted, TransitionRefused (it has ended,
    or is work that isn't cancelled), UsageInvalid (no such work).
    """
    check_can(office(username), username, Act.CANCEL, department or None, page.at)
    row = WorkRequest.objects.filter(pk=work).first()
    if row is None:
        raise UsageInvalid(f"there is no work {work}")
    if row.state in (STOPPING, CANCELLED):
        page.nothing_new()
        return row.state
    if row.kind not in CANCELLABLE or row.state not in (QUEUED, RUNNING):
        raise TransitionRefused(f"work {work} has ended, or is of a kind that goes on to its end")
    is_waiting = row.state == QUEUED
    row.state, row.stopped_by = CANCELLED if is_waiting else STOPPING, username
    row.finished_at = page.at if is_waiting else None
    row.save()
    page.write("cancel-asked", username, str(row.params.get("release") or ""), work=row.pk, state=row.state)
    return row.state


@act()
def record_cancelled(page: Page, work: int, run_key: str = "") -> str:
    """The process of work that was told to stop is gone; returns the state the work is in now.

    `run_key`: of the preparation that it was, "" where it hadn't come that far. A release that was still being prepared is
    cancelled, and the key is free for another run; one that was ready before the word to stop came stays, and the work is
    done. Raises TransitionRefused where nobody told it to stop.
    """
    row = WorkRequest.objects.filter(pk=work, state=STOPPING).first()
    if row is None:
        raise TransitionRefused(f"nobody told work {work} to stop, or it has ended")
    record = ReleaseRecord.objects.filter(run_key=run_key).first() if run_key else None
    if record is not None and record.status != Status.RECEIVED.value:
        _end(row, DONE, {"answer": {"release": record.public_id}}, page)
        return DONE
    if record is not None:
        record.run_key = f"{record.run_key}#{record.public_id}"
        move(record, lifecycle.step(Status(record.status), Event.CANCEL), page)
        page.write("cancelled", row.stopped_by, record.public_id, work=row.pk)
    result = {"answer": {"release": record.public_id}} if record else {}
    _end(row, CANCELLED, result, page)
    return CANCELLED


def claim(
    worker: str, *, lease_seconds: int = LEASE_SECONDS, kinds: Collection[str] = RUNNERS
) -> dict[str, Any] | None:
    """Take the oldest work of those kinds that waits or whose runner fell silent; None if there is none. One runner gets it.

    Returns {id, kind, params, asked_by, attempts}. Extend the lease with `extend_claim` while the work lasts. Work
    claimed three times without an end is failed: it kills its runners. Runners ask all the time, so they look before they
    take the desk's lock.
    """
    reconnect_if_lost()
    return _claim(worker, lease_seconds, kinds) if _waiting(kinds, timezone.now()).exists() else None


def _waiting(kinds: Collection[str], at: datetime) -> QuerySet[WorkRequest]:
    lapsed = Q(state=RUNNING, lease_until__lt=at)
    return WorkRequest.objects.filter(Q(state=QUEUED) | lapsed, kind__in=list(kinds)).order_by("id")


@act()
def _claim(page: Page, worker: str, lease_seconds: int, kinds: Collection[str]) -> dict[str, Any] | None:
    for row in _waiting(kinds, page.at):
        if row.attempts >= ATTEMPTS:
            _end(row, FAILED, {"error": "runner-lost"}, page)
            continue
        row.state, row.worker, row.attempts, row.heartbeat = RUNNING, worker, row.attempts + 1, page.at
        row.lease_until = page.at + timedelta(seconds=lease_seconds)
        row.save()
        page.write(
            "claimed", SYSTEM, str(row.params.get("release") or ""), work=row.pk, kind=row.kind, attempt=row.attempts
        )
        return queries.work(row)
    if not page.lines:
        page.nothing_new()
    return None


@act()
def extend_claim(page: Page, work: int, worker: str, *, lease_seconds: int = LEASE_SECONDS) -> None:
    """Say that the work goes on. Raises TransitionRefused where it isn't this runner's any more."""
    row = _mine(work, worker)
    row.heartbeat, row.lease_until = page.at, page.at + timedelta(seconds=lease_seconds)
    row.save()
    page.write("claim-extended", SYSTEM, str(row.params.get("release") or ""), work=row.pk)


@act()
def finish(page: Page, work: int, worker: str, *, ok: bool, result: dict[str, Any]) -> None:
    """Report the end of claimed work. `result`: JSON-ready, no values. Raises TransitionRefused as `extend_claim`."""
    _end(_mine(work, worker, RUNNING, STOPPING), DONE if ok else FAILED, result, page)


def _mine(work: int, worker: str, *states: str) -> WorkRequest:
    row = WorkRequest.objects.filter(pk=work, worker=worker, state__in=states or [RUNNING]).first()
    if row is None:
        raise TransitionRefused(f"work {work} isn't this runner's; another one took it over or it has ended")
    return row


def _end(row: WorkRequest, state: str, result: dict[str, Any], page: Page) -> None:
    row.state, row.result, row.finished_at, row.lease_until = state, result, page.at, None
    row.save()
    page.write("finished", SYSTEM, str(row.params.get("release") or ""), work=row.pk, state=state)
    if row.kind == proposals.WORK and state == FAILED:  # a line of its own, for its people to be told
        page.write("contract-failed", SYSTEM, work=row.pk, **{k: row.params[k] for k in ("proposal", "dataset")})
