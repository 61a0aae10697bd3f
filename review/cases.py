"""Cases as plain data, and whose they are to see. Reads only; written by review/acts/cases.

A case is seen by whoever sees its release, or every department where it is about a catalogue of others; without `as_user`
everything is read, for flows and the owner's shell.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from domain.errors import LedgerBroken, ReleaseNotApproved, ReleaseNotFound
from review import reading
from review.adopted_replay import replay_cases
from review.case_steps import CaseStatus
from review.models import CaseRecord, LedgerEntry
from review.permissions import Act, Office, can
from review.replay_lines import lines_of_cases


def seen_by(office: Office, username: str, at: datetime) -> list[str | None]:
    """Departments whose cases the person may see; None among them: cases of no department too."""
    return [unit for unit in (*office.tree.parents, None) if can(office, username, Act.SEE, unit, at)]


def matching(units: Iterable[str | None] | None, status: str = "") -> QuerySet[CaseRecord]:
    """Cases of these departments (`seen_by`; None: everything), the ones due first in front; `status`: a CaseStatus, or "" for
    all."""
    found = CaseRecord.objects.select_related("release", "unit", "answered_by")
    if units is not None:
        mine = set(units)
        found = found.filter(Q(unit__in=mine - {None}) | (Q(unit=None) if None in mine else Q()))
    if status in set(CaseStatus):
        found = found.filter(status=status)
    return found.order_by("due_on", "year", "number") if status else found.order_by("-year", "-number")


def find(case: str, as_user: str | None = None) -> CaseRecord:
    """The case. Raises ReleaseNotFound where there is none or it isn't the person's to see."""
    row = matching(None).filter(public_id=case).first()
    if row is None or (as_user is not None and not _sees(row, as_user)):
        raise ReleaseNotFound(f"there is no case {case[:20]!r}; `mingjing cases` lists those there are")
    return row


def _sees(row: CaseRecord, username: str) -> bool:
    return can(reading.office(username), username, Act.SEE, row.unit_id, timezone.now())


def check_stands(row: CaseRecord) -> None:
    """Whether the ledger alone shows how a case about a catalogue of others came to stand as the tables have it; one about a
    release is judged with the release. Raises LedgerBroken."""
    if row.release_id is not None:
        return
    try:
        told = replay_cases(row.catalogue, lines_of_cases())
    except ReleaseNotApproved as fault:
        raise LedgerBroken(f"{fault}; nothing about this catalogue is closed until it is looked into") from None
    by = row.answered_by.username if row.answered_by else ""
    in_ledger = tuple(said.get(row.public_id, "") for said in (told.status, told.answered_by, told.subject))
    if in_ledger != (row.status, by, row.subject.said["subject_sha256"]):
        raise LedgerBroken(f"the ledger doesn't show that {row.public_id} stands as it does; have it looked into")


def plain(row: CaseRecord) -> dict[str, Any]:
    """A case without what people typed."""
    about = row.subject
    return {
        "case": row.public_id, "kind": row.kind, "status": row.status, "release": about.release or None,
        "catalogue": about.catalogue or None, "dataset": about.dataset, "department": row.unit_id, "urgent": row.is_urgent,
        "due_on": row.due_on.isoformat(), "opened_at": row.opened_at.isoformat(),
        "findings": [{k: f[k] for k in ("code", "severity", "count", "entity", "note")} for f in row.findings],
    }  # fmt: skip


def words(row: CaseRecord) -> list[dict[str, Any]]:
    """What people said, oldest first: {event, name, at, text}."""
    said = row.words.select_related("user", "entry").order_by("entry_id")
    return [{"event": w.event, "name": w.user.name or w.user.username, "at": w.entry.at, "text": w.text} for w in said]


def lines(row: CaseRecord) -> list[dict[str, Any]]:
    """The case's ledger lines: {at, event, actor, data}."""
    found = LedgerEntry.objects.filter(release=row.subject.release, event__startswith="case-").order_by("seq")
    read = ((r, json.loads(r.body)["data"]) for r in found)
    return [{"at": r.at, "event": r.event, "actor": r.actor, "data": d} for r, d in read if d["case"] == row.public_id]


def of_catalogue(catalogue: str) -> list[CaseRecord]:
    """Cases about a catalogue of others that aren't closed, oldest first."""
    found = CaseRecord.objects.filter(catalogue=catalogue).exclude(status=CaseStatus.CLOSED.value)
    return list(found.order_by("year", "number"))


def of_release(release: str) -> list[CaseRecord]:
    """A release's cases, newest first."""
    return list(matching(None).filter(release__public_id=release))


def overdue(today: date) -> list[str]:
    """Cases that weren't answered by their day."""
    return list(
        CaseRecord.objects.filter(status=CaseStatus.OPEN.value, due_on__lt=today).values_list("public_id", flat=True)
    )
