"""Which public datasets a half month inspects: drawn from a seed that is kept, so that anybody can draw it again. Pure.

每半月抽查不少于 30%（rules.md S16）. The longest waiting are drawn first, so that nothing waits longer than a full turn
(four half months at 30 %); a tenth on top is drawn from all the others, so that nobody knows what is safe for a while.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date

HALVES = 24  # of a year
MIDDLE = 15  # the last day of the first half
Waits = Sequence[tuple[str, int | None]]


def half_month(day: date) -> str:
    """The half month of a day.

    >>> half_month(date(2026, 11, 15)), half_month(date(2026, 11, 16))
    ('2026-11a', '2026-11b')
    """
    return f"{day:%Y-%m}{'a' if day.day <= MIDDLE else 'b'}"


def number_of(period: str) -> int:
    """A half month's place in the row of all.

    >>> number_of("2027-01a") - number_of("2026-11b")
    3
    """
    year, month = int(period[:4]), int(period[5:7])
    return year * HALVES + (month - 1) * 2 + (period[7] == "b")


def days_left(day: date) -> int:
    """Days of the half month that are left, this one included.

    >>> days_left(date(2026, 11, 15)), days_left(date(2026, 11, 16))
    (1, 15)
    """
    if day.day <= MIDDLE:
        return MIDDLE - day.day + 1
    after = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return (after - day).days


def turn(share: int) -> int:
    """In how many half months everything is drawn at a share in percent.

    >>> turn(30), turn(100)
    (4, 1)
    """
    return -(-100 // share)


def draw(seed: str, population: Waits, share: int) -> tuple[str, ...]:
    """The datasets to inspect, sorted. `population`: each public dataset once, with the half months since it was last drawn
    (None: never); `share`: percent, from 1 to 100. The order of the population doesn't matter.
    """
    count = len(population)
    size, extra = -(-count * share // 100), -(-count * share // 1000)
    ranked = sorted(population, key=lambda pair: (-_weight(pair[1], share), _lot(seed, pair[0])))
    overdue = sum(_weight(waited, share) >= turn(share) for _, waited in ranked if waited is not None)
    first = max(size, overdue)
    rest = sorted(ranked[first:], key=lambda pair: _lot(f"{seed} extra", pair[0]))
    return tuple(sorted(dataset for dataset, _ in (*ranked[:first], *rest[:extra])))


def _weight(waited: int | None, share: int) -> float:
    """Whatever was never drawn comes after what has waited a full turn, and before all else."""
    return turn(share) - 0.5 if waited is None else waited


def _lot(seed: str, dataset: str) -> bytes:
    return hashlib.sha256(f"{seed}\x1f{dataset}".encode()).digest()
