"""Watching what is public: the plan of a half month's inspections, scans under later rules, and the platform's own order to
take something off. Drawing, fetching and scanning are left to flows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from domain.canonical import canonical_json, sha256_hex
from domain.release import Status
from review import lifecycle, texts, withdrawals
from review.case_steps import REASONS, CaseKind
from review.lifecycle import Event
from review.models import InspectionPlan, LedgerEntry, Rescan
from review.permissions import SYSTEM
from review.reading import find
from review.transaction import Page, act, move

STANDS = frozenset({Status.APPROVED.value, Status.PUBLISHED.value, Status.SUPERSEDED.value})


@act()
def plan_inspections(
    page: Page, period: str, seed: str, share: int, population: Sequence[tuple[str, int | None]], chosen: Sequence[str],
    side: str = "",
) -> bool:  # fmt: skip
    """Keep the plan of a half month, once for each publishing side (its public key; empty: the platform itself); False where
    it has one. The ledger holds all that it takes to draw it again.
    """
    if InspectionPlan.objects.filter(period=period, side=side).exists():
        page.nothing_new()
        return False
    plain = [list(pair) for pair in population]
    entry = page.write(
        "inspection-planned", SYSTEM, period=period, seed=seed, share=share, population=len(plain),
        population_sha256=sha256_hex(canonical_json(plain)), chosen=list(chosen), **_of(side),
    )  # fmt: skip
    InspectionPlan.objects.create(
        period=period, side=side, seed=seed, share=share, population=plain, chosen=list(chosen), at=page.at,
        entry=entry,
    )  # fmt: skip
    return True


@act()
def end_plan(page: Page, period: str, inspected: int, failed: int, side: str = "") -> bool:
    """Write down, once for each side, that everything its plan drew has been inspected; False where that stands there."""
    lines = LedgerEntry.objects.filter(event="inspection-plan-done").order_by("-seq").values_list("body", flat=True)
    said = (json.loads(body)["data"] for body in lines.iterator())
    if any((d["period"], d.get("side", "")) == (period, side) for d in said):
        page.nothing_new()
        return False
    page.write("inspection-plan-done", SYSTEM, period=period, inspected=inspected, failed=failed, **_of(side))
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


@act()
def suspend_words(page: Page, release: str, kind: CaseKind, case: str) -> Status:
    """The platform orders what was left of a tombstone's words off by rule; reason and code that the public reads stay. A second
    person looks at it like at any other order. Where no words were left nothing changes.
    """
    record = find(release)
    if not withdrawals.leaves_words(record):
        page.nothing_new()
        return Status(record.status)
    status, before = lifecycle.step(Status(record.status), Event.SHARPEN), withdrawals.before(record)
    record.takedown = None
    move(record, status, page)
    page.write(
        "withdrawn", SYSTEM, release, release_hash=record.release_hash, before=before, rule=kind.value, case=case,
        sharpens=withdrawals.turn_of(release).seq,
    )  # fmt: skip
    return status


def _of(side: str) -> dict[str, str]:
    """Named in the ledger where it isn't the platform itself."""
    return {"side": side} if side else {}


def _told(event: str, **said: str) -> bool:
    """Whether such a line stands in the ledger."""
    lines = LedgerEntry.objects.filter(event=event).order_by("-seq").values_list("body", flat=True)
    return any(said.items() <= json.loads(body)["data"].items() for body in lines.iterator())
