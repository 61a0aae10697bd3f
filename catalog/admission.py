"""The last gate before the catalogue: an Approval of exactly these bytes, and a dataset that may be public at all.

Who may approve is decided in review/; whether contract and packs are still those in force is asked by flows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from catalog.ahead import PIECE_BYTES, ahead
from domain.contract import Audience, Disclosure
from domain.errors import ContentChanged, DisclosureForbidden, FindingBlocks, ReleaseNotApproved
from domain.finding import Finding, Severity
from domain.ports import ArtefactStore
from domain.release import Approval, Artefact, Manifest

NegativeCheck = Callable[[], Iterable[Finding]]


def admit(
    approval: Approval,
    manifest: Manifest,
    metadata: Mapping[str, Any],
    store: ArtefactStore,
    negative_check: NegativeCheck | None,
) -> None:
    """Let the release through or raise.

    ReleaseNotApproved: the approval is of another hash or dataset. DisclosureForbidden: not for a public catalogue.
    ContentChanged, ArtefactMissing: metadata or files aren't those that were approved. FindingBlocks: the negative
    list, asked once more, says no.
    """
    if not isinstance(approval, Approval) or approval.release_hash != manifest.release_hash:
        raise ReleaseNotApproved("the approval isn't of this release hash; have the release decided in review first")
    if approval.dataset != manifest.dataset:
        raise ReleaseNotApproved(f"the approval is of {approval.dataset}, the manifest of {manifest.dataset}")
    verify(store, manifest.metadata)
    if json.loads(store.read(manifest.metadata.sha256)) != metadata:
        raise ContentChanged("the catalogue metadata isn't what was approved; publish with the manifest's own artefact")
    require_public(metadata)
    if (metadata["dataset"], metadata["period"], metadata["edition"]) != (
        manifest.dataset,
        manifest.period,
        manifest.edition,
    ):
        raise ContentChanged("metadata and manifest name different editions; prepare the release again")
    described = {(f["name"], f["sha256"], f["bytes"]) for f in metadata["files"]}
    if described != {(a.name, a.sha256, a.bytes) for a in manifest.exports}:
        raise ContentChanged("metadata and manifest list different files; prepare the release again")
    for artefact in manifest.exports:
        verify(store, artefact)
    if negative_check and any(f.severity is Severity.BLOCK for f in negative_check()):
        raise FindingBlocks(f"{manifest.dataset} stands on the negative list; it can't be published")


def require_public(metadata: Mapping[str, Any]) -> None:
    """Raise DisclosureForbidden unless the contract says: proactive disclosure, to the public."""
    if metadata["audience"] != Audience.PUBLIC.value:
        raise DisclosureForbidden(
            f"{metadata['dataset']} is for posting on the spot (audience: local); make its posting package instead"
        )
    if metadata["disclosure"] != Disclosure.PROACTIVE.value:
        raise DisclosureForbidden(
            f"{metadata['dataset']} isn't disclosed proactively ({metadata['disclosure']}); it has no place in a catalogue"
        )


def verify(store: ArtefactStore, artefact: Artefact) -> None:
    """Read the artefact whole and compare hash and size, whatever the store itself verifies. Constant memory."""
    digest, size = hashlib.sha256(), 0
    for chunk in ahead(store.chunks(artefact.sha256, PIECE_BYTES)):
        digest.update(chunk)
        size += len(chunk)
    if digest.hexdigest() != artefact.sha256 or size != artefact.bytes:
        raise ContentChanged(f"{artefact.role} {artefact.name}: the stored bytes aren't those that were approved")
