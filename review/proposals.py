"""Drafts of contracts and what was proposed: who may see them, how they stand, and whether the ledger shows an adoption.

Reads only; written by review/acts/contracts. The contract in force is a file, known to flows and handed in by the console.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from domain.canonical import sha256_hex
from domain.errors import LedgerBroken, MingjingError, ReleaseNotApproved, ReleaseNotFound
from domain.release import Status
from review import ledger
from review.models import ContractDraft, ContractProposal, LedgerEntry, ReleaseRecord, WorkRequest
from review.moments import moment
from review.permissions import check_can_adopt
from review.replay import PEOPLE_EVENTS, replay

ADOPT, REFUSE, RETRACT = "adopt", "refuse", "retract"
OPEN, ADOPTED, IN_FORCE, FAILED, REFUSED, RETRACTED = "open", "adopted", "in_force", "failed", "refused", "retracted"
WORK = "contract"  # the kind of work that brings an adopted contract into force
ON_THE_WAY = (Status.RECEIVED, Status.CHECKED, Status.IN_REVIEW, Status.ESCALATED, Status.APPROVED)


def draft_of(dataset: str, username: str) -> ContractDraft | None:
    """The person's own draft."""
    return ContractDraft.objects.filter(dataset=dataset, author__username=username).first()


def drafts_of(username: str) -> list[ContractDraft]:
    """Everything that the person is writing, newest first."""
    return list(ContractDraft.objects.filter(author__username=username).defer("text"))


def units_of(row: ContractProposal) -> tuple[str, ...]:
    """Departments that a proposal touches: whose it would be, and whose the contract in force is."""
    return tuple(dict.fromkeys(u for u in (row.unit_id, row.unit_before) if u))


def visible(departments: Sequence[str]) -> QuerySet[ContractProposal]:
    """Proposals about departments that somebody may see, newest first."""
    seen = Q(unit__in=list(departments)) | Q(unit_before__in=list(departments))
    return (
        ContractProposal.objects.filter(seen).select_related("author", "unit", "answer__user").defer("text", "before")
    )


def proposal(number: int, departments: Sequence[str]) -> ContractProposal:
    """One of them. Raises ReleaseNotFound where there is none or it isn't to be seen."""
    row = visible(departments).defer(None).filter(pk=number).first()
    if row is None:
        raise ReleaseNotFound("there is no such proposal")
    return row


def work_on(numbers: Sequence[int]) -> dict[int, WorkRequest]:
    """The newest work that brings each adopted proposal into force."""
    rows = WorkRequest.objects.filter(kind=WORK, params__proposal__in=list(numbers)).order_by("id")
    return {int(w.params["proposal"]): w for w in rows}


def state_of(row: ContractProposal, work: WorkRequest | None) -> str:
    """How a proposal stands: OPEN, ADOPTED (on its way), IN_FORCE, FAILED, REFUSED or RETRACTED."""
    answer = getattr(row, "answer", None)
    if answer is None:
        return OPEN
    if answer.verdict != ADOPT:
        return REFUSED if answer.verdict == REFUSE else RETRACTED
    if work is not None and work.state in ("done", "failed"):
        return IN_FORCE if work.state == "done" else FAILED
    return ADOPTED


def open_for(dataset: str) -> ContractProposal | None:
    """The proposal of a dataset that waits for its answer."""
    return ContractProposal.objects.filter(dataset=dataset, answer=None).first()


def to_answer(departments: Sequence[str], username: str) -> list[tuple[int, str]]:
    """(number, dataset) of what others proposed for those departments and nobody has answered, oldest first."""
    mine = Q(unit__in=list(departments)) & (Q(unit_before="") | Q(unit_before__in=list(departments)))
    found = ContractProposal.objects.filter(mine, answer=None).exclude(author__username=username)
    return list(found.order_by("id").values_list("pk", "dataset"))


def on_its_way(dataset: str) -> bool:
    """Whether an adopted contract of the dataset isn't in force yet."""
    rows = list(ContractProposal.objects.filter(dataset=dataset, answer__verdict=ADOPT).select_related("answer"))
    work = work_on([r.pk for r in rows])
    return any(state_of(r, work.get(r.pk)) == ADOPTED for r in rows)


def outrun(dataset: str) -> int:
    """How many releases on their way would have to be prepared again under another contract."""
    return ReleaseRecord.objects.filter(dataset=dataset, status__in=[s.value for s in ON_THE_WAY]).count()


@dataclass(frozen=True, slots=True)
class Adopted:
    """A contract's text that the ledger shows as adopted."""

    dataset: str
    text: str
    contract_sha256: str
    base_sha256: str


def adopted(number: int) -> Adopted:
    """What an adopted proposal says, judged from the ledger alone: proposed by one person, adopted by another who held the seat
    for every department it touches at that time, both for this very text.

    Raises LedgerBroken, ReleaseNotApproved, ReleaseNotFound.
    """
    row = ContractProposal.objects.filter(pk=number).first()
    if row is None:
        raise ReleaseNotFound(f"there is no proposal {number}")
    found = ledger.verify()
    if not found.ok:
        raise LedgerBroken(f"ledger line {found.seq}: {found.fault}; no contract comes into force until it is restored")
    put, taken = _line("contract-proposed", number), _line("contract-adopted", number)
    if put is None or taken is None:
        raise ReleaseNotApproved(f"the ledger doesn't show that proposal {number} was adopted")
    said, agreed = put["data"], taken["data"]
    same = ("contract_sha256", "base_sha256", "text_sha256")
    if said["text_sha256"] != sha256_hex(row.text.encode()) or any(said[k] != agreed[k] for k in same):
        raise ReleaseNotApproved(f"proposal {number} isn't the one that was adopted")
    lines = LedgerEntry.objects.filter(event__in=PEOPLE_EVENTS, seq__lt=taken["seq"]).order_by("seq")
    office = replay("", lines.values_list("body", "hash")).office
    units = [u for u in (said["unit"], said["unit_before"]) if u]
    try:
        check_can_adopt(office, taken["actor"], put["actor"], units, moment(taken["at"]))
    except MingjingError as refusal:
        raise ReleaseNotApproved(f"the adoption of proposal {number} doesn't stand: {refusal}") from None
    return Adopted(said["dataset"], row.text, said["contract_sha256"], said["base_sha256"])


def _line(event: str, number: int) -> dict[str, Any] | None:
    """The one ledger line of that event about that proposal."""
    bodies = LedgerEntry.objects.filter(event=event, body__contains=f'"proposal":{number}').values_list(
        "body", flat=True
    )
    lines = [line for line in map(json.loads, bodies) if line["data"]["proposal"] == number]
    return lines[0] if len(lines) == 1 else None


def is_recorded(number: int) -> bool:
    """Whether the ledger says that the proposal's contract came into force."""
    return _line("contract-in-force", number) is not None
