"""Publishing across two networks: orders are exported where releases are reviewed, carried, and done where the catalogue is.

The publishing side is an installation of kind "publisher": keys, pinned keys, a catalogue and a register of what it did;
no database, no people. It publishes and withdraws with the same code as a platform that reaches its catalogue itself.
What it does unasked is in flows/outside, what comes back in flows/receipts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from domain.canonical import canonical_json
from domain.errors import PackageInvalid, ReleaseNotApproved
from domain.release import Artefact, Manifest, Status
from flows.catalogue import catalogue_for, one_at_a_time
from flows.copies import falling_together, put_copies
from flows.outside.register import (
    DOWN,
    Entry,
    State,
    changed,
    entry_of,
    keep_approved,
    publisher,
    today_at,
    write,
)
from flows.outside.turns import brings_back, check_turn
from flows.platform import moment_at, now, open_platform
from flows.tombstone import Tombstone, tombstone


def export_order(home: Path | None, release: str, out: Path) -> dict[str, Any]:
    """Write what is to be done about a release: publish it (approved) or take it off (withdrawn). Returns {release, order}.

    Trusts nothing, as publishing does: decisions are replayed, every hash recomputed, contract, packs and negative
    list asked again. Raises ReleaseNotApproved for any other status, and what publishing raises.
    """
    platform = open_platform(home)
    from catalog.admission import require_public
    from flows.in_force import checked_approval
    from review import queries, withdrawals
    from review.carried import Kind, write_message, write_release

    turn, record = withdrawals.turn_of(release), queries.show(release)  # the turn first: never newer than the record
    if record["status"] == Status.WITHDRAWN:
        order = _withdrawal(record, tombstone(platform, record))
        write_message(platform.home.root, out, Kind.WITHDRAWAL, {**order, "turn": turn.seq})
        return {"release": release, "order": Kind.WITHDRAWAL.value}
    if record["status"] != Status.APPROVED:
        raise ReleaseNotApproved(
            f"{release} is {record['status']}; only approved and withdrawn releases are carried out"
        )
    approval, manifest, _ = checked_approval(platform, release)
    require_public(json.loads(platform.stores.read(manifest.metadata.sha256)))
    write_release(
        platform.home.root, out, approval, manifest, platform.stores, _carried(manifest), exported_at=now(),
        turn=turn.seq, reverses=turn.reverses,
    )  # fmt: skip
    return {"release": release, "order": Kind.RELEASE.value}


def publish_package(home: Path | None, path: Path, receipt: Path) -> dict[str, Any]:
    """Publish a carried release and write the receipt that goes back. Returns {release, dataset, public_url, receipt}.

    The register knows of it before the catalogue does, with the day on which it comes down. Raises PackageInvalid,
    TransitionRefused where it was taken down here before and this package doesn't reverse just that, and what publishing
    raises.
    """
    from catalog.admission import admit
    from catalog.publish import publish
    from review.carried import Kind, write_message

    with _opened(home, path, Kind.RELEASE) as (here, package, manifest, store, metadata):
        approval = package.approval
        with one_at_a_time(here, manifest.dataset), catalogue_for(here) as catalogue:
            known = entry_of(here, manifest.release_hash)
            entry = known or Entry(
                approval.release, manifest.release_hash, manifest.dataset, State.PUBLISHING, metadata["title"]["zh"],
                manifest.period, metadata["publication_days"], moment_at(here),
            )  # fmt: skip
            is_back = brings_back(known, package, today_at(here))
            admit(approval, manifest, metadata, store, None)
            keep_approved(here, manifest, store.read(manifest.metadata.sha256))
            if entry.state in DOWN:
                entry = replace(entry, state=State.PUBLISHING, order={}, proof=None)
            entry = write(here, replace(entry, turn=package.turn, is_back=is_back))
            with falling_together(here, catalogue, manifest):
                made = publish(
                    catalogue, approval=approval, manifest=manifest, metadata=metadata, store=store,
                    published_on=moment_at(here), reinstates=is_back,
                )  # fmt: skip
            put_copies(here, catalogue, manifest, store)
            body = {"release": approval.release, "receipt": asdict(made), "turn": entry.turn}
            changed(here, entry, state=State.PUBLISHED, receipt=json.loads(canonical_json(asdict(made))))
        write_message(here.root, receipt, Kind.PUBLISHED, body)
    return {
        "release": approval.release,
        "dataset": manifest.dataset,
        "public_url": made.dataset_url,
        "receipt": str(receipt),
    }


def plan_package(home: Path | None, path: Path) -> dict[str, Any]:
    """What publishing the package would change; nothing is changed. Raises as publishing."""
    from catalog.admission import admit
    from catalog.publish import plan
    from review.carried import Kind

    with _opened(home, path, Kind.RELEASE) as (here, package, manifest, store, metadata):
        is_back = brings_back(entry_of(here, manifest.release_hash), package, today_at(here))
        admit(package.approval, manifest, metadata, store, None)
        with catalogue_for(here) as catalogue:
            planned = plan(
                catalogue, manifest=manifest, metadata=metadata, published_on=moment_at(here), reinstates=is_back
            )
    return {"release": package.approval.release, "changes": planned.to_dict()}


def withdraw_package(home: Path | None, path: Path, receipt: Path) -> dict[str, Any]:
    """Take off what a carried order names and write the receipt with the proof. Returns {release, proof, receipt}.

    Raises PackageInvalid, TransitionRefused (an old order), and what taking down raises.
    """
    from flows.outside.duties import take_down
    from review.carried import PLATFORMS, Kind, open_package, pinned_keys

    here = publisher(home)
    package = open_package(path, pinned_keys(here.root, PLATFORMS))
    if package.kind is not Kind.WITHDRAWAL:
        raise PackageInvalid(f"{path.name} orders no withdrawal; a release is published with: mingjing publish FILE")
    order = package.body
    with one_at_a_time(here, order["dataset"]):
        entry = entry_of(here, order["release_hash"])
        if entry is None:  # it may have been published from another machine, and can't be from this one any more
            entry = write(here, Entry(order["release"], order["release_hash"], order["dataset"], State.PUBLISHING))
        check_turn(entry, package.turn)
        if entry.state is not State.TAKEN_DOWN or entry.turn != package.turn:  # it takes the place of one given here
            entry = changed(here, entry, state=State.TAKEN_DOWN, order=dict(order), proof=None, turn=package.turn)
    done = take_down(here, entry.release_hash, State.TAKEN_DOWN, dict(order))
    Path(done["receipt"]).replace(receipt)
    return {"release": order["release"], "proof": done["proof"], "receipt": str(receipt)}


@contextmanager
def _opened(home: Path | None, path: Path, kind: Any) -> Iterator[Any]:
    """The publisher's home, the verified package, its manifest, a store with its artefacts and the metadata."""
    import tempfile

    from review.carried import PLATFORMS, open_package, pinned_keys
    from storage.filesystem import FileStore

    here = publisher(home)
    package = open_package(path, pinned_keys(here.root, PLATFORMS))
    if package.kind is not kind or package.manifest is None:
        raise PackageInvalid(f"{path.name} holds no release; a withdrawal is done with: mingjing withdraw FILE")
    with tempfile.TemporaryDirectory(dir=here.work) as folder:
        store = FileStore(Path(folder), private=True)
        package.unpack(_carried(package.manifest), store)
        metadata = json.loads(store.read(package.manifest.metadata.sha256))
        yield here, package, package.manifest, store, metadata


def _carried(manifest: Manifest) -> tuple[Artefact, ...]:
    """What publishing needs, and nothing else: sources and findings never leave."""
    return (*manifest.exports, manifest.metadata)


def _withdrawal(record: dict[str, Any], left: Tombstone) -> dict[str, Any]:
    return {
        "release": record["release"],
        "release_hash": record["release_hash"],
        "dataset": record["dataset"],
        "reason": left.reason,
        "reason_code": record["reason_code"] or "",
        "contact": left.contact,
        "keeps_words": left.keeps_words,
        "ordered_at": now(),
    }
