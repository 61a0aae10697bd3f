"""What binds records to bytes: the form of the findings artefact, and comparisons of hashes. Reads values, writes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from domain.canonical import canonical_json, sha256_hex
from domain.errors import ContentChanged
from domain.finding import Finding
from domain.release import Manifest
from review.models import ReleaseRecord


def findings_content(findings: Sequence[Finding]) -> bytes:
    """The bytes of a release's findings artefact: canonical JSON list of Finding.to_dict(), in the order given."""
    return canonical_json([f.to_dict() for f in findings])


def check_manifest(record: ReleaseRecord, manifest: Manifest, findings: Sequence[Finding]) -> None:
    """Raises ContentChanged where manifest or findings aren't those of this release and its contract."""
    said = (manifest.dataset, manifest.period, manifest.edition, manifest.revision)
    if said != (record.dataset, record.period, record.edition, record.revision):
        raise ContentChanged(f"the manifest isn't that of {record.public_id}; prepare the dataset again")
    if manifest.contract.sha256 != record.contract_sha256:
        raise ContentChanged(f"the contract changed while {record.public_id} was prepared; prepare the dataset again")
    if manifest.findings.sha256 != sha256_hex(findings_content(findings)):
        raise ContentChanged(
            f"the findings aren't those in the manifest of {record.public_id}; prepare the dataset again"
        )


def check_hash(record: ReleaseRecord, seen: str | None) -> None:
    """Raises ContentChanged where the caller looked at other bytes (a stale page)."""
    if seen is not None and seen != record.release_hash:
        raise ContentChanged(
            f"{record.public_id} isn't what it was when it was shown; look at it again before you sign"
        )
