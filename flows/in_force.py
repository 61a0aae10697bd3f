"""What publishing asks before it trusts an approval: is all that it rests on still in force, and every byte the same?"""

from __future__ import annotations

from domain.contract import Contract
from domain.errors import ContentChanged, FindingBlocks
from domain.finding import Severity
from domain.release import Approval, Manifest
from flows.platform import Platform
from flows.prepare_steps import stored_manifest


def verify_in_force(platform: Platform, contract: Contract, manifest: Manifest) -> None:
    """Contract, packs and negative list as they are now must be those that were approved. Raises ContentChanged."""
    from checks.secrecy.negative_list import check_contract

    if contract.sha256 != manifest.contract.sha256:
        raise ContentChanged(f"the contract {contract.id} changed after the review; prepare the release again")
    if platform.packs.refs != manifest.packs:
        raise ContentChanged("a rule pack changed after the review; prepare the release again")
    if any(f.severity is Severity.BLOCK for f in check_contract(contract, platform.packs)):
        raise FindingBlocks(f"{contract.id} stands on the negative list; withdraw the dataset or correct the list")
    for artefact in manifest.artefacts:
        for _ in platform.stores.chunks(artefact.sha256):
            pass


def checked_approval(platform: Platform, release: str) -> tuple[Approval, Manifest, Contract]:
    """The approval and what it binds, every hash recomputed. Raises what the desk and `verify_in_force` raise."""
    from review import desk

    approval = desk.approval_for(release)
    manifest = stored_manifest(platform.stores, approval.release_hash)
    contract = platform.contract(manifest.dataset)
    verify_in_force(platform, contract, manifest)
    return approval, manifest, contract
