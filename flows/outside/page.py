"""The hide page of the publishing side: what is public, until when, and a form by which a person takes an edition down.

Served on loopback alone: a person's key and passphrase pass through it, are used for one signature and kept nowhere.
No script, no cookie, nothing from elsewhere. The signature is the permission: a form that another page sends has none.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from domain.errors import MingjingError, UsageInvalid
from flows.home import Home
from flows.outside.duties import hide
from flows.outside.register import DOWN, Entry, State, listed, named

HERE = Path(__file__).parent
LOOPBACK = ("127.0.0.1", "localhost")
LARGEST_KEY = 64 << 10
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
STATES = {
    State.PUBLISHING: ("发布中", "being published"),
    State.PUBLISHED: ("已公开", "public"),
    State.TAKEN_DOWN: ("已按指令撤下", "taken down by order"),
    State.EXPIRED: ("期满撤下", "days over, taken down"),
    State.HIDDEN: ("已在本端撤下", "taken down here"),
    State.SUSPENDED: ("巡检不符，已先行撤下", "failed the inspection, taken down"),
}


def create_page(here: Home) -> Starlette:
    """The web application for one publishing side."""
    template = _template()

    def shown(request: Request, *, status: int = 200, said: tuple[str, str] = ("", ""), bad: bool = False) -> Response:
        language = 1 if request.query_params.get("lang") == "en" else 0
        found, faults = listed(here)
        rows = sorted(found, key=lambda e: (e.state in DOWN, e.title, e.period))
        text = template.render(
            rows=[_row(e, language) for e in rows], faults=[str(fault) for fault in faults], said=said[language], bad=bad, en=bool(language),
            t=lambda zh, en: (zh, en)[language], home=here.catalogue_url,
        )  # fmt: skip
        return HTMLResponse(text, status_code=status, headers=HEADERS)

    async def index(request: Request) -> Response:
        return shown(request)

    async def take_down(request: Request) -> Response:
        try:
            wanted = await _asked(request)
            done = await asyncio.to_thread(_hide, here, **wanted)
        except MingjingError as refused:
            return shown(request, status=400, said=(f"没有撤下：{refused}", f"Not taken down: {refused}"), bad=True)
        count = len(done["proof"])
        return shown(
            request,
            said=(
                f"{done['release']} 已撤下，{count} 个地址逐一核实已不可取得；请把回执送回内网：{done['receipt']}",
                f"{done['release']} is down; all {count} addresses were fetched and are gone. Carry the receipt back: {done['receipt']}",
            ),
        )

    async def look(_: Request) -> Response:
        return FileResponse(HERE / "page.css", media_type="text/css", headers=HEADERS)

    return Starlette(
        routes=[Route("/", index), Route("/hide", take_down, methods=["POST"]), Route("/page.css", look)],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(LOOPBACK))],
    )


async def _asked(request: Request) -> dict[str, Any]:
    """Release, reason, key file and passphrase from the form. Raises UsageInvalid."""
    if int(request.headers.get("content-length") or LARGEST_KEY + 1) > LARGEST_KEY:  # a length is always told
        raise UsageInvalid("that isn't a key file: it is too large; choose the .pem file that holds your key")
    try:
        async with request.form(max_files=1, max_fields=4, max_part_size=LARGEST_KEY) as form:
            file = form.get("key")
            pem = b"" if file is None or isinstance(file, str) else await file.read(LARGEST_KEY)
            texts = {name: str(form.get(name) or "") for name in ("release", "reason", "passphrase")}
    except HTTPException:
        raise UsageInvalid("the form can't be read; fill it in again") from None
    return {"pem": pem, **texts}


def _hide(here: Home, *, release: str, reason: str, passphrase: str, pem: bytes) -> dict[str, Any]:
    return hide(here, named(here, release), pem, passphrase, reason)


def _row(entry: Entry, language: int) -> dict[str, Any]:
    return {
        "release": entry.release, "title": entry.title or entry.dataset, "period": entry.period,
        "published": str((entry.receipt or {}).get("published_on") or "")[:10], "until": entry.until or "",
        "url": (entry.receipt or {}).get("dataset_url") or "", "state": STATES[entry.state][language],
        "can_hide": entry.state not in DOWN or entry.is_unproven, "unproven": entry.is_unproven,
    }  # fmt: skip


def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    pages = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return pages.get_template("page.html")
