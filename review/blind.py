"""Blind stages (背靠背): who has spoken, and what may be told of it. Reads only; opinions are written by review/acts/decision, what
a seal covers says review/seals.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from review.models import BlindOpinion, DecisionRecord
from review.seals import PAIR


def unresolved() -> QuerySet[BlindOpinion]:
    """Opinions whose round hasn't ended in a decision, of any release."""
    ended = DecisionRecord.objects.filter(release=OuterRef("release"), stage=OuterRef("stage"), round=OuterRef("round"))
    return BlindOpinion.objects.filter(~Exists(ended))


def waiting(release: str) -> list[BlindOpinion]:
    """Opinions of the round that is under way: none, one (the other is awaited), or two that conflict."""
    return list(unresolved().filter(release__public_id=release).select_related("user").order_by("entry_id"))


def told(release: str) -> Sequence[dict[str, Any]]:
    """Opinions that everybody may know: of ended rounds, and of a conflict. {stage, round, user, name, verdict, reason,
    reason_code, basis, dispositions: finding → kind}. A single one that waits for the other isn't among them."""
    under_way = waiting(release)
    closed = {o.pk for o in under_way} if len(under_way) < PAIR else set()
    rows = BlindOpinion.objects.filter(release__public_id=release).exclude(pk__in=closed)
    return [
        {
            "stage": o.stage, "round": o.round, "user": o.user.username, "name": o.user.name or o.user.username,
            **{k: o.content[k] for k in ("verdict", "reason", "reason_code", "basis", "dispositions")},
        }
        for o in rows.select_related("user").order_by("entry_id")
    ]  # fmt: skip
