"""The catalogue for machines: DCAT of a dataset and of the whole, by address or by what the client asks for, and the feeds.

Purely from what the catalogue holds. How a dataset is written is left to linked, an event to feed.
"""

from __future__ import annotations

import sqlite3
import threading

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from catalog.embedded import owners, packages
from catalog.embedded.feed import LOOKED_AT, feed
from catalog.embedded.fields import Body
from catalog.embedded.holding import Holding
from catalog.embedded.pages import Pages
from catalog.embedded.query import Everything, Node, Trait
from catalog.embedded.refusals import NotFound
from catalog.embedded.search import Wish, search

PER_PAGE = 50
MOST_KEPT = 64  # written pages, of half a megabyte each
MEDIA = {"text/html": "", "application/xhtml+xml": "", "text/turtle": "ttl", "application/ld+json": "jsonld"}


class Metadata:
    """Every address that gives metadata."""

    def __init__(self, holding: Holding, pages: Pages) -> None:
        self._holding, self._pages, self._site = holding, pages, pages.site
        self._writing = threading.Lock()
        self._generation, self._written = -1, dict[tuple[str, int], bytes]()

    def dataset(self, request: Request) -> Response:
        """A dataset's one address: the page, or DCAT for who asks for that."""
        form = wanted(request.headers.get("accept", ""))
        response = self._dataset(request, form) if form else self._pages.dataset(request)
        response.headers["Vary"] = "Accept"
        return response

    def dataset_as(self, request: Request) -> Response:
        """DCAT of a dataset by its ending."""
        return self._dataset(request, request.path_params["form"])

    def catalogue(self, request: Request) -> Response:
        """The catalogue's own address leads to the form that is asked for."""
        form = wanted(request.headers.get("accept", ""))
        return RedirectResponse(f"/catalog.{form}" if form else "/", 303, headers={"Vary": "Accept"})

    def catalogue_as(self, request: Request) -> Response:
        """DCAT of the catalogue, by pages."""
        from catalog.linked.dcat import FORMS

        form, said = request.path_params["form"], request.query_params.get("page", "1")
        number = int(said) if said.isascii() and said.isdecimal() and len(said) < 9 else 0
        if form not in FORMS or number < 1:
            return self._pages.missing(request)
        with (
            self._writing
        ):  # writing fifty datasets takes a second or two: once for each state of the catalogue, one at a time
            body = self._page(form, number)
        return _sent(body, FORMS[form][1]) if body else self._pages.missing(request)

    def _page(self, form: str, number: int) -> bytes | None:
        from catalog.embedded.linked import Page, catalogue

        wish = Wish(Everything(), "id asc", start=(number - 1) * PER_PAGE, rows=PER_PAGE)
        with self._holding.reading() as connection:
            generation = connection.execute("SELECT generation FROM state").fetchone()[0]
            if generation != self._generation or len(self._written) >= MOST_KEPT:
                self._generation, self._written = generation, {}
            if (form, number) in self._written:
                return self._written[form, number]
            found = search(connection, self._holding.facets, wish)
            shown = packages.shown_all(connection, found.numbers, self._site)
        pages = max(1, -(-found.count // PER_PAGE))
        if number > pages:
            return None
        self._written[form, number] = catalogue(shown, self._site, Page(number, pages, found.count), form)
        return self._written[form, number]

    def feed(self, _: Request) -> Response:
        """Editions and withdrawals of the whole catalogue."""
        return self._feed(Everything(), f"{self._site.url}/feeds/dataset.atom", self._site.title)

    def organization_feed(self, request: Request) -> Response:
        """Those of one department."""
        with self._holding.reading() as connection:
            try:
                row = owners.find(connection, "organization", request.path_params["name"])
            except NotFound:
                return self._pages.missing(request)
        if row["state"] != "active":
            return self._pages.missing(request)
        address = f"{self._site.url}/feeds/organization/{row['name']}.atom"
        return self._feed(Trait("organization", row["name"]), address, row["title"])

    def _feed(self, which: Node, address: str, title: str) -> Response:
        with self._holding.reading() as connection:
            found = search(connection, self._holding.facets, Wish(which, "metadata_modified desc", rows=LOOKED_AT))
            shown = packages.shown_all(connection, found.numbers, self._site)
        made = feed(shown, self._site, address)
        body = self._pages.text("feed.xml", feed=made, title=title, author=self._site.title, site=self._site)
        return _sent(body.encode(), "application/atom+xml")

    def _dataset(self, request: Request, form: str) -> Response:
        from catalog.embedded.linked import one
        from catalog.linked.dcat import FORMS

        if form not in FORMS:
            return self._pages.missing(request)
        with self._holding.reading() as connection:
            package = self._public(connection, request.path_params["package"])
        if package is None:
            return self._pages.dataset(request)  # which knows what to say: never there, hidden, or gone
        return _sent(one(package, self._site, form), FORMS[form][1])

    def _public(self, connection: sqlite3.Connection, ref: str) -> Body | None:
        try:
            row = packages.find(connection, ref)
        except NotFound:
            return None
        return packages.shown(connection, row, self._site) if packages.is_public(row) else None


def wanted(accept: str) -> str:
    """ttl or jsonld where a client prefers that to a page; "" for the page.

    >>> wanted("text/turtle"), wanted("text/html,application/ld+json;q=0.9"), wanted("application/ld+json, */*;q=0.1"), wanted("*/*")
    ('ttl', '', 'jsonld', '')
    """
    best, form = 0.0, ""
    for part in accept.lower().split(",")[:40]:
        kind, *parameters = (p.strip() for p in part.split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            weight = float(quality)
        except ValueError:
            continue
        found = "" if kind in ("*/*", "text/*") else MEDIA.get(kind)
        if found is not None and (weight > best or (weight == best and not found)):
            best, form = weight, found
    return form


def _sent(body: bytes, media_type: str) -> Response:
    return Response(body, media_type=f"{media_type}; charset=utf-8", headers={"Cache-Control": "no-cache"})
