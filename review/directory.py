"""Reading, second part: units, people, reason codes and the queue of work as plain data. Writes nothing; queries.py offers it too."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from domain.errors import UsageInvalid
from review.models import Membership, ReasonCode, SchedulePause, Unit, User, WorkRequest
from review.permissions import Role


def units() -> list[dict[str, Any]]:
    """Units in the order of their codes."""
    return [
        {"code": u.code, "title": {"zh": u.title_zh, "en": u.title_en}, "kind": u.kind, "parent": u.parent_id, "pools": u.pools}
        for u in Unit.objects.all()
    ]  # fmt: skip


def users() -> list[dict[str, Any]]:
    """People with their seats, ended ones included."""
    seats: dict[str, list[dict[str, Any]]] = {}
    for m in Membership.objects.select_related("user", "deputy_of").order_by("id"):
        seats.setdefault(m.user.username, []).append(
            {
                "seat": m.pk, "unit": m.unit_id, "role": m.role, "from": m.valid_from.isoformat(),
                "to": m.valid_to.isoformat() if m.valid_to else None,
                "deputy_of": m.deputy_of.username if m.deputy_of else None,
            }
        )  # fmt: skip
    return [
        {"username": u.username, "name": u.name, "is_active": u.is_active, "seats": seats.get(u.username, [])}
        for u in User.objects.all()
    ]


def roles() -> list[str]:
    """Every role a seat can have."""
    return [r.value for r in Role]


def reason_codes() -> list[dict[str, str]]:
    """Reason codes in force."""
    found = ReasonCode.objects.filter(is_current=True)
    return [
        {"code": r.code, "title_zh": r.title_zh, "title_en": r.title_en, "citation": r.citation, "disclosure": r.disclosure}
        for r in found
    ]  # fmt: skip


def work(row: WorkRequest) -> dict[str, Any]:
    """A work request as its runner sees it."""
    kept = ("kind", "params", "state", "result", "asked_by", "attempts", "worker")
    return {"id": row.pk, **{k: getattr(row, k) for k in kept}}


def work_list(state: str | None = None) -> list[dict[str, Any]]:
    """Work requests, newest first."""
    found = WorkRequest.objects.filter(Q(state=state) if state else Q()).order_by("-id")
    return [work(row) for row in found]


def last_work(kind: str, params: dict[str, Any]) -> dict[str, Any] | None:
    """The newest request of that kind that says just this; None where there never was one."""
    row = WorkRequest.objects.filter(kind=kind, params=params).order_by("-id").first()
    return work(row) if row else None


def paused(dataset: str) -> dict[str, Any] | None:
    """Who paused the dataset's schedule and when: {by, at}; None where it runs."""
    row = SchedulePause.objects.select_related("user").filter(dataset=dataset).first()
    return {"by": row.user.name or row.user.username, "at": row.at.isoformat()} if row else None


def work_of(number: int) -> dict[str, Any]:
    """One work request. Raises UsageInvalid where there is none."""
    row = WorkRequest.objects.filter(pk=number).first()
    if row is None:
        raise UsageInvalid(f"there is no work {number}")
    return work(row)
