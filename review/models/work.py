"""Work that runners do, and schedules that are paused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import PROTECT

from review.models.people import User

if TYPE_CHECKING:
    from review.models.fields import Data, Moment, MomentOrNone, Number, Text


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
