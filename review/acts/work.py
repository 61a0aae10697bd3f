"""Work that people ask for and a runner picks up, so that no page ever waits for a flow."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db.models import Q

from domain.errors import TransitionRefused, UsageInvalid
from review import queries
from review.models import WorkRequest
from review.permissions import SYSTEM, Act, check_can
from review.reading import find, office
from review.transaction import Page, act

KINDS = {
    "prepare": Act.PREPARE,
    "publish": Act.PUBLISH,
    "withdraw": Act.WITHDRAW,
    "inspect": Act.INSPECT,
    "remedy": Act.PREPARE,
    "rescan": Act.INSPECT,
}
QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
LEASE_SECONDS = 900
ATTEMPTS = 3


@act()
def ask(page: Page, kind: str, params: dict[str, Any], actor: str = SYSTEM) -> int:
    """Queue work of a kind (prepare, remedy, publish, withdraw, inspect, rescan); returns its number.

    `params`: JSON-ready, no values; `release` or `department` says whose it is. Raises UsageInvalid, NotPermitted.
    """
    if kind not in KINDS:
        raise UsageInvalid(f"there is no work {kind[:20]!r}; known are {', '.join(KINDS)}")
    if actor != SYSTEM:
        department = find(params["release"]).unit_id if params.get("release") else str(params.get("department") or "")
        check_can(office(actor), actor, KINDS[kind], department, page.at)
    row = WorkRequest.objects.create(kind=kind, params=params, state=QUEUED, asked_by=actor, asked_at=page.at)
    page.write("asked", actor, str(params.get("release") or ""), work=row.pk, kind=kind)
    return int(row.pk)


@act()
def claim(
    page: Page, worker: str, *, lease_seconds: int = LEASE_SECONDS, kinds: Collection[str] = tuple(KINDS)
) -> dict[str, Any] | None:
    """Take the oldest work of those kinds that waits or whose runner fell silent; None if there is none. One runner gets it.

    Returns {id, kind, params, asked_by, attempts}. Extend the lease with `extend_claim` while the work lasts. Work
    claimed three times without an end is failed: it kills its runners.
    """
    lapsed = Q(state=RUNNING, lease_until__lt=page.at)
    for row in WorkRequest.objects.filter(Q(state=QUEUED) | lapsed, kind__in=list(kinds)).order_by("id"):
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
    _end(_mine(work, worker), DONE if ok else FAILED, result, page)


def _mine(work: int, worker: str) -> WorkRequest:
    row = WorkRequest.objects.filter(pk=work, worker=worker, state=RUNNING).first()
    if row is None:
        raise TransitionRefused(f"work {work} isn't this runner's; another one took it over or it has ended")
    return row


def _end(row: WorkRequest, state: str, result: dict[str, Any], page: Page) -> None:
    row.state, row.result, row.finished_at, row.lease_until = state, result, page.at, None
    row.save()
    page.write("finished", SYSTEM, str(row.params.get("release") or ""), work=row.pk, state=state)
