"""Telling people: notices are made from ledger lines after the fact, so that no act waits for them and none is forgotten.

How a notice leaves the platform is left to flows/notices; what became of it is recorded here.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from domain.errors import UsageInvalid
from review import notices
from review.kinds import Kind
from review.models import CaseRecord, ContractProposal, Delivery, LedgerEntry, Notice, NoticeFor, ReleaseRecord, User
from review.notices import FAILED, INSIDE, MAIL, SENT, TELLING, WAITING, WEBHOOK
from review.permissions import SYSTEM, Office, check_can_manage
from review.reading import office
from review.transaction import Page, act

AT_ONCE = 100
WAIT_SECONDS = (60, 300, 1_800, 7_200, 21_600)  # between tries; after the last the delivery has failed


@act()
def tell(page: Page, channels: Collection[str] = ()) -> int:
    """Make notices of the ledger lines that nobody was told of yet; returns how many lines were gone through.

    `channels`: the ways out that the installation has (mail, webhook).
    """
    lines = notices.lines_to_tell(AT_ONCE)
    if not lines:
        page.nothing_new()
        return 0
    known, told = office(), 0
    records = {r.public_id: r for r in ReleaseRecord.objects.filter(public_id__in={line.release for line in lines})}
    for line in lines:
        if personal := notices.PERSONAL.get(line.event):
            whom = {str(json.loads(line.body)["data"]["user"])}
            told += _tell(page, personal, "", f"line:{line.seq}", whom, channels, line=line.seq)
            continue
        if about := notices.OF_PROPOSALS.get(line.event):
            told += _tell_of_proposal(page, about, line, known, channels)
            continue
        if of_catalogue := notices.OF_CATALOGUES.get(line.event):
            people = notices.people_for_case(Kind.CASE, None, known, page.at)
            told += _tell(page, of_catalogue, "", f"line:{line.seq}", people, channels, line=line.seq)
            continue
        if of_case := notices.OF_CASES.get(line.event):
            told += _tell_of_case(page, of_case(json.loads(line.body)["data"]), line, known, channels)
            continue
        record = records.get(line.release)
        kind = TELLING[line.event](json.loads(line.body)["data"], record) if record else None
        if kind is Kind.NEW_WORK and notices.is_overtaken(line):
            continue  # whose work it was then is nobody's now
        if record is not None and kind is not None:
            people = notices.people_for(kind, record, known, page.at) - {line.actor}
            told += _tell(page, kind, record.public_id, f"line:{line.seq}", people, channels, line=line.seq)
    page.write("notified", SYSTEM, upto=lines[-1].seq, lines=len(lines), told=told)
    return len(lines)


def _tell_of_proposal(page: Page, kind: Kind, line: LedgerEntry, known: Office, channels: Collection[str]) -> int:
    number = int(json.loads(line.body)["data"]["proposal"])
    row = ContractProposal.objects.select_related("author", "answer__user").filter(pk=number).first()
    people = notices.people_for_proposal(kind, row, known, page.at) - {line.actor} if row else set()
    if not people:
        return 0
    return _tell(page, kind, "", f"line:{line.seq}", people, channels, line=line.seq, proposal=number)


def _tell_of_case(page: Page, kind: Kind | None, line: LedgerEntry, known: Office, channels: Collection[str]) -> int:
    row = CaseRecord.objects.filter(public_id=json.loads(line.body)["data"]["case"]).first()
    if row is None or kind is None:
        return 0
    people = notices.people_for_case(kind, row.unit_id, known, page.at) - {line.actor}
    return _tell(page, kind, line.release, f"line:{line.seq}", people, channels, line=line.seq)


@act()
def tell_overdue(page: Page, releases: Collection[str], channels: Collection[str] = ()) -> int:
    """Tell of releases that have waited too long, once for each wait; returns how many people were told."""
    known, told = office(), 0
    for record in ReleaseRecord.objects.filter(public_id__in=list(releases)):
        about = f"overdue:{record.public_id}:{record.changed_at:%Y%m%d%H%M%S}"
        if not Notice.objects.filter(about=about).exists():
            people = notices.people_for(Kind.OVERDUE, record, known, page.at)
            told += _tell(page, Kind.OVERDUE, record.public_id, about, people, channels)
            page.write("overdue", SYSTEM, record.public_id, stage=record.stage, told=len(people))
    if not page.lines:
        page.nothing_new()
    return told


@act()
def tell_overdue_cases(page: Page, cases: Collection[str], channels: Collection[str] = ()) -> int:
    """Tell of cases that weren't answered by their day, once for each day that was set; returns how many people were told."""
    known, told = office(), 0
    for row in CaseRecord.objects.select_related("release").filter(public_id__in=list(cases)):
        about = f"case-overdue:{row.public_id}:{row.due_on:%Y%m%d}"
        if not Notice.objects.filter(about=about).exists():
            people, subject = notices.people_for_case(Kind.CASE_OVERDUE, row.unit_id, known, page.at), row.subject
            said = {"case": row.public_id, "told": len(people), **subject.said}
            line = page.write("case-overdue", SYSTEM, subject.release, **said)
            told += _tell(page, Kind.CASE_OVERDUE, subject.release, about, people, channels, line=line.seq)
    if not page.lines:
        page.nothing_new()
    return told


def _tell(
    page: Page, kind: Kind, release: str, about: str, people: Collection[str], channels: Collection[str], *, line: int = 0,
    proposal: int = 0,
) -> int:  # fmt: skip
    """One notice with its copies and what has to be sent; returns the number of people."""
    notice = Notice.objects.create(
        kind=kind.value, release=release, about=about, line=line, proposal=proposal, at=page.at
    )
    users = list(User.objects.filter(username__in=list(people), is_active=True).order_by("pk"))
    NoticeFor.objects.bulk_create(NoticeFor(notice=notice, user=user) for user in users)
    if kind in INSIDE:
        return len(users)
    rows = [Delivery(notice=notice, channel=MAIL, user=u, state=WAITING, due_at=page.at) for u in users if u.email]
    rows = rows if MAIL in channels else []
    if WEBHOOK in channels and kind not in notices.PERSONAL.values():
        rows.append(Delivery(notice=notice, channel=WEBHOOK, state=WAITING, due_at=page.at))
    Delivery.objects.bulk_create(rows)
    return len(users)


@act()
def record_delivery(page: Page, delivery: int, *, ok: bool, fault: str = "") -> str:
    """Keep what became of one try; returns the delivery's state. A failure is tried again after a while, and once it is
    given up the administrators are told in the console. `fault`: a kind, such as `timeout` or `http-500`.
    """
    row = Delivery.objects.filter(pk=delivery, state=WAITING).first()
    if row is None:
        page.nothing_new()
        return SENT
    row.attempts += 1
    row.fault = "" if ok else fault[:60]
    given_up = not ok and row.attempts > len(WAIT_SECONDS)
    row.state = SENT if ok else FAILED if given_up else WAITING
    row.due_at = page.at if ok or given_up else _next(page.at, row.attempts)
    row.save()
    if given_up:
        people = notices.administrators(office(), page.at)
        _tell(page, Kind.DELIVERY_FAILED, "", f"delivery:{row.pk}", people, ())
    page.write(
        "delivered" if ok else "delivery-failed", SYSTEM, row.notice.release, notice=row.notice_id, channel=row.channel,
        attempt=row.attempts, fault=row.fault, given_up=given_up,
    )  # fmt: skip
    return row.state


def _next(at: datetime, attempts: int) -> datetime:
    return at + timedelta(seconds=WAIT_SECONDS[attempts - 1])


@act()
def see_notices(page: Page, username: str) -> int:
    """Mark all of a person's notices as read; returns how many were new."""
    fresh = NoticeFor.objects.filter(user__username=username, seen_at=None).update(seen_at=page.at)
    if fresh:
        page.write("notices-seen", username, number=fresh)
    else:
        page.nothing_new()
    return fresh


@act()
def set_email(page: Page, username: str, email: str, *, actor: str = SYSTEM) -> None:
    """Where a person's notices go by mail; empty ends it. By the person, or an administrator. The ledger keeps that it
    changed, never the address. Raises UsageInvalid, NotPermitted.
    """
    person = User.objects.filter(username=username).first()
    if actor != username:
        check_can_manage(office(actor), actor, None, page.at)
    email = email.strip()
    try:
        if email:
            validate_email(email)
    except ValidationError:
        raise UsageInvalid("that isn't an e-mail address; correct it, or leave it empty") from None
    if person is None:
        raise UsageInvalid("there is no such person")
    person.email = email
    person.save(update_fields=["email"])
    page.write("email-set", actor, user=username, given=bool(email))
