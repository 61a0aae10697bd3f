"""The catalogue as one web application: addresses, languages, headers. Serving it is left to __main__."""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalog.embedded.api import Api
from catalog.embedded.body import Limits
from catalog.embedded.downloads import Downloads
from catalog.embedded.holding import Clock, Holding
from catalog.embedded.metadata import Metadata
from catalog.embedded.packages import Site
from catalog.embedded.pages import Pages
from catalog.embedded.reporting import Reporting

LOG = logging.getLogger("catalog.embedded")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def create_app(
    root: Path,
    *,
    token_hash: str | None,
    site_url: str,
    title: str = "公共数据目录",
    title_en: str = "Public Data Catalogue",
    limits: Limits | None = None,
    clock: Clock | None = None,
) -> Starlette:
    """The catalogue that lives in `root` (made if missing).

    `token_hash`: SHA-256 in hex of the one token that may write and see what is private; None: nobody may. `site_url`:
    the address by which the public knows it. Raises RootTaken if another process serves the same folder.
    """
    holding = Holding(root, clock) if clock else Holding(root)
    if holding.swept:
        LOG.warning("removed %d files that an interrupted run had left", holding.swept)
    site = Site(site_url.rstrip("/"), title, title_en)
    api, pages = Api(holding, site, token_hash, limits or Limits()), Pages(holding, site)
    downloads, reporting = Downloads(holding, api, pages), Reporting(holding, pages)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        holding.close()

    app = Starlette(
        routes=_routes(api, pages, downloads, Metadata(holding, pages), reporting),
        middleware=[Middleware(Headers), Middleware(Languages), Middleware(Faults, pages=pages)],
        exception_handlers={404: lambda request, _: pages.missing(request)},
        lifespan=lifespan,
    )
    app.state.holding = holding
    return app


def _routes(
    api: Api, pages: Pages, downloads: Downloads, metadata: Metadata, reporting: Reporting
) -> list[Route | Mount]:
    actions = [f"/api{version}/action/{{name}}" for version in ("", "/3")]
    file = "/dataset/{package}/resource/{resource}"
    return [
        *(Route(path, api.action, methods=["GET", "POST"]) for path in actions),
        Route("/api/3", api.version),
        Route("/", pages.home),
        *(Route(path, pages.datasets) for path in ("/dataset/", "/dataset")),
        Route("/dataset/{package}.{form:str}", metadata.dataset_as),
        Route("/dataset/{package}", metadata.dataset),
        Route("/dataset/{package}/report", reporting.report, methods=["GET", "POST"]),
        Route(file, pages.resource),
        *(Route(f"{file}/download{name}", downloads.download) for name in ("", "/{file_name}")),
        *(Route(path, pages.organizations) for path in ("/organization/", "/organization")),
        Route("/organization/{name}", pages.organization),
        Route("/catalog", metadata.catalogue),
        Route("/catalog.{form:str}", metadata.catalogue_as),
        Route("/feeds/dataset.atom", metadata.feed),
        Route("/feeds/organization/{name}.atom", metadata.organization_feed),
        Route("/about", pages.about),
        Route("/about/api", pages.about_api),
        Route("/robots.txt", _robots),
        Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
    ]


async def _robots(_: Request) -> Response:
    return PlainTextResponse("User-agent: *\nAllow: /\nDisallow: /api/\n")


class Languages:
    """/en/… is the English form of every page; `?lang=en` and `?lang=zh` lead to the page in that language."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        english = path == "/en" or path.startswith("/en/")
        plain = (path[3:] or "/") if english else path
        scope.update(
            {"language": "en" if english else "zh", "plain_path": plain, "path": plain, "raw_path": plain.encode()}
        )
        pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True, max_num_fields=None)
        wanted = dict(pairs).get("lang")
        if wanted in ("en", "zh") and scope["method"] in ("GET", "HEAD") and not plain.startswith("/api/"):
            rest = urlencode([pair for pair in pairs if pair[0] != "lang"])
            there = ("/en" if wanted == "en" else "") + "/" + plain.lstrip("/")
            await RedirectResponse(there + (f"?{rest}" if rest else ""), 302)(scope, receive, send)
            return
        await self._app(scope, receive, send)


class Faults:
    """The one place where a fault of ours becomes an answer. The log names its kind and place, never its text."""

    def __init__(self, app: ASGIApp, pages: Pages) -> None:
        self._app, self._pages = app, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noticed(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noticed)
        except Exception as fault:
            if begun or scope["type"] != "http":
                raise  # too late for another answer: the connection is cut, so that nobody takes the part for the whole
            place = traceback.extract_tb(fault.__traceback__)[-1]
            LOG.error("%s in %s, line %s", type(fault).__name__, place.name, place.lineno)
            await self._answer(Request(scope, receive))(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        if not request.scope["plain_path"].startswith("/api/"):
            return self._pages.fault(request)
        error = {"__type": "Internal Server Error", "message": "Internal Server Error"}
        return JSONResponse({"help": "", "success": False, "error": error}, 500)


class Headers:
    """Every answer carries the same protection."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, guarded)
