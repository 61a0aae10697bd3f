"""One cell as it came in: asked for with a reason, recorded, shown alone for a few minutes, then asked for again.

Who may is decided by review/sight and recorded by the desk. The session remembers which look it made, never a value; a
new look takes the place of the one before, so that a session shows one cell at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from domain.errors import ArtefactMissing, MingjingError, TransitionRefused
from domain.release import Manifest
from review import desk, sight
from review.console import words
from review.console.grouping import where_exactly
from review.console.outside import outside
from review.console.package import package_of
from review.console.pages.release import found
from review.console.refusals import STATUS
from review.console.visitor import visitor
from review.models import ReleaseRecord

LOOK = "look"  # session key: {"of": [release, finding, place], "look": number}
MOST_SHOWN = 10_000  # characters of one cell


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the cell's text; the span that the finding is about is marked."""

    text: str
    is_marked: bool


@require_GET
def original(request: HttpRequest, release: str, finding: str, place: int) -> HttpResponse:
    """The form that asks for a reason, or while a look lasts, the cell."""
    record, person = found(request, release), visitor(request)
    try:
        said = sight.check_may_look(record, person.username, finding, place, person.at)
    except TransitionRefused:  # not opened yet, or no longer under review: the finding's page says which
        return HttpResponseRedirect(reverse("finding", args=[release, finding]))
    return _page(request, record, finding, place, said)


@require_POST
def look(request: HttpRequest, release: str, finding: str, place: int) -> HttpResponse:
    """Record the look and lead to the cell."""
    record, person = found(request, release), visitor(request)
    reason = request.POST.get("reason", "")
    if not _is_kept(record):
        said = sight.check_may_look(record, person.username, finding, place, person.at)
        return _page(request, record, finding, place, said)
    try:
        number = desk.look(
            release, person.username, finding, place, reason, release_hash=request.POST.get("release_hash", "")
        )
    except MingjingError as fault:
        said = sight.check_may_look(record, person.username, finding, place, person.at)
        return _page(request, record, finding, place, said, fault=fault, typed=reason)
    request.session[LOOK] = {"of": [release, finding, place], "look": number}
    return HttpResponseRedirect(reverse("original", args=[release, finding, place]))


def _is_kept(record: ReleaseRecord) -> bool:
    return record.manifest is not None and outside().is_kept(Manifest.from_dict(record.manifest))


def _seconds(request: HttpRequest, record: ReleaseRecord, finding: str, place: int) -> int:
    """For how long this session may still see this cell."""
    mine = request.session.get(LOOK) or {}
    if mine.get("of") != [record.public_id, finding, place]:
        return 0
    return sight.seconds_left(mine["look"], record, visitor(request).username, finding, place, timezone.now())


def _page(
    request: HttpRequest, record: ReleaseRecord, finding: str, place: int, said: dict[str, Any], *,
    fault: MingjingError | None = None, typed: str = "",
) -> HttpResponse:  # fmt: skip
    package, kept, pieces = package_of(record), _is_kept(record), None
    seconds = _seconds(request, record, finding, place) if kept else 0
    if package is not None and seconds:
        try:
            pieces = pieces_of(outside().original(package.manifest, said), said)
        except ArtefactMissing:  # cleaned between the two questions
            kept, seconds = False, 0
        except MingjingError as refusal:
            fault, seconds = refusal, 0
    titles = package.titles if package else {}
    context = {
        "record": record,
        "finding": finding,
        "place": place,
        "where": where_exactly(said),
        "row": said["row"],
        "column": titles.get((said["table"], said["column"]), said["column"]),
        "table": said["table"],
        "kept": kept,
        "seconds": seconds,
        "minutes": sight.MINUTES,
        "pieces": pieces,
        "is_empty": pieces == [],
        "fault": words.REFUSALS[fault.name()] if fault else None,
        "fault_detail": str(fault) if fault else "",
        "typed": typed,
    }
    return render(request, "original.html", context, status=STATUS.get(type(fault), 409) if fault else 200)


def pieces_of(text: str, place: dict[str, Any]) -> list[Piece]:
    """The text with the finding's span marked; of a long one what stands around the span."""
    start, end = place["start"], place["end"]
    if start is None or end is None or not 0 <= start < end <= len(text):
        start = end = 0
    first = max(0, start - MOST_SHOWN // 4) if len(text) > MOST_SHOWN else 0
    last = min(len(text), first + MOST_SHOWN)
    end = min(end, last)
    cut = [
        Piece("…" if first else "", False),
        Piece(text[first:start], False), Piece(text[start:end], True), Piece(text[end:last], False),
        Piece("…" if last < len(text) else "", False),
    ]  # fmt: skip
    return [p for p in cut if p.text]
