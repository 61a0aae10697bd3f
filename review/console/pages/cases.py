"""问题单: what waits for an answer and until when; one case with what was found, what people said, and the next step.

What somebody of the public wrote is shown on the case's own page alone, to whoever may see its release. A case about a catalogue of
others says what stands there today.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from domain.errors import MingjingError
from domain.finding import Severity
from review import adopted, desk, standing, withdrawals
from review import cases as known
from review.adopted_look import UNLOOKED, is_hold, newest_first
from review.case_steps import LINES, CaseEvent, CaseStatus, events_of
from review.console import unsent, words
from review.console.outside import outside
from review.console.paging import pages_of
from review.console.refusals import STATUS
from review.console.signed import signature_in
from review.console.tags import say
from review.console.visitor import visitor
from review.console.words import Pair
from review.models import CaseRecord
from review.permissions import Act, can_end_case

CHANGES_SHOWN = 50  # of one catalogue


def cases(request: HttpRequest) -> HttpResponse:
    """The list, what is due first in front; `status` chooses, open ones unless told."""
    person = visitor(request)
    status = request.GET.get("status", CaseStatus.OPEN.value)
    mine = known.seen_by(person.office, person.username, person.at)
    found = known.matching(mine, status if status in set(CaseStatus) else "")
    pages = pages_of(request, found.count())
    rows = [(row, _late(row)) for row in found[pages.start : pages.stop]]
    tabs = [(s.value, words.CASE_STATUSES[s]) for s in CaseStatus] + [("all", ("全部", "all"))]
    context = {
        "rows": rows, "pages": pages, "status": status, "tabs": tabs, "rescan": standing.rescan_under_way(),
        "watched": _watched() if person.may(Act.SEE, None) else [],
    }  # fmt: skip
    return render(request, "cases.html", context)


def _watched() -> list[dict[str, Any]]:
    """Catalogues of others, with what stands there: the first changes, and how many there are."""
    return [
        {
            "row": row,
            "changes": [(c, is_hold(c)) for c in newest_first(row.changes)[:CHANGES_SHOWN]],
            "changed": any(c["code"] not in UNLOOKED for c in row.changes),
            "more": max(0, len(row.changes) - CHANGES_SHOWN),
            "fault": words.REFUSALS.get(row.fault) if row.fault else None,
        }
        for row in adopted.catalogues()
    ]


def case(request: HttpRequest, case: str) -> HttpResponse:
    """One case."""
    person = visitor(request)
    row = known.find(case, person.username)
    return _page(request, row, typed=unsent.taken(request, person.username)[1].get("text", ""))


def _late(row: CaseRecord) -> bool:
    return row.status == CaseStatus.OPEN.value and row.due_on < timezone.localdate()


def _page(request: HttpRequest, row: CaseRecord, fault: MingjingError | None = None, typed: str = "") -> HttpResponse:
    person, events = visitor(request), events_of(row.status)
    by, catalogue = row.answered_by.username if row.answered_by else "", row.subject.catalogue
    lines = known.lines(row)
    may_end = can_end_case(person.office, person.username, row.unit_id, by, person.at)
    answers = CaseEvent.ANSWER in events and person.may(Act.ANSWER_CASE, row.unit_id)
    context: dict[str, Any] = {
        "case": row,
        "record": row.release,
        "work": withdrawals.work_on(row.release.public_id) if row.release and row.release.takedown is None else None,
        "watched": adopted.watched(catalogue) if catalogue else None,
        "standing": sum(c.get("case") == row.public_id for c in adopted.standing(catalogue)) if catalogue else 0,
        "settled": _settled(lines),
        "late": _late(row),
        "left": outside().workdays(timezone.localdate(), row.due_on) if row.status == CaseStatus.OPEN.value else None,
        "findings": sorted(row.findings, key=lambda f: list(Severity).index(f["severity"])),
        "said": known.words(row),
        "lines": lines,
        "may_answer": answers,
        "may_close": CaseEvent.CLOSE in events and may_end,
        "may_reopen": CaseEvent.REOPEN in events and may_end,
        "fault": words.REFUSALS[fault.name()] if fault else None,
        "fault_detail": str(fault) if fault else "",
        "typed": request.POST.get("text", "") if fault else typed,
        "by": unsent.mark_of(person.username),
    }
    return render(request, "case.html", context, status=STATUS.get(type(fault), 409) if fault else 200)


def _settled(lines: Sequence[Mapping[str, Any]]) -> str:
    """When the catalogue was adopted again, where that is the last that happened to the case; "" where it isn't."""
    last = lines[-1]
    return str(last["data"]["adopted_on"]) if last["event"] == LINES[CaseEvent.SETTLE] else ""


def _signed(request: HttpRequest, case: str, act: Callable[[str, str, str, str], object], said: Pair) -> HttpResponse:
    """Do a signed act (username, password, code, text); back to the page, with what stopped it or with what was done."""
    person = visitor(request)
    row = known.find(case, person.username)
    try:
        act(person.username, *signature_in(request), request.POST.get("text", ""))
    except MingjingError as fault:
        return _page(request, row, fault)
    messages.success(request, say(said))
    return HttpResponseRedirect(reverse("case", args=[case]))


@require_POST
def answer(request: HttpRequest, case: str) -> HttpResponse:
    """The unit in charge answers."""
    return _signed(
        request,
        case,
        lambda user, password, code, text: desk.answer_case(case, user, password, text, code=code),
        ("已答复。", "Answered."),
    )


@require_POST
def close(request: HttpRequest, case: str) -> HttpResponse:
    """Another person closes it."""
    return _signed(
        request,
        case,
        lambda user, password, code, text: desk.close_case(case, user, password, text, code=code),
        ("已办结。", "Closed."),
    )


@require_POST
def reopen(request: HttpRequest, case: str) -> HttpResponse:
    """Another person isn't satisfied; the clock starts again with the case's own number of days."""
    row = known.find(case, visitor(request).username)
    days = row.due_on - timezone.localtime(row.opened_at).date()
    due = timezone.localdate() + days
    return _signed(
        request, case, lambda user, password, code, text: desk.reopen_case(case, user, password, text, due, code=code),
        ("已重开，重新计时。", "Reopened; the clock starts again."),
    )  # fmt: skip
