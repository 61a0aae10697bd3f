"""What a look at a catalogue of others found: kept, a case opened for each dataset where a person has to look, and written down as
news where it is. Looking is left to flows/audit, what becomes of a case to review/acts/cases.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from domain.canonical import canonical_json, sha256_hex
from domain.finding import PLACES_KEPT, Finding, Place, Severity
from review.acts.cases import Matter
from review.adopted_look import AWAY, CHANGED, FORGOTTEN, LOOKED, UNLOOKED, WORDS, Look, is_hold
from review.case_steps import LINES, CaseEvent, CaseKind, CaseStatus, step
from review.cases import of_catalogue
from review.models import AdoptedCatalogue, CaseRecord
from review.moments import moment_text
from review.permissions import SYSTEM
from review.transaction import Page, act

MOST_CHANGES = 10_000  # that are kept of one catalogue, holds in front
MOST_CASES = 20  # of one look; where more datasets changed at once it is one case, about the catalogue
Change = dict[str, Any]


@act()
def record_adopted(page: Page, look: Look, due_on: date) -> dict[str, int]:
    """Keep a look; returns how many changes stand, how many of them a person has to look at, and how many of those are new.

    A change that stood already is no news, however often it is found; one that this look couldn't judge stays. A catalogue
    that can't be looked at is news once, until it can be again. News that a person has to look at opens a case, to be answered
    by `due_on`, or is taken in by the one that isn't closed; under a new baseline those are settled first. A look that began
    before the catalogue was adopted again says nothing any more.
    """
    row = AdoptedCatalogue.objects.filter(url=look.catalogue).first()
    if row is not None and look.adopted_on and look.adopted_on < row.adopted_on:
        page.nothing_new()
        return {"changes": 0, "held": 0, "fresh": 0}
    before = row.changes if row is not None and row.adopted_on == look.adopted_on else []
    known = {c["key"]: c for c in before}
    found = [_as_known(c, known.get(c["key"], {}), moment_text(page.at)) for c in look.changes]
    keys = {c["key"] for c in found}
    stands = [*found, *(c for c in before if c["key"] not in keys and not look.judges(c))]
    stands = sorted(stands, key=lambda c: (not is_hold(c), c["code"] in UNLOOKED))[:MOST_CHANGES]
    changed = sum(c["code"] not in UNLOOKED for c in stands)
    holds = [c for c in stands if is_hold(c)]
    fresh = sum(c["key"] not in known for c in holds)
    is_away = bool(look.fault) and (row is None or not row.fault)
    news = [c for c in holds if not c.get("case")]
    _settle(page, look)
    _open_cases(page, look, due_on, news, is_away=is_away)
    row = row or AdoptedCatalogue(url=look.catalogue)
    row.adopted_on, row.looked_at, row.fault, row.changes = look.adopted_on, page.at, look.fault, stands
    if not look.fault:
        row.reached_at, row.counts = page.at, dict(look.counts)
    row.save()
    page.write(
        CHANGED if news else AWAY if is_away else LOOKED, SYSTEM, catalogue=look.catalogue, adopted_on=look.adopted_on,
        fault=look.fault, counts=dict(look.counts), standing=changed, held=len(holds), fresh=fresh,
        changes_sha256=sha256_hex(canonical_json(stands)),
    )  # fmt: skip
    return {"changes": changed, "held": len(holds), "fresh": fresh}


def _as_known(change: Mapping[str, Any], before: Mapping[str, Any], now: str) -> Change:
    """The change with the day on which it was first seen and the case that was opened for it, "" where none was."""
    return {**change, "since": before.get("since", now), "case": before.get("case", "")}


def _settle(page: Page, look: Look) -> None:
    """Cases that were opened before the catalogue was adopted again: today's state is the baseline now, a person ends them."""
    for case in of_catalogue(look.catalogue):
        if look.adopted_on and case.adopted_on != look.adopted_on:
            case.status = step(case.public_id, CaseStatus(case.status), CaseEvent.SETTLE).value
            case.adopted_on, case.changed_at = look.adopted_on, page.at
            case.save()
            page.write(
                LINES[CaseEvent.SETTLE], SYSTEM, case=case.public_id, adopted_on=look.adopted_on, **case.subject.said
            )


def _open_cases(page: Page, look: Look, due_on: date, news: Sequence[Change], *, is_away: bool) -> None:
    """A case for each dataset with news, one for the whole catalogue where it can't be looked at; each change is told its case."""
    about: dict[str, list[Change]] = defaultdict(list)
    for change in news:
        about[change["dataset"]].append(change)
    if len(about) > MOST_CASES:
        about = {"": list(news)}
    away = {"": [Finding("adopted-away", Severity.HOLD, note=WORDS["adopted-away"][0])]} if is_away else {}
    for dataset in {**about, **away}:
        changes = about.get(dataset, [])
        findings = [*away.get(dataset, ()), *_findings(changes)]
        case = _case(page, Matter(CaseKind.ADOPTED, findings, due_on, None, look.catalogue, dataset, look.adopted_on))
        for change in changes:
            change["case"] = case.public_id


def _case(page: Page, matter: Matter) -> CaseRecord:
    if (known := matter.unclosed()) is None:
        return matter.open(page)
    matter.add_to(page, known)
    return known


def _findings(changes: Sequence[Change]) -> list[Finding]:
    """Changes of the same kind as one finding, with where they are."""
    alike: dict[tuple[str, str, str | None], list[Place]] = defaultdict(list)
    for one in changes:
        place = Place(one["dataset"], one["field"], locator=one["file"])
        alike[one["code"], one["severity"], one["field"]].append(place)
    return [
        Finding(code, Severity(severity), len(places), tuple(places[:PLACES_KEPT]), note=WORDS[code][0])
        for (code, severity, _), places in alike.items()
    ]


@act()
def forget_adopted(page: Page, kept: Collection[str]) -> int:
    """Forget catalogues that are no longer adopted, all but `kept`; returns how many. Cases about them are ended by people."""
    gone = [row for row in AdoptedCatalogue.objects.all() if row.url not in set(kept)]
    for row in gone:
        page.write(FORGOTTEN, SYSTEM, catalogue=row.url)
        row.delete()
    if not gone:
        page.nothing_new()
    return len(gone)
