"""How the columns of this room's tables are typed and what they may hold."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import models

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


def choices(members: Any) -> list[tuple[str, str]]:
    """The values of an enumeration, as a column's choices."""
    return [(m.value, m.value) for m in members]
