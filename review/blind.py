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


def words(release: str) -> list[dict[str, Any]]:
    """The same opinions whole, as evidence holds them: who, in which seat, when, all that was said, and the hash of the line
    that sealed it."""
    open_ones = _open(release).select_related("user", "seat", "seat__deputy_of", "entry").order_by("entry_id")
    return [
        {
            "stage": o.stage, "round": o.round, "user": o.user.username, "name": o.user.name, "unit": o.seat.unit_id,
            "role": o.seat.role, "deputy_of": o.seat.deputy_of.username if o.seat.deputy_of else None,
            "at": o.entry.at, "entry": o.entry_id, "entry_hash": o.entry.hash, "release_hash": o.release_hash,
            **{k: o.content[k] for k in ("verdict", "reason", "reason_code", "basis", "overrides")},
            "dispositions": o.content["rows"],
        }
        for o in open_ones
    ]  # fmt: skip


def _open(release: str, under_way: Sequence[BlindOpinion] | None = None) -> QuerySet[BlindOpinion]:
    """Opinions of ended rounds, and both of a conflict; one that waits for the other stays closed."""
    under_way = waiting(release) if under_way is None else under_way
    closed = {o.pk for o in under_way} if len(under_way) < PAIR else set()
    return BlindOpinion.objects.filter(release__public_id=release).exclude(pk__in=closed)


def told(release: str, under_way: Sequence[BlindOpinion] | None = None) -> Sequence[dict[str, Any]]:
    """Opinions that everybody may know: of ended rounds, and of a conflict. {stage, round, user, name, verdict, reason,
    reason_code, basis, dispositions: finding → kind}. A single one that waits for the other isn't among them.
    `under_way`: what `waiting` said, where the caller has asked already."""
    rows = _open(release, under_way)
    return [
        {
            "stage": o.stage, "round": o.round, "user": o.user.username, "name": o.user.name or o.user.username,
            **{k: o.content[k] for k in ("verdict", "reason", "reason_code", "basis", "dispositions")},
        }
        for o in rows.select_related("user").order_by("entry_id")
    ]  # fmt: skip
