"""Datasets: what there is, and one dataset's contract, editions, freshness and contact."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BigIntegerField, F, Max, Q
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from domain.contract import Contract
from domain.release import Status
from review import listing, proposals, queries
from review.console.freshness import freshness
from review.console.outside import outside
from review.console.paging import pages_of
from review.console.visitor import visitor
from review.listing import Filter
from review.models import ReleaseRecord, Unit
from review.permissions import Act


def contracts_for(request: HttpRequest) -> dict[str, Contract]:
    """Contracts of departments that the visitor may see, by id."""
    departments = visitor(request).departments
    return {k: c for k, c in sorted(outside().contracts().items()) if c.department in departments}


PLACE = 1_000_000  # more revisions than an edition will ever have


def newest(datasets: list[str], statuses: list[str] | None = None) -> dict[str, ReleaseRecord]:
    """The newest release of each dataset: two queries, of which the second meets one row a dataset."""
    found = ReleaseRecord.objects.filter(
        dataset__in=datasets, **({"status__in": statuses} if statuses else {})
    ).order_by()
    last = found.values_list("dataset").annotate(place=Max(Cast("edition", BigIntegerField()) * PLACE + F("revision")))
    places = [Q(dataset=name, edition=place // PLACE, revision=place % PLACE) for name, place in last]
    if not places:
        return {}
    return {r.dataset: r for r in ReleaseRecord.objects.filter(reduce(or_, places)).defer(*listing.HEAVY)}


def datasets(request: HttpRequest) -> HttpResponse:
    """All datasets with what is public of each."""
    contracts = contracts_for(request)
    search = request.GET.get("q", "")[:100].lower()
    wanted = {
        k: c for k, c in contracts.items() if all(w in f"{k} {c.title.zh} {c.title.en}".lower() for w in search.split())
    }
    pages = pages_of(request, len(wanted))
    shown = list(wanted.items())[pages.start : pages.stop]
    names = [k for k, _ in shown]
    public, last = newest(names, [Status.PUBLISHED.value]), newest(names)
    units = titles_of_units([c.department for _, c in shown])
    rows: list[dict[str, Any]] = [
        {
            "id": k, "title": {"zh": c.title.zh, "en": c.title.en}, "unit": units.get(c.department), "contract": c,
            "public": public.get(k), "last": last.get(k),
        }
        for k, c in shown
    ]  # fmt: skip
    return render(request, "datasets.html", {"rows": rows, "pages": pages})


def titles_of_units(codes: list[str]) -> dict[str, dict[str, str]]:
    """Unit titles by code."""
    return {u.code: {"zh": u.title_zh, "en": u.title_en} for u in Unit.objects.filter(code__in=codes)}


def dataset(request: HttpRequest, dataset: str) -> HttpResponse:
    """One dataset. What the visitor may not see doesn't exist."""
    contract = contracts_for(request).get(dataset)
    found = listing.matching(Filter(visitor(request).departments, dataset=dataset)).order_by("-edition", "-revision")
    pages = pages_of(request, found.count())
    if contract is None and not pages.total:
        return render(request, "404.html", status=404)
    said = contract.model_dump(mode="json") if contract else None
    rows = listing.rows(found[pages.start : pages.stop])
    public, last = (newest([dataset], asked).get(dataset) for asked in ([Status.PUBLISHED.value], None))
    may_prepare = bool(contract and visitor(request).may(Act.PREPARE, contract.department))
    may_run = bool(contract and contract.source.location) and may_prepare
    shown = {
        "dataset": dataset,
        "contract": said,
        "rows": rows,
        "pages": pages,
        "public": public,
        "fresh": freshness(contract, public, last) if contract else None,
        "may_run": may_run,
        "may_prepare": may_prepare,
        "sources": outside().bench.sources() if may_prepare else (),
        "paused": queries.paused(dataset),
        "may_schedule": bool(contract and visitor(request).may(Act.SCHEDULE, contract.department)),
        "may_propose": bool(contract and visitor(request).may(Act.PROPOSE, contract.department)),
        "waiting": proposals.open_for(dataset),
    }
    return render(request, "dataset.html", shown)
