"""What is public, as those see it who watch it: inspections, plans, and scans under later rules. Reads only."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from domain.contract import Audience
from domain.release import Manifest, PackRef, Status
from review.models import InspectionPlan, LedgerEntry, ReleaseRecord, Rescan
from review.takedowns import PUBLIC
from review.withdrawals import leaves_words


@dataclass(frozen=True, slots=True)
class Public:
    """A release that anybody can read. `inspected_at`: None where it never was; `manifest`: what was approved."""

    release: str
    dataset: str
    release_hash: str
    status: str
    tier: str
    audience: str
    published_on: str
    inspected_at: datetime | None
    is_sound: bool  # what the last inspection said; True before the first
    manifest: dict[str, Any] = field(repr=False)
    receipt: dict[str, Any] = field(repr=False)
    unreached_at: datetime | None = None  # since when inspections can't look at it; None where the last one could
    rescanned: frozenset[str] = frozenset()  # digests of packs that it was scanned again under

    @property
    def packs(self) -> tuple[PackRef, ...]:
        """The packs that it was approved under."""
        return Manifest.from_dict(self.manifest).packs


def public(*, listed_only: bool = False) -> list[Public]:
    """Everything public, oldest first; with `listed_only` without what a correction has superseded."""
    statuses = (Status.PUBLISHED.value,) if listed_only else PUBLIC
    done = _rescans()
    found = ReleaseRecord.objects.filter(status__in=statuses, receipt__isnull=False).order_by("year", "number")
    return [_public(r, done.get(r.pk, frozenset())) for r in found.iterator(500)]


def tombstones() -> list[Public]:
    """What is off and left title and notes in the catalogue, which anybody reads there, oldest first."""
    done = _rescans()
    found = ReleaseRecord.objects.filter(
        status=Status.WITHDRAWN.value, audience=Audience.PUBLIC.value, receipt__isnull=False, takedown__isnull=False
    )
    rows = found.order_by("year", "number").iterator(500)
    return [_public(r, done.get(r.pk, frozenset())) for r in rows if leaves_words(r)]


def _rescans() -> dict[int, frozenset[str]]:
    """Row of a release → digests of the packs that it was scanned again under."""
    done: dict[int, set[str]] = {}
    for release, packs in Rescan.objects.values_list("release_id", "packs"):
        done.setdefault(release, set()).add(packs)
    return {release: frozenset(packs) for release, packs in done.items()}


def _public(row: ReleaseRecord, rescanned: frozenset[str]) -> Public:
    said = row.inspection or {}
    at = datetime.fromisoformat(said["at"]) if said else None
    return Public(
        row.public_id, row.dataset, row.release_hash, row.status, row.tier, row.audience,
        str((row.receipt or {})["published_on"]), at, bool(said.get("ok", True)), row.manifest, row.receipt or {},
        row.unreached_at, rescanned,
    )  # fmt: skip


def unseen() -> list[str]:
    """Releases in the catalogue that were never inspected, or that the last inspection couldn't look at, oldest first."""
    found = ReleaseRecord.objects.filter(
        Q(inspection__isnull=True) | Q(unreached_at__isnull=False),
        status=Status.PUBLISHED.value, audience=Audience.PUBLIC.value,
    )  # fmt: skip
    return list(found.order_by("year", "number").values_list("public_id", flat=True))


def newest_of(datasets: dict[str, str]) -> dict[str, str]:
    """Key → release: of each dataset (`datasets`: key → dataset) the newest that was ever published."""
    found = ReleaseRecord.objects.filter(dataset__in=set(datasets.values()), receipt__isnull=False)
    last = dict(found.order_by("edition", "revision").values_list("dataset", "public_id"))
    return {key: last[dataset] for key, dataset in datasets.items() if dataset in last}


def ever_public() -> list[str]:
    """Datasets of which anything was ever published."""
    found = ReleaseRecord.objects.filter(receipt__isnull=False).order_by("dataset")
    return list(found.values_list("dataset", flat=True).distinct())


def rescan_under_way() -> dict[str, Any] | None:
    """How far the last scan after a change of the rules is: {changed, done, of, at}; None where there never was one."""
    line = LedgerEntry.objects.filter(event="rules-changed").order_by("-seq").first()
    if line is None:
        return None
    said = json.loads(line.body)["data"]
    done = Rescan.objects.filter(packs=said["packs"]).count()
    return {"changed": said["changed"], "done": done, "of": max(done, said["releases"]), "at": line.at}


def plan_of(period: str) -> dict[str, Any] | None:
    """The platform's own plan of a half month: {period, side, seed, share, population, chosen, at (datetime)}; None where
    there is none yet."""
    row = InspectionPlan.objects.filter(period=period, side="").first()
    return _plan(row) if row else None


def plans(period: str = "") -> list[dict[str, Any]]:
    """All plans, of every publishing side (`side`: its public key) and the platform's own, oldest first; of one half month
    where it is named."""
    found = InspectionPlan.objects.filter(period=period) if period else InspectionPlan.objects.all()
    return [_plan(row) for row in found.order_by("period", "side")]


def _plan(row: InspectionPlan) -> dict[str, Any]:
    return {k: getattr(row, k) for k in ("period", "side", "seed", "share", "population", "chosen", "at")}
