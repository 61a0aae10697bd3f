"""Tables of this room. They hold data, no rules: written by review/acts alone, read by review/queries.

The ledger is the truth; the other tables are its readable form, and an approval is minted from the ledger.
Rows of ledger, decisions, dispositions, openings and answers are append-only by database trigger (migration 0002).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import PROTECT

from domain.contract import Tier
from domain.finding import SEVERITIES
from domain.release import DispositionKind, Status, Verdict
from review.case_steps import CaseKind, CaseStatus
from review.case_subject import Subject, of_catalogue, of_release
from review.factors import Totp as Totp  # registered with the room's tables
from review.permissions import Role

if TYPE_CHECKING:  # what a row's attribute reads as and takes; Django's fields are generic for type checkers only
    Text = models.CharField[str, str]
    LongText = models.TextField[str, str]
    Number = models.IntegerField[int, int]
    BigNumber = models.BigIntegerField[int, int]
    Flag = models.BooleanField[bool, bool]
    Data = models.JSONField[Any, Any]
    Moment = models.DateTimeField[datetime, datetime]
    MomentOrNone = models.DateTimeField[datetime | None, datetime | None]
    Day = models.DateField[date, date]
    TextOrNone = models.CharField[str | None, str | None]


def _choices(members: Any) -> list[tuple[str, str]]:
    return [(m.value, m.value) for m in members]


class Unit(models.Model):
    """A node of the tree of units. `pools`: roles it holds for every unit below it or below its parent."""

    code: Text = models.CharField(max_length=60, primary_key=True)
    title_zh: Text = models.CharField(max_length=100)
    title_en: Text = models.CharField(max_length=100)
    kind: Text = models.CharField(max_length=20)
    parent_id: str | None
    parent: models.ForeignKey[Unit | None, Unit | None] = models.ForeignKey(
        "self", PROTECT, null=True, blank=True, related_name="children"
    )
    pools: Data = models.JSONField(default=list)

    class Meta:
        verbose_name = "单位"
        ordering = ("code",)

    def __str__(self) -> str:
        return self.code


class ReasonCode(models.Model):
    """不予公开理由码, as the pack of that version says."""

    code: Text = models.CharField(max_length=20, primary_key=True)
    title_zh: Text = models.CharField(max_length=100)
    title_en: Text = models.CharField(max_length=200)
    citation: Text = models.CharField(max_length=200)
    disclosure: Text = models.CharField(max_length=20)
    is_current: Flag = models.BooleanField(default=True)

    class Meta:
        verbose_name = "不予公开理由"
        ordering = ("code",)

    def __str__(self) -> str:
        return self.code


class User(AbstractUser):
    """A person. Roles are memberships; Django's own groups and superuser flag mean nothing here."""

    name: Text = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name = "人员"
        ordering = ("username",)


class Membership(models.Model):
    """A seat: (person, unit, role) with dates. Ended, never removed."""

    user_id: int
    user: models.ForeignKey[User, User] = models.ForeignKey(User, PROTECT, related_name="memberships")
    unit_id: str
    unit: models.ForeignKey[Unit, Unit] = models.ForeignKey(Unit, PROTECT, related_name="memberships")
    role: Text = models.CharField(max_length=30, choices=_choices(Role))
    valid_from: Moment = models.DateTimeField()
    valid_to: MomentOrNone = models.DateTimeField(null=True, blank=True)
    deputy_of_id: int | None
    deputy_of: models.ForeignKey[User | None, User | None] = models.ForeignKey(
        User, PROTECT, null=True, blank=True, related_name="deputies"
    )

    class Meta:
        verbose_name = "任职"
        ordering = ("user", "unit", "role")


class ReleaseRecord(models.Model):
    """One revision of one edition of a dataset, with what of its contract the review rests on."""

    public_id: Text = models.CharField(max_length=20, unique=True)
    year: Number = models.IntegerField()
    number: Number = models.IntegerField()
    dataset: Text = models.CharField(max_length=120, db_index=True)
    title_zh: Text = models.CharField(max_length=300)
    title_en: Text = models.CharField(max_length=300)
    unit_id: str
    unit: models.ForeignKey[Unit, Unit] = models.ForeignKey(Unit, PROTECT, related_name="releases")
    tier: Text = models.CharField(max_length=2, choices=_choices(Tier))
    stages: Data = models.JSONField()  # [{name, role, unit}] in order
    audience: Text = models.CharField(max_length=10)
    disclosure: Text = models.CharField(max_length=12)
    contract_version: Number = models.IntegerField()
    contract_sha256: Text = models.CharField(max_length=64)
    source_sha256: Text = models.CharField(max_length=64, blank=True)
    run_key: Text = models.CharField(max_length=200, unique=True)
    period: Text = models.CharField(max_length=40)
    edition: Number = models.IntegerField()
    revision: Number = models.IntegerField()
    status: Text = models.CharField(max_length=12, choices=_choices(Status), db_index=True)
    stage: Text = models.CharField(max_length=20, blank=True, default="")  # where it waits while in review, else empty
    taken_by_id: int | None
    taken_by: models.ForeignKey[User | None, User | None] = models.ForeignKey(
        User, PROTECT, null=True, blank=True, related_name="taken"
    )  # who told the others "I am on it", until the stage ends
    release_hash: Text = models.CharField(max_length=64, blank=True, db_index=True)
    manifest: Data = models.JSONField(null=True, blank=True)
    counts: Data = models.JSONField(default=dict)
    rows: BigNumber = models.BigIntegerField(default=0)
    prepared_by: Text = models.CharField(max_length=150)
    submitter_id: int | None
    submitter: models.ForeignKey[User | None, User | None] = models.ForeignKey(
        User, PROTECT, null=True, blank=True, related_name="submissions"
    )
    public_url: Text = models.CharField(max_length=500, blank=True)
    receipt: Data = models.JSONField(null=True, blank=True)
    takedown: Data = models.JSONField(null=True, blank=True)
    inspection: Data = models.JSONField(null=True, blank=True)
    reason: LongText = models.TextField(blank=True)  # why returned, withheld, withdrawn
    reason_code: Text = models.CharField(max_length=20, blank=True)
    supersedes_id: int | None
    supersedes: models.ForeignKey[ReleaseRecord | None, ReleaseRecord | None] = models.ForeignKey(
        "self", PROTECT, null=True, blank=True, related_name="corrections"
    )
    replaced_by_id: int | None
    replaced_by: models.ForeignKey[ReleaseRecord | None, ReleaseRecord | None] = models.ForeignKey(
        "self", PROTECT, null=True, blank=True, related_name="replaced"
    )
    received_at: Moment = models.DateTimeField()
    changed_at: Moment = models.DateTimeField()  # of the last change of status

    class Meta:
        verbose_name = "发布"
        ordering = ("-year", "-number")
        constraints = (
            models.UniqueConstraint(fields=["year", "number"], name="release_number_once"),
            models.UniqueConstraint(fields=["dataset", "edition", "revision"], name="release_revision_once"),
        )
        indexes = (models.Index(fields=["unit", "status", "changed_at"], name="release_waiting"),)

    def __str__(self) -> str:
        return self.public_id


class FindingRecord(models.Model):
    """One finding of a release; `body` is Finding.to_dict(). Groups with one id share dispositions and openings."""

    release_id: int
    release: models.ForeignKey[ReleaseRecord, ReleaseRecord] = models.ForeignKey(
        ReleaseRecord, PROTECT, related_name="findings"
    )
    ordinal: Number = models.IntegerField()
    finding: Text = models.CharField(max_length=16)
    code: Text = models.CharField(max_length=60)
    severity: Text = models.CharField(max_length=5, choices=_choices(SEVERITIES))
    body: Data = models.JSONField()

    class Meta:
        verbose_name = "发现"
        ordering = ("release", "ordinal")
        constraints = (models.UniqueConstraint(fields=["release", "ordinal"], name="finding_once"),)


class LedgerEntry(models.Model):
    """One line of the ledger. `body`: RFC 8785 text of {actor, at, data, event, release, seq}; `hash` chains it to
    `prev`; `seal`: HMAC that only a desk with the installation's key can write. The other columns repeat the body."""

    seq: BigNumber = models.BigIntegerField(primary_key=True)
    at: Text = models.CharField(max_length=27)  # UTC, ISO, microseconds
    event: Text = models.CharField(max_length=40)
    actor: Text = models.CharField(max_length=150)
    release: Text = models.CharField(max_length=20, blank=True)
    body: LongText = models.TextField()
    prev: Text = models.CharField(max_length=64)
    hash: Text = models.CharField(max_length=64, unique=True)
    seal: Text = models.CharField(max_length=64)

    class Meta:
        verbose_name = "台账"
        ordering = ("seq",)
        indexes = (
            models.Index(fields=["release", "seq"], name="ledger_by_release"),
            models.Index(fields=["actor", "event", "seq"], name="ledger_by_actor"),
            models.Index(fields=["event", "seq"], name="ledger_by_event"),
        )


class Opening(models.Model):
    """That a person opened a finding of a release (once)."""

    release_id: int
    release: models.ForeignKey[ReleaseRecord, ReleaseRecord] = models.ForeignKey(
        ReleaseRecord, PROTECT, related_name="openings"
    )
    finding: Text = models.CharField(max_length=16)
    user_id: int
    user: models.ForeignKey[User, User] = models.ForeignKey(User, PROTECT, related_name="openings")
    entry_id: int
    entry: models.ForeignKey[LedgerEntry, LedgerEntry] = models.ForeignKey(LedgerEntry, PROTECT, related_name="+")

    class Meta:
        verbose_name = "查看"
        constraints = (models.UniqueConstraint(fields=["release", "finding", "user"], name="opened_once"),)


class DecisionRecord(models.Model):
    """One signed decision. `round` counts escalations that were answered, from 1."""

    release_id: int
    release: models.ForeignKey[ReleaseRecord, ReleaseRecord] = models.ForeignKey(
        ReleaseRecord, PROTECT, related_name="decisions"
    )
    stage: Text = models.CharField(max_length=20)
    round: Number = models.IntegerField(default=1)
    user_id: int
    user: models.ForeignKey[User, User] = models.ForeignKey(User, PROTECT, related_name="decisions")
    verdict: Text = models.CharField(max_length=10, choices=_choices(Verdict))
    reason: LongText = models.TextField(blank=True)
    reason_code: Text = models.CharField(max_length=20, blank=True)
    basis: LongText = models.TextField(blank=True)
    release_hash: Text = models.CharField(max_length=64)
    seat_id: int
    seat: models.ForeignKey[Membership, Membership] = models.ForeignKey(Membership, PROTECT, related_name="decisions")
    entry_id: int
    entry: models.OneToOneField[LedgerEntry, LedgerEntry] = models.OneToOneField(
        LedgerEntry, PROTECT, related_name="decision"
    )

    dispositions: models.QuerySet[DispositionRecord]

    class Meta:
        verbose_name = "决定"
        ordering = ("entry",)
        constraints = (models.UniqueConstraint(fields=["release", "stage", "round"], name="one_decision_per_stage"),)


class DispositionRecord(models.Model):
    """What a decision says of one hold finding."""

    decision_id: int
    decision: models.ForeignKey[DecisionRecord, DecisionRecord] = models.ForeignKey(
        DecisionRecord, PROTECT, related_name="dispositions"
    )
    finding: Text = models.CharField(max_length=16)
    kind: Text = models.CharField(max_length=20, choices=_choices(DispositionKind))
    basis: LongText = models.TextField(blank=True)
    reason: LongText = models.TextField(blank=True)

    class Meta:
        verbose_name = "处置"
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=["decision", "finding"], name="one_disposition_per_finding"),)


class RemedyOrder(models.Model):
    """删减后公开: the stricter operators that a decision orders for the edition from here on (Override.to_dict)."""

    decision_id: int
    decision: models.OneToOneField[DecisionRecord, DecisionRecord] = models.OneToOneField(
        DecisionRecord, PROTECT, related_name="remedy"
    )
    overrides: Data = models.JSONField()
    work: BigNumber = models.BigIntegerField()  # number of the work request that prepares the new revision

    class Meta:
        verbose_name = "删减"


class EscalationAnswer(models.Model):
    """报审答复: what the authority above answered to an escalation."""

    decision_id: int
    decision: models.OneToOneField[DecisionRecord, DecisionRecord] = models.OneToOneField(
        DecisionRecord, PROTECT, related_name="answer"
    )
    authority: Text = models.CharField(max_length=200)
    document: Text = models.CharField(max_length=200, blank=True)
    answer: LongText = models.TextField()
    user_id: int
    user: models.ForeignKey[User, User] = models.ForeignKey(User, PROTECT, related_name="+")
    entry_id: int
    entry: models.OneToOneField[LedgerEntry, LedgerEntry] = models.OneToOneField(LedgerEntry, PROTECT, related_name="+")

    class Meta:
        verbose_name = "报审答复"


class BlindOpinion(models.Model):
    """What one of two reviewers of a blind stage said, sealed until the other has spoken too. `content`: verdict, texts,
    dispositions and the nonce that its ledger line's seal was made with."""

    release_id: int
    release: models.ForeignKey[ReleaseRecord, ReleaseRecord] = models.ForeignKey(
        ReleaseRecord, PROTECT, related_name="opinions"
    )
    stage: Text = models.CharField(max_length=20)
    round: Number = models.IntegerField()
    user_id: int
    user: models.ForeignKey[User, User] = models.ForeignKey(User, PROTECT, related_name="opinions")
    seat_id: int
    seat: models.ForeignKey[Membership, Membership] = models.ForeignKey(Membership, PROTECT, related_name="+")
    content: Data = models.JSONField()
    release_hash: Text = models.CharField(max_length=64)
    entry_id: int
    entry: models.OneToOneField[LedgerEntry, LedgerEntry] = models.OneToOneField(LedgerEntry, PROTECT, related_name="+")

    class Meta:
        verbose_name = "背靠背意见"
        ordering = ("entry",)
        constraints = (
            models.UniqueConstraint(fields=["release", "stage", "round", "user"], name="one_opinion_per_person"),
        )


class ReadyDecision(models.Model):
    """A decision that a person has finished and not signed yet (待签). It counts for nothing until it is signed and goes then.
    `content`: verdict, texts, dispositions, overrides and, for a remedy, the contract's text."""

    release_id: int
    release: models.ForeignKey[ReleaseRecord, ReleaseRecord] = models.ForeignKey(
        ReleaseRecord, PROTECT, related_name="ready"
    )
    user_id: int
    user: models.ForeignKey[User, User] = models.ForeignKey(User, PROTECT, related_name="ready")
    stage: Text = models.CharField(max_length=20)
    release_hash: Text = models.CharField(max_length=64)
    content: Data = models.JSONField()
    at: Moment = models.DateTimeField()

    class Meta:
        verbose_name = "待签决定"
        ordering = ("at", "id")
        constraints = (models.UniqueConstraint(fields=["release", "user"], name="one_ready_decision"),)


class DecisionDraft(models.Model):
    """What a person has filled in about a release and not signed: seen by nobody else, counts for nothing, gone with a decision.
    `content`: texts, dispositions by finding, overrides (review/drafts)."""

    release_id: int
    release: models.ForeignKey[ReleaseRecord, ReleaseRecord] = models.ForeignKey(
        ReleaseRecord, PROTECT, related_name="drafts"
    )
    user_id: int
    user: models.ForeignKey[User, User] = models.ForeignKey(User, PROTECT, related_name="decision_drafts")
    release_hash: Text = models.CharField(max_length=64)
    content: Data = models.JSONField()
    saved_at: Moment = models.DateTimeField()

    class Meta:
        verbose_name = "决定草稿"
        ordering = ("-saved_at", "-id")
        constraints = (models.UniqueConstraint(fields=["release", "user", "release_hash"], name="one_decision_draft"),)


class Remark(models.Model):
    """A word between author and reviewers about a release. It decides nothing."""

    release_id: int
    release: models.ForeignKey[ReleaseRecord, ReleaseRecord] = models.ForeignKey(
        ReleaseRecord, PROTECT, related_name="remarks"
    )
    user_id: int
    user: models.ForeignKey[User, User] = models.ForeignKey(User, PROTECT, related_name="remarks")
    text: LongText = models.TextField()
    entry_id: int
    entry: models.OneToOneField[LedgerEntry, LedgerEntry] = models.OneToOneField(LedgerEntry, PROTECT, related_name="+")

    class Meta:
        verbose_name = "留言"
        ordering = ("entry",)


class Look(models.Model):
    """That a person looked at one cell as it came in, and why. `place`: number within the finding's places, from 1."""

    release_id: int
    release: models.ForeignKey[ReleaseRecord, ReleaseRecord] = models.ForeignKey(
        ReleaseRecord, PROTECT, related_name="looks"
    )
    finding: Text = models.CharField(max_length=16)
    place: Number = models.IntegerField()
    user_id: int
    user: models.ForeignKey[User, User] = models.ForeignKey(User, PROTECT, related_name="looks")
    reason: LongText = models.TextField()
    at: Moment = models.DateTimeField()
    entry_id: int
    entry: models.OneToOneField[LedgerEntry, LedgerEntry] = models.OneToOneField(LedgerEntry, PROTECT, related_name="+")

    class Meta:
        verbose_name = "查看原文"
        ordering = ("entry",)


class WithdrawalAnswer(models.Model):
    """What a second person said to an order to take a release off: confirm or reverse."""

    release_id: int
    release: models.ForeignKey[ReleaseRecord, ReleaseRecord] = models.ForeignKey(
        ReleaseRecord, PROTECT, related_name="withdrawal_answers"
    )
    order_id: int
    order: models.OneToOneField[LedgerEntry, LedgerEntry] = models.OneToOneField(LedgerEntry, PROTECT, related_name="+")
    user_id: int
    user: models.ForeignKey[User, User] = models.ForeignKey(User, PROTECT, related_name="+")
    verdict: Text = models.CharField(max_length=10)
    reason: LongText = models.TextField(blank=True)
    entry_id: int
    entry: models.OneToOneField[LedgerEntry, LedgerEntry] = models.OneToOneField(LedgerEntry, PROTECT, related_name="+")

    class Meta:
        verbose_name = "撤回复核"
        ordering = ("entry",)


class CaseRecord(models.Model):
    """问题单: something that somebody has to answer for, about a published release or about a catalogue of others that is watched.
    `findings`: Finding.to_dict() each, no values. A case about a catalogue has no department.

    `text`: what somebody of the public wrote; it may hold personal data, so it is shown on the case's own page alone.
    """

    public_id: Text = models.CharField(max_length=20, unique=True)
    year: Number = models.IntegerField()
    number: Number = models.IntegerField()
    kind: Text = models.CharField(max_length=12, choices=_choices(CaseKind))
    release_id: int | None
    release: models.ForeignKey[ReleaseRecord | None, ReleaseRecord | None] = models.ForeignKey(
        ReleaseRecord, PROTECT, null=True, blank=True, related_name="cases"
    )
    unit_id: str | None
    unit: models.ForeignKey[Unit | None, Unit | None] = models.ForeignKey(
        Unit, PROTECT, null=True, blank=True, related_name="cases"
    )
    catalogue: LongText = models.TextField(blank=True, default="")  # of others, by address; "" where it is a release
    foreign_dataset: LongText = models.TextField(
        blank=True, default=""
    )  # its name there; "" where it is the whole catalogue
    adopted_on: Text = models.CharField(
        max_length=40, blank=True, default=""
    )  # of the baseline that it is held against
    status: Text = models.CharField(max_length=10, choices=_choices(CaseStatus), db_index=True)
    is_urgent: Flag = models.BooleanField(default=False)
    due_on: Day = models.DateField()
    findings: Data = models.JSONField(default=list)
    text: LongText = models.TextField(blank=True)
    about: TextOrNone = models.CharField(max_length=80, unique=True, null=True, blank=True)  # a report's own number
    answered_by_id: int | None
    answered_by: models.ForeignKey[User | None, User | None] = models.ForeignKey(
        User, PROTECT, null=True, blank=True, related_name="+"
    )
    opened_at: Moment = models.DateTimeField()
    changed_at: Moment = models.DateTimeField()

    words: models.QuerySet[CaseWord]

    class Meta:
        verbose_name = "问题单"
        ordering = ("-year", "-number")
        constraints = (
            models.UniqueConstraint(fields=["year", "number"], name="case_number_once"),
            models.CheckConstraint(
                condition=models.Q(release__isnull=False, unit__isnull=False, catalogue="")
                | (models.Q(release__isnull=True, unit__isnull=True) & ~models.Q(catalogue="")),
                name="case_has_one_subject",
            ),
        )
        indexes = (models.Index(fields=["unit", "status", "due_on"], name="case_waiting"),)

    def __str__(self) -> str:
        return self.public_id

    @property
    def subject(self) -> Subject:
        """What it is about."""
        if (record := self.release) is None:
            return of_catalogue(self.catalogue, self.foreign_dataset)
        return of_release(record.public_id, record.dataset, record.title_zh, record.title_en, record.period)


class CaseWord(models.Model):
    """What a person said of a case: answer, close, reopen. Append-only."""

    case_id: int
    case: models.ForeignKey[CaseRecord, CaseRecord] = models.ForeignKey(CaseRecord, PROTECT, related_name="words")
    event: Text = models.CharField(max_length=10)
    user_id: int
    user: models.ForeignKey[User, User] = models.ForeignKey(User, PROTECT, related_name="+")
    text: LongText = models.TextField()
    entry_id: int
    entry: models.OneToOneField[LedgerEntry, LedgerEntry] = models.OneToOneField(LedgerEntry, PROTECT, related_name="+")

    class Meta:
        verbose_name = "问题单办理"
        ordering = ("entry",)


class InspectionPlan(models.Model):
    """抽查计划 of one half month. `population`: [[dataset, half months since it was last drawn or null]], what the seed was
    applied to; `chosen`: datasets; `side`: the public key of the publishing side whose plan it is, empty for the platform's
    own. Append-only."""

    period: Text = models.CharField(max_length=12)  # 2026-11a: days 1 to 15; 2026-11b: the rest
    side: Text = models.CharField(max_length=64, blank=True, default="")
    seed: Text = models.CharField(max_length=64)
    share: Number = models.IntegerField()  # percent
    population: Data = models.JSONField()
    chosen: Data = models.JSONField()
    at: Moment = models.DateTimeField()
    entry_id: int
    entry: models.OneToOneField[LedgerEntry, LedgerEntry] = models.OneToOneField(LedgerEntry, PROTECT, related_name="+")

    class Meta:
        verbose_name = "抽查计划"
        ordering = ("period", "side")
        constraints = (models.UniqueConstraint(fields=["period", "side"], name="planned_once"),)


class Rescan(models.Model):
    """That a published release was scanned again under the packs of that digest. `new`: findings that weren't known when it
    was approved, by severity. Append-only."""

    release_id: int
    release: models.ForeignKey[ReleaseRecord, ReleaseRecord] = models.ForeignKey(
        ReleaseRecord, PROTECT, related_name="rescans"
    )
    packs: Text = models.CharField(max_length=64)
    new: Data = models.JSONField()
    at: Moment = models.DateTimeField()
    entry_id: int
    entry: models.OneToOneField[LedgerEntry, LedgerEntry] = models.OneToOneField(LedgerEntry, PROTECT, related_name="+")

    class Meta:
        verbose_name = "复扫"
        ordering = ("entry",)
        constraints = (models.UniqueConstraint(fields=["release", "packs"], name="rescanned_once"),)


class AdoptedCatalogue(models.Model):
    """A catalogue of others that is watched (flows/audit): what the last look found. `changes`: those that stand, as
    review/adopted.Look has them, with `since`; names and kinds, no values. `fault`: what kept the last look away, "" where nothing did.
    """

    url: LongText = models.TextField(unique=True)
    adopted_on: Text = models.CharField(max_length=40)  # of the baseline; another one is a new beginning
    looked_at: Moment = models.DateTimeField()
    reached_at: MomentOrNone = models.DateTimeField(null=True, blank=True)
    fault: Text = models.CharField(max_length=60, blank=True)
    counts: Data = models.JSONField(default=dict)
    changes: Data = models.JSONField(default=list)

    class Meta:
        verbose_name = "接管的目录"
        ordering = ("url",)

    def __str__(self) -> str:
        return self.url


class Notice(models.Model):
    """Something that people are told. `about` names what it rests on, once: a ledger line, a wait, a delivery."""

    kind: Text = models.CharField(max_length=20)
    release: Text = models.CharField(max_length=20, blank=True)
    about: Text = models.CharField(max_length=80, unique=True)
    line: BigNumber = models.BigIntegerField(default=0)  # the ledger line told of; 0 where it isn't one
    proposal: BigNumber = models.BigIntegerField(default=0)  # the proposed contract told of; 0 where it isn't one
    at: Moment = models.DateTimeField()

    class Meta:
        verbose_name = "通知"
        ordering = ("-id",)


class NoticeFor(models.Model):
    """One person's copy. `seen_at`: when it was marked as read."""

    notice_id: int
    notice: models.ForeignKey[Notice, Notice] = models.ForeignKey(Notice, PROTECT, related_name="copies")
    user_id: int
    user: models.ForeignKey[User, User] = models.ForeignKey(User, PROTECT, related_name="notices")
    seen_at: MomentOrNone = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "通知副本"
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=["notice", "user"], name="told_once"),)
        indexes = (models.Index(fields=["user", "seen_at"], name="notices_unseen"),)


class Delivery(models.Model):
    """A notice on its way out of the platform. `fault`: the kind of the last failure, never a server's words."""

    notice_id: int
    notice: models.ForeignKey[Notice, Notice] = models.ForeignKey(Notice, PROTECT, related_name="deliveries")
    channel: Text = models.CharField(max_length=10)
    user_id: int | None
    user: models.ForeignKey[User | None, User | None] = models.ForeignKey(User, PROTECT, null=True, related_name="+")
    state: Text = models.CharField(max_length=8, db_index=True)
    attempts: Number = models.IntegerField(default=0)
    due_at: Moment = models.DateTimeField()
    fault: Text = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = "发送"
        ordering = ("id",)


class ContractDraft(models.Model):
    """A contract that an operator is writing: one a person and dataset, seen by nobody else. `base_sha256`: the contract in
    force when it was begun, "" for a new dataset. `version`: counts savings, so that a stale page is told from a fresh one."""

    dataset: Text = models.CharField(max_length=120)
    author_id: int
    author: models.ForeignKey[User, User] = models.ForeignKey(User, PROTECT, related_name="contract_drafts")
    text: LongText = models.TextField()
    base_sha256: Text = models.CharField(max_length=64, blank=True)
    version: Number = models.IntegerField(default=1)
    saved_at: Moment = models.DateTimeField()

    class Meta:
        verbose_name = "契约草稿"
        ordering = ("-saved_at",)
        constraints = (models.UniqueConstraint(fields=["dataset", "author"], name="one_draft_a_person"),)


class ContractProposal(models.Model):
    """A contract put forward to be adopted by somebody else. `unit_before`: the department of the contract in force, ""
    for a new dataset. `before`: that contract's content (its canonical JSON). `loosened`: what is looser in it (Loosening.to_dict), empty for a new one."""

    dataset: Text = models.CharField(max_length=120, db_index=True)
    unit_id: str
    unit: models.ForeignKey[Unit, Unit] = models.ForeignKey(Unit, PROTECT, related_name="+")
    unit_before: Text = models.CharField(max_length=60, blank=True)
    author_id: int
    author: models.ForeignKey[User, User] = models.ForeignKey(User, PROTECT, related_name="contract_proposals")
    text: LongText = models.TextField()
    note: LongText = models.TextField(blank=True)
    version: Number = models.IntegerField()
    contract_sha256: Text = models.CharField(max_length=64)
    base_sha256: Text = models.CharField(max_length=64, blank=True)
    before: LongText = models.TextField(blank=True)
    loosened: Data = models.JSONField(default=list)
    at: Moment = models.DateTimeField()
    entry_id: int
    entry: models.OneToOneField[LedgerEntry, LedgerEntry] = models.OneToOneField(LedgerEntry, PROTECT, related_name="+")

    answer: ContractAnswer

    class Meta:
        verbose_name = "契约提案"
        ordering = ("-id",)


class ContractAnswer(models.Model):
    """What became of a proposal: adopt (with the work that brings it into force), refuse, or retract by its author."""

    proposal_id: int
    proposal: models.OneToOneField[ContractProposal, ContractProposal] = models.OneToOneField(
        ContractProposal, PROTECT, related_name="answer"
    )
    user_id: int
    user: models.ForeignKey[User, User] = models.ForeignKey(User, PROTECT, related_name="+")
    verdict: Text = models.CharField(max_length=10)
    reason: LongText = models.TextField(blank=True)
    at: Moment = models.DateTimeField()
    entry_id: int
    entry: models.OneToOneField[LedgerEntry, LedgerEntry] = models.OneToOneField(LedgerEntry, PROTECT, related_name="+")

    class Meta:
        verbose_name = "契约提案答复"
        ordering = ("entry",)


class FailedSignature(models.Model):
    """A signature that failed, to be counted for a quarter of an hour. `name`, `place`: keyed digests (review/origins);
    `is_known`: the person had signed in at that place before."""

    name: Text = models.CharField(max_length=16)
    place: Text = models.CharField(max_length=16)
    is_known: Flag = models.BooleanField()
    at: Moment = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "没有签成的字"
        ordering = ("id",)


class SchedulePause(models.Model):
    """A dataset whose schedule doesn't run until somebody resumes it."""

    dataset: Text = models.CharField(max_length=120, unique=True)
    user_id: int
    user: models.ForeignKey[User, User] = models.ForeignKey(User, PROTECT, related_name="+")
    at: Moment = models.DateTimeField()

    class Meta:
        verbose_name = "暂停的定时"
        ordering = ("dataset",)


class WorkRequest(models.Model):
    """Work that a person asked for and a runner picks up. A claim lapses at `lease_until`; then another may take it."""

    kind: Text = models.CharField(max_length=10)
    params: Data = models.JSONField(default=dict)
    state: Text = models.CharField(max_length=10, db_index=True)
    result: Data = models.JSONField(null=True, blank=True)
    asked_by: Text = models.CharField(max_length=150)
    asked_at: Moment = models.DateTimeField()
    worker: Text = models.CharField(max_length=100, blank=True)
    attempts: Number = models.IntegerField(default=0)
    stopped_by: Text = models.CharField(max_length=150, blank=True, default="")  # who cancelled it
    heartbeat: MomentOrNone = models.DateTimeField(null=True, blank=True)
    lease_until: MomentOrNone = models.DateTimeField(null=True, blank=True)
    finished_at: MomentOrNone = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "任务"
        ordering = ("id",)
