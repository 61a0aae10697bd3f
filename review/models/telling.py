"""Notices and their delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import PROTECT

from review.models.people import User

if TYPE_CHECKING:
    from review.models.fields import BigNumber, Moment, MomentOrNone, Number, Text


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
