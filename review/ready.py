"""Decisions that are finished and not signed yet (待签): what a person has laid aside, and whether it could still be signed.
Reads only; written by review/acts/ready.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.canonical import canonical_json, sha256_hex
from domain.contract import stored_contract
from domain.errors import MingjingError
from domain.release import Disposition, DispositionKind, Verdict
from domain.remedy import Override
from review.acts.decision import Judgement
from review.models import ReadyDecision, ReleaseRecord


def content_of(said: Judgement) -> dict[str, Any]:
    """A judgement as its row keeps it, release, person, stage and hash apart."""
    return {
        "verdict": said.verdict.value, "reason": said.reason, "reason_code": said.reason_code, "basis": said.basis,
        "dispositions": [
            {"finding": d.finding, "kind": d.kind.value, "basis": d.basis, "reason": d.reason} for d in said.dispositions
        ],
        "overrides": [o.to_dict() for o in said.overrides],
        "contract": said.contract.content.decode() if said.contract else "",
        "confirmed": list(said.confirmed),
    }  # fmt: skip


def judgement_of(row: ReadyDecision) -> Judgement:
    """Inverse: what the person would sign."""
    kept = row.content
    return Judgement(
        row.release.public_id, row.user.username, row.stage, Verdict(kept["verdict"]), row.release_hash,
        kept["reason"], kept["reason_code"], kept["basis"],
        tuple(Disposition(d["finding"], DispositionKind(d["kind"]), d["basis"], d["reason"]) for d in kept["dispositions"]),
        overrides=tuple(Override.from_dict(o) for o in kept["overrides"]),
        contract=stored_contract(kept["contract"].encode()) if kept["contract"] else None,
        confirmed=tuple(kept["confirmed"]),
    )  # fmt: skip


def mark_of(row: ReadyDecision) -> str:
    """Hash of all that the row says: a signature names it, so that nobody signs other words than those that were shown."""
    return sha256_hex(
        canonical_json([row.release.public_id, row.user.username, row.stage, row.release_hash, row.content])
    )


@dataclass(frozen=True, slots=True)
class Ready:
    """One line of a person's list. `refusal`: the named reason why it can't be signed as things stand now, None if it can."""

    record: ReleaseRecord
    stage: str
    release_hash: str
    mark: str
    said: Judgement
    at: datetime
    refusal: MingjingError | None


def ready_of(username: str, at: datetime) -> list[Ready]:
    """What the person has laid aside, the oldest first, each checked as it would be at that time."""
    rows = ReadyDecision.objects.filter(user__username=username).select_related("release", "user")
    return [_ready(row, at) for row in rows]


def _ready(row: ReadyDecision, at: datetime) -> Ready:
    said, refusal = judgement_of(row), None
    try:
        said.check(at)
    except MingjingError as stopped:
        refusal = stopped
    return Ready(row.release, row.stage, row.release_hash, mark_of(row), said, row.at, refusal)


def number_ready(username: str) -> int:
    """How many decisions the person has laid aside."""
    return ReadyDecision.objects.filter(user__username=username).count()


def is_ready(username: str, release: str) -> bool:
    """Whether the person has a finished decision on that release."""
    return ReadyDecision.objects.filter(user__username=username, release__public_id=release).exists()
