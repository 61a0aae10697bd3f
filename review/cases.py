"""Cases as plain data, and whose they are to see. Reads only; written by review/acts/cases.

A case is seen by whoever sees its release; without `as_user` everything is read, for flows and the owner's shell.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet

from domain.errors import ReleaseNotFound
from review.case_steps import CaseStatus
from review.models import CaseRecord, LedgerEntry
from review.queries import visible_departments


def matching(units: Iterable[str] | None, status: str = "") -> QuerySet[CaseRecord]:
    """Cases of these departments (None: of all), the ones due first in front; `status`: a CaseStatus, or "" for all."""
    found = CaseRecord.objects.select_related("release", "unit", "answered_by")
    if units is not None:
        found = found.filter(unit__in=list(units))
    if status in set(CaseStatus):
        found = found.filter(status=status)
    return found.order_by("due_on", "year", "number") if status else found.order_by("-year", "-number")


def find(case: str, as_user: str | None = None) -> CaseRecord:
    """The case. Raises ReleaseNotFound where there is none or it isn't the person's to see."""
    row = matching(None).filter(public_id=case).first()
    if row is None or (as_user is not None and row.unit_id not in visible_departments(as_user)):
        raise ReleaseNotFound(f"there is no case {case[:20]!r}; `mingjing cases` lists those there are")
    return row


def plain(row: CaseRecord) -> dict[str, Any]:
    """A case without what people typed."""
    return {
        "case": row.public_id, "kind": row.kind, "status": row.status, "release": row.release.public_id,
        "dataset": row.release.dataset, "department": row.unit_id, "urgent": row.is_urgent,
        "due_on": row.due_on.isoformat(), "opened_at": row.opened_at.isoformat(),
        "findings": [{k: f[k] for k in ("code", "severity", "count", "entity", "note")} for f in row.findings],
    }  # fmt: skip


def words(row: CaseRecord) -> list[dict[str, Any]]:
    """What people said, oldest first: {event, name, at, text}."""
    said = row.words.select_related("user", "entry").order_by("entry_id")
    return [{"event": w.event, "name": w.user.name or w.user.username, "at": w.entry.at, "text": w.text} for w in said]


def lines(row: CaseRecord) -> list[dict[str, Any]]:
    """The case's ledger lines: {at, event, actor, data}."""
    found = LedgerEntry.objects.filter(release=row.release.public_id, event__startswith="case-").order_by("seq")
    read = ((r, json.loads(r.body)["data"]) for r in found)
    return [{"at": r.at, "event": r.event, "actor": r.actor, "data": d} for r, d in read if d["case"] == row.public_id]


def of_release(release: str) -> list[CaseRecord]:
    """A release's cases, newest first."""
    return list(matching(None).filter(release__public_id=release))


def overdue(today: date) -> list[str]:
    """Cases that weren't answered by their day."""
    return list(
        CaseRecord.objects.filter(status=CaseStatus.OPEN.value, due_on__lt=today).values_list("public_id", flat=True)
    )
