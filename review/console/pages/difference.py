"""Which rows differ from the edition that was public when a release was prepared, page by page, through both redacted tables.

Rows of the edition before are shown while it stands or stood regularly in the catalogue and its department is the visitor's: what
was taken off since isn't brought back by this page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from domain.errors import ArtefactMissing
from domain.release import Manifest, Status
from review.console.changes import Side, one_sided, two_sided
from review.console.difference import TableDifference, difference
from review.console.package import package, package_of
from review.console.pages.release import found
from review.console.paging import Pages, pages_of
from review.console.pairing import Paired, paired
from review.console.visitor import Visitor, visitor
from review.console.words import Pair
from review.models import ReleaseRecord

ROWS = 50
CHANGED, ADDED, REMOVED = "changed", "added", "removed"
KINDS: Mapping[str, Pair] = {
    CHANGED: ("改动行", "Changed"),
    ADDED: ("新增行", "Added"),
    REMOVED: ("减少行", "Removed"),
}
PUBLIC = frozenset({Status.PUBLISHED.value, Status.SUPERSEDED.value})


def rows(request: HttpRequest, release: str) -> HttpResponse:
    """The page; where there is nothing to compare it says why."""
    record = found(request, release)
    now = package_of(record)
    told = difference(now.manifest) if now else None
    context: dict[str, Any] = {"record": record, "told": told}
    if now and told and told.tables:
        asked = request.GET.get("table", "")
        table = next((t for t in told.tables if t.table == asked), told.tables[0])
        sides = Side(package(told.previous), table.table), Side(now, table.table)
        context |= {"table": table, **_part(request, table, sides)}
    return render(request, "difference.html", context)


def _part(request: HttpRequest, table: TableDifference, sides: tuple[Side, Side]) -> dict[str, Any]:
    """The kind of rows that the address asks for, else the first that there are."""
    counts = {CHANGED: table.changed or 0, ADDED: table.added, REMOVED: table.removed}
    asked = request.GET.get("kind", "")
    kind = asked if asked in counts else next((k for k, n in counts.items() if n), ADDED)
    before, now = sides
    may_show = _may_show(visitor(request), before.package.manifest)
    pages = pages_of(request, 0 if kind == REMOVED and not may_show else counts[kind], ROWS)
    context: dict[str, Any] = {
        "kind": kind,
        "kinds": [(name, said, counts[name]) for name, said in KINDS.items()],
        "keys": now.key if table.changed is not None else (),
        "may_show": may_show,
        "pages": pages,
    }
    try:
        numbers = paired(before.sha256, now.sha256, now.key)
    except ArtefactMissing:
        return context
    return context | _rows(kind, numbers, sides, pages, may_show=may_show)


def _rows(kind: str, numbers: Paired, sides: tuple[Side, Side], pages: Pages, *, may_show: bool) -> dict[str, Any]:
    """`changes` or `shown`: the page's rows, None where the bytes are gone."""
    before, now = sides
    count = pages.stop - pages.start
    names = sorted(numbers.columns, key=lambda n: n not in now.key)  # the key first, all else as it stands
    if kind == CHANGED:
        table = numbers.changed
        wanted = [] if table is None else [(b, n) for b, n in table.slice(pages.start, count).iter_rows()]
        return {"changes": two_sided(before, now, names, wanted, show_before=may_show)}
    side, lines, own = (
        (before, numbers.removed, numbers.columns_removed)
        if kind == REMOVED
        else (now, numbers.added, numbers.columns_added)
    )
    return {"shown": one_sided(side, [*names, *own], lines.slice(pages.start, count).to_list())}


def _may_show(person: Visitor, manifest: Manifest) -> bool:
    """Whether that edition's own rows may be seen by the visitor."""
    known = ReleaseRecord.objects.filter(release_hash=manifest.release_hash, unit__in=person.departments)
    return known.filter(status__in=PUBLIC).exists()
