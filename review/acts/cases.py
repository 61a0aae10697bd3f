"""Cases (问题单): opened by the platform, answered by the unit in charge, closed or reopened by another person.

Why one is opened, and until when it has to be answered, is left to flows. A report's text never enters the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Max
from django.utils import timezone

from domain.errors import ReleaseNotFound
from domain.finding import Finding, count_by_severity
from review import texts
from review.case_steps import LINES, CaseEvent, CaseKind, CaseStatus, step
from review.models import CaseRecord, CaseWord, User
from review.permissions import SYSTEM, Act, check_can, check_can_end_case
from review.reading import find, office
from review.transaction import Page, act


@act()
def open_case(
    page: Page, kind: CaseKind, release: str, due_on: date, findings: Sequence[Finding] = (), *, urgent: bool = False,
    text: str = "", about: str | None = None,
) -> str:  # fmt: skip
    """Open a case about a published release; returns its number.

    One that isn't closed takes in what is found later, and nothing is written where nothing is new. `about`: a report's own
    number, so that it opens one case however often it comes; `text`: what it says, cut to texts.LONGEST characters.
    Raises ReleaseNotFound.
    """
    record = find(release)
    if about is not None:
        known = CaseRecord.objects.filter(about=about).first()
    else:
        known = (
            CaseRecord.objects.filter(release=record, kind=kind.value).exclude(status=CaseStatus.CLOSED.value).first()
        )
    if known is not None:
        return _take_in(page, known, findings)
    year = timezone.localtime(page.at).year
    number = 1 + (CaseRecord.objects.filter(year=year).aggregate(n=Max("number"))["n"] or 0)
    row = CaseRecord.objects.create(
        public_id=f"Q-{year}-{number:04d}", year=year, number=number, kind=kind.value, release=record,
        unit_id=record.unit_id, status=CaseStatus.OPEN.value, is_urgent=urgent, due_on=due_on,
        findings=[f.to_dict() for f in findings], text=text.strip()[: texts.LONGEST], about=about, opened_at=page.at,
        changed_at=page.at,
    )  # fmt: skip
    page.write(
        "case-opened", SYSTEM, release, case=row.public_id, kind=kind.value, urgent=urgent, due_on=due_on.isoformat(),
        findings=count_by_severity(findings), release_hash=record.release_hash,
    )  # fmt: skip
    return row.public_id


def _take_in(page: Page, case: CaseRecord, findings: Sequence[Finding]) -> str:
    known = {f["id"] for f in case.findings}
    fresh = [f for f in findings if f.id not in known]
    if not fresh:
        page.nothing_new()
        return case.public_id
    case.status = step(case.public_id, CaseStatus(case.status), CaseEvent.CONTINUE).value
    case.findings = [*case.findings, *(f.to_dict() for f in fresh)]
    case.changed_at = page.at
    case.save()
    said = {"case": case.public_id, "kind": case.kind, "findings": count_by_severity(fresh)}
    page.write(LINES[CaseEvent.CONTINUE], SYSTEM, case.release.public_id, **said)
    return case.public_id


@act(signed=True)
def answer_case(page: Page, case: str, username: str, password: str, text: str, *, code: str = "") -> CaseStatus:
    """The unit in charge says what it found and what it did.

    Raises SignatureRefused, NotPermitted, TransitionRefused, UsageInvalid (no text; a long number), ReleaseNotFound.
    """
    del password, code  # checked before this page was opened
    row = _find(case)
    check_can(office(username), username, Act.ANSWER_CASE, row.unit_id, page.at)
    row.answered_by = User.objects.get(username=username)
    return _say(page, row, CaseEvent.ANSWER, username, text)


@act(signed=True)
def close_case(page: Page, case: str, username: str, password: str, text: str, *, code: str = "") -> CaseStatus:
    """Another person is satisfied with the answer. Raises as `answer_case`, and ReviewerHasDecided (the one who answered)."""
    del password, code
    return _end(page, case, CaseEvent.CLOSE, username, text)


@act(signed=True)
def reopen_case(
    page: Page,
    case: str,
    username: str,
    password: str,
    text: str,
    due_on: date | None = None,
    *,
    code: str = "",
) -> CaseStatus:
    """Another person isn't satisfied, or something came up after the end; `due_on`: the new day. Raises as `close_case`."""
    del password, code
    return _end(page, case, CaseEvent.REOPEN, username, text, due_on)


def _end(page: Page, case: str, event: CaseEvent, username: str, text: str, due_on: date | None = None) -> CaseStatus:
    row = _find(case)
    by = row.answered_by.username if row.answered_by else ""
    check_can_end_case(office(username), username, row.unit_id, by, page.at)
    row.due_on = due_on or row.due_on
    return _say(page, row, event, username, text)


def _find(case: str) -> CaseRecord:
    row = CaseRecord.objects.select_related("release", "answered_by").filter(public_id=case).first()
    if row is None:
        raise ReleaseNotFound(f"there is no case {case[:20]!r}; `mingjing cases` lists those there are")
    return row


def _say(page: Page, row: CaseRecord, event: CaseEvent, username: str, text: str) -> CaseStatus:
    status = step(row.public_id, CaseStatus(row.status), event)
    text = texts.clean(text, "a sentence", needed=True)
    row.status, row.changed_at = status.value, page.at
    row.save()
    entry = page.write(
        LINES[event], username, row.release.public_id, case=row.public_id, due_on=row.due_on.isoformat(),
        text_sha256=texts.digest(text=text),
    )  # fmt: skip
    CaseWord.objects.create(
        case=row, event=event.value, user=User.objects.get(username=username), text=text, entry=entry
    )
    return status
