"""Publishing across two networks: orders are exported where releases are reviewed, carried, and done where the catalogue is.

The publishing side is an installation of kind "publisher": keys, pinned keys, a catalogue and a register of what it did;
no database, no people. It publishes and withdraws with the same code as a platform that reaches its catalogue itself.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from domain.canonical import canonical_json
from domain.errors import PackageInvalid, ReleaseNotApproved, TransitionRefused, UsageInvalid
from domain.release import Artefact, Manifest, Receipt, Status
from flows.catalogue import catalogue_for, one_at_a_time
from flows.home import Home, home_path, open_home
from flows.platform import now, open_platform

REGISTER = "register"


def export_order(home: Path | None, release: str, out: Path) -> dict[str, Any]:
    """Write what is to be done about a release: publish it (approved) or take it off (withdrawn). Returns {release, order}.

    Trusts nothing, as publishing does: decisions are replayed, every hash recomputed, contract, packs and negative
    list asked again. Raises ReleaseNotApproved for any other status, and what publishing raises.
    """
    platform = open_platform(home)
    from catalog.admission import require_public
    from flows.in_force import checked_approval
    from review import queries
    from review.carried import Kind, write_message, write_release

    record = queries.show(release)
    if record["status"] == Status.WITHDRAWN:
        write_message(
            platform.home.root, out, Kind.WITHDRAWAL, _withdrawal(record, platform.contract(record["dataset"]))
        )
        return {"release": release, "order": Kind.WITHDRAWAL.value}
    if record["status"] != Status.APPROVED:
        raise ReleaseNotApproved(
            f"{release} is {record['status']}; only approved and withdrawn releases are carried out"
        )
    approval, manifest, _ = checked_approval(platform, release)
    require_public(json.loads(platform.stores.read(manifest.metadata.sha256)))
    write_release(platform.home.root, out, approval, manifest, platform.stores, _carried(manifest), exported_at=now())
    return {"release": release, "order": Kind.RELEASE.value}


def publish_package(home: Path | None, path: Path, receipt: Path) -> dict[str, Any]:
    """Publish a carried release and write the receipt that goes back. Returns {release, dataset, public_url, receipt}.

    Raises PackageInvalid, TransitionRefused where its withdrawal came here before, and what publishing raises.
    """
    from catalog.publish import publish
    from review.carried import Kind, write_message

    with _opened(home, path, Kind.RELEASE) as (here, package, manifest, store, metadata):
        approval = package.approval
        with one_at_a_time(here, manifest.dataset), catalogue_for(here) as catalogue:
            if _register(here, manifest.release_hash).get("state") == Kind.TAKEN_DOWN:
                raise TransitionRefused(f"{approval.release} was withdrawn here; a correction is a new revision")
            made = publish(
                catalogue, approval=approval, manifest=manifest, metadata=metadata, store=store, published_on=now(),
            )  # fmt: skip
            body = {"release": approval.release, "receipt": asdict(made)}
            _keep(here, manifest.release_hash, {"state": Kind.PUBLISHED.value, "dataset": manifest.dataset, **body})
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
        admit(package.approval, manifest, metadata, store, None)
        with catalogue_for(here) as catalogue:
            planned = plan(catalogue, manifest=manifest, metadata=metadata, published_on=now())
    return {"release": package.approval.release, "changes": planned.to_dict()}


def withdraw_package(home: Path | None, path: Path, receipt: Path) -> dict[str, Any]:
    """Take off what a carried order names and write the receipt with the proof. Returns {release, proof, receipt}."""
    from catalog.withdraw import withdraw
    from review.carried import PLATFORMS, Kind, open_package, pinned_keys, write_message

    here = _publisher(home)
    package = open_package(path, pinned_keys(here.root, PLATFORMS))
    if package.kind is not Kind.WITHDRAWAL:
        raise PackageInvalid(f"{path.name} orders no withdrawal; a release is published with: mingjing publish FILE")
    order = package.body
    with one_at_a_time(here, order["dataset"]), catalogue_for(here) as catalogue:
        known = _register(here, order["release_hash"])
        # first of all: from here on the release can't be published here any more, whatever happens
        _keep(here, order["release_hash"], {**known, "state": Kind.TAKEN_DOWN.value, "dataset": order["dataset"]})
        made = known.get("receipt")
        proof = withdraw(
            catalogue, release_hash=order["release_hash"], dataset=order["dataset"], reason=order["reason"],
            reason_code=order["reason_code"], withdrawn_on=now(), contact=order["contact"],
            receipt=_receipt(made) if made else None,
        )  # fmt: skip
    body = {"release": order["release"], "release_hash": order["release_hash"], "proof": list(proof)}
    write_message(here.root, receipt, Kind.TAKEN_DOWN, body)
    return {"release": order["release"], "proof": list(proof), "receipt": str(receipt)}


def accept_receipt(home: Path | None, path: Path) -> dict[str, Any]:
    """Bring the publishing side's answer into the ledger. Returns {release, status}. Raises PackageInvalid, ContentChanged."""
    platform = open_platform(home)
    from domain.errors import ContentChanged
    from review import desk, queries
    from review.carried import PUBLISHERS, Kind, open_package, pinned_keys

    package = open_package(path, pinned_keys(platform.home.root, PUBLISHERS))
    release = package.body["release"]
    if package.kind is Kind.PUBLISHED:
        desk.record_published(release, _receipt(package.body["receipt"]))
    elif package.kind is Kind.TAKEN_DOWN:
        if package.body["release_hash"] != queries.show(release)["release_hash"]:
            raise ContentChanged(
                f"the receipt is of other bytes than {release}; ask the publishing side for the right one"
            )
        desk.record_withdrawn(release, {"addresses": package.body["proof"]})
    else:
        raise PackageInvalid(f"{path.name} is an order, not a receipt")
    return {"release": release, "status": queries.show(release)["status"]}


@contextmanager
def _opened(home: Path | None, path: Path, kind: Any) -> Iterator[Any]:
    """The publisher's home, the verified package, its manifest, a store with its artefacts and the metadata."""
    import tempfile

    from review.carried import PLATFORMS, open_package, pinned_keys
    from storage.filesystem import FileStore

    here = _publisher(home)
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


def _withdrawal(record: dict[str, Any], contract: Any) -> dict[str, Any]:
    return {
        "release": record["release"],
        "release_hash": record["release_hash"],
        "dataset": record["dataset"],
        "reason": record["reason"],
        "reason_code": record["reason_code"] or "",
        "contact": contract.contact.name,
        "ordered_at": now(),
    }


def _publisher(home: Path | None) -> Home:
    here = open_home(home_path(home))
    if here.kind != "publisher":
        raise UsageInvalid(
            f"{here.root} is a {here.kind} installation; packages are published by one made with: "
            "mingjing init --publisher --catalogue URL --pin KEY"
        )
    return here


def _register(here: Home, release_hash: str) -> dict[str, Any]:
    path = here.root / REGISTER / f"{release_hash}.json"
    return dict(json.loads(path.read_bytes())) if path.is_file() else {}


def _keep(here: Home, release_hash: str, entry: dict[str, Any]) -> None:
    """Durable before it returns."""
    folder = here.root / REGISTER
    folder.mkdir(mode=0o700, exist_ok=True)
    part = folder / f"{release_hash}.part"
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(canonical_json(entry))
        out.flush()
        os.fsync(out.fileno())
    part.replace(folder / f"{release_hash}.json")


def _receipt(plain: dict[str, Any]) -> Receipt:
    return Receipt(**{**plain, "resources": tuple(plain["resources"])})
