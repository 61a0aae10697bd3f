"""Watching what is public: the plan of a half month's inspections, scans under later rules, and the platform's own order to
take something off. Drawing, fetching and scanning are left to flows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from domain.canonical import canonical_json, sha256_hex
from domain.release import Status
from review import lifecycle, texts
from review.case_steps import REASONS, CaseKind
from review.lifecycle import Event
from review.models import InspectionPlan, LedgerEntry, Rescan
from review.permissions import SYSTEM
from review.reading import find
from review.transaction import Page, act, move

STANDS = frozenset({Status.APPROVED.value, Status.PUBLISHED.value, Status.SUPERSEDED.value})


@act()
def plan_inspections(
    page: Page, period: str, seed: str, share: int, population: Sequence[tuple[str, int | None]], chosen: Sequence[str]
) -> bool:
    """Keep the plan of a half month, once; False where it has one. The ledger holds all that it takes to draw it again."""
    if InspectionPlan.objects.filter(period=period).exists():
        page.nothing_new()
        return False
    plain = [list(pair) for pair in population]
    entry = page.write(
        "inspection-planned", SYSTEM, period=period, seed=seed, share=share, population=len(plain),
        population_sha256=sha256_hex(canonical_json(plain)), chosen=list(chosen),
    )  # fmt: skip
    InspectionPlan.objects.create(
        period=period, seed=seed, share=share, population=plain, chosen=list(chosen), at=page.at, entry=entry
    )
    return True


@act()
def end_plan(page: Page, period: str, inspected: int, failed: int) -> bool:
    """Write down, once, that everything the plan drew has been inspected; False where that stands there already."""
    if _told("inspection-plan-done", period=period):
        page.nothing_new()
        return False
    page.write("inspection-plan-done", SYSTEM, period=period, inspected=inspected, failed=failed)
    return True


@act()
def begin_rescan(page: Page, packs: str, changed: Sequence[str], releases: int) -> bool:
    """Write down, once for each state of the packs, that what is public is scanned again: which packs, how many releases."""
    if _told("rules-changed", packs=packs):
        page.nothing_new()
        return False
    page.write("rules-changed", SYSTEM, packs=packs, changed=sorted(changed), releases=releases)
    return True


@act()
def record_rescan(page: Page, release: str, packs: str, new: Mapping[str, int], result: Mapping[str, Any]) -> None:
    """Keep the result of one scan, once for each state of the packs. `new`: findings that weren't known, by severity;
    `result`: JSON-ready, no values."""
    record = find(release)
    if Rescan.objects.filter(release=record, packs=packs).exists():
        return page.nothing_new()
    entry = page.write(
        "rescanned", SYSTEM, release, release_hash=record.release_hash, packs=packs, new=dict(new),
        result_sha256=sha256_hex(canonical_json(dict(result))),
    )  # fmt: skip
    Rescan.objects.create(release=record, packs=packs, new=dict(new), at=page.at, entry=entry)
    return None


@act()
def suspend(page: Page, release: str, kind: CaseKind, case: str) -> Status:
    """The platform orders a release off by rule, without waiting for anybody; a second person confirms or reverses it like
    any other order. One that is off already stays as it is.
    """
    record = find(release)
    if record.status not in STANDS:
        page.nothing_new()
        return Status(record.status)
    before = record.status
    status = lifecycle.step(Status(before), Event.WITHDRAW)
    record.reason, record.reason_code, record.takedown = REASONS[kind], kind.value, None
    move(record, status, page)
    page.write(
        "withdrawn", SYSTEM, release, release_hash=record.release_hash, before=before, rule=kind.value, case=case,
        text_sha256=texts.digest(reason=record.reason),
    )  # fmt: skip
    return status


def _told(event: str, **said: str) -> bool:
    """Whether such a line stands in the ledger."""
    lines = LedgerEntry.objects.filter(event=event).order_by("-seq").values_list("body", flat=True)
    return any(said.items() <= json.loads(body)["data"].items() for body in lines.iterator())
