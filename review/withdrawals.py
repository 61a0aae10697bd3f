"""Orders to take a release off, and whether a second person has answered them. Reads only; written by review/acts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.release import Status
from domain.withdrawal import may_keep_words
from review.models import LedgerEntry, ReleaseRecord, User, WithdrawalAnswer, WorkRequest
from review.permissions import Case, Office, can_answer_withdrawal

COMMAND = re.compile(r"`([^`]+)`")
OFF = (
    "withdrawn",
    "expired",
    "hidden",
)  # events that take a release off, or more of it; only the first is this desk's order
WORDS = "keeps_words"  # of a take-down: whether title and notes were left on the tombstone
REVERSED = "withdrawal-reversed"  # the event that puts it out again


@dataclass(frozen=True, slots=True)
class Order:
    """The newest order to take a release off. `verdict`: "" while it waits for a second person."""

    entry: int
    person: str
    name: str
    at: str
    before: str
    verdict: str = ""
    answered_by: str = ""
    answered_at: str = ""
    answer: str = ""


def order_of(release: str) -> Order | None:
    """The release's newest order by a person of the desk; None where nobody ordered it off, or the clock or another network did."""
    line = LedgerEntry.objects.filter(release=release, event__in=OFF).order_by("-seq").first()
    if line is None or line.event != "withdrawn":
        return None
    person = User.objects.filter(username=line.actor).first()
    said = WithdrawalAnswer.objects.select_related("user", "entry").filter(order_id=line.seq).first()
    before = str(json.loads(line.body)["data"]["before"])
    name = (person.name or person.username) if person else line.actor
    if said is None:
        return Order(line.seq, line.actor, name, line.at, before)
    by = said.user.name or said.user.username
    return Order(line.seq, line.actor, name, line.at, before, said.verdict, by, said.entry.at, said.reason)


def before(record: ReleaseRecord) -> str:
    """The status that a new order takes the release out of. Of what is off already: where an order waits for a second person,
    that order's, whose place the new one takes; else `withdrawn`, so that a stricter order makes nothing reversible."""
    if record.status != Status.WITHDRAWN.value:
        return record.status
    order = order_of(record.public_id)
    return order.before if order is not None and not order.verdict else record.status


def leaves_words(record: ReleaseRecord) -> bool:
    """Whether the release is off, with the catalogue's proof, and its tombstone was left title and notes."""
    said = record.takedown if record.status == Status.WITHDRAWN.value else None
    return said is not None and bool(said.get(WORDS, may_keep_words(record.reason_code or "")))


def unanswered(units: Iterable[str] | None = None) -> list[tuple[ReleaseRecord, str, str]]:
    """Withdrawn releases of these departments (None: of all) whose order waits for a second person, oldest first, each with
    the user name of who ordered it off and when."""
    found = ReleaseRecord.objects.filter(status=Status.WITHDRAWN.value).select_related("unit").defer("manifest")
    if units is not None:
        found = found.filter(unit__in=list(units))
    answered = set(WithdrawalAnswer.objects.filter(release__in=found).values_list("order_id", flat=True))
    lines = LedgerEntry.objects.filter(release__in=found.values("public_id"), event__in=OFF).order_by("seq")
    last = {release: rest for release, *rest in lines.values_list("release", "seq", "event", "actor", "at")}
    waits = {release for release, (seq, event, *_) in last.items() if event == "withdrawn" and seq not in answered}
    return [(r, *last[r.public_id][2:]) for r in found.order_by("changed_at") if r.public_id in waits]


def to_answer(person: str, office: Office, units: Iterable[str], at: datetime) -> list[ReleaseRecord]:
    """Of these departments, the releases whose order this person may confirm or reverse now, oldest first."""
    open_ones = unanswered(units)
    lines = LedgerEntry.objects.filter(
        actor=person, event="submitted", release__in=[r.public_id for r, _, _ in open_ones]
    )
    own = set(lines.values_list("release", flat=True))

    def case(record: ReleaseRecord) -> Case:
        mine = frozenset({person} if record.public_id in own else ())
        return Case(record.public_id, record.unit_id, (), mine)

    return [r for r, by, _ in open_ones if can_answer_withdrawal(office, person, case(r), by, at)]


def waiting() -> list[dict[str, Any]]:
    """Every order that waits for a second person: {release, dataset, period, by, at, reason}, oldest first."""
    return [
        {"release": r.public_id, "dataset": r.dataset, "period": r.period, "by": by, "at": at, "reason": r.reason}
        for r, by, at in unanswered()
    ]  # fmt: skip


def is_reinstated(release: str) -> bool:
    """Whether the last word about taking the release off was a second person's reversal."""
    return turn_of(release).reverses > 0


@dataclass(frozen=True, slots=True)
class Turn:
    """How far the to and fro about a release is. `seq`: the ledger line that last took it off or put it out again, 0 before
    the first; `reverses`: the line of the order that this one reversed, 0 where it is no reversal."""

    seq: int
    reverses: int


def turn_of(release: str) -> Turn:
    """The release's turn. It travels in orders and receipts, so that an old one is known as old."""
    events = (*OFF, REVERSED)
    last = LedgerEntry.objects.filter(release=release, event__in=events).order_by("-seq").first()
    if last is None:
        return Turn(0, 0)
    return Turn(last.seq, int(json.loads(last.body)["data"]["order"]) if last.event == REVERSED else 0)


def work_on(release: str) -> dict[str, Any] | None:
    """State and result of the newest work that takes the release off; `commands`: what somebody else has to run first, by the
    refusal's message."""
    row = WorkRequest.objects.filter(kind="withdraw", params__release=release).order_by("-pk").first()
    if row is None:
        return None
    result = row.result or {}
    return {"state": row.state, "result": result, "commands": COMMAND.findall(str(result.get("message", "")))}
