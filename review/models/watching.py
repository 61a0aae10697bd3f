"""What is public is watched: cases, plans of inspections, scans under later rules, catalogues of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import PROTECT

from review.case_steps import CaseKind, CaseStatus
from review.case_subject import Subject, of_catalogue, of_release
from review.models.fields import choices
from review.models.people import Unit, User
from review.models.register import LedgerEntry
from review.models.releases import ReleaseRecord

if TYPE_CHECKING:
    from review.models.fields import Data, Day, Flag, LongText, Moment, MomentOrNone, Number, Text, TextOrNone


class CaseRecord(models.Model):
    """问题单: something that somebody has to answer for, about a published release or about a catalogue of others that is watched.
    `findings`: Finding.to_dict() each, no values. A case about a catalogue has no department.

    `text`: what somebody of the public wrote; it may hold personal data, so it is shown on the case's own page alone.
    """

    public_id: Text = models.CharField(max_length=20, unique=True)
    year: Number = models.IntegerField()
    number: Number = models.IntegerField()
    kind: Text = models.CharField(max_length=12, choices=choices(CaseKind))
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
    status: Text = models.CharField(max_length=10, choices=choices(CaseStatus), db_index=True)
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
