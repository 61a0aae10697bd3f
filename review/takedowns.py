"""Reading: what is public and until when it may be, and what was ordered off without a proof yet. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from domain.release import Status
from review.models import ReleaseRecord

PUBLIC = (Status.PUBLISHED.value, Status.SUPERSEDED.value)  # a superseded edition can still be downloaded


@dataclass(frozen=True, slots=True)
class Standing:
    """A release that anybody can read. `published_on`: ISO date or date-time."""

    release: str
    release_hash: str
    audience: str
    published_on: str


def standing() -> list[Standing]:
    """Everything public, oldest first."""
    found = ReleaseRecord.objects.filter(status__in=PUBLIC).order_by("year", "number")
    rows = found.values_list("public_id", "release_hash", "audience", "receipt__published_on")
    return [Standing(*row) for row in rows]


def unproven() -> list[tuple[str, str]]:
    """(release, audience) of what was ordered off and of which no proof came back, oldest order first."""
    found = ReleaseRecord.objects.filter(status=Status.WITHDRAWN.value, takedown__isnull=True)
    return list(found.order_by("changed_at").values_list("public_id", "audience"))
