"""Which remedies (删减后公开) hold for an edition, and what one may take away. Reads only; ordering one is left to
review/acts/decision.
"""

from __future__ import annotations

from typing import Any

from domain.contract import Contract
from domain.errors import ContentChanged, DispositionMissing, UsageInvalid
from domain.finding import Source
from domain.release import Disposition, DispositionKind, Manifest
from domain.remedy import Override, check_stricter, merged, under
from review.models import FindingRecord, ReleaseRecord, RemedyOrder

LABELLED = "span-replaced"  # the remedy word of findings whose spans became labels


def ordered(dataset: str, period: str) -> tuple[dict[str, Any], ...]:
    """Overrides that every further revision of the edition carries, as a manifest holds them; the last word on each column."""
    found = RemedyOrder.objects.filter(decision__release__dataset=dataset, decision__release__period=period)
    orders = found.order_by("decision__entry_id").values_list("overrides", flat=True)
    return tuple(o.to_dict() for o in merged([Override.from_dict(d) for d in order] for order in orders))


def remedy_of(release: str) -> dict[str, Any] | None:
    """{overrides, work, stage, by} of the remedy that a decision on this release ordered; None where none did."""
    row = RemedyOrder.objects.filter(decision__release__public_id=release).select_related("decision__user").first()
    if row is None:
        return None
    by = row.decision.user
    return {"overrides": row.overrides, "work": row.work, "stage": row.decision.stage, "by": by.name or by.username}


def check_carried(record: ReleaseRecord, manifest: Manifest) -> None:
    """Raises ContentChanged where the manifest doesn't carry exactly the remedies ordered for its edition until now."""
    if list(manifest.overrides) != list(ordered(record.dataset, record.period)):
        raise ContentChanged(
            f"a remedy was ordered for this edition that {record.public_id} doesn't carry; prepare the same period again"
        )


def labelled(record: ReleaseRecord) -> frozenset[tuple[str, str]]:
    """(table, column) in which detected spans became labels."""
    bodies = FindingRecord.objects.filter(release=record).values_list("body", flat=True)
    places = (p for b in bodies if b["remedy"] == LABELLED for p in b["places"] if p["source"] == Source.CELL.value)
    return frozenset((p["table"] or "", p["column"] or "") for p in places)


def policy(record: ReleaseRecord, contract: Contract) -> Contract:
    """The contract of the release under the overrides that it was made with."""
    said = (record.manifest or {}).get("overrides", ())
    return under(contract, map(Override.from_dict, said))


def check_order(
    record: ReleaseRecord, contract: Contract | None, overrides: tuple[Override, ...], given: dict[str, Disposition]
) -> None:
    """Whether a remedy may be ordered so. Raises ContentChanged (another contract), UsageInvalid (nothing stricter),
    DispositionMissing (no finding that is to be redacted more)."""
    if contract is None or contract.sha256 != record.contract_sha256:
        raise ContentChanged(f"the contract isn't the one that {record.public_id} was made under; look at it again")
    if not any(d.kind is DispositionKind.REDACT_MORE for d in given.values()):
        raise DispositionMissing("a remedy answers a finding: dispose of one of them as redact_more first")
    check_stricter(policy(record, contract), overrides, labelled(record))


def refuse_overrides(overrides: tuple[Override, ...]) -> None:
    """For every other verdict. Raises UsageInvalid."""
    if overrides:
        raise UsageInvalid("columns are redacted more by the verdict remedy alone; choose it, or leave them out")
