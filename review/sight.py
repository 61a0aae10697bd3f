"""Who may look at which cell as it came in, and for how long: one cell of one finding, after a recorded reason.

Reads only; the look is recorded by review/acts/sight, the cell is fetched by whoever shows it (review/console/outside).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from domain.errors import TransitionRefused, UsageInvalid
from domain.finding import Source
from domain.release import Status
from review import lifecycle
from review.contents import check_hash
from review.lifecycle import Event
from review.models import FindingRecord, Look, Opening, ReleaseRecord
from review.permissions import check_can_look
from review.reading import case, office

MINUTES = 10
CELLS = frozenset({Source.CELL.value, Source.NESTED.value})


def check_may_look(
    record: ReleaseRecord, username: str, finding: str, place: int, at: datetime, *, release_hash: str | None = None
) -> dict[str, Any]:
    """The place (Place as a dict) of that number, from 1, if the person may look at its cell now.

    Raises ReviewerIsSubmitter, NotPermitted, TransitionRefused (not under review; the finding wasn't opened),
    ContentChanged, UsageInvalid (no such place, or none that is a cell).
    """
    check_can_look(office(username), username, case(record), at)
    lifecycle.step(Status(record.status), Event.LOOK)
    check_hash(record, release_hash)
    body = FindingRecord.objects.filter(release=record, finding=finding).values_list("body", flat=True).first()
    places: list[dict[str, Any]] = body["places"] if body else []
    if not 1 <= place <= len(places):
        raise UsageInvalid(f"{record.public_id} has no such place; open the finding and choose one that is listed")
    said = places[place - 1]
    if not is_cell(said):
        raise UsageInvalid("only a cell of a table can be looked at; ask the operator about this part of the file")
    if not Opening.objects.filter(release=record, finding=finding, user__username=username).exists():
        raise TransitionRefused("open the finding before you look at one of its cells")
    return said


def is_cell(place: dict[str, Any]) -> bool:
    """Whether the place is one cell of a table."""
    return place["source"] in CELLS and bool(place["table"] and place["column"] and place["row"])


def seconds_left(look: int, record: ReleaseRecord, username: str, finding: str, place: int, at: datetime) -> int:
    """For how many seconds that look still lets the person see that cell; 0: it has to be asked for again."""
    row = Look.objects.filter(pk=look, release=record, user__username=username, finding=finding, place=place).first()
    return max(0, int((row.at + timedelta(minutes=MINUTES) - at).total_seconds())) if row else 0
