"""Hide now: what is public, one tap; why, one tap; sign. Then what the catalogue confirmed, and the second person's word.

Made for a phone. The order is the desk's, carried out by the runner (flows/takedown); nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from domain.errors import MingjingError
from domain.release import Status
from domain.withdrawal import PLAIN_REASONS, Cause, is_stricter
from review import desk, lifecycle, listing, reading, withdrawals
from review.console import unsent, words
from review.console.pages.release import found
from review.console.paging import pages_of
from review.console.refusals import STATUS
from review.console.signed import signature_in
from review.console.tags import say
from review.console.visitor import visitor
from review.console.words import Pair
from review.lifecycle import Event
from review.models import ReleaseRecord
from review.permissions import Act, can_answer_withdrawal

PUBLIC = (Status.PUBLISHED.value, Status.SUPERSEDED.value, Status.APPROVED.value)
REASONS: Mapping[Pair, Cause] = {  # the public reads the Chinese on the tombstone
    (PLAIN_REASONS[Cause.VERIFY], "The content has to be verified; publication is suspended"): Cause.VERIFY,
    (PLAIN_REASONS[Cause.WRONG], "The data is wrong; it will be published again once corrected"): Cause.WRONG,
    (PLAIN_REASONS[Cause.LEAK], "It holds content that mustn't be public"): Cause.LEAK,
}
CAUSES = {reason: cause for (reason, _), cause in REASONS.items()}


def hiding(request: HttpRequest) -> HttpResponse:
    """What the visitor can hide, newest first, and the orders that wait for a second person."""
    person = visitor(request)
    units = person.departments_for(Act.WITHDRAW)
    search = request.GET.get("q", "")[:100]
    matching = listing.matching(listing.Filter(units, PUBLIC, search=search)).order_by("-changed_at", "-pk")
    pages = pages_of(request, matching.count())
    rows = listing.rows(matching[pages.start : pages.stop])
    context = {
        "rows": rows,
        "pages": pages,
        "search": search,
        "waiting": [r for r, _, _ in withdrawals.unanswered(units)],
    }
    return render(request, "hiding.html", context)


def hide(request: HttpRequest, release: str) -> HttpResponse:
    """The form that orders one release off, or how far such an order is; with what a session's end had kept."""
    return _page(request, found(request, release), typed=unsent.taken(request, visitor(request).username)[1])


def _page(
    request: HttpRequest,
    record: ReleaseRecord,
    fault: MingjingError | None = None,
    typed: Mapping[str, str] | None = None,
) -> HttpResponse:
    person, order = visitor(request), withdrawals.order_of(record.public_id)
    events, is_off = lifecycle.events_of(record.status), record.status == Status.WITHDRAWN.value
    waits = is_off and order is not None and not order.verdict
    may_answer = waits and can_answer_withdrawal(
        person.office, person.username, reading.case(record), order.person if order else "", person.at
    )
    reasons = {said: c for said, c in REASONS.items() if not is_off or is_stricter(c, record.reason_code or "")}
    may_hide = (Event.WITHDRAW in events or (is_off and bool(reasons))) and person.may(Act.WITHDRAW, record.unit_id)
    proof = (record.takedown or {}).get("addresses", [])
    work = withdrawals.work_on(record.public_id) if is_off else None
    typed = {k: request.POST.get(k, "") for k in ("reason", "other", "why")} if fault else typed or {}
    context = {
        "record": record,
        "may_hide": may_hide,
        "is_off": is_off,
        "words_left": is_off and withdrawals.leaves_words(record),
        "order": order,
        "waits": waits,
        "may_answer": may_answer,
        "may_reverse": may_answer and order is not None and Status(order.before) in lifecycle.REVERSIBLE,
        "confirmed": is_off and record.takedown is not None,
        "gone": sum(bool(p.get("gone")) for p in proof),
        "addresses": len(proof),
        "work": work,
        "reasons": reasons,
        "fault": words.REFUSALS[fault.name()] if fault else None,
        "fault_detail": str(fault) if fault else "",
        "typed": typed,
        "unsent": []
        if (may_hide and not typed.get("why")) or (may_answer and typed.get("why"))
        else unsent.told(typed),
        "by": unsent.mark_of(person.username),
    }
    return render(request, "hide.html", context, status=STATUS.get(type(fault), 409) if fault else 200)


def _signed(
    request: HttpRequest, release: str, act: Callable[[str, str, str, str], object], said: Pair
) -> HttpResponse:
    """Do a signed act (username, password, code, hash); back to the page, with what stopped it or with what was done."""
    record, person = found(request, release), visitor(request)
    try:
        act(person.username, *signature_in(request), request.POST.get("release_hash", ""))
    except MingjingError as fault:
        return _page(request, found(request, record.public_id), fault)
    messages.success(request, say(said))
    return HttpResponseRedirect(reverse("hide", args=[release]))


@require_POST
def withdraw(request: HttpRequest, release: str) -> HttpResponse:
    """Order the release off; the runner clears the catalogue at once."""
    own, chosen = request.POST.get("other", "").strip(), request.POST.get("reason", "")
    reason, cause = own or chosen, Cause.OTHER if own else CAUSES.get(chosen, Cause.OTHER)

    def order(user: str, password: str, code: str, seen: str) -> None:
        desk.withdraw(release, user, password, reason, cause=cause, release_hash=seen, code=code)
        desk.ask("withdraw", {"release": release}, user)

    return _signed(request, release, order, ("已下令撤下。", "Ordered off."))


@require_POST
def confirm(request: HttpRequest, release: str) -> HttpResponse:
    """A second person confirms."""
    why = request.POST.get("why", "")
    return _signed(
        request, release,
        lambda user, password, code, seen: desk.confirm_withdrawal(
            release, user, password, why, release_hash=seen, code=code
        ),
        ("已确认撤下。", "The withdrawal is confirmed."),
    )  # fmt: skip


@require_POST
def reverse_order(request: HttpRequest, release: str) -> HttpResponse:
    """A second person reverses; the runner publishes the approved bytes again."""
    why = request.POST.get("why", "")
    return _signed(
        request, release,
        lambda user, password, code, seen: desk.reverse_withdrawal(
            release, user, password, why, release_hash=seen, code=code
        ),
        (
            "已撤销下架令，原批准的内容重新发布；目录在另一网络的，导出发布包送去。",
            "Reversed; the bytes that were approved are published again, in another network once the package was carried there.",
        ),
    )  # fmt: skip
