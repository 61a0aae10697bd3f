"""The period that a run is about when nobody names one: the one that was last complete."""

from __future__ import annotations

from datetime import date, timedelta


def default_period(frequency: str, today: date) -> str:
    """Annual: this year (budgets) as `2026`; quarterly `2026-Q3`, monthly `2026-10`, weekly `2026-W47`: the last whole one.

    >>> default_period("monthly", date(2026, 1, 5)), default_period("quarterly", date(2026, 2, 1))
    ('2025-12', '2025-Q4')
    """
    match frequency:
        case "annual":
            return f"{today.year}"
        case "quarterly":
            last = today.replace(day=1, month=3 * ((today.month - 1) // 3) + 1) - timedelta(days=1)
            return f"{last.year}-Q{(last.month + 2) // 3}"
        case "monthly":
            last = today.replace(day=1) - timedelta(days=1)
            return f"{last:%Y-%m}"
        case "weekly":
            year, week, _ = (today - timedelta(days=7)).isocalendar()
            return f"{year}-W{week:02d}"
        case _:
            return today.isoformat()
