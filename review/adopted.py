"""Catalogues of others that are watched: what stands there now. Reads only; written by review/acts/adopted.

They hold no release of ours; what changed there opens cases (review/cases), which adopting the catalogue again settles.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from review.adopted_look import is_hold, newest_first
from review.models import AdoptedCatalogue, LedgerEntry


def catalogues() -> list[AdoptedCatalogue]:
    """Every catalogue that is watched, by address."""
    return list(AdoptedCatalogue.objects.order_by("url"))


@dataclass(frozen=True, slots=True)
class Named:
    """What a ledger line is about: a catalogue, and where it is one the case about it, "" where not."""

    catalogue: str
    case: str


def named_in(lines: Sequence[int]) -> dict[int, Named]:
    """Ledger line → the catalogue that it is about, of those that are about one."""
    about = Q(event__startswith="adopted-") | Q(event__startswith="case-", release="")
    found = LedgerEntry.objects.filter(about, seq__in=[n for n in lines if n]).values_list("seq", "body")
    said = {seq: json.loads(body)["data"] for seq, body in found}
    return {seq: Named(str(one["catalogue"]), str(one.get("case", ""))) for seq, one in said.items()}


def watched(catalogue: str) -> AdoptedCatalogue | None:
    """What the last look at it found; None where it isn't watched any more."""
    return AdoptedCatalogue.objects.filter(url=catalogue).first()


def standing(catalogue: str) -> list[Mapping[str, Any]]:
    """The changes there that a person has to look at, newest first."""
    row = watched(catalogue)
    return newest_first(c for c in row.changes if is_hold(c)) if row else []
