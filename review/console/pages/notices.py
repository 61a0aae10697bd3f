"""What a person is told, and for administrators what couldn't be delivered: channel, person and kind of fault, no release."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from domain.errors import MingjingError
from review import adopted, desk, proposals
from review import notices as told
from review.console import words
from review.console.paging import pages_of
from review.console.refusals import STATUS
from review.console.tags import say
from review.console.visitor import visitor
from review.models import ReleaseRecord, User
from review.permissions import Act, Role

TROUBLES = 50


def notices(request: HttpRequest) -> HttpResponse:
    """The person's notices, newest first."""
    return _page(request)


def _page(request: HttpRequest, fault: MingjingError | None = None) -> HttpResponse:
    person = visitor(request)
    mine = told.copies(person.username)
    pages = pages_of(request, mine.count())
    rows = list(mine[pages.start : pages.stop])
    shown = {
        r.public_id: r
        for r in ReleaseRecord.objects.filter(
            public_id__in={c.notice.release for c in rows}, unit__in=person.departments
        )
    }
    about = {c.notice.proposal for c in rows if c.notice.proposal}
    proposed = {p.pk: p for p in proposals.visible(person.departments).filter(pk__in=about)} if about else {}
    watched = adopted.named_in([c.notice.line for c in rows])
    is_keeper = Role.ADMINISTRATOR in person.roles
    context = {
        "rows": [
            (c, shown.get(c.notice.release), proposed.get(c.notice.proposal), watched.get(c.notice.line)) for c in rows
        ],
        "pages": pages,
        "sees_cases": bool(watched) and person.may(Act.SEE, None),
        "unseen": told.unseen(person.username),
        "email": User.objects.values_list("email", flat=True).get(username=person.username),
        "troubled": list(told.troubled()[:TROUBLES]) if is_keeper else [],
        "is_keeper": is_keeper,
        "fault": words.REFUSALS[fault.name()] if fault else None,
        "fault_detail": str(fault) if fault else "",
        "typed": request.POST.get("email", "") if fault else None,
    }
    return render(request, "notices.html", context, status=STATUS.get(type(fault), 409) if fault else 200)


@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    desk.see_notices(visitor(request).username)
    return HttpResponseRedirect(reverse("notices"))


@require_POST
def email(request: HttpRequest) -> HttpResponse:
    """Where the visitor's own notices go by mail."""
    person = visitor(request)
    try:
        desk.set_email(person.username, request.POST.get("email", ""), actor=person.username)
    except MingjingError as fault:
        return _page(request, fault)
    messages.success(request, say(("邮箱已记下。", "The address is kept.")))
    return HttpResponseRedirect(reverse("notices"))
