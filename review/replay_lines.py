"""Fetch from the ledger the lines that bear on one release: its own, and those about people and units."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q

from review.models import LedgerEntry
from review.replay import PEOPLE_EVENTS


def lines_for(release: str) -> Iterator[tuple[str, str]]:
    """(body, hash) in the ledger's order."""
    mine = Q(release=release) | Q(event__in=PEOPLE_EVENTS)
    yield from LedgerEntry.objects.filter(mine).order_by("seq").values_list("body", "hash").iterator(2_000)
