"""Middleware: a named refusal becomes a page that says what happened and what to do; nothing of what was typed is lost
where the page that sent it shows its form again, and nothing is told of what the visitor may not see.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from domain import errors
from domain.errors import MingjingError
from review.console import words

STATUS: dict[type[MingjingError], int] = {
    errors.ReleaseNotFound: 404,
    errors.NotPermitted: 403,
    errors.SignatureRefused: 403,
    errors.SecondFactorMissing: 403,
    errors.UsageInvalid: 400,
    errors.HomeInvalid: 503,
    errors.StorageUnavailable: 503,
    errors.LedgerBroken: 503,
}


class Refusals:
    """Turns MingjingError (and Django's own 404) into a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        if isinstance(fault, Http404):
            fault = errors.ReleaseNotFound("there is no such page")
        if not isinstance(fault, MingjingError):
            return None
        return refused(request, fault)


def refused(request: HttpRequest, fault: MingjingError) -> HttpResponse:
    """The page of a refusal; 409 where the table above has no status of its own."""
    status = STATUS.get(type(fault), 409)
    detail = "" if status in (403, 404) else str(fault)
    return render(request, "refused.html", {"said": words.REFUSALS[fault.name()], "detail": detail}, status=status)
