"""The page "report an error or a leak" of each public dataset: a form that works without script, and its answer."""

from __future__ import annotations

import time
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from catalog.embedded import packages, reports
from catalog.embedded.holding import Holding
from catalog.embedded.pages import Pages
from catalog.embedded.refusals import NotFound


class Reporting:
    """GET shows the form, POST keeps what was written."""

    def __init__(self, holding: Holding, pages: Pages) -> None:
        self._holding, self._pages = holding, pages
        self._throttle = reports.Throttle(time.monotonic)

    async def report(self, request: Request) -> Response:
        """One dataset's form."""
        return await (self._sent(request) if request.method == "POST" else run_in_threadpool(self._form, request))

    def _form(
        self, request: Request, fault: str = "", status: int = 200, *, kind: str = "", text: str = ""
    ) -> Response:
        package = self._package(request)
        if package is None:
            return self._pages.missing(request)
        return self._pages.report(request, package, fault, status, kind=kind, text=text)

    def _package(self, request: Request) -> dict[str, str] | None:
        with self._holding.reading() as connection:
            try:
                row = packages.find(connection, request.path_params["package"])
            except NotFound:
                return None
            return {k: row[k] for k in ("id", "name", "title")} if packages.is_public(row) else None

    async def _sent(self, request: Request) -> Response:
        try:
            body = await _body(request)
        except ClientDisconnect:
            return Response(status_code=400)
        return await run_in_threadpool(self._keep, request, body)

    def _keep(self, request: Request, body: bytes | None) -> Response:
        package = self._package(request)
        if package is None:
            return self._pages.missing(request)
        if body is None:
            return self._form(request, "report_long", 413)
        said = parse_qs(body.decode("utf-8", "replace"), max_num_fields=10)
        kind, text = said.get("kind", [""])[0], said.get("text", [""])[0].replace("\r\n", "\n").strip()
        typed = {"kind": kind, "text": text}
        if kind not in reports.KINDS or not text:
            return self._form(request, "report_empty", 400, **typed)
        if len(text) > reports.LONGEST:
            return self._form(request, "report_long", 413, **typed)
        if not self._throttle.admits(request.client.host if request.client else ""):
            return self._form(request, "report_often", 429, **typed)
        number = reports.keep(self._holding, package["id"], kind, text)
        if number is None:
            return self._form(request, "report_full", 503, **typed)
        return self._pages.report(request, package, "", 200, number=number)


async def _body(request: Request) -> bytes | None:
    """The form as it was sent; None where it is longer than any that fits."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > reports.FORM_BYTES * 2:
            return None
    return body
