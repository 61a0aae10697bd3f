"""Contracts as they are drafted, proposed and answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import PROTECT

from review.models.people import Unit, User
from review.models.register import LedgerEntry

if TYPE_CHECKING:
    from review.models.fields import Data, LongText, Moment, Number, Text


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
