"""What time a release's period covers: `2025`, `2025-Q1`, `2025-H2`, `2025-03`, `2025-W07`, `2025-03-01`. Pure."""

from __future__ import annotations

import calendar
import datetime
import re

SHAPE = re.compile(
    r"(?P<year>\d{4})(?:-?(?:Q(?P<quarter>[1-4])|H(?P<half>[12])|W(?P<week>\d{2})|(?P<month>\d{2})(?:-?(?P<day>\d{2}))?))?"
)


def period_span(period: str) -> tuple[str, str] | None:
    """First and last day of the period as ISO dates; None where the period isn't written in a known way.

    >>> period_span("2024-02"), period_span("2025-Q4"), period_span("2025-W01"), period_span("once")
    (('2024-02-01', '2024-02-29'), ('2025-10-01', '2025-12-31'), ('2024-12-30', '2025-01-05'), None)
    """
    parts = SHAPE.fullmatch(period.strip().upper())
    if parts is None:
        return None
    year = int(parts["year"])
    try:
        if parts["week"]:
            first = datetime.date.fromisocalendar(year, int(parts["week"]), 1)
            return first.isoformat(), (first + datetime.timedelta(days=6)).isoformat()
        if parts["day"]:
            day = datetime.date(year, int(parts["month"]), int(parts["day"])).isoformat()
            return day, day
        start, end = _months(parts)
        first, last = datetime.date(year, start, 1), datetime.date(year, end, calendar.monthrange(year, end)[1])
    except ValueError:
        return None
    return first.isoformat(), last.isoformat()


def period_label(period: str) -> str:
    """The period as a Chinese reader writes it; unknown forms stand for themselves.

    >>> period_label("2025"), period_label("2025-Q1"), period_label("2025-03"), period_label("2025-H1")
    ('2025年', '2025年第1季度', '2025年3月', '2025年上半年')
    """
    parts = SHAPE.fullmatch(period.strip().upper())
    if parts is None:
        return period
    year = f"{parts['year']}年"
    if parts["quarter"]:
        return f"{year}第{parts['quarter']}季度"
    if parts["half"]:
        return year + ("上半年" if parts["half"] == "1" else "下半年")
    if parts["week"]:
        return f"{year}第{int(parts['week'])}周"
    if parts["month"]:
        return f"{year}{int(parts['month'])}月" + (f"{int(parts['day'])}日" if parts["day"] else "")
    return year


def period_order(period: str) -> tuple[str, str]:
    """Sort key: later periods come later; unknown forms sort by their text before all others."""
    span = period_span(period)
    return (span[1], span[0]) if span else ("", period)


def _months(parts: re.Match[str]) -> tuple[int, int]:
    if parts["quarter"]:
        last = int(parts["quarter"]) * 3
        return last - 2, last
    if parts["half"]:
        last = int(parts["half"]) * 6
        return last - 5, last
    if parts["month"]:
        return int(parts["month"]), int(parts["month"])
    return 1, 12
