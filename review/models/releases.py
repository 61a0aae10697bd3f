"""Releases, what was found in them, and who opened or looked at what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import PROTECT

from domain.contract import Tier
from domain.finding import SEVERITIES
from domain.release import Status
from review.models.fields import choices
from review.models.people import Unit, User
from review.models.register import LedgerEntry

if TYPE_CHECKING:
    from review.models.fields import BigNumber, Data, LongText, Moment, MomentOrNone, Number, Text


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
    tier: Text = models.CharField(max_length=2, choices=choices(Tier))
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
    status: Text = models.CharField(max_length=12, choices=choices(Status), db_index=True)
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
    unreached_at: MomentOrNone = models.DateTimeField(
        null=True, blank=True
    )  # since when an inspection couldn't look at it
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
    severity: Text = models.CharField(max_length=5, choices=choices(SEVERITIES))
    body: Data = models.JSONField()

    class Meta:
        verbose_name = "发现"
        ordering = ("release", "ordinal")
        constraints = (models.UniqueConstraint(fields=["release", "ordinal"], name="finding_once"),)


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
