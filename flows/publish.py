"""Flows publish_release and withdraw_release: separate from preparation, woken by a decision.

Publishing trusts nothing: it asks the desk to read the decisions again, recomputes every hash, compares contract and
packs with those in force and asks the negative list once more. Every refusal goes to the ledger with its name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from prefect import flow, task

from domain.contract import Audience, Contract
from domain.errors import CatalogueUnreachable, MingjingError, TransitionRefused, UsageInvalid
from domain.release import Approval, Manifest, Receipt
from flows.catalogue import catalogue_for, one_at_a_time
from flows.copies import copies_fall, falling_together, put_copies
from flows.guard import guarded
from flows.in_force import checked_approval, verify_in_force
from flows.platform import Platform, open_platform
from flows.prefect_setup import opaque
from flows.prepare_steps import is_local, stored_manifest
from flows.progress import announce
from flows.tombstone import tombstone
from flows.unsettled import lift_mark, mark_under_way

POSTING = "posting"
CARRIED = "this installation's catalogue lies in another network; export and carry it: mingjing release export {release} --out FILE"


def _is_transient(_task: Any, _run: Any, state: Any) -> bool:
    return isinstance(state.result(raise_on_failure=False), CatalogueUnreachable)


@task(name="approve-check")
@guarded("approve-check")
def verified(platform: Platform, release: str) -> tuple[Approval, Manifest, Contract]:
    """The approval and what it binds, every hash recomputed."""
    return checked_approval(platform, release)


@task(name="publish", retries=2, retry_delay_seconds=[2, 10], retry_condition_fn=_is_transient)
@guarded("publish")
def put_out(platform: Platform, approval: Approval, manifest: Manifest) -> Receipt:
    """Apply the plan to the catalogue and read every byte back. What was ordered off meanwhile is not put out."""
    from catalog.publish import publish
    from review import queries, withdrawals

    metadata = json.loads(platform.stores.read(manifest.metadata.sha256))
    with one_at_a_time(platform.home, manifest.dataset), catalogue_for(platform.home) as catalogue:
        if (status := queries.show(approval.release)["status"]) != "approved":
            raise TransitionRefused(f"{approval.release} is {status} by now; it isn't put out")
        with falling_together(platform.home, catalogue, manifest):
            receipt = publish(
                catalogue,
                approval=approval,
                manifest=manifest,
                metadata=metadata,
                store=platform.stores,
                published_on=platform.moment(),
                reinstates=withdrawals.is_reinstated(approval.release),
            )
        put_copies(platform.home, catalogue, manifest, platform.stores)
        return receipt


@task(name="post")
@guarded("post")
def post(platform: Platform, approval: Approval, manifest: Manifest, contract: Contract) -> Receipt:
    """The package for posting in the village; no catalogue hears of it."""
    from catalog.posting import posting_package

    folder = platform.home.root / POSTING
    folder.mkdir(mode=0o700, exist_ok=True)
    path = posting_package(contract, manifest, approval, platform.stores, into=folder)
    return Receipt(manifest.release_hash, "", "", str(path), (), platform.moment(), True)


@flow(name="publish_release", validate_parameters=False)
@guarded("publish")
def publish_release(release: str) -> dict[str, Any]:
    """Publish an approved release; safe to run again. Returns {release, status, public_url}."""
    from review import desk, queries

    platform = open_platform()
    record = queries.show(release)
    if record["status"] in ("published", "superseded"):
        return _said(record)
    if _is_elsewhere(platform, record):
        raise UsageInvalid(CARRIED.format(release=release))
    announce("核对审批", 1, 2)
    try:
        approval, manifest, contract = verified(opaque(platform), release)
        announce("发布并读回", 2, 2)
        whole = (opaque(platform), opaque(approval), opaque(manifest))  # Prefect needn't walk through them
        if is_local(contract):
            receipt = post(*whole, opaque(contract))
        else:
            mark_under_way(platform.home, release, manifest)
            receipt = put_out(*whole)
    except MingjingError as refused:
        desk.record_publication_refused(release, refused)
        raise
    desk.record_published(release, receipt)
    lift_mark(platform.home, receipt.release_hash)
    return _said(queries.show(release))


def plan_release(platform: Platform, release: str) -> dict[str, Any]:
    """What `publish` would change now, or the named refusal it would end in. Changes nothing."""
    from catalog.publish import plan
    from review import queries, withdrawals

    manifest = queries.manifest(release)
    contract = platform.contract(manifest.dataset)
    try:
        verify_in_force(platform, contract, manifest)
        if is_local(contract):
            return {"release": release, "package_for_posting": True}
        metadata = json.loads(platform.stores.read(manifest.metadata.sha256))
        with catalogue_for(platform.home) as catalogue:
            planned = plan(
                catalogue, manifest=manifest, metadata=metadata, published_on=platform.moment(),
                reinstates=withdrawals.is_reinstated(release),
            )  # fmt: skip
    except MingjingError as refused:
        return {"release": release, "refused": refused.name(), "message": str(refused)}
    return {"release": release, "changes": asdict(planned)}


@task(name="take-off", retries=2, retry_delay_seconds=[2, 10], retry_condition_fn=_is_transient)
@guarded("take-off")
def take_off(platform: Platform, record: dict[str, Any], turn: int) -> dict[str, Any]:
    """Remove the bytes from the catalogue (or the package for posting) and prove it; a publication cut short may have left
    some without a receipt. Needs no contract: where one is gone its words go too. Returns {addresses, keeps_words}.
    """
    from catalog.withdraw import withdraw
    from review import queries, withdrawals

    if record["audience"] == Audience.LOCAL.value:
        unposted = [_unpost(platform, record["public_url"])] if record["public_url"] else []
        return {"addresses": unposted, withdrawals.WORDS: False}
    left = tombstone(platform, record)
    with one_at_a_time(platform.home, record["dataset"]), catalogue_for(platform.home) as catalogue:
        _still_ordered(record["release"])  # under the lock that a reversal publishes under
        if withdrawals.turn_of(record["release"]).seq != turn:
            raise TransitionRefused(
                f"{record['release']} was ordered off anew meanwhile; that order is carried out next"
            )
        with copies_fall(platform.home, catalogue, record["dataset"], record["release_hash"]) as copies:
            proof = withdraw(
                catalogue, release_hash=record["release_hash"], dataset=record["dataset"], reason=left.reason,
                reason_code=record["reason_code"] or "", withdrawn_on=platform.moment(), contact=left.contact,
                receipt=queries.receipt(record["release"]), manifest=_manifest(platform, record), keeps_words=left.keeps_words,
            )  # fmt: skip
    return {"addresses": [*proof, *copies], withdrawals.WORDS: left.keeps_words}


def _manifest(platform: Platform, record: Mapping[str, Any]) -> Manifest | None:
    """The release's manifest; None where the store lost it: what has to come off comes off without it too."""
    try:
        return stored_manifest(platform.stores, record["release_hash"])
    except MingjingError:
        return None


def _unpost(platform: Platform, path: str) -> dict[str, Any]:
    """Remove the package for posting; what was printed from it is taken down in the village."""
    package = platform.home.root / POSTING / Path(path).name
    package.unlink(missing_ok=True)
    url = f"{POSTING}/{package.name}"
    return {"url": url, "status": 404, "gone": not package.exists(), "redirected_to": None}


@flow(name="withdraw_release", validate_parameters=False)
@guarded("withdraw")
def withdraw_release(release: str) -> dict[str, Any]:
    """Take off what the desk has decided to withdraw; safe to run again. Returns {release, status, proof}.

    Where the catalogue lies in another network nothing is taken off yet: `next` says what has to be carried there.
    """
    from review import desk, queries, withdrawals

    platform = open_platform()
    turn, record = (
        withdrawals.turn_of(release).seq,
        _still_ordered(release),
    )  # the turn first: never newer than the record
    if _is_elsewhere(platform, record):
        return {**_said(record), "proof": [], "next": CARRIED.format(release=release)}
    done = take_off(opaque(platform), opaque(record), turn)
    desk.record_withdrawn(release, done, turn=turn)
    return {**_said(queries.show(release)), "proof": done["addresses"]}


def _still_ordered(release: str) -> dict[str, Any]:
    """The release as queries.show gives it. Raises TransitionRefused where it was reversed meanwhile, or never ordered off."""
    from review import queries

    record = queries.show(release)
    if record["status"] != "withdrawn":
        raise TransitionRefused(f"{release} is {record['status']}; only what was ordered off is taken off")
    return record


def _is_elsewhere(platform: Platform, record: dict[str, Any]) -> bool:
    """Whether the release's catalogue lies in another network."""
    return platform.home.is_carried and record["audience"] != Audience.LOCAL.value


def _said(record: dict[str, Any]) -> dict[str, Any]:
    return {k: record[k] for k in ("release", "dataset", "period", "status", "public_url", "release_hash")}
