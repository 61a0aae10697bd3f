"""Who has what on hand in which seat, and who else sits there. Reads only; handing over is left to review/acts/handover."""

from __future__ import annotations

from datetime import datetime

from domain.release import Status
from review.models import ReleaseRecord
from review.permissions import REVIEWERS
from review.reading import office, stages


def sits(person: str, unit: str, role: str, at: datetime) -> bool:
    """Whether the person holds that reviewer's seat at that time, as own or as a deputy's."""
    held = office(person).held(person, at)
    return role in {r.value for r in REVIEWERS} and any((s.unit, s.role.value) == (unit, role) for s in held)


def taken(person: str, unit: str, role: str) -> list[ReleaseRecord]:
    """Releases in review that the person took on at a stage of that unit and role, longest waiting first."""
    found = ReleaseRecord.objects.filter(taken_by__username=person, status=Status.IN_REVIEW.value).order_by(
        "changed_at", "pk"
    )
    return [
        r for r in found if any(s.name == r.stage and (s.unit or r.unit_id, s.role) == (unit, role) for s in stages(r))
    ]


def ways(person: str, at: datetime) -> list[tuple[str, str, str, int]]:
    """(unit, role, colleague, open items) for each seat of the person with something on hand and each who sits there too."""
    known, found = office(), []
    held = {(s.unit, s.role) for s in known.held(person, at) if s.role in REVIEWERS}
    for unit, role in sorted(held):
        if count := len(taken(person, unit, role.value)):
            others = {s.person for s in known.seats if (s.unit, s.role) == (unit, role)} - {person}
            present = [p for p in sorted(others) if any((s.unit, s.role) == (unit, role) for s in known.held(p, at))]
            found += [(unit, role.value, p, count) for p in present]
    return found
