"""How much a visitor may send, told before a byte of it is read: files by people who are signed in, at one address alone.

Twice the same rule: Django's ASGI handler takes in a whole body before any middleware sees the request, so `Door` stands in
front of it; under WSGI, `Limits` comes in time and answers with a page.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

FORM_BYTES = 1_000_000
FILE_BYTES = 2_000_000_000  # the contract's own limit is lower and is held after the file has come in
FROM_FILE = "/contracts/from-file"
SAMPLE_BYTES = 50_000_000  # of a file that a contract is drafted from
READING = ("GET", "HEAD", "OPTIONS")
REFUSAL = "发来的内容太大，没有收。What was sent is too long and wasn't taken.\n".encode()

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def fits(length: str, path: str, is_signed_in: Callable[[], bool]) -> bool:
    """Whether a body of that Content-Length is taken in at that path; one that doesn't say how long it is, isn't."""
    if not length.isascii() or not length.isdecimal():
        return False
    if int(length) <= FORM_BYTES:
        return True
    is_upload = path.startswith("/datasets/") and path.endswith("/upload")
    most = FILE_BYTES if is_upload else SAMPLE_BYTES if path == FROM_FILE else FORM_BYTES
    return int(length) <= most and is_signed_in()


class Limits:
    """Middleware, after the one that knows who is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.headers.get("content-length", "")
        if request.method in READING or fits(length, request.path, lambda: bool(request.user.is_authenticated)):
            return self.get_response(request)
        return render(request, "too_long.html", status=413)


class Door:
    """ASGI application in front of Django's."""

    def __init__(self, inside: Application) -> None:
        self.inside = inside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in READING or await self._fits(scope):
            return await self.inside(scope, receive, send)
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": REFUSAL})
        return None

    async def _fits(self, scope: Scope) -> bool:
        said = {k.lower(): v.decode("latin-1") for k, v in scope["headers"]}
        if b"transfer-encoding" in said:
            return False
        cookie = said.get(b"cookie", "")
        return await sync_to_async(fits)(said.get(b"content-length", ""), scope["path"], lambda: _has_session(cookie))


def _has_session(cookie: str) -> bool:
    """Whether the cookie names a living session of somebody; whose, is asked later."""
    from django.contrib.auth import SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    try:
        found = SimpleCookie(cookie).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return False
    return found is not None and SESSION_KEY in SessionStore(found.value)
