"""The HTML report of `mingjing audit`: which public files hold what, how much was read, and what wasn't; no value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.finding import SEVERITIES as ORDER
from flows.audit.words import VERDICTS, reason
from flows.report.page import rendered
from flows.report.words import SEVERITIES

MOST_SHOWN = 500  # files with findings, and lines of what wasn't read; all of them stand in report.json


def audit_page(summary: Mapping[str, Any], files: Sequence[Mapping[str, Any]]) -> str:
    """The page. Same facts, same bytes."""
    found = worst_first(files)
    unread = [f for f in files if f["status"] in ("unread", "elsewhere")]
    verdict, severity = VERDICTS[summary["verdict"]]
    return rendered(
        "audit.html", s=summary, verdict=verdict, verdict_severity=severity, found=found[:MOST_SHOWN], found_count=len(found),
        unread=[(f, reason(f["reason"])) for f in unread[:MOST_SHOWN]], unread_count=len(unread), most=MOST_SHOWN,
        severities={s.value: SEVERITIES[s] for s in ORDER}, entries=worst_first(summary["entries"]["found"])[:MOST_SHOWN],
    )  # fmt: skip


def worst_first(files: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Files with findings, the worst first."""
    order = [s.value for s in ORDER]
    found = [f for f in files if f.get("findings")]
    return sorted(found, key=lambda f: (order.index(f["severity"]), [-f["counts"][s] for s in order]))
