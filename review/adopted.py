"""Catalogues of others that are watched: what stands there now. Reads only; written by review/acts/adopted.

They hold no release of ours, so no case can be opened about them: people are told, and adopting the catalogue again answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from review.adopted_look import is_hold, newest_first
from review.models import AdoptedCatalogue, LedgerEntry


def catalogues() -> list[AdoptedCatalogue]:
    """Every catalogue that is watched, by address."""
    return list(AdoptedCatalogue.objects.order_by("url"))


def named_in(lines: Sequence[int]) -> dict[int, str]:
    """Ledger line → the catalogue that it is about."""
    found = LedgerEntry.objects.filter(seq__in=list(lines), event__startswith="adopted-").values_list("seq", "body")
    return {seq: str(json.loads(body)["data"]["catalogue"]) for seq, body in found}


def standing(catalogue: str) -> list[Mapping[str, Any]]:
    """The changes there that a person has to look at, newest first."""
    row = AdoptedCatalogue.objects.filter(url=catalogue).first()
    return newest_first(c for c in row.changes if is_hold(c)) if row else []
