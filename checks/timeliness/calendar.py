"""Working days in China: weekends, the State Council's yearly holiday notice and its make-up workdays (CAL-01).

A year whose notice isn't in the pack is unknown, and so are the last days of a December whose next year's notice
isn't there (a notice may move them): asking for them raises CalendarUnknown, nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from domain.pack import Pack

NEXT_NOTICE_FROM = (12, 28)  # earliest December day that a notice of the year after has moved (2018-12-29), a day spare


class CalendarUnknown(Exception):
    """The holiday notice of `year` is not in the calendar pack."""

    def __init__(self, year: int) -> None:
        super().__init__(f"no holiday notice for {year} in the calendar pack; add it under years")
        self.year = year


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days that the notices moved. `years` are those with a notice."""

    years: frozenset[int]
    off: frozenset[date]
    work: frozenset[date]

    def is_known(self, day: date) -> bool:
        """Whether the notices that bear on this day are all there."""
        late = (day.month, day.day) >= NEXT_NOTICE_FROM
        return day.year in self.years and (not late or day.year + 1 in self.years)

    def is_workday(self, day: date) -> bool:
        """工作日 or not. Raises CalendarUnknown."""
        if not self.is_known(day):
            raise CalendarUnknown(day.year if day.year not in self.years else day.year + 1)
        if day in self.work:
            return True
        return day not in self.off and day.weekday() < 5

    def add_workdays(self, start: date, days: int) -> date:
        """The `days`-th workday after `start`; the start itself isn't counted (民法典第二百零一条).

        Negative `days` count backwards. Raises CalendarUnknown.
        """
        step = timedelta(days=1 if days >= 0 else -1)
        day, left = start, abs(days)
        while left:
            day += step
            left -= self.is_workday(day)
        return day

    def workdays_between(self, start: date, end: date) -> int:
        """Workdays after `start` up to and with `end`; negative where `end` is earlier. Raises CalendarUnknown."""
        if end < start:
            return -self.workdays_between(end, start)
        return sum(self.is_workday(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))

    def roll(self, day: date) -> date:
        """The day itself, or the next workday where it is a rest day (民法典第二百零三条). Raises CalendarUnknown."""
        while not self.is_workday(day):
            day += timedelta(days=1)
        return day


def load_calendar(pack: Pack) -> Calendar:
    """The calendar of the pack `calendar`."""
    years: dict[str, dict[str, list[str]]] = pack.data["years"]

    def days(kind: str) -> Iterable[date]:
        return (date.fromisoformat(text) for year in years.values() for text in year[kind])

    return Calendar(frozenset(int(y) for y in years), frozenset(days("off")), frozenset(days("work")))
