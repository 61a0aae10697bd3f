"""A release comes in: received, then checked or blocked by a preparation. Done by schedules and operators alike."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db.models import Max, QuerySet
from django.utils import timezone

from domain.canonical import canonical_json
from domain.contract import Contract
from domain.errors import UsageInvalid
from domain.finding import Finding, Severity, count_by_severity
from domain.release import Manifest, Status
from review import lifecycle, remedies, tiers
from review.contents import check_manifest
from review.lifecycle import Event
from review.models import FindingRecord, ReleaseRecord, Unit
from review.permissions import SYSTEM, Act, check_can
from review.reading import find, office
from review.stages import stages_of
from review.transaction import Page, act, move


@act()
def receive(
    page: Page,
    contract: Contract,
    period: str,
    run_key: str,
    actor: str = SYSTEM,
    *,
    source_sha256: str = "",
    before: bytes | None = None,
) -> str:
    """Open a release for a period of a dataset and return its id (R-2026-0001). Equal `run_key`s are one release.

    A period seen before makes the next revision of its edition; a new one the dataset's next edition. An actor other
    than SYSTEM must be an operator in charge. `before`: content of the contract that the last publication was made under
    (queries.contract_before); without it a contract that changed counts as loosened. What raises the tier to the highest,
    review/tiers says; it stands in the ledger line. Raises NotPermitted, ContractInvalid (stages), UsageInvalid (no unit).
    """
    known = ReleaseRecord.objects.filter(run_key=run_key).first()
    if known is not None:
        page.nothing_new()
        return known.public_id
    stages_of(contract)  # raises for a contract that falls short of its own tier
    if not Unit.objects.filter(code=contract.department).exists():
        raise UsageInvalid(f"there is no unit {contract.department!r}; add it: mingjing unit add {contract.department}")
    if actor != SYSTEM:
        check_can(office(actor), actor, Act.PREPARE, contract.department, page.at)
    kin = ReleaseRecord.objects.filter(dataset=contract.id)
    year = timezone.localtime(page.at).year
    number = 1 + (ReleaseRecord.objects.filter(year=year).aggregate(n=Max("number"))["n"] or 0)
    edition, revision = _place(kin, period)
    ordered = remedies.ordered(contract.id, period)
    reasons = tiers.raised(contract, ordered, before)
    tier = tiers.HIGHEST if reasons else contract.review.tier
    stages = stages_of(contract, tier if reasons else None)
    record = ReleaseRecord.objects.create(
        public_id=f"R-{year}-{number:04d}", year=year, number=number,
        dataset=contract.id, title_zh=contract.title.zh, title_en=contract.title.en, unit_id=contract.department,
        tier=tier.value, stages=[s.model_dump(mode="json") for s in stages],
        audience=contract.audience.value, disclosure=contract.disclosure.value,
        contract_version=contract.version, contract_sha256=contract.sha256, source_sha256=source_sha256,
        run_key=run_key, period=period, edition=edition, revision=revision, status=Status.RECEIVED.value,
        counts=count_by_severity(()), prepared_by=actor, received_at=page.at, changed_at=page.at,
        supersedes=kin.filter(period=period, status=Status.PUBLISHED.value).order_by("-revision").first(),
    )  # fmt: skip
    page.write(
        "received", actor, record.public_id, dataset=contract.id, period=period, edition=edition, revision=revision,
        unit=contract.department, tier=record.tier, stages=record.stages, contract_sha256=contract.sha256,
        source_sha256=source_sha256, **({"overrides": list(ordered)} if ordered else {}),
        **({"raised": reasons} if reasons else {}),
    )  # fmt: skip
    return record.public_id


def _place(kin: QuerySet[ReleaseRecord], period: str) -> tuple[int, int]:
    """Edition and revision of the next release of a period."""
    same = kin.filter(period=period).order_by("-revision").first()
    if same is not None:
        return same.edition, same.revision + 1
    return 1 + (kin.aggregate(n=Max("edition"))["n"] or 0), 1


@act()
def record_checked(
    page: Page, release: str, manifest: Manifest, findings: Sequence[Finding], actor: str = SYSTEM
) -> Status:
    """Bind the release to its manifest and findings: `checked`, or `blocked` where a block finding stands.

    The manifest must be this release's (dataset, period, edition, revision, contract) and its findings artefact the
    bytes of `review.contents.findings_content(findings)`, so that the release hash covers what reviewers are shown. Repeating it with
    the same manifest changes nothing. Raises ContentChanged, TransitionRefused.
    """
    record = find(release)
    if record.release_hash and record.release_hash == manifest.release_hash:
        page.nothing_new()
        return Status(record.status)
    blocked = any(f.severity is Severity.BLOCK for f in findings)
    status = lifecycle.step(Status(record.status), Event.BLOCK if blocked else Event.CHECK)
    check_manifest(record, manifest, findings)
    remedies.check_carried(record, manifest)
    record.manifest, record.release_hash, record.rows = manifest.to_dict(), manifest.release_hash, manifest.rows
    _keep_findings(record, findings)
    move(record, status, page)
    page.write(
        "blocked" if blocked else "checked", actor, release, release_hash=manifest.release_hash, rows=manifest.rows,
        counts=record.counts, findings_sha256=manifest.findings.sha256, **_ids(findings),
        packs=[f"{p.id} {p.version} {p.sha256}" for p in manifest.packs],
    )  # fmt: skip
    return status


@act()
def record_blocked(page: Page, release: str, findings: Sequence[Finding], actor: str = SYSTEM) -> Status:
    """Stop a release for its block findings; those of a release that was checked before are added to the list.

    Raises UsageInvalid where none of the findings blocks, TransitionRefused after publication.
    """
    record = find(release)
    if record.status == Status.BLOCKED.value:
        page.nothing_new()
        return Status.BLOCKED
    if not any(f.severity is Severity.BLOCK for f in findings):
        raise UsageInvalid("a release is blocked by a block finding; there is none here")
    status = lifecycle.step(Status(record.status), Event.BLOCK)
    _keep_findings(record, findings)
    move(record, status, page)
    page.write(
        "blocked", actor, release, release_hash=record.release_hash or None, counts=record.counts, **_ids(findings)
    )
    return status


def _keep_findings(record: ReleaseRecord, findings: Sequence[Finding]) -> None:
    """Add findings to those of the release, each distinct one once, and count them all."""
    old = list(FindingRecord.objects.filter(release=record).order_by("ordinal").values_list("body", flat=True))
    known = {canonical_json(body) for body in old}
    texts = dict.fromkeys(canonical_json(f.to_dict()) for f in findings)
    fresh = [json.loads(text) for text in texts if text not in known]
    FindingRecord.objects.bulk_create(
        FindingRecord(release=record, ordinal=n, finding=b["id"], code=b["code"], severity=b["severity"], body=b)
        for n, b in enumerate(fresh, start=len(old))
    )
    counted = [Finding.from_dict(b) for b in [*old, *fresh]]
    record.counts = count_by_severity(counted)


def _ids(findings: Sequence[Finding]) -> dict[str, Any]:
    """Ids of hold and block findings, for the ledger."""
    return {f"{s.value}s": sorted({f.id for f in findings if f.severity is s}) for s in (Severity.HOLD, Severity.BLOCK)}
