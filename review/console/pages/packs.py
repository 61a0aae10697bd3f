"""Rule packs, read-only: which version is in force, what stands in it, and which versions releases were checked with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from domain.errors import ArtefactMissing, ContentChanged, PackInvalid
from domain.pack import Pack
from domain.pack_changes import Changed, pack_changes, stored_pack
from review.console.outside import outside
from review.console.paging import pages_of
from review.models import LedgerEntry

NAMED = 12  # names of one kind of change that are shown
LINES = 1_000  # newest checks that the page looks through
SHOWN = ("id", "code", "title", "severity", "certainty", "publish", "citation", "kind", "words", "limit", "note")


def packs(request: HttpRequest) -> HttpResponse:
    """All packs with the versions that releases were checked with."""
    used = used_versions()
    try:
        found, fault = _all(), outside().packs_fault()
    except PackInvalid as unread:
        found, fault = {}, str(unread)
    rows = [
        {"pack": p, "entries": sum(len(v) for v in entries_of(p).values()), "used": used.get(p.id, [])}
        for p in found.values()
    ]
    return render(request, "packs.html", {"rows": rows, "fault": fault})


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
    used = used_versions().get(pack, [])
    context = {
        "pack": found, "lists": list(lists), "list": name, "columns": columns, "rows": rows, "pages": pages, "used": used,
        **compared(found, used, request.GET.get("since", "")),
    }  # fmt: skip
    return render(request, "pack.html", context)


def compared(now: Pack, used: list[dict[str, str]], since: str) -> dict[str, Any]:
    """What changed since the version that the address names, else since the newest other one that was used: {before, changes}.

    `changes` is None where that version's text isn't kept; without another version both are missing.
    """
    before = next((u for u in used if u["sha256"] == since), None) if since else None
    before = before or next((u for u in used if u["sha256"] != now.sha256), None)
    if before is None or before["sha256"] == now.sha256:
        return {}
    try:
        changes = pack_changes(stored_pack(outside().store.read(before["sha256"])), now)
    except (ArtefactMissing, ContentChanged):
        return {"before": before, "changes": None}
    return {"before": before, "changes": [_told(c) for c in changes]}


def _told(change: Changed) -> dict[str, Any]:
    """A part and the first names of each kind of change."""
    altered = [f"{name}（{'、'.join(keys)}）" if keys else name for name, keys in change.altered]
    kinds = {"added": list(change.added), "removed": list(change.removed), "altered": altered}
    return {"part": change.part, **{k: {"n": len(v), "names": v[:NAMED]} for k, v in kinds.items()}}


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
