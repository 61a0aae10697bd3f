"""Units, people and their seats; signatures that failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import PROTECT

from review.models.fields import choices
from review.permissions import Role

if TYPE_CHECKING:
    from review.models.fields import Data, Flag, Moment, MomentOrNone, Text


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
    role: Text = models.CharField(max_length=30, choices=choices(Role))
    valid_from: Moment = models.DateTimeField()
    valid_to: MomentOrNone = models.DateTimeField(null=True, blank=True)
    deputy_of_id: int | None
    deputy_of: models.ForeignKey[User | None, User | None] = models.ForeignKey(
        User, PROTECT, null=True, blank=True, related_name="deputies"
    )

    class Meta:
        verbose_name = "任职"
        ordering = ("user", "unit", "role")


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
