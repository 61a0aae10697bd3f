"""The visitor's second factor: set up with a telephone, confirmed by its first code, recovery codes shown once. An
administrator takes somebody else's away. What was shown is shown once: secrets stand in the answer to a signed form alone.
"""

from __future__ import annotations

from typing import Any

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from domain.errors import MingjingError
from review import desk, factors
from review.console import words
from review.console.pages.people import people_shown
from review.console.refusals import STATUS
from review.console.signed import signature_in
from review.console.tags import say
from review.console.visitor import visitor
from review.signature import needs_factor

SCALE, BORDER = 5, 3  # pixels to a module, modules of quiet zone


def factor(request: HttpRequest) -> HttpResponse:
    """Whether the visitor has a second factor, needs one, and how to set one up."""
    return _page(request)


def _page(request: HttpRequest, fault: MingjingError | None = None, **shown: Any) -> HttpResponse:
    username = visitor(request).username
    context = {
        "enrolled": factors.is_enrolled(username),
        "needed": needs_factor(username),
        "left": factors.recovery_left(username),
        "fault": words.REFUSALS[fault.name()] if fault else None,
        "fault_detail": str(fault) if fault else "",
        **shown,
    }
    return render(request, "factor.html", context, status=STATUS.get(type(fault), 409) if fault else 200)


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Show the square and the secret, to be confirmed by a code."""
    password, code = signature_in(request)
    try:
        made = desk.begin_factor(visitor(request).username, password, code=code)
    except MingjingError as fault:
        return _page(request, fault)
    square = segno.make(made.address, error="m").svg_data_uri(scale=SCALE, border=BORDER)
    return _page(request, square=square, secret=" ".join(made.secret[n : n + 4] for n in range(0, len(made.secret), 4)))


@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """The first code; then the recovery codes, this once."""
    try:
        codes = desk.confirm_factor(visitor(request).username, request.POST.get("code", ""))
    except MingjingError as fault:
        return _page(request, fault)
    return _page(request, codes=codes, fresh=True)


@require_POST
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes, this once."""
    password, code = signature_in(request)
    try:
        codes = desk.new_recovery_codes(visitor(request).username, password, code=code)
    except MingjingError as fault:
        return _page(request, fault)
    return _page(request, codes=codes)


@require_POST
def reset(request: HttpRequest) -> HttpResponse:
    """An administrator takes a person's factor away."""
    try:
        desk.reset_factor(request.POST.get("username", ""), actor=visitor(request).username)
    except MingjingError as fault:
        return people_shown(request, fault)
    messages.success(
        request, say(("动态口令已撤销，本人会收到通知。", "The second factor is taken away; the person is told."))
    )
    return HttpResponseRedirect(reverse("people"))
