"""What people decided, disposed of, ordered, answered, drafted and remarked about a release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import PROTECT

from domain.release import DispositionKind, Verdict
from review.models.fields import choices
from review.models.people import Membership, User
from review.models.register import LedgerEntry
from review.models.releases import ReleaseRecord

if TYPE_CHECKING:
    from review.models.fields import BigNumber, Data, LongText, Moment, Number, Text


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
    verdict: Text = models.CharField(max_length=10, choices=choices(Verdict))
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
    kind: Text = models.CharField(max_length=20, choices=choices(DispositionKind))
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
