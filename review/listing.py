"""Lists of releases as people page through them: filtered and counted by the database, a handful of queries whatever
their number. Whose turn it is, is asked of review/permissions alone. Reads only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from domain.contract import Stage
from domain.finding import Severity
from domain.release import Status, Verdict
from review import blind
from review.models import BlindOpinion, DecisionRecord, LedgerEntry, ReleaseRecord
from review.permissions import Act, Case, Office, Role, can, can_decide
from review.stages import ROLE_OF

WAITING = (Status.IN_REVIEW, Status.ESCALATED, Status.CHECKED, Status.RETURNED, Status.BLOCKED)
SUBMITTERS = (Status.CHECKED, Status.RETURNED, Status.BLOCKED)  # what waits for an operator
HEAVY = ("manifest", "receipt", "takedown", "inspection", "stages")


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the list is wanted; empty means all. `units`: departments, already those that the person may see."""

    units: Sequence[str] = ()
    statuses: Sequence[str] = ()
    severity: str = ""
    stage: str = ""
    dataset: str = ""
    search: str = ""


def matching(wanted: Filter) -> QuerySet[ReleaseRecord]:
    """Releases of the filter, no order given."""
    found = ReleaseRecord.objects.filter(unit__in=list(wanted.units))
    if wanted.statuses:
        found = found.filter(status__in=list(wanted.statuses))
    if wanted.stage:
        found = found.filter(status=Status.IN_REVIEW.value, stage=wanted.stage)
    if wanted.dataset:
        found = found.filter(dataset=wanted.dataset)
    if wanted.severity in set(Severity):
        found = found.filter(**{f"counts__{wanted.severity}__gt": 0})
    for word in wanted.search.split():
        found = found.filter(
            Q(title_zh__icontains=word) | Q(title_en__icontains=word) | Q(dataset__icontains=word)
            | Q(period__icontains=word) | Q(public_id__icontains=word)
        )  # fmt: skip
    return found


def open_work(wanted: Filter) -> QuerySet[ReleaseRecord]:
    """What somebody has to do something about, longest waiting first: in review, escalated, to be submitted or corrected.

    What was corrected by a later revision waits no more.
    """
    later = ReleaseRecord.objects.filter(
        dataset=OuterRef("dataset"), edition=OuterRef("edition"), revision__gt=OuterRef("revision")
    )
    found = matching(wanted).filter(status__in=[s.value for s in WAITING], replaced_by=None)
    corrected = Q(status__in=[Status.RETURNED.value, Status.BLOCKED.value]) & Q(Exists(later))
    return found.exclude(corrected).order_by("changed_at", "pk")


def mine(wanted: Filter, office: Office, person: str, at: datetime) -> dict[int, str | None]:
    """Of `open_work`, what this person can do something about now, in order: key → the stage to decide, None for an
    operator's or an answerer's work."""
    held = {s.role for s in office.held(person, at)}
    stages = [name for name, role in ROLE_OF.items() if Role(role) in held]
    wide = Q(status=Status.IN_REVIEW.value, stage__in=stages)
    wide |= Q(status__in=[s.value for s in SUBMITTERS] if Role.OPERATOR in held else [])
    wide |= Q(status=Status.ESCALATED.value)
    rows = open_work(wanted).filter(wide).values_list("pk", "public_id", "unit_id", "status", "stage", "stages")
    submitted = set(LedgerEntry.objects.filter(actor=person, event="submitted").values_list("release", flat=True))
    decided = {
        d.release_id: d.stage
        for d in DecisionRecord.objects.filter(user__username=person, release__status=Status.IN_REVIEW.value)
        .order_by()
        .only("release_id", "stage")
    }
    spoken = BlindOpinion.objects.filter(user__username=person, release__status=Status.IN_REVIEW.value)
    decided |= dict(spoken.values_list("release_id", "stage"))
    opined = set(blind.unresolved().filter(user__username=person).values_list("release_id", flat=True))
    found: dict[int, str | None] = {}
    for pk, name, unit, status, stage, raw in rows:
        if status == Status.IN_REVIEW.value:
            case = _case(name, unit, stage, raw, person, name in submitted, decided.get(pk))
            if pk not in opined and can_decide(office, person, case, stage, at):
                found[pk] = stage
        elif status == Status.ESCALATED.value:
            if name not in submitted and can(office, person, Act.ANSWER, unit, at):
                found[pk] = None
        elif can(office, person, Act.SUBMIT, unit, at):
            found[pk] = None
    return found


def _case(
    name: str, unit: str, stage: str, raw: list[dict[str, Any]], person: str, is_submitter: bool, decided: str | None
) -> Case:
    """A release as far as this one person's turn depends on it."""
    stages = tuple(Stage(**s) for s in raw)
    names = [s.name for s in stages]
    return Case(
        name, unit, stages, frozenset({person} if is_submitter else ()), {person: decided} if decided else {},
        tuple(names[: names.index(stage)]) if stage in names else (),
    )  # fmt: skip


def rows(found: QuerySet[ReleaseRecord]) -> list[dict[str, Any]]:
    """Slice of a list as plain data: {release, dataset, title, period, revision, department, unit_title, status, stage,
    release_hash, findings, since, taken_by, tier, disclosure, public_url, rows}."""
    light = found.select_related("unit", "taken_by", "submitter").defer(*HEAVY)
    return [
        {
            "key": r.pk,
            "release": r.public_id,
            "dataset": r.dataset,
            "title": {"zh": r.title_zh, "en": r.title_en},
            "period": r.period,
            "edition": r.edition,
            "revision": r.revision,
            "department": r.unit_id,
            "unit_title": {"zh": r.unit.title_zh, "en": r.unit.title_en},
            "status": r.status,
            "stage": r.stage,
            "release_hash": r.release_hash,
            "findings": r.counts,
            "since": r.changed_at,
            "received": r.received_at,
            "taken_by": (r.taken_by.name or r.taken_by.username) if r.taken_by else None,
            "taken_by_user": r.taken_by.username if r.taken_by else None,
            "submitter": (r.submitter.name or r.submitter.username) if r.submitter else None,
            "tier": r.tier,
            "disclosure": r.disclosure,
            "public_url": r.public_url,
            "rows": r.rows,
            "reason": r.reason,
        }
        for r in light
    ]


def approving(releases: Sequence[int]) -> dict[int, dict[str, str]]:
    """Names of the people who approved, by release key and stage."""
    found: dict[int, dict[str, str]] = {}
    decided = DecisionRecord.objects.filter(release_id__in=list(releases), verdict=Verdict.APPROVE.value)
    for d in decided.select_related("user"):
        found.setdefault(d.release_id, {})[d.stage] = d.user.name or d.user.username
    return found
