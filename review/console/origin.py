"""Where a visitor signs from: the address that the server tells, or the browser in which this person signed in before, known by
a signed cookie, so that strangers who guess at a name don't lock its person out. A cookie opens nothing and names nobody.

The server believes a proxy on this machine about the address (uvicorn); nothing that a visitor sends is believed here.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse

from review.models import User
from review.origins import Origin, address_place, coming_from, digest

COOKIE = "mingjing_browser"
DAYS = 180
SIGNER = TimestampSigner(salt="mingjing.browser")


class Whence:
    """Middleware: signatures asked for by this request come from where it does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with coming_from(lambda username: origin(request, username)):
            return self.get_response(request)


def origin(request: HttpRequest, username: str) -> Origin:
    """Of that name: its own session or browser, else the address."""
    if request.user.is_authenticated and request.user.get_username() == username:
        return Origin(digest("session", str(request.session.session_key)), is_known=True)
    browser, _, owner = _unsigned(request.COOKIES.get(COOKIE, "")).partition(".")
    if browser and owner == _owner(username):
        return Origin(digest("browser", browser), is_known=True)
    return Origin(address_place(str(request.META.get("REMOTE_ADDR", ""))), is_known=False)


def remember(response: HttpResponse, username: str) -> None:
    """Have the browser known as that person's from now on, until the password changes."""
    value: Any = SIGNER.sign(f"{secrets.token_hex(16)}.{_owner(username)}")
    response.set_cookie(
        COOKIE, value, max_age=DAYS * 86_400, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )  # fmt: skip


def _unsigned(cookie: str) -> str:
    try:
        return str(SIGNER.unsign(cookie, max_age=DAYS * 86_400))
    except BadSignature:
        return ""


def _owner(username: str) -> str:
    """Stands for the person and the password; "" never fits."""
    person = User.objects.filter(username=username).first()
    return digest("owner", f"{person.pk}.{person.get_session_auth_hash()}") if person else "-"
