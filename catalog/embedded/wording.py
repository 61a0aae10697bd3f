"""Dates, sizes, numbers and addresses as people read them. Pure; the sentences around them are left to words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from catalog.linked.texts import Language, text

BEIJING = timezone(timedelta(hours=8))
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
UNITS = ("B", "KB", "MB", "GB", "TB")


def day(value: str, language: Language) -> str:
    """A date or time in words, as a calendar in Beijing shows it; other texts as they are.

    >>> day("2026-02-10T18:00:00Z", "zh"), day("2026-02-11", "en"), day("soon", "en")
    ('2026年2月11日', '11 Feb 2026', 'soon')
    """
    try:
        if len(value) <= len("2026-02-11"):
            when = date.fromisoformat(value)
        else:
            moment = datetime.fromisoformat(value)
            when = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(BEIJING).date()
    except (ValueError, OverflowError):
        return value
    if language == "zh":
        return f"{when.year}年{when.month}月{when.day}日"
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def bytes_in_words(count: Any) -> str:
    """A size for people.

    >>> bytes_in_words(999), bytes_in_words(1_260_000), bytes_in_words(None)
    ('999 B', '1.3 MB', '')
    """
    if not isinstance(count, int) or count < 0:
        return ""
    size, unit = float(count), 0
    while size >= 1000 and unit < len(UNITS) - 1:
        size, unit = size / 1000, unit + 1
    return f"{count} B" if unit == 0 else f"{size:.1f} {UNITS[unit]}"


def whole(value: Any) -> str:
    """A number with separators; nothing for what isn't one.

    >>> whole(12345), whole("1284"), whole(None)
    ('12,345', '1,284', '')
    """
    said = text(value)
    return f"{int(said):,}" if said.isdecimal() and len(said) < 19 else ""
