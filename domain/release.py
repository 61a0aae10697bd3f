"""A release on its way: statuses, the manifest that an approval binds, decisions and approvals.

Which step is allowed when is left to review/lifecycle.py; who may take it to review/permissions.py.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from domain.canonical import canonical_json, sha256_hex


class Status(StrEnum):
    """Who holds the release."""

    RECEIVED = "received"
    CHECKED = "checked"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"
    WITHHELD = "withheld"
    ESCALATED = "escalated"
    REPLACED = "replaced"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"


class Verdict(StrEnum):
    """公开 approve · 退回 return · 删减后公开 remedy · 依申请公开/不予公开 withhold · 需报审 escalate."""

    APPROVE = "approve"
    RETURN = "return"
    REMEDY = "remedy"
    WITHHOLD = "withhold"
    ESCALATE = "escalate"


class DispositionKind(StrEnum):
    """真阳性-已处理 · 真阳性-须再删减 (by a remedy) · 依法应公开 · 误报."""

    REDACT_AS_PROPOSED = "redact_as_proposed"
    REDACT_MORE = "redact_more"
    KEEP_BY_LAW = "keep_by_law"
    FALSE_ALARM = "false_alarm"


@dataclass(frozen=True, slots=True)
class Artefact:
    """Stored bytes. `role`: source, table, redacted, redaction_map, findings, coverage, contract, metadata, export, …"""

    sha256: str
    bytes: int
    name: str
    role: str
    media_type: str = "application/octet-stream"

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class PackRef:
    """A rule pack as it was used: id, version and the sha256 of its content."""

    id: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that a decision is about. Its canonical bytes' sha256 is the *release hash*.

    Code version, run ids, times of processing and receipts stay outside: an upgrade or a second run voids nothing.
    `dates`: release dates as ISO texts (formed_on, approved_on …). `edition` counts a dataset's releases for a period's
    first appearance, `revision` counts corrections of one edition, both from 1. `overrides`: what remedies took away beyond
    the contract (domain/remedy.Override.to_dict); a manifest without any is written without the key, as it always was.
    """

    dataset: str
    period: str
    edition: int
    revision: int
    contract: Artefact
    packs: tuple[PackRef, ...]
    sources: tuple[Artefact, ...]
    redacted: tuple[Artefact, ...]  # one Parquet per table
    exports: tuple[Artefact, ...]  # what the public downloads
    redaction_map: Artefact
    findings: Artefact
    coverage: Artefact
    metadata: Artefact  # the catalogue package
    dates: dict[str, str] = field(default_factory=dict)
    rows: int = 0
    supersedes: str | None = None  # release hash of the edition this one corrects
    previous: str | None = None  # release hash of the edition it was compared with
    overrides: tuple[dict[str, Any], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        said = asdict(self)
        if not said["overrides"]:
            del said["overrides"]
        return said

    @property
    def content(self) -> bytes:
        return canonical_json(self.to_dict())

    @property
    def release_hash(self) -> str:
        """SHA-256 of the canonical manifest: 64 hex digits."""
        return sha256_hex(self.content)

    @property
    def artefacts(self) -> tuple[Artefact, ...]:
        """Every artefact the manifest names."""
        single = (self.contract, self.redaction_map, self.findings, self.coverage, self.metadata)
        return (*self.sources, *self.redacted, *self.exports, *single)

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Manifest:
        """Inverse of `to_dict`."""
        values: dict[str, Any] = dict(data)
        for key in ("sources", "redacted", "exports"):
            values[key] = tuple(Artefact(**a) for a in data[key])
        for key in ("contract", "redaction_map", "findings", "coverage", "metadata"):
            values[key] = Artefact(**data[key])
        values["packs"] = tuple(PackRef(**p) for p in data["packs"])
        values["overrides"] = tuple(data.get("overrides", ()))
        return Manifest(**values)


@dataclass(frozen=True, slots=True)
class Disposition:
    """What a reviewer says of one hold finding; keep_by_law needs `basis`, false_alarm needs `reason`."""

    finding: str  # Finding.id
    kind: DispositionKind
    basis: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """Leave to publish exactly one release hash. Minted by review/desk.py alone; publishing takes this, never an id."""

    release: str
    release_hash: str
    dataset: str
    decisions: tuple[str, ...]  # ledger entry hashes of the deciding entries
    minted_on: str  # ISO date-time, UTC
    ledger_head: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the catalogue answered: where the edition stands and that each byte was read back equal."""

    release_hash: str
    catalogue_url: str
    package_id: str
    dataset_url: str
    resources: tuple[dict[str, Any], ...]  # id, url, name, sha256, bytes
    published_on: str
    read_back: bool

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> Receipt:
        """Out of its plain, JSON-ready form."""
        return Receipt(**{**data, "resources": tuple(data["resources"])})


def publication_until(published_on: str, days: int | None) -> str | None:
    """The day (ISO) on which it comes down again; None where it stays. `published_on`: ISO date or date-time of the bureau."""
    if days is None:
        return None
    return (datetime.date.fromisoformat(published_on[:10]) + datetime.timedelta(days=days)).isoformat()
