"""What the public reports in the embedded catalogue ("report an error or a leak") is fetched over its API and opens a case.

The catalogue keeps a report until the desk has its case, so none is lost and none opens two. Its text goes into the case
alone: no log, ledger line or notice holds any of it. A CKAN has no such form; `report_url` leads its readers elsewhere.
Over two networks flows/outside/reported fetches them, and receipts bring them here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from domain.errors import MingjingError
from flows.cases import due_on
from flows.catalogue import catalogue_for, is_served
from flows.platform import Platform

if TYPE_CHECKING:
    from catalog.ckan import Catalogue

EVERY_SECONDS = 20.0
LEAK = "leak"
KINDS = ("error", LEAK)
REPORT_ID = re.compile("[0-9a-f]{16}")


def waiting_reports(catalogue: Catalogue) -> list[dict[str, Any]]:
    """Everything that waits in the catalogue, oldest first, page by page: what nobody here can take stays there and mustn't
    keep the others from being seen. Raises CatalogueRefused, CatalogueUnreachable.
    """
    found: dict[str, dict[str, Any]] = {}
    after: dict[str, str] = {}
    while True:
        page: list[dict[str, Any]] = catalogue.act("mingjing_report_list", after)
        fresh = [r for r in page if r["id"] not in found]
        if not fresh:  # the end; or a catalogue of before, which has one page only
            return list(found.values())
        found |= {r["id"]: r for r in fresh}
        after = {"after_at": page[-1]["at"], "after_id": page[-1]["id"]}


def is_report(report: Mapping[str, Any]) -> bool:
    """Whether it has the shape of one: number, kind, text."""
    is_numbered = REPORT_ID.fullmatch(str(report.get("id"))) is not None
    return is_numbered and report.get("kind") in KINDS and isinstance(report.get("text"), str)


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
    isn't started for this. One that can't be taken is told of by its named error, after all the others.
    """
    from catalog.mapping import package_id
    from review import standing

    if platform.home.catalogue_url or not is_served(platform.home):
        return []
    opened: list[str] = []
    with catalogue_for(platform.home) as catalogue:
        waiting = waiting_reports(catalogue)
        if not waiting:
            return []
        releases = standing.newest_of({package_id(d): d for d in standing.ever_public()})
        refused: MingjingError | None = None
        for report in waiting:
            if report["package"] not in releases or not is_report(report):
                continue  # nobody's here: whoever put the dataset there looks after it
            release = releases[report["package"]]
            try:
                case = open_report(platform, release, number=report["id"], kind=report["kind"], text=report["text"])
            except MingjingError as fault:  # it waits; the others aren't kept waiting
                refused = fault
                continue
            catalogue.act("mingjing_report_delete", {"id": report["id"]})
            opened.append(case)
    if refused is not None:
        raise refused
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
