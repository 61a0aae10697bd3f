"""The published bytes at CKAN's addresses: streamed, in ranges, with the SHA-256 as ETag; a redirect or a clear word
where they were removed. Who may read them is as for the dataset."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import BinaryIO
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from catalog.embedded import packages
from catalog.embedded.api import Api
from catalog.embedded.files import media_type
from catalog.embedded.holding import Holding
from catalog.embedded.pages import Pages
from catalog.embedded.refusals import NotFound

PIECE = 256 * 1024
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class Downloads:
    """The endpoint under /dataset/…/resource/…/download/."""

    def __init__(self, holding: Holding, api: Api, pages: Pages) -> None:
        self._holding, self._api, self._pages = holding, api, pages

    def download(self, request: Request) -> Response:
        """One file. The last part of the address is for the reader's disk; the resource's id says which it is."""
        ident = request.path_params["resource"]
        with self._holding.reading() as connection:
            try:
                file = packages.find_resource(connection, ident)
                row = packages.find(connection, file["package"])
            except NotFound:
                gone = connection.execute("SELECT 1 FROM gone WHERE id = ?", (ident,)).fetchone()
                return self._pages.gone(request) if gone else self._pages.missing(request)
            link = packages.resource_shown(file, self._pages.site)["url"]
        if request.path_params["package"] not in (row["id"], row["name"]):
            return self._pages.missing(request)
        if not packages.is_public(row) and not self._api.is_trusted(request):
            was_there = row["state"] == "deleted" and row["public_since"]
            return self._pages.gone(request) if was_there else self._pages.forbidden(request)
        if file["blob"] is None:
            return self._removed(request, link, uploaded="/download/" in link)
        out = self._holding.files.open(file["blob"])
        if out is None:
            return self._pages.missing(request)
        return _stream(request, out, file, public=packages.is_public(row))

    def _removed(self, request: Request, link: str, *, uploaded: bool) -> Response:
        """The bytes aren't here: lead to where the entry points, as CKAN does."""
        parts = urlsplit(link)
        if link and not uploaded and (parts.scheme in ("http", "https") or (not parts.scheme and link.startswith("/"))):
            return RedirectResponse(link, 302, headers={"Cache-Control": "no-store"})
        return self._pages.missing(request) if uploaded else self._pages.gone(request)


def _stream(request: Request, out: BinaryIO, file: packages.Row, *, public: bool) -> Response:
    size, etag = file["bytes"], f'"{file["sha256"]}"'
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Content-Disposition": f'attachment; filename="{file["file_name"]}"',
        "Content-Type": media_type(file["file_name"]),
        "Cache-Control": "no-cache" if public else "private, no-store",
    }
    if _names(request.headers.get("if-none-match", ""), etag):
        out.close()
        return Response(status_code=304, headers={k: v for k, v in headers.items() if not k.startswith("Content-")})
    span = _span(request, size, etag)
    if span is None:
        out.close()
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    start, end = span
    partial = "content-range" if (start, end) != (0, size) or _wants_range(request, etag) else None
    headers["Content-Length"] = str(end - start)
    if partial:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    if request.method == "HEAD":
        out.close()
        return Response(status_code=206 if partial else 200, headers=headers)
    return StreamingResponse(_pieces(out, start, end), 206 if partial else 200, headers=headers)


def _names(header: str, etag: str) -> bool:
    return header.strip() == "*" or etag in [tag.strip().removeprefix("W/") for tag in header.split(",")]


def _wants_range(request: Request, etag: str) -> bool:
    condition = request.headers.get("if-range")
    wanted = RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    return bool(wanted and (wanted[1] or wanted[2])) and condition in (None, etag)


def _span(request: Request, size: int, etag: str) -> tuple[int, int] | None:
    """First byte and the one after the last; the whole file where no single range is asked for; None if unsatisfiable."""
    if not _wants_range(request, etag):
        return 0, size
    wanted = RANGE.fullmatch(request.headers["range"].replace(" ", ""))
    assert wanted is not None
    if not wanted[1]:
        last = int(wanted[2][:18])
        return (max(0, size - last), size) if last and size else None
    start = int(wanted[1][:18])
    end = min(int(wanted[2][:18]) + 1, size) if wanted[2] else size
    return (start, end) if start < end else None


async def _pieces(out: BinaryIO, start: int, end: int) -> AsyncIterator[bytes]:
    try:
        await run_in_threadpool(out.seek, start)
        left = end - start
        while left > 0:
            piece = await run_in_threadpool(out.read, min(PIECE, left))
            if not piece:
                raise OSError("a kept file is shorter than recorded")
            left -= len(piece)
            yield piece
    finally:
        out.close()
