"""Reviewers open what was found and decide: one stage after the other, each a different person, each bound to the bytes
that were shown."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from domain.contract import Contract
from domain.errors import DispositionMissing, FindingBlocks, TransitionRefused, UsageInvalid
from domain.release import Disposition, DispositionKind, Status, Verdict
from domain.remedy import Override
from review import blind, drafts, lifecycle, remedies, seals, texts
from review.acts.work import QUEUED
from review.confirmed import confirmed_from
from review.contents import check_hash
from review.dispositions import complete
from review.lifecycle import event_of
from review.models import (
    BlindOpinion,
    DecisionRecord,
    DispositionRecord,
    EscalationAnswer,
    FindingRecord,
    Membership,
    Opening,
    ReadyDecision,
    ReasonCode,
    ReleaseRecord,
    RemedyOrder,
    User,
    WorkRequest,
)
from review.permissions import Act, Case, Seat, check_can, check_can_decide
from review.reading import case, find, office, standing
from review.transaction import Page, act, move


@act()
def open_findings(page: Page, username: str, release: str, finding_ids: Collection[str]) -> int:
    """Record that the person opened these findings of the release; returns how many were new.

    Raises NotPermitted, TransitionRefused (before there is anything to open), UsageInvalid (no such finding).
    """
    record = find(release)
    check_can(office(username), username, Act.SEE, record.unit_id, page.at)
    if record.status == Status.RECEIVED.value:
        raise TransitionRefused(f"{release} is still being prepared; its findings aren't complete")
    fresh = _write_opened(page, record, username, finding_ids)
    if not fresh:
        page.nothing_new()
    return fresh


def _write_opened(page: Page, record: ReleaseRecord, username: str, finding_ids: Collection[str]) -> int:
    """Write those of the findings that the person hasn't opened yet; returns their number. Raises UsageInvalid."""
    asked, release = set(finding_ids), record.public_id
    known = set(FindingRecord.objects.filter(release=record, finding__in=asked).values_list("finding", flat=True))
    if asked - known:
        raise UsageInvalid(f"{release} has no finding of that id; `mingjing show {release}` lists them")
    mine = Opening.objects.filter(release=record, user__username=username)
    fresh = sorted(known - set(mine.values_list("finding", flat=True)))
    if fresh:
        user = User.objects.get(username=username)
        entry = page.write("opened", username, release, release_hash=record.release_hash, findings=fresh)
        Opening.objects.bulk_create(Opening(release=record, finding=f, user=user, entry=entry) for f in fresh)
    return len(fresh)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person says of a release at one stage: all that a signature covers. `release_hash`: what the person was shown;
    `shown`: findings that the caller showed with it, which the signature makes opened ones; `contract`: the release's own,
    needed for a remedy."""

    release: str
    username: str
    stage: str
    verdict: Verdict
    release_hash: str
    reason: str = ""
    reason_code: str = ""
    basis: str = ""
    dispositions: tuple[Disposition, ...] = ()
    shown: tuple[str, ...] = ()
    overrides: tuple[Override, ...] = ()
    contract: Contract | None = None
    confirmed: tuple[str, ...] = ()  # findings disposed of by confirming what was said last time (review/confirmed)

    def check(self, at: datetime, page: Page | None = None) -> Ground:
        """Whether it could be signed at that time; what signing rests on. With `page`, what was shown counts as opened.

        Raises ContentChanged, ReviewerIsSubmitter, ReviewerHasDecided, NotPermitted, TransitionRefused, FindingBlocks,
        DispositionMissing, UsageInvalid.
        """
        record = find(self.release)
        known = case(record)
        seat = check_can_decide(office(self.username), self.username, known, self.stage, at)
        is_last = len(known.passed) + 1 == len(known.stages)
        status = lifecycle.step(Status(record.status), event_of(self.verdict, is_last=is_last))
        check_hash(record, self.release_hash)
        said = _said(self.verdict, self.reason, self.reason_code, self.basis)
        given = _disposed(record, self.dispositions)
        if page is not None:
            _write_opened(page, record, self.username, self.shown)
        if self.verdict is Verdict.APPROVE:
            _check_approvable(record, self.username, given)
        if self.verdict is Verdict.REMEDY:
            _check_opened(record, self.username, given)
            remedies.check_order(record, self.contract, self.overrides, given)
        else:
            remedies.refuse_overrides(self.overrides)
        repeated = confirmed_from(self.release, given, self.confirmed)
        return Ground(record, known, seat, status, is_last, said, given, repeated)

    def sign(self, page: Page) -> Status:
        """Check it and write it down as a decision, or as a sealed opinion; returns the release's status after it."""
        ground = self.check(page.at, page)
        record, known, seat, given = ground.record, ground.known, ground.seat, ground.given
        ReadyDecision.objects.filter(release=record, user__username=self.username).delete()
        beside: dict[str, Any] = {}
        if known.current is not None and known.current.blind == seals.PAIR:
            heard = blind.waiting(record.public_id)
            mine = _opinion(self.verdict, ground.said, given, self.overrides)
            if not heard or (len(heard) == 1 and not seals.agree(heard[0].content, mine)):
                drafts.forget(record, self.username)
                return _seal(page, record, seat, self.stage, mine, heard)
            if len(heard) == 1:  # they agree: what the first one said is opened with the decision of both
                beside = {heard[0].user.username: seals.opened(heard[0].content)}
        decision = _write(
            page, record, seat, self.stage, self.verdict, ground.said, given, self.overrides, beside, ground.repeated
        )
        if self.overrides:
            _order(page, decision, self.overrides)
        if self.verdict is not Verdict.APPROVE:
            record.reason, record.reason_code = decision.reason, decision.reason_code
        advances = self.verdict is Verdict.APPROVE and not ground.is_last
        move(record, ground.status, page, known.stages[len(known.passed) + 1].name if advances else "")
        drafts.forget(record, self.username)
        return ground.status


@dataclass(frozen=True, slots=True)
class Ground:
    """What a judgement that was checked rests on."""

    record: ReleaseRecord
    known: Case
    seat: Seat
    status: Status  # of the release once it is signed
    is_last: bool
    said: tuple[str, str, str]
    given: dict[str, Disposition]
    repeated: dict[str, Any] | None  # what the ledger tells of the confirmed ones


@act(signed=True)
def decide(
    page: Page,
    release: str,
    username: str,
    password: str,
    stage: str,
    verdict: Verdict,
    *,
    release_hash: str,
    reason: str = "",
    reason_code: str = "",
    basis: str = "",
    dispositions: Sequence[Disposition] = (),
    shown: Collection[str] = (),
    overrides: Sequence[Override] = (),
    contract: Contract | None = None,
    confirmed: Collection[str] = (),
    code: str = "",
) -> Status:
    """One signed decision of one person at one stage; returns the release's status after it. At a blind stage the first
    opinion is sealed and nothing moves; the second makes the decision where both agree, else a third person does.

    `release_hash` is the hash that the person was shown; `shown` are findings that the caller showed with it, which the
    signature makes opened ones. approve: no block finding may stand, and the person has opened
    every hold finding and disposes of each here. return, escalate: a reason. withhold: a reason, a reason code of the
    pack, and the basis. remedy: a reason, a hold finding that was opened and is disposed of as redact_more, `overrides`
    that are stricter than what holds, and the release's own `contract`; the release is returned and a revision under the
    overrides is prepared at once. `confirmed` are findings disposed of by confirming what was said last time (review/confirmed).
    Raises SignatureRefused, ContentChanged, ReviewerIsSubmitter, ReviewerHasDecided, NotPermitted,
    TransitionRefused, FindingBlocks, DispositionMissing, UsageInvalid.
    """
    del password, code  # checked before this page was opened
    return Judgement(
        release, username, stage, Verdict(verdict), release_hash, reason, reason_code, basis, tuple(dispositions),
        tuple(shown), tuple(overrides), contract, tuple(confirmed),
    ).sign(page)  # fmt: skip


def _said(verdict: Verdict, reason: str, reason_code: str, basis: str) -> tuple[str, str, str]:
    """Reason, reason code and basis, as far as the verdict needs them. Raises UsageInvalid."""
    withheld = verdict is Verdict.WITHHOLD
    if withheld and not ReasonCode.objects.filter(code=reason_code, is_current=True).exists():
        known = ", ".join(ReasonCode.objects.filter(is_current=True).values_list("code", flat=True))
        raise UsageInvalid(
            f"withholding needs a reason code; known are: {known or 'none yet, load the pack reason_codes'}"
        )
    if reason_code and not withheld:
        raise UsageInvalid("a reason code belongs to withholding alone; leave it out")
    return (
        texts.clean(reason, "a reason", needed=verdict is not Verdict.APPROVE),
        reason_code,
        texts.clean(basis, "the legal basis", needed=withheld),
    )


def _disposed(record: ReleaseRecord, dispositions: Sequence[Disposition]) -> dict[str, Disposition]:
    """Dispositions by finding, each complete. Raises UsageInvalid, DispositionMissing."""
    remedies = {f.finding: f.body["remedy"] for f in FindingRecord.objects.filter(release=record)}
    found: dict[str, Disposition] = {}
    for one in dispositions:
        if one.finding not in remedies:
            raise UsageInvalid(
                f"{record.public_id} has no finding of a given id; `mingjing show {record.public_id}` lists them"
            )
        if one.finding in found:
            raise UsageInvalid(f"finding {one.finding} is disposed of twice; leave one")
        found[one.finding] = complete(one, remedies[one.finding])
    return found


def _check_approvable(record: ReleaseRecord, username: str, given: dict[str, Disposition]) -> None:
    found = standing(record, username)
    if found.blocks:
        raise FindingBlocks(
            f"{record.public_id} has {len(found.blocks)} block findings; return it, none can be waved through"
        )
    if unseen := found.unopened:
        raise DispositionMissing(
            f"{len(unseen)} of {len(found.holds)} hold findings weren't opened by this person, first {min(unseen)}; open each"
        )
    if missing := found.holds - set(given):
        raise DispositionMissing(
            f"{len(missing)} of {len(found.holds)} hold findings have no disposition, first {min(missing)}; dispose of each"
        )
    if more := [f for f in found.holds if given[f].kind is DispositionKind.REDACT_MORE]:
        raise DispositionMissing(
            f"finding {min(more)} is to be redacted more, so this content can't go out; order the remedy, or dispose of it anew"
        )


def _check_opened(record: ReleaseRecord, username: str, given: dict[str, Disposition]) -> None:
    more = {d.finding for d in given.values() if d.kind is DispositionKind.REDACT_MORE}
    if unseen := more & standing(record, username).unopened:
        raise DispositionMissing(
            f"finding {min(unseen)} wasn't opened by this person; open it before you order a remedy"
        )


def _write(
    page: Page,
    record: ReleaseRecord,
    seat: Seat,
    stage: str,
    verdict: Verdict,
    said: tuple[str, str, str],
    given: dict[str, Disposition],
    overrides: tuple[Override, ...] = (),
    beside: dict[str, Any] | None = None,
    repeated: dict[str, Any] | None = None,
) -> DecisionRecord:
    """The ledger line first, then the rows that say it in full."""
    reason, reason_code, basis = said
    turn, rows = _round(record), _rows(given)
    entry = page.write(
        "decided", seat.person, record.public_id, release_hash=record.release_hash, stage=stage, round=turn,
        verdict=verdict.value, unit=seat.unit, role=seat.role.value, seat=seat.id, deputy_of=seat.deputy_of,
        reason_code=reason_code, dispositions={r["finding"]: r["kind"] for r in rows},
        text_sha256=texts.digest(reason=reason, basis=basis, dispositions=rows),
        **({"overrides": [o.to_dict() for o in overrides]} if overrides else {}),
        **({"beside": beside} if beside else {}),
        **({"confirmed_from": repeated} if repeated else {}),
    )  # fmt: skip
    decision = DecisionRecord.objects.create(
        release=record, stage=stage, round=turn, user=User.objects.get(username=seat.person), verdict=verdict.value,
        reason=reason, reason_code=reason_code, basis=basis, release_hash=record.release_hash,
        seat=Membership.objects.get(pk=seat.id), entry=entry,
    )  # fmt: skip
    DispositionRecord.objects.bulk_create(DispositionRecord(decision=decision, **row) for row in rows)
    return decision


def _round(record: ReleaseRecord) -> int:
    """Counts the escalations that were answered, from 1."""
    return 1 + int(EscalationAnswer.objects.filter(decision__release=record).aggregate(n=Count("id"))["n"])


def _rows(given: dict[str, Disposition]) -> list[dict[str, str]]:
    rows = [{"finding": d.finding, "kind": d.kind.value, "basis": d.basis, "reason": d.reason} for d in given.values()]
    return sorted(rows, key=lambda r: r["finding"])


def _opinion(
    verdict: Verdict, said: tuple[str, str, str], given: dict[str, Disposition], overrides: tuple[Override, ...]
) -> dict[str, Any]:
    """What one of a blind pair says, with the nonce of its seal."""
    (reason, reason_code, basis), rows = said, _rows(given)
    return {
        "verdict": verdict.value, "reason": reason, "reason_code": reason_code, "basis": basis, "rows": rows,
        "dispositions": {r["finding"]: r["kind"] for r in rows}, "overrides": [o.to_dict() for o in overrides],
        "text_sha256": texts.digest(reason=reason, basis=basis, dispositions=rows), "nonce": secrets.token_hex(16),
    }  # fmt: skip


def _seal(
    page: Page, record: ReleaseRecord, seat: Seat, stage: str, mine: dict[str, Any], heard: list[BlindOpinion]
) -> Status:
    """Keep an opinion closed; where the other one differs, open both as a conflict that a third person resolves."""
    turn = _round(record)
    entry = page.write(
        "opined", seat.person, record.public_id, release_hash=record.release_hash, stage=stage, round=turn,
        unit=seat.unit, role=seat.role.value, seat=seat.id, deputy_of=seat.deputy_of, seal=seals.seal(mine),
    )  # fmt: skip
    BlindOpinion.objects.create(
        release=record, stage=stage, round=turn, user=User.objects.get(username=seat.person), content=mine,
        seat=Membership.objects.get(pk=seat.id), release_hash=record.release_hash, entry=entry,
    )  # fmt: skip
    if heard:
        both = {heard[0].user.username: seals.opened(heard[0].content), seat.person: seals.opened(mine)}
        page.write(
            "conflicted", seat.person, record.public_id, release_hash=record.release_hash, stage=stage, round=turn,
            opinions=both,
        )  # fmt: skip
    record.taken_by = None
    record.save(update_fields=["taken_by"])
    return Status(record.status)


def _order(page: Page, decision: DecisionRecord, overrides: tuple[Override, ...]) -> None:
    """Keep what a remedy orders, and ask for its preparation in the page of the decision."""
    release, person = decision.release.public_id, decision.user.username
    work = WorkRequest.objects.create(
        kind="remedy", params={"release": release}, state=QUEUED, asked_by=person, asked_at=page.at
    )
    page.write("asked", person, release, work=work.pk, kind="remedy")
    RemedyOrder.objects.create(decision=decision, overrides=[o.to_dict() for o in overrides], work=work.pk)
