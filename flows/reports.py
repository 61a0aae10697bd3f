"""What the public reports in the embedded catalogue ("report an error or a leak") is fetched over its API and opens a case.

The catalogue keeps a report until the desk has its case, so none is lost and none opens two. Its text goes into the case
alone: no log, ledger line or notice holds any of it. A CKAN has no such form; `report_url` leads its readers elsewhere.
Over two networks flows/outside/reported fetches them, and receipts bring them here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flows.cases import due_on
from flows.catalogue import catalogue_for, is_served
from flows.platform import Platform

EVERY_SECONDS = 20.0
LEAK = "leak"
KINDS = ("error", LEAK)
REPORT_ID = re.compile("[0-9a-f]{16}")


def open_report(platform: Platform, release: str, *, number: str, kind: str, text: str) -> str:
    """The case of one report about a release, once however often its number comes; returns the case's number."""
    from review import desk
    from review.case_steps import CaseKind

    urgent = kind == LEAK
    return desk.open_case(
        CaseKind.REPORT, release, due_on(platform, urgent=urgent), urgent=urgent, text=text, about=f"report:{number}"
    )


def fetch_reports(platform: Platform) -> list[str]:
    """Open the cases of everything that was reported; returns their numbers. Nothing where no embedded catalogue runs: it
    isn't started for this.
    """
    from catalog.mapping import package_id
    from review import standing

    if platform.home.catalogue_url or not is_served(platform.home):
        return []
    opened: list[str] = []
    with catalogue_for(platform.home) as catalogue:
        waiting: list[dict[str, Any]] = catalogue.act("mingjing_report_list", {})
        if not waiting:
            return []
        releases = standing.newest_of({package_id(d): d for d in standing.ever_public()})
        for report in waiting:
            if report["package"] not in releases:
                continue  # nobody's here: whoever put the dataset there looks after it
            release = releases[report["package"]]
            case = open_report(platform, release, number=report["id"], kind=report["kind"], text=report["text"])
            catalogue.act("mingjing_report_delete", {"id": report["id"]})
            opened.append(case)
    return opened


class Reports:
    """The runner's part: fetch what was reported, three times a minute."""

    def __init__(self, platform: Platform, note: Callable[[Exception, str], None]) -> None:
        self._platform, self._note = platform, note
        self._at = -EVERY_SECONDS

    def step(self, clock: float) -> bool:
        """Fetch if it is time; True where something was reported. `clock`: monotonic seconds."""
        if clock - self._at < EVERY_SECONDS:
            return False
        self._at = clock
        try:
            return bool(fetch_reports(self._platform))
        except Exception as fault:  # in twenty seconds again; the report waits in the catalogue
            self._note(fault, "reports")
        return False
