"""Fetch from the ledger the lines that bear on one release, or on cases about no release: those, and those about people and units."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from review.models import LedgerEntry
from review.replay import PEOPLE_EVENTS


def lines_for(release: str) -> Iterator[tuple[str, str]]:
    """(body, hash) in the ledger's order."""
    yield from _lines(Q(release=release))


def lines_of_cases() -> Iterator[tuple[str, str]]:
    """(body, hash) in the ledger's order, of cases about catalogues of others."""
    yield from _lines(Q(release="", event__startswith="case-"))


def _lines(mine: Q) -> Iterator[tuple[str, str]]:
    wanted = mine | Q(event__in=PEOPLE_EVENTS)
    yield from LedgerEntry.objects.filter(wanted).order_by("seq").values_list("body", "hash").iterator(2_000)
