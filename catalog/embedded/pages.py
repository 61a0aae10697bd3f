"""The public's pages: home, search, dataset, departments, what is published when, the API, and what to do when a page isn't there.

Server-made HTML without script (the one JSON-LD block is data, which no browser runs); every link and every form works on its own. What a dataset shows is left to shown.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from catalog.embedded import owners, packages, words
from catalog.embedded.holding import Holding
from catalog.embedded.packages import Site
from catalog.embedded.query import Both, Everything, Node, Trait, parse_plain
from catalog.embedded.refusals import NotFound
from catalog.embedded.reports import LONGEST as LONGEST_REPORT
from catalog.embedded.schema_org import described, script
from catalog.embedded.search import DEFAULT_SORT, Found, Wish, facet_titles, search
from catalog.embedded.shown import Dataset, dataset
from catalog.embedded.wording import day
from catalog.embedded.words import FREQUENCIES, pick, say
from catalog.linked.texts import Language

PER_PAGE = 20
FACETS = ("organization", "tags", "res_format", "frequency")
FACET_LIMIT = 12
ORDERS = {"score": DEFAULT_SORT, "new": "metadata_modified desc", "title": "title asc"}
LONGEST_QUERY = 200
MOST_LISTED = 1000
HERE = Path(__file__).parent


class Pages:
    """Every page of the catalogue."""

    def __init__(self, holding: Holding, site: Site) -> None:
        self.site = site
        self._holding = holding
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def home(self, request: Request) -> Response:
        """What there is, how fresh it is, and a field to search in."""
        with self._holding.reading() as connection:
            found = search(
                connection,
                self._holding.facets,
                Wish(Everything(), ORDERS["new"], rows=8, facets=("tags",), facet_limit=12),
            )
            departments = [o for o in owners.listed(connection, "organization") if o["package_count"]]
            files = connection.execute(
                "SELECT count(*) FROM resource r JOIN public_package p ON p.id = r.package WHERE r.blob IS NOT NULL"
            ).fetchone()[0]
            latest = self._datasets(request, connection, found)
        updated = latest[0].updated if latest else ""
        return self._page(
            request, "home.html", here="home", found=found, latest=latest, departments=departments, files=files,
            updated=updated, tags=list(found.facets["tags"]),
        )  # fmt: skip

    def datasets(self, request: Request) -> Response:
        """Search."""
        asked = " ".join(request.query_params.get("q", "").split())[:LONGEST_QUERY]
        chosen = [(name, v[:LONGEST_QUERY]) for name in FACETS for v in request.query_params.getlist(name)[:10] if v]
        order = request.query_params.get("sort", "score" if asked else "new")
        order = order if order in ORDERS else "score"
        page = _page_number(request)
        filters: list[Node] = [Trait(name, value) for name, value in chosen]
        wish = Wish(
            condition=Both("AND", (parse_plain(asked), *filters)),
            sort=ORDERS[order],
            start=(page - 1) * PER_PAGE,
            rows=PER_PAGE,
            facets=FACETS,
            facet_limit=FACET_LIMIT,
        )
        with self._holding.reading() as connection:
            found = search(connection, self._holding.facets, wish)
            hits = self._datasets(request, connection, found)
            facets = [self._facet(request, connection, name, found, chosen, asked) for name in FACETS]
            titles = {
                name: self._titles(request, connection, name, [v for n, v in chosen if n == name]) for name in FACETS
            }
        kept = [("q", asked)] * bool(asked) + chosen
        chips = [
            {"facet": n, "title": titles[n][v], "without": _query([pair for pair in kept if pair != (n, v)])}
            for n, v in chosen
        ]
        pages = max(1, -(-found.count // PER_PAGE))
        turn = {
            "previous": _query([*kept, ("sort", order), ("page", str(page - 1))]) if page > 1 else None,
            "next": _query([*kept, ("sort", order), ("page", str(page + 1))]) if page < pages else None,
        }
        return self._page(
            request, "search.html", here="datasets", asked=asked, hits=hits, count=found.count, facets=facets, chips=chips,
            chosen=chosen, order=order, orders=list(ORDERS), page=page, pages=pages, turn=turn,
        )  # fmt: skip

    def dataset(self, request: Request) -> Response:
        """One dataset."""
        ref = request.path_params["package"]
        with self._holding.reading() as connection:
            try:
                row = packages.find(connection, ref)
            except NotFound:
                noted = connection.execute("SELECT 1 FROM gone WHERE id = ? OR name = ?", (ref, ref)).fetchone()
                return self.gone(request) if noted else self.missing(request)
            if not packages.is_public(row):
                return (
                    self.gone(request) if row["state"] == "deleted" and row["public_since"] else self.missing(request)
                )
            package = packages.shown(connection, row, self.site)
        if ref != row["name"]:
            return RedirectResponse(self._link(request, f"/dataset/{row['name']}"), 302)
        language = _language(request)
        block = script(described(package, self.site, language))
        return self._page(
            request, "dataset.html", here="datasets", d=dataset(package, language), package=package, described=block
        )

    def resource(self, request: Request) -> Response:
        """One file's place on its dataset's page."""
        with self._holding.reading() as connection:
            try:
                file = packages.find_resource(connection, request.path_params["resource"])
                row = packages.find(connection, file["package"])
            except NotFound:
                ident = request.path_params["resource"]
                noted = connection.execute("SELECT 1 FROM gone WHERE id = ?", (ident,)).fetchone()
                return self.gone(request) if noted else self.missing(request)
        if not packages.is_public(row):
            return self.missing(request)
        return RedirectResponse(self._link(request, f"/dataset/{row['name']}") + f"#file-{file['id']}", 302)

    def report(
        self, request: Request, package: Mapping[str, str], fault: str, status: int, *, kind: str = "", text: str = "",
        number: str = "",
    ) -> Response:  # fmt: skip
        """The form for an error or a leak, or with `number` the receipt. `fault`: the word's key; kind and text stay."""
        return self._page(
            request, "report.html", status=status, here="datasets", package=package, fault=fault, kind=kind, text=text,
            number=number, longest=LONGEST_REPORT,
        )  # fmt: skip

    def organizations(self, request: Request) -> Response:
        """All departments."""
        with self._holding.reading() as connection:
            listed = owners.listed(connection, "organization")
        return self._page(request, "organizations.html", here="departments", departments=listed)

    def organization(self, request: Request) -> Response:
        """One department and its datasets."""
        with self._holding.reading() as connection:
            try:
                row = owners.find(connection, "organization", request.path_params["name"])
            except NotFound:
                return self.missing(request)
            if row["state"] != "active":
                return self.missing(request)
            found = search(
                connection,
                self._holding.facets,
                Wish(Trait("organization", row["name"]), ORDERS["title"], rows=MOST_LISTED),
            )
            hits = self._datasets(request, connection, found)
            shown = owners.shown(connection, row)
        return self._page(request, "organization.html", here="departments", department=shown, hits=hits)

    def about(self, request: Request) -> Response:
        """What is published, and when."""
        with self._holding.reading() as connection:
            found = search(connection, self._holding.facets, Wish(Everything(), ORDERS["title"], rows=MOST_LISTED))
            hits = self._datasets(request, connection, found)
        by_department: dict[str, list[Dataset]] = {}
        for hit in sorted(hits, key=lambda h: h.department):
            by_department.setdefault(hit.department, []).append(hit)
        return self._page(request, "about.html", here="about", directory=by_department, count=found.count)

    def about_api(self, request: Request) -> Response:
        """How programs read the catalogue."""
        return self._page(request, "api.html", here="api", actions=words.ACTIONS, searches=words.SEARCHES)

    def missing(self, request: Request) -> Response:
        """404."""
        return self._trouble(request, "missing", 404)

    def gone(self, request: Request) -> Response:
        """410: it was public once."""
        return self._trouble(request, "gone", 410)

    def forbidden(self, request: Request) -> Response:
        """403."""
        return self._trouble(request, "forbidden", 403)

    def fault(self, request: Request) -> Response:
        """500."""
        return self._trouble(request, "fault", 500)

    def text(self, template: str, **values: Any) -> str:
        """A template that is no page."""
        return self._templates.get_template(template).render(values)

    def _trouble(self, request: Request, kind: str, status: int) -> Response:
        return self._page(request, "trouble.html", status=status, here="", kind=kind)

    def _datasets(self, request: Request, connection: sqlite3.Connection, found: Found) -> list[Dataset]:
        shown = packages.shown_all(connection, found.numbers, self.site)
        return [dataset(package, _language(request)) for package in shown]

    def _facet(
        self,
        request: Request,
        connection: sqlite3.Connection,
        name: str,
        found: Found,
        chosen: list[tuple[str, str]],
        asked: str,
    ) -> dict[str, Any]:
        counts = found.facets[name]
        titles = self._titles(request, connection, name, list(counts))
        base = [("q", asked)] * bool(asked)
        items = [
            {
                "title": titles[value],
                "count": count,
                "on": (name, value) in chosen,
                "query": _query(base + _toggled(chosen, (name, value))),
            }
            for value, count in counts.items()
        ]
        return {"name": name, "items": items}

    def _titles(self, request: Request, connection: sqlite3.Connection, name: str, values: list[str]) -> dict[str, str]:
        if name == "frequency":
            return {v: pick(_language(request), FREQUENCIES.get(v, (v, v))) for v in values}
        return facet_titles(connection, name, values)

    def _link(self, request: Request, path: str) -> str:
        return ("/en" if _language(request) == "en" else "") + path

    def _page(self, request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
        language = _language(request)
        other = ("" if language == "en" else "/en") + request.scope["plain_path"]
        query = request.scope["query_string"].decode("latin-1")
        values |= {
            "language": language,
            "lang": words.TAGS[language],
            "other_lang": words.TAGS["zh" if language == "en" else "en"],
            "other_url": other + (f"?{query}" if query else ""),
            "site": self.site,
            "site_title": self.site.title_en if language == "en" else self.site.title,
            "say": lambda key, **kw: say(language, key, **kw),
            "pick": lambda pair: pick(language, pair),
            "day": lambda value: day(value, language),
            "link": lambda path: self._link(request, path),
            "query": lambda **kw: _query(list(kw.items())),
        }
        html = self._templates.get_template(template).render(values)
        return HTMLResponse(
            html, status, headers={"Content-Language": words.TAGS[language], "Cache-Control": "no-cache"}
        )


def _language(request: Request) -> Language:
    language: Language = request.scope["language"]
    return language


def _page_number(request: Request) -> int:
    said = request.query_params.get("page", "1")
    return min(max(int(said), 1), 100_000) if said.isdecimal() and len(said) < 9 else 1


def _toggled(chosen: list[tuple[str, str]], pair: tuple[str, str]) -> list[tuple[str, str]]:
    return [p for p in chosen if p != pair] if pair in chosen else [*chosen, pair]


def _query(pairs: list[tuple[str, str]]) -> str:
    return "?" + urlencode(pairs) if pairs else ""
