"""Who is told of what: from a ledger line to kinds and people, and what waits to be sent. Reads only.

Notices name releases, kinds and people; never a value, a reason or anything else that somebody typed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from domain.release import Status, Verdict
from review import adopted, proposals, reading
from review.adopted_look import AWAY, CHANGED
from review.case_steps import CaseKind
from review.kinds import Kind
from review.models import ContractProposal, Delivery, LedgerEntry, NoticeFor, ReleaseRecord
from review.moments import moment_text
from review.permissions import (
    Act,
    Case,
    Office,
    Role,
    can,
    can_adopt,
    can_answer_withdrawal,
    can_decide,
)

NEWS = timedelta(days=1)
MAIL, WEBHOOK = "mail", "webhook"
WAITING, SENT, FAILED = "waiting", "sent", "failed"
INSIDE = frozenset({Kind.DELIVERY_FAILED})  # told in the console alone: what tells of a failure mustn't fail in turn


def _checked(_data: Mapping[str, Any], _record: ReleaseRecord) -> Kind:
    return Kind.NEW_WORK


def _decided(data: Mapping[str, Any], record: ReleaseRecord) -> Kind | None:
    match Verdict(data["verdict"]):
        case Verdict.RETURN | Verdict.REMEDY:
            return Kind.RETURNED
        case Verdict.WITHHOLD:
            return Kind.WITHHELD
        case Verdict.ESCALATE:
            return Kind.NEW_WORK
        case Verdict.APPROVE:
            return Kind.NEW_WORK if record.status == Status.IN_REVIEW.value else None


def _case(data: Mapping[str, Any]) -> Kind | None:
    """An inspection that failed, and a look at a catalogue of others, are told of by their own lines."""
    return None if data.get("kind") in (CaseKind.INSPECTION.value, CaseKind.ADOPTED.value) else Kind.CASE


TELLING: Mapping[str, Callable[[Mapping[str, Any], ReleaseRecord], Kind | None]] = {
    "checked": _checked,
    "submitted": _checked,
    "answered": _checked,
    "decided": _decided,
    "blocked": lambda _data, _record: Kind.BLOCKED,
    "published": lambda _data, _record: Kind.PUBLISHED,
    "inspected": lambda data, _record: None if data["ok"] else Kind.INSPECTION_FAILED,
    "withdrawn": lambda _data, _record: Kind.HIDDEN,
    "expired": lambda _data, _record: Kind.TAKEN_OFF,
    "hidden": lambda data, _record: None if data["before"] == Status.WITHDRAWN.value else Kind.TAKEN_OFF,
}
OF_CASES: Mapping[str, Callable[[Mapping[str, Any]], Kind | None]] = {
    "case-opened": _case,
    "case-continued": _case,
    "case-reopened": _case,
    "case-answered": lambda _data: Kind.CASE_ANSWERED,
    "case-settled": lambda _data: Kind.CASE_ANSWERED,
}
PERSONAL: Mapping[str, Kind] = {  # told to the person of the line alone, of no release
    "factor-set": Kind.FACTOR_SET,
    "factor-reset": Kind.FACTOR_RESET,
}
OF_PROPOSALS: Mapping[str, Kind] = {  # of a proposed contract, before it is one that releases rest on
    "contract-proposed": Kind.CONTRACT_PROPOSED,
    "contract-adopted": Kind.CONTRACT_ADOPTED,
    "contract-refused": Kind.CONTRACT_REFUSED,
    "contract-failed": Kind.CONTRACT_FAILED,
}
OF_CATALOGUES: Mapping[str, Kind] = {  # of a catalogue of others that is watched
    CHANGED: Kind.ADOPTED_CHANGED,
    AWAY: Kind.ADOPTED_AWAY,
}
TOLD_OF = (*TELLING, *OF_CASES, *PERSONAL, *OF_PROPOSALS, *OF_CATALOGUES)


def lines_to_tell(limit: int) -> list[LedgerEntry]:
    """The next ledger lines of the events above that nobody was told of, oldest first; what is older than a day is no
    news, so that an installation that begins to tell doesn't tell its whole past."""
    last = LedgerEntry.objects.filter(event="notified").order_by("-seq").first()
    after = int(json.loads(last.body)["data"]["upto"]) if last else 0
    since = moment_text(timezone.now() - NEWS)
    fresh = LedgerEntry.objects.filter(event__in=TOLD_OF, seq__gt=after, at__gte=since)
    return list(fresh.order_by("seq")[:limit])


def is_overtaken(line: LedgerEntry) -> bool:
    """Whether more has happened to the release since."""
    return LedgerEntry.objects.filter(release=line.release, event__in=[*TELLING, *OF_CASES], seq__gt=line.seq).exists()


def people_for(kind: Kind, record: ReleaseRecord, office: Office, at: datetime) -> set[str]:
    """User names of those whom this concerns now; whoever can do nothing about it isn't told of work."""
    case, unit = reading.case(record), record.unit_id
    everybody = {s.person for s in office.seats}

    def may(act: Act) -> set[str]:
        return {p for p in everybody if can(office, p, act, unit, at)}

    match kind:
        case Kind.NEW_WORK | Kind.OVERDUE:
            return _workers(record, case, office, everybody, at)
        case Kind.RETURNED | Kind.BLOCKED | Kind.WITHHELD:
            return may(Act.SUBMIT)
        case Kind.PUBLISHED:
            return may(Act.SUBMIT) | ({*case.decided, *case.submitters} & may(Act.SEE))
        case Kind.INSPECTION_FAILED:
            return may(Act.INSPECT)
        case Kind.HIDDEN:
            line = LedgerEntry.objects.filter(release=record.public_id, event="withdrawn").order_by("-seq").first()
            by = line.actor if line else ""
            second = {p for p in everybody if can_answer_withdrawal(office, p, case, by, at)}
            return second | may(Act.SUBMIT)
        case Kind.TAKEN_OFF:  # by the clock or by somebody in another network: nobody here is awaited
            return may(Act.SUBMIT) | may(Act.WITHDRAW)
        case Kind.CASE | Kind.CASE_OVERDUE | Kind.CASE_ANSWERED:
            return people_for_case(kind, unit, office, at)
        case Kind.DELIVERY_FAILED:
            return administrators(office, at)
        case Kind.FACTOR_SET | Kind.FACTOR_RESET:
            return set()  # the line says whom
        case Kind.CONTRACT_PROPOSED | Kind.CONTRACT_ADOPTED | Kind.CONTRACT_REFUSED | Kind.CONTRACT_FAILED:
            return set()  # of no release; see people_for_proposal
        case Kind.ADOPTED_CHANGED | Kind.ADOPTED_AWAY:
            return set()  # of no release; told as a case of no department is


def people_for_proposal(kind: Kind, row: ContractProposal, office: Office, at: datetime) -> set[str]:
    """User names of those who may adopt or refuse a proposal that still waits; of its author where it was answered; of its
    author and whoever adopted it where it didn't come into force and still isn't."""
    author = row.author.username
    if kind is Kind.CONTRACT_FAILED:
        failed = proposals.state_of(row, proposals.work_on([row.pk]).get(row.pk)) == proposals.FAILED
        return {author, row.answer.user.username} if failed else set()
    if kind is not Kind.CONTRACT_PROPOSED:
        return {author}
    if proposals.state_of(row, None) != proposals.OPEN:
        return set()  # whose work it was then is nobody's now
    units = proposals.units_of(row)
    return {p for p in {s.person for s in office.seats} if can_adopt(office, p, author, units, at)}


def people_for_case(kind: Kind, unit: str | None, office: Office, at: datetime) -> set[str]:
    """User names of those who may answer a case of that department, or close one that was answered. None: of no department;
    where nobody may, the administrators, who can give somebody the seat."""
    act = Act.CLOSE_CASE if kind is Kind.CASE_ANSWERED else Act.ANSWER_CASE
    found = {p for p in {s.person for s in office.seats} if can(office, p, act, unit, at)}
    return found or (administrators(office, at) if unit is None else set())


def _workers(record: ReleaseRecord, case: Case, office: Office, everybody: Iterable[str], at: datetime) -> set[str]:
    match Status(record.status):
        case Status.IN_REVIEW:
            return {p for p in everybody if can_decide(office, p, case, record.stage, at)}
        case Status.ESCALATED:
            return {
                p for p in everybody if p not in case.submitters and can(office, p, Act.ANSWER, case.department, at)
            }
        case Status.CHECKED:
            return {p for p in everybody if can(office, p, Act.SUBMIT, case.department, at)}
        case Status.APPROVED | Status.WITHDRAWN:  # see why it doesn't happen, or carry it
            acts = (Act.SUBMIT, Act.WITHDRAW)
            return {p for p in everybody if any(can(office, p, act, case.department, at) for act in acts)}
        case _:
            return set()


def administrators(office: Office, at: datetime) -> set[str]:
    """Everybody who holds an administrator's seat now."""
    people = {s.person for s in office.seats}
    return {p for p in people if any(s.role is Role.ADMINISTRATOR for s in office.held(p, at))}


def open_waits() -> list[dict[str, Any]]:
    """What waits: {release, since (datetime), is_off}. In review for somebody; approved and not told to be public (refused, or its
    receipt never came back from the other network); `is_off`: ordered off, and nothing proves that it is gone.
    """
    waits = Q(status__in=[Status.IN_REVIEW.value, Status.ESCALATED.value, Status.APPROVED.value])
    unproven = Q(status=Status.WITHDRAWN.value, takedown__isnull=True)
    found = ReleaseRecord.objects.filter(waits | unproven).values_list("public_id", "changed_at", "status")
    return [{"release": r, "since": at, "is_off": s == Status.WITHDRAWN.value} for r, at, s in found]


def unseen(username: str) -> int:
    """How many notices the person hasn't marked as read."""
    return NoticeFor.objects.filter(user__username=username, seen_at=None).count()


def copies(username: str) -> Any:
    """The person's notices, newest first (a queryset to page through)."""
    return NoticeFor.objects.filter(user__username=username).select_related("notice")


def troubled() -> Any:
    """Deliveries that failed or are being tried again, newest first (a queryset)."""
    return Delivery.objects.exclude(state=SENT).exclude(fault="").select_related("notice", "user").order_by("-pk")


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery that is due, with all that its sender needs."""

    id: int
    channel: str
    attempts: int
    notice: int
    kind: str
    at: datetime
    release: str
    dataset: str = ""
    period: str = ""
    status: str = ""
    title_zh: str = ""
    title_en: str = ""
    proposal: int = 0
    catalogue: str = ""
    case: str = ""  # about that catalogue
    changes: tuple[tuple[str, str], ...] = ()  # (dataset, code) of what stands in that catalogue
    name: str = ""
    address: str = ""


def due(at: datetime, limit: int = 20) -> list[Parcel]:
    """Deliveries to try now, the longest due first; an account that was closed or has no address gets nothing."""
    rows = Delivery.objects.filter(state=WAITING, due_at__lte=at).select_related("notice", "user").order_by("due_at")
    found = list(rows[:limit])
    records = {r.public_id: r for r in ReleaseRecord.objects.filter(public_id__in={d.notice.release for d in found})}
    about = {d.notice.proposal for d in found if d.notice.proposal}
    datasets = dict(ContractProposal.objects.filter(pk__in=about).values_list("pk", "dataset"))
    watched = adopted.named_in([d.notice.line for d in found])
    parcels = [_parcel(d, records.get(d.notice.release), datasets.get(d.notice.proposal, "")) for d in found]
    return [
        _of_catalogue(p, watched[d.notice.line]) if d.notice.line in watched else p
        for p, d in zip(parcels, found, strict=True)
    ]


def _of_catalogue(parcel: Parcel, named: adopted.Named) -> Parcel:
    changes = tuple((str(c["dataset"]), str(c["code"])) for c in adopted.standing(named.catalogue))
    return replace(parcel, catalogue=named.catalogue, case=named.case, changes=changes)


def _parcel(row: Delivery, record: ReleaseRecord | None, dataset: str) -> Parcel:
    notice, person = row.notice, row.user if row.user and row.user.is_active else None
    parcel = Parcel(
        row.pk, row.channel, row.attempts, notice.pk, notice.kind, notice.at, notice.release, dataset,
        proposal=notice.proposal,
    )  # fmt: skip
    if record:
        parcel = replace(
            parcel, dataset=record.dataset, period=record.period, status=record.status, title_zh=record.title_zh,
            title_en=record.title_en,
        )  # fmt: skip
    return replace(parcel, name=person.name or person.username, address=person.email) if person else parcel
