"""What follows when something public isn't as it should be: a case with its clock and, where it can't wait, off at once.

Fail closed: a block finding always takes the release off; the settings can only be stricter (`hide_at`). Cases themselves
are the desk's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from domain.errors import MingjingError, PackInvalid
from domain.finding import Finding, Severity
from flows.guard import note
from flows.home import Home
from flows.platform import Platform

GRAVE = (Severity.BLOCK, Severity.HOLD)
HIDE_AT = {"block": frozenset({Severity.BLOCK}), "hold": frozenset(GRAVE)}
NOTHING_STANDS = frozenset({"catalogue-missing"})  # nobody sees it: nothing to take off


def due_on(platform: Platform, *, urgent: bool) -> date:
    """By when a case opened today has to be answered: workdays by the calendar pack, plain days where it has no such year or
    can't be read: a case, and what is taken off with it, doesn't wait for a file."""
    from checks.timeliness.calendar import CalendarUnknown, load_calendar

    home, today = platform.home, platform.today()
    days = home.urgent_workdays if urgent else home.case_workdays
    try:
        return load_calendar(platform.packs["calendar"]).add_workdays(today, days)
    except (CalendarUnknown, PackInvalid):
        return today + timedelta(days=days)


def must_hide(home: Home, findings: Sequence[Finding]) -> bool:
    """Whether these findings about a public release take it off before anybody has looked."""
    grave = HIDE_AT[home.hide_at]
    return any(f.severity in grave and f.code not in NOTHING_STANDS for f in findings)


def follow_up(platform: Platform, kind: Any, release: str, findings: Sequence[Finding]) -> dict[str, Any]:
    """Open the case that grave findings want, and order the release off where they can't wait. `kind`: a CaseKind.

    Returns {case, hidden}: case None where nothing was grave. Taking off is the caller's, or the runner's (flows/timed).
    """
    from review import desk

    found = [f for f in findings if f.severity in GRAVE]
    if not found:
        return {"case": None, "hidden": False}
    hides = must_hide(platform.home, found)
    case = desk.open_case(kind, release, due_on(platform, urgent=hides), found, urgent=hides)
    if hides:
        desk.suspend(release, kind, case)
    return {"case": case, "hidden": hides}


def take_off_at_once(result: dict[str, Any]) -> None:
    """Carry out what the platform ordered (`hidden`) of the result's `release`. Should that fail, it is asked for as work, so that order
    and case show why, and is tried until it is proved (flows/timed); the result has `error`, the name of what was in the way."""
    from flows.publish import withdraw_release
    from review import desk

    if not result["hidden"]:
        return
    try:
        withdraw_release(result["release"])
    except MingjingError as fault:
        note(fault, f"withdraw {result['release']}")
        desk.ask("withdraw", {"release": result["release"]})
        result["error"] = fault.name()
