"""Rule packs, read-only: which version is in force, what stands in it, and which versions releases were checked with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from domain.pack import Pack
from review.console.outside import outside
from review.console.paging import pages_of
from review.models import LedgerEntry

LINES = 1_000  # newest checks that the page looks through
SHOWN = ("id", "code", "title", "severity", "certainty", "publish", "citation", "kind", "words", "limit", "note")


def packs(request: HttpRequest) -> HttpResponse:
    """All packs with the versions that releases were checked with."""
    used = used_versions()
    rows = [
        {"pack": p, "entries": sum(len(v) for v in entries_of(p).values()), "used": used.get(p.id, [])}
        for p in _all().values()
    ]
    return render(request, "packs.html", {"rows": rows})


def pack(request: HttpRequest, pack: str) -> HttpResponse:
    """One pack's entries."""
    found = _all().get(pack)
    if found is None:
        raise Http404
    lists = entries_of(found)
    name = request.GET.get("list") or next(iter(lists), "")
    entries = lists.get(name, [])
    pages = pages_of(request, len(entries), 50)
    columns = [c for c in SHOWN if any(c in e for e in entries)]
    rows = [[_text(e.get(c)) for c in columns] for e in entries[pages.start : pages.stop]]
    return render(
        request,
        "pack.html",
        {"pack": found, "lists": list(lists), "list": name, "columns": columns, "rows": rows, "pages": pages, "used": used_versions().get(pack, [])},
    )  # fmt: skip


def _all() -> dict[str, Pack]:
    return dict(sorted(outside().packs().by_id.items()))


def entries_of(pack: Pack) -> dict[str, list[Mapping[str, Any]]]:
    """The pack's lists of entries; word lists and tables of figures aren't shown."""
    return {
        k: v for k, v in pack.data.items() if isinstance(v, list) and v and all(isinstance(entry, dict) for entry in v)
    }


def _text(value: Any) -> Any:
    """Bilingual texts stay pairs for the template; lists become one line."""
    if isinstance(value, dict) and {"zh", "en"} <= set(value):
        return value
    if isinstance(value, list):
        return {"plain": "、".join(str(v) for v in value[:8]) + ("…" if len(value) > 8 else "")}
    return {"plain": "" if value is None else str(value)}


def used_versions() -> dict[str, list[dict[str, str]]]:
    """Versions by pack as the newest checks used them, newest first: version, sha256, since (of the first use seen)."""
    found: dict[str, dict[tuple[str, str], str]] = {}
    lines = LedgerEntry.objects.filter(event="checked").order_by("-seq").values_list("at", "body")[:LINES]
    for at, body in lines:
        for told in json.loads(body)["data"]["packs"]:
            name, version, sha256 = told.split(" ")
            found.setdefault(name, {})[version, sha256] = at
    return {
        name: [{"version": v, "sha256": s, "since": at} for (v, s), at in versions.items()]
        for name, versions in found.items()
    }
