"""When a release is due by law, with the arithmetic shown (GEN-T-01, FIN-T-01 …), and findings about it.

Late releases are found and escalated, never blocked: what is late must still go out. A start date that isn't given
makes the deadline undetermined (CAL-02); a year without its holiday notice is held, not guessed.
"""

from __future__ import annotations

import calendar as months
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from checks.timeliness.calendar import Calendar, CalendarUnknown, load_calendar
from domain.contract import Contract, Deadline
from domain.finding import Finding, RuleRef, Severity
from domain.pack import Packs

NEAR_DAYS = 3


@dataclass(frozen=True, slots=True)
class Due:
    """One deadline of one release. `on` is None where `problem` says why it can't be told."""

    rule: str
    citation: str
    start: str
    started_on: date | None
    on: date | None
    arithmetic: str
    problem: str | None = None  # undetermined | calendar-missing | unknown-rule


def _fixed(limit: str, started_on: date) -> date:
    month, day = (int(part) for part in limit.split("-"))
    return date(started_on.year + 1, month, day)


def _same_day(start: date, years: int) -> date:
    last = months.monthrange(start.year + years, start.month)[1]
    return start.replace(year=start.year + years, day=min(start.day, last))


def _compute(rule: Mapping[str, Any], start: date, calendar: Calendar) -> tuple[date, str]:
    limit, unit = rule["limit"], rule["unit"]
    match unit:
        case "workday" | "workday_min_duration":
            on = calendar.add_workdays(start, int(limit))
            skipped = abs((on - start).days) - abs(int(limit))
            return on, f"{start:%Y-%m-%d} + {limit} 个工作日（跳过 {skipped} 个休息日） = {on:%Y-%m-%d}"
        case "day" | "day_min_duration":
            raw = start + timedelta(days=int(limit))
            on = calendar.roll(raw) if int(limit) > 0 else raw
            rolled = "" if on == raw else f"，遇休息日顺延自 {raw:%Y-%m-%d}"
            return on, f"{start:%Y-%m-%d} + {limit} 日{rolled} = {on:%Y-%m-%d}"
        case "fixed":
            on = _fixed(str(limit), start)
            return on, f"{start.year} 年度，次年 {limit} = {on:%Y-%m-%d}"
        case "year":
            on = _same_day(start, int(limit))
            return on, f"{start:%Y-%m-%d} + {limit} 年 = {on:%Y-%m-%d}"
        case _:
            raise ValueError(f"deadlines pack: unit {unit} isn't known")


def due(deadline: Deadline, dates: Mapping[str, date], packs: Packs) -> Due:
    """When this deadline falls. `dates` are the release's dates by name (formed_on, approved_on …).

    `start` may name alternatives, the first that is given counts: `changed_on|formed_on`.
    """
    rules = {r["id"]: r for r in packs["deadlines"].data["rules"]}
    rule = rules.get(deadline.rule)
    if rule is None:
        return Due(deadline.rule, "", deadline.start, None, None, "", "unknown-rule")
    citation = rule["doc"] + (f"第{rule['art']}条" if rule.get("art") else "")
    names = deadline.start.split("|")
    started_on = next((dates[n] for n in names if n in dates), None)
    if started_on is None:
        return Due(deadline.rule, citation, deadline.start, None, None, "", "undetermined")
    try:
        on, arithmetic = _compute(rule, started_on, load_calendar(packs["calendar"]))
    except CalendarUnknown as unknown:
        return Due(
            deadline.rule,
            citation,
            deadline.start,
            started_on,
            None,
            f"缺 {unknown.year} 年节假日通知",
            "calendar-missing",
        )
    return Due(deadline.rule, citation, deadline.start, started_on, on, arithmetic)


def check_deadlines(contract: Contract, dates: Mapping[str, date], packs: Packs, *, today: date) -> tuple[Finding, ...]:
    """Findings for every deadline of the contract that hangs on a release date (per-row ones are row checks)."""
    return tuple(f for d in contract.deadlines if d.field is None for f in _judge(due(d, dates, packs), packs, today))


def _judge(item: Due, packs: Packs, today: date) -> tuple[Finding, ...]:
    ref = RuleRef("deadlines", packs["deadlines"].version, item.rule, item.citation)

    def finding(code: str, severity: Severity, note: str) -> tuple[Finding, ...]:
        return (Finding(code, severity, rule=ref, note=note),)

    match item.problem:
        case "unknown-rule":
            return finding(
                "deadline-undetermined", Severity.HOLD, f"期限规则 {item.rule} 不在规则包中，请更正契约或规则包"
            )
        case "undetermined":
            return finding("deadline-undetermined", Severity.WARN, f"没有给出起算日（{item.start}），法定期限无法确定")
        case "calendar-missing":
            return finding(
                "calendar-missing", Severity.HOLD, f"{item.arithmetic}，法定期限无法计算，请先补充日历规则包"
            )
    assert item.on is not None
    if today > item.on:
        late = (today - item.on).days
        return finding("deadline-missed", Severity.WARN, f"已超过法定期限 {late} 日：{item.arithmetic}")
    if (item.on - today).days <= NEAR_DAYS:
        return finding("deadline-near", Severity.INFO, f"法定期限临近：{item.arithmetic}")
    return ()
