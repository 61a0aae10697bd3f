"""The work list (what waits for me, for my unit, for all) and the list of every release; taking one on and giving it back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from domain.errors import MingjingError
from domain.release import Status
from review import desk, listing, proposals, queries
from review.console import unsent, words
from review.console.outside import outside
from review.console.paging import pages_of
from review.console.refusals import STATUS
from review.console.returning import back
from review.console.tags import say
from review.console.visitor import Visitor, visitor
from review.listing import Filter
from review.models import ReleaseRecord, Unit
from review.permissions import REVIEWERS, Act
from review.ready import number_ready
from review.withdrawals import to_answer

SCOPES: dict[str, words.Pair] = {
    "mine": ("轮到我的", "For me"),
    "unit": ("我单位的", "My unit's"),
    "all": ("全部", "All"),
}


def asked(request: HttpRequest, departments: tuple[str, ...]) -> Filter:
    """The filter in the address, within the departments given."""
    get = request.GET
    unit, status = get.get("unit", ""), get.get("status", "")
    return Filter(
        units=[unit] if unit in departments else [] if unit else departments,
        statuses=[status] if status in set(Status) else [],
        severity=get.get("severity", ""),
        stage=get.get("stage", "") if get.get("stage") in words.STAGES else "",
        dataset=get.get("dataset", ""),
        search=get.get("q", "")[:100],
    )


def choices(person: Visitor) -> dict[str, Any]:
    """What the filters' boxes offer."""
    units = Unit.objects.filter(code__in=person.departments)
    return {
        "units": [(u.code, {"zh": u.title_zh, "en": u.title_en}) for u in units],
        "stages": list(words.STAGES),
        "severities": list(words.SEVERITIES),
        "statuses": list(words.STATUSES),
    }


def waited(row: dict[str, Any]) -> int | None:
    """Workdays since the release came where it waits now."""
    return outside().workdays(timezone.localdate(row["since"]), timezone.localdate())


def queue(request: HttpRequest) -> HttpResponse:
    """What waits: for the visitor, for the own unit, for everybody; with what a session's end had kept."""
    typed = unsent.taken(request, visitor(request).username)[1]
    return queue_shown(request, None, typed.get("reason", ""), unsent.chosen(typed, "release"))


def queue_shown(
    request: HttpRequest, fault: MingjingError | None = None, reason: str = "", ticked: Collection[str] = ()
) -> HttpResponse:
    """The page, with what stopped a return of several, and what had been ticked and typed (never a password)."""
    person = visitor(request)
    scope = request.GET.get("scope", "mine")
    scope = scope if scope in SCOPES else "mine"
    wanted = asked(request, person.departments)
    hides = person.departments_for(Act.WITHDRAW)
    turn = listing.mine(Filter(person.departments), person.office, person.username, person.at)
    own = [u for u in wanted.units if u in person.units]
    lists: dict[str, QuerySet[ReleaseRecord]] = {
        "mine": listing.open_work(wanted).filter(pk__in=list(turn)),
        "unit": listing.open_work(replace(wanted, units=own)),
        "all": listing.open_work(wanted),
    }
    counts = {name: found.count() for name, found in lists.items()}
    pages = pages_of(request, counts[scope])
    rows = listing.rows(lists[scope][pages.start : pages.stop])
    for row in rows:
        row |= {"waited": waited(row), "is_mine": row["key"] in turn, "is_stage": bool(turn.get(row["key"]))}
    tabs = [(name, said, counts[name], name == scope) for name, said in SCOPES.items()]
    adopts = person.departments_for(Act.ADOPT)
    returnable = any(row["is_stage"] for row in rows)
    return render(
        request,
        "queue.html",
        {
            "rows": rows, "pages": pages, "tabs": tabs, "scope": scope, "mine": len(turn), **choices(person),
            "to_sign": number_ready(person.username) if person.roles & REVIEWERS else 0,
            "second": to_answer(person.username, person.office, hides, person.at) if hides else [],
            "returnable": returnable,
            "unsent": [] if returnable else unsent.told({"reason": reason}),
            "by": unsent.mark_of(person.username),
            "contracts": proposals.to_answer(adopts, person.username) if adopts else [],
            "ticked": ticked, "reason": reason,
            "fault": words.REFUSALS[fault.name()] if fault else None, "fault_detail": str(fault) if fault else "",
        },
        status=STATUS.get(type(fault), 409) if fault else 200,
    )  # fmt: skip


def releases(request: HttpRequest) -> HttpResponse:
    """Every release that the visitor may see, newest first."""
    person = visitor(request)
    wanted = asked(request, person.departments)
    found = listing.matching(wanted).order_by("-year", "-number")
    pages = pages_of(request, found.count())
    rows = listing.rows(found[pages.start : pages.stop])
    return render(request, "releases.html", {"rows": rows, "pages": pages, **choices(person)})


@require_POST
def take(request: HttpRequest, release: str) -> HttpResponseRedirect:
    """Take a release on, for others to see."""
    queries.check_visible(release, visitor(request).username)
    desk.take(release, visitor(request).username)
    messages.success(request, say(("已认领。别人会看到是您在办。", "Taken on; others see that you are on it.")))
    return back(request, release)


@require_POST
def give_back(request: HttpRequest, release: str) -> HttpResponseRedirect:
    """Give it back."""
    queries.check_visible(release, visitor(request).username)
    desk.give_back(release, visitor(request).username)
    messages.success(request, say(("已交还，别人可以认领。", "Given back; somebody else can take it on.")))
    return back(request, release)
