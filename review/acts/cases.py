"""Cases (问题单): opened by the platform, answered by the unit in charge, closed or reopened by another person.

Why one is opened, and until when it has to be answered, is left to flows; those about catalogues of others are opened by
review/acts/adopted. A report's text never enters the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max
from django.utils import timezone

from domain.errors import ReleaseNotFound
from domain.finding import PLACES_KEPT, Finding, count_by_severity
from review import texts
from review.case_steps import LINES, CaseEvent, CaseKind, CaseStatus, step
from review.cases import check_stands
from review.models import CaseRecord, CaseWord, LedgerEntry, ReleaseRecord, User
from review.permissions import SYSTEM, Act, check_can, check_can_end_case
from review.reading import find, office
from review.transaction import Page, act


@dataclass(frozen=True, slots=True)
class Matter:
    """What a case is about, and what was found: the one way in which a case comes about, within an act's page. Either `record`,
    or `catalogue` with `dataset` and the `adopted_on` of its baseline."""

    kind: CaseKind
    findings: Sequence[Finding]
    due_on: date
    record: ReleaseRecord | None = None
    catalogue: str = ""
    dataset: str = ""
    adopted_on: str = ""

    def unclosed(self) -> CaseRecord | None:
        """The case about the same that isn't closed."""
        same = {"release": self.record, "catalogue": self.catalogue, "foreign_dataset": self.dataset}
        found = CaseRecord.objects.select_related("release").filter(kind=self.kind.value, **same)
        return found.exclude(status=CaseStatus.CLOSED.value).first()

    def open(self, page: Page, *, urgent: bool = False, text: str = "", about: str | None = None) -> CaseRecord:
        """A new case."""
        year = timezone.localtime(page.at).year
        number = 1 + (CaseRecord.objects.filter(year=year).aggregate(n=Max("number"))["n"] or 0)
        row = CaseRecord.objects.create(
            public_id=f"Q-{year}-{number:04d}", year=year, number=number, kind=self.kind.value, release=self.record,
            unit_id=self.record.unit_id if self.record else None, catalogue=self.catalogue, foreign_dataset=self.dataset,
            adopted_on=self.adopted_on, status=CaseStatus.OPEN.value, is_urgent=urgent, due_on=self.due_on,
            findings=[f.to_dict() for f in self.findings], text=text.strip()[: texts.LONGEST], about=about,
            opened_at=page.at, changed_at=page.at,
        )  # fmt: skip
        _write(
            page, row, "case-opened", SYSTEM, kind=self.kind.value, urgent=urgent, due_on=self.due_on.isoformat(),
            findings=count_by_severity(self.findings), **self._held_against(),
        )  # fmt: skip
        return row

    def add_to(self, page: Page, row: CaseRecord) -> None:
        """A case takes in what was found since, and is open again."""
        row.status = step(row.public_id, CaseStatus(row.status), CaseEvent.CONTINUE).value
        row.findings, row.adopted_on, row.changed_at = _joined(row.findings, self.findings), self.adopted_on, page.at
        row.save()
        said = {"kind": row.kind, "findings": count_by_severity(self.findings)}
        baseline = {"adopted_on": self.adopted_on} if self.catalogue else {}
        _write(page, row, LINES[CaseEvent.CONTINUE], SYSTEM, **said, **baseline)

    def _held_against(self) -> Mapping[str, str]:
        return {"release_hash": self.record.release_hash} if self.record else {"adopted_on": self.adopted_on}


def _joined(known: Sequence[Mapping[str, Any]], fresh: Sequence[Finding]) -> list[dict[str, Any]]:
    """Findings with the later ones: more of the same kind at the same place is one finding with more places."""
    found = {f["id"]: dict(f) for f in known}
    for one in (f.to_dict() for f in fresh):
        if (before := found.get(one["id"])) is None:
            found[one["id"]] = one
            continue
        places = [*before["places"], *(p for p in one["places"] if p not in before["places"])]
        before["count"], before["places"] = before["count"] + one["count"], places[:PLACES_KEPT]
    return list(found.values())


def _write(page: Page, row: CaseRecord, event: str, actor: str, **said: Any) -> LedgerEntry:
    """A ledger line of the case, which names its subject."""
    subject = row.subject
    return page.write(event, actor, subject.release, case=row.public_id, **subject.said, **said)


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
    matter = Matter(kind, findings, due_on, find(release))
    reported = CaseRecord.objects.select_related("release").filter(about=about).first() if about is not None else None
    known = reported if about is not None else matter.unclosed()
    if known is None:
        return matter.open(page, urgent=urgent, text=text, about=about).public_id
    ids = {f["id"] for f in known.findings}
    fresh = [f for f in findings if f.id not in ids]
    if fresh:
        Matter(kind, fresh, due_on, matter.record).add_to(page, known)
    else:
        page.nothing_new()
    return known.public_id


@act(signed=True)
def answer_case(page: Page, case: str, username: str, password: str, text: str, *, code: str = "") -> CaseStatus:
    """The unit in charge says what it found and what it did; of a catalogue of others, whoever may in every department.

    Raises SignatureRefused, NotPermitted, TransitionRefused, UsageInvalid (no text; a long number), ReleaseNotFound.
    """
    del password, code  # checked before this page was opened
    row = _find(case)
    check_can(office(username), username, Act.ANSWER_CASE, row.unit_id, page.at)
    row.answered_by = User.objects.get(username=username)
    return _say(page, row, CaseEvent.ANSWER, username, text)


@act(signed=True)
def close_case(page: Page, case: str, username: str, password: str, text: str, *, code: str = "") -> CaseStatus:
    """Another person is satisfied with the answer. Raises as `answer_case`, and ReviewerHasDecided (the one who answered),
    LedgerBroken (of a catalogue of others: the ledger doesn't show how it came to be answered)."""
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
    if event is CaseEvent.CLOSE:
        check_stands(row)
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
    entry = _write(
        page, row, LINES[event], username, due_on=row.due_on.isoformat(), text_sha256=texts.digest(text=text)
    )
    CaseWord.objects.create(
        case=row, event=event.value, user=User.objects.get(username=username), text=text, entry=entry
    )
    return status
