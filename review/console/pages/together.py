"""Several under one password: the decisions that the visitor finished and laid aside, and returning several of the queue.

Each is the desk's to check and to write down; one that is refused stays where it is and says why.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from domain.errors import MingjingError
from domain.release import Status
from review import desk
from review.console import words
from review.console.pages.lists import queue_shown
from review.console.pages.release import found
from review.console.refusals import STATUS
from review.console.signed import signature_in
from review.console.tags import say
from review.console.visitor import visitor
from review.ready import ready_of


def to_sign(request: HttpRequest) -> HttpResponse:
    """What the visitor finished and hasn't signed, each with what stands against it now."""
    return _page(request)


def _page(request: HttpRequest, fault: MingjingError | None = None, ticked: Collection[str] = ()) -> HttpResponse:
    rows = [
        (r, words.REFUSALS[r.refusal.name()] if r.refusal else None, f"{r.record.public_id}|{r.mark}")
        for r in ready_of(visitor(request).username, timezone.now())
    ]
    context = {
        "rows": rows,
        "ticked": ticked,
        "fault": words.REFUSALS[fault.name()] if fault else None,
        "fault_detail": str(fault) if fault else "",
    }
    return render(request, "to_sign.html", context, status=STATUS.get(type(fault), 409) if fault else 200)


@require_POST
def sign_ready(request: HttpRequest) -> HttpResponse:
    """Sign those that were ticked."""
    ticked = request.POST.getlist("ready")
    marks = {release: mark for release, _, mark in (text.partition("|") for text in ticked)}
    password, code = signature_in(request)
    try:
        done = desk.sign_ready(visitor(request).username, password, marks, code=code)
    except MingjingError as fault:
        return _page(request, fault, ticked)
    _tell(request, done, ("已签字 {n} 件，各记入台账。", "Signed: {n}, each in the ledger."))
    return HttpResponseRedirect(reverse("to_sign"))


@require_POST
def drop_ready(request: HttpRequest, release: str) -> HttpResponseRedirect:
    """Take one off the list; what was filled in stays on the release's page."""
    found(request, release)
    desk.drop_ready(release, visitor(request).username)
    messages.success(
        request,
        say(
            (
                "已取消，没有签字；填的内容还在发布单页上。",
                "Taken back, nothing was signed; what you filled in is still on the release's page.",
            )
        ),
    )
    return HttpResponseRedirect(reverse("to_sign"))


@require_POST
def return_several(request: HttpRequest) -> HttpResponse:
    """Return those that were ticked in the queue, for one reason."""
    ticked, reason = request.POST.getlist("release"), request.POST.get("reason", "")
    parts = [[*text.split("|"), "", ""][:3] for text in ticked]
    chosen = {release: (stage, seen) for release, stage, seen in parts}
    for release in chosen:
        found(request, release)
    password, code = signature_in(request)
    try:
        done = desk.return_several(visitor(request).username, password, chosen, reason, code=code)
    except MingjingError as fault:
        return queue_shown(request, fault, reason, ticked)
    refused = [one for one in done.values() if isinstance(one, MingjingError)]
    if len(refused) == len(done):  # nothing was done: the form comes back as it was
        return queue_shown(request, refused[0], reason, ticked)
    sealed = {release for release, said in done.items() if said is Status.IN_REVIEW}  # first opinions of blind stages
    _tell(request, {r: s for r, s in done.items() if r not in sealed}, ("已退回 {n} 件。", "Returned: {n}."))
    _tell(
        request, {r: done[r] for r in sorted(sealed)},
        ("{n} 件是背靠背环节，您的意见已密封。", "At a blind stage, your opinion is sealed: {n}."),
    )  # fmt: skip
    return HttpResponseRedirect(f"{reverse('queue')}?{request.GET.urlencode()}")


def _tell(request: HttpRequest, done: Mapping[str, Status | MingjingError], said: words.Pair) -> None:
    """How many were done, and for each other one why not."""
    refused = {release: one for release, one in done.items() if isinstance(one, MingjingError)}
    if n := len(done) - len(refused):
        messages.success(request, say((said[0].format(n=n), said[1].format(n=n))))
    for release, one in refused.items():
        zh, en = words.REFUSALS[one.name()]
        messages.warning(request, say((f"{release} 没有办成：{zh}", f"{release} was refused: {en}")))
