"""Deadlines to the day, with the real notices; an unknown year is held."""

from datetime import date
from pathlib import Path

import pytest

from checks.timeliness.calendar import CalendarUnknown, load_calendar
from checks.timeliness.deadlines import _judge, due
from domain.contract import Deadline
from domain.finding import Severity
from domain.pack import Packs, load_pack

RULES = Path(__file__).parents[3] / "rules"
PACKS = Packs(
    {name: load_pack((RULES / f"{name}.yaml").read_text("utf-8"), name) for name in ("calendar", "deadlines")}
)
CALENDAR = load_calendar(PACKS["calendar"])


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-24", 0, "2026-11-24"),
        ("2026-11-24", 1, "2026-11-25"),
        ("2026-11-27", 1, "2026-11-30"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-09-30", 3, "2026-10-10"),  # Saturday made up for National Day
        ("2025-01-24", 1, "2025-01-26"),  # Sunday made up before Spring Festival
        ("2018-12-28", 1, "2018-12-29"),  # Saturday moved by the notice of 2019
        ("2026-10-08", -1, "2026-09-30"),
        ("2023-09-27", 20, "2023-10-31"),
    ],
)
def test_add_workdays_follows_notices(start: str, days: int, end: str) -> None:
    assert CALENDAR.add_workdays(date.fromisoformat(start), days) == date.fromisoformat(end)


@pytest.mark.parametrize(
    ("start", "days"),
    [("2014-12-30", 1), ("2026-12-25", 5), ("2027-01-05", 1)],
    ids=["before", "end-of-known", "after"],
)
def test_add_workdays_unknown_year_is_not_guessed(start: str, days: int) -> None:
    with pytest.raises(CalendarUnknown):
        CALENDAR.add_workdays(date.fromisoformat(start), days)


def test_every_year_of_the_pack_has_its_notice() -> None:
    assert {2015, 2026} <= CALENDAR.years
    assert all(year["notices"] for year in PACKS["calendar"].data["years"].values())


def test_workdays_between_is_inverse_of_add() -> None:
    start = date(2026, 9, 20)
    assert [CALENDAR.workdays_between(start, CALENDAR.add_workdays(start, n)) for n in range(30)] == list(range(30))


@pytest.mark.parametrize(
    ("rule", "start_name", "dates", "on"),
    [
        ("GEN-T-01", "changed_on|formed_on", {"formed_on": date(2026, 10, 26)}, date(2026, 11, 23)),
        (
            "GEN-T-01",
            "changed_on|formed_on",
            {"formed_on": date(2026, 10, 26), "changed_on": date(2026, 10, 27)},
            date(2026, 11, 24),
        ),
        ("FIN-T-01", "approved_on", {"approved_on": date(2026, 1, 20)}, date(2026, 2, 9)),
        ("FIN-T-01", "approved_on", {"approved_on": date(2026, 1, 28)}, date(2026, 2, 24)),  # 02-17 is Spring Festival
        ("SME-T-01", "year_end", {"year_end": date(2025, 12, 31)}, date(2026, 3, 31)),
        ("LAND-T-07", "effective_on", {"effective_on": date(2024, 2, 29)}, date(2027, 2, 28)),
    ],
)
def test_due_shows_the_day(rule: str, start_name: str, dates: dict[str, date], on: date) -> None:
    item = due(Deadline(rule=rule, start=start_name), dates, PACKS)
    assert item.on == on
    assert f"{on:%Y-%m-%d}" in item.arithmetic


@pytest.mark.parametrize(
    ("deadline", "dates", "today", "code", "severity"),
    [
        (Deadline(rule="GEN-T-01", start="formed_on"), {}, date(2026, 1, 1), "deadline-undetermined", Severity.WARN),
        (
            Deadline(rule="NO-T-99", start="formed_on"),
            {"formed_on": date(2026, 1, 1)},
            date(2026, 1, 1),
            "deadline-undetermined",
            Severity.HOLD,
        ),
        (
            Deadline(rule="GEN-T-01", start="formed_on"),
            {"formed_on": date(2026, 12, 10)},
            date(2026, 12, 11),
            "calendar-missing",
            Severity.HOLD,
        ),
        (
            Deadline(rule="GEN-T-01", start="formed_on"),
            {"formed_on": date(2026, 10, 26)},
            date(2026, 11, 24),
            "deadline-missed",
            Severity.WARN,
        ),
        (
            Deadline(rule="GEN-T-01", start="formed_on"),
            {"formed_on": date(2026, 10, 26)},
            date(2026, 11, 23),
            "deadline-near",
            Severity.INFO,
        ),
    ],
    ids=["no-start", "no-rule", "no-calendar", "late", "near"],
)
def test_judge_never_blocks(
    deadline: Deadline, dates: dict[str, date], today: date, code: str, severity: Severity
) -> None:
    (finding,) = _judge(due(deadline, dates, PACKS), PACKS, today)
    assert (finding.code, finding.severity) == (code, severity)


def test_judge_in_time_is_silent() -> None:
    assert (
        _judge(
            due(Deadline(rule="GEN-T-01", start="formed_on"), {"formed_on": date(2026, 11, 1)}, PACKS),
            PACKS,
            date(2026, 11, 2),
        )
        == ()
    )
