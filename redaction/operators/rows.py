"""Whether a row goes out, by a contract's row conditions; told before any field is redacted. A doubtful row stays behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import StrEnum

from domain.contract import FieldSpec
from domain.masking import RowDrop
from redaction.operators.dates import date_parts
from redaction.operators.numbers import number
from redaction.operators.seen import unspaced, visible


class Verdict(StrEnum):
    """What a condition says of one row."""

    STAYS = "stays"
    DROPPED = "dropped"
    UNREAD = "unread"  # the value can't be compared, so the row is dropped too


def judge_for(drop: RowDrop, field: FieldSpec) -> Callable[[str | None], Verdict]:
    """The verdict on a row by its value of the condition's field; an absent cell is None.

    >>> minors = judge_for(RowDrop(field="age", below=14, reason="个人信息保护法第二十八条"), FieldSpec(name="age", title="年龄", type="integer"))
    >>> [minors(text).value for text in ("13", "14", "１３", "不详", None)]
    ['dropped', 'stays', 'dropped', 'unread', 'unread']
    """
    missing = frozenset({"", *map(unspaced, field.missing)})

    def judge(text: str | None) -> Verdict:
        value = unspaced(text or "")
        blank = value in missing
        match drop.condition:
            case "is_in":
                drops = value in set(map(unspaced, drop.is_in))
            case "not_in":
                drops = value not in set(map(unspaced, drop.not_in))
            case "filled":
                drops = blank is not drop.filled
            case _:
                return _by_order(drop, field, None if blank else visible(text or ""))
        return Verdict.DROPPED if drops else Verdict.STAYS

    return judge


def _by_order(drop: RowDrop, field: FieldSpec, plain: str | None) -> Verdict:
    is_date = field.type == "date"
    value = None if plain is None else _day(plain) if is_date else number(plain.removesuffix("年"))
    if value is None:
        return Verdict.UNREAD
    limit = drop.below if drop.below is not None else drop.at_least
    bound = date.fromisoformat(str(limit)) if is_date else Decimal(str(limit))
    smaller = value < bound  # type: ignore[operator]  # two dates or two decimals, by the field's type
    return Verdict.DROPPED if smaller is (drop.below is not None) else Verdict.STAYS


def _day(plain: str) -> date | None:
    year, month, day = date_parts(plain)
    return date(year, month, day) if year and month and day else None
