"""Approved bytes into the catalogue, whole or not at all, and read back; safe to run again after any crash.

The publisher holds no state: it looks at the entry, takes the one step that plan.py names, and goes on from what the catalogue
answers. A fault or a lost answer is nothing but a reason to look again. First edition: private until every byte was read back
(read_back.py); a later one comes in one request and goes off at once if a byte differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from catalog.admission import NegativeCheck, admit
from catalog.ahead import PIECE_BYTES
from catalog.ckan import Catalogue, Conflict, NotThere, Uncertain, named_faults
from catalog.entry import is_whole, resources_of
from catalog.mapping import WITHDRAWN, package_id
from catalog.plan import (
    Plan,
    Step,
    Target,
    addition,
    creation,
    next_step,
    plan_changes,
    recorded,
    revelation,
    unburial,
)
from catalog.read_back import holder, ids_of, read_back, remove, take_off
from catalog.tables import load_tables
from catalog.upload import Upload
from domain.errors import CatalogueUnreachable
from domain.ports import ArtefactStore
from domain.release import Approval, Manifest, Receipt

MOST_STEPS = 40
NOTHING_MORE = dict.fromkeys(
    (f"include_{what}" for what in ("datasets", "dataset_count", "extras", "users", "groups", "tags", "followers")),
    False,
)  # whether an organization is there: CKAN counts and lists all it has otherwise, a third of a second where it has thousands


def publish(
    catalogue: Catalogue,
    *,
    approval: Approval,
    manifest: Manifest,
    metadata: Mapping[str, Any],
    store: ArtefactStore,
    published_on: str,
    negative_check: NegativeCheck | None = None,
    accept_edits: bool = False,
    reinstates: bool = False,
) -> Receipt:
    """Publish one approved edition and read every byte back as an anonymous visitor.

    `published_on`: ISO date or date-time; a second run keeps the first run's. `accept_edits`: overwrite what somebody
    changed by hand in the entry, which is refused otherwise. `reinstates`: the desk reversed this release's withdrawal, so
    that its tombstone gives way; refused otherwise.
    Raises what `admit` raises, CatalogueRefused, CatalogueUnreachable, CatalogueEdited, TransitionRefused (withdrawn
    or overtaken meanwhile) and PublicationDiffers (a byte differed; the edition is off again).
    """
    admit(approval, manifest, metadata, store, negative_check)
    catalogue.begin()
    target = Target(manifest, metadata, published_on, reinstates)
    with named_faults():
        found = _bring_about(catalogue, target, store, accept_edits)
    return _receipt(catalogue, recorded(target, found), found)


def plan(
    catalogue: Catalogue,
    *,
    manifest: Manifest,
    metadata: Mapping[str, Any],
    published_on: str,
    reinstates: bool = False,
) -> Plan:
    """What `publish` would change, without changing anything. Raises as `publish` where it would be refused there."""
    catalogue.begin()
    with named_faults():
        found = catalogue.find(package_id(metadata["dataset"]), metadata["name"])
    return plan_changes(found, Target(manifest, metadata, published_on, reinstates))


def settle(catalogue: Catalogue, *, manifest: Manifest, metadata: Mapping[str, Any]) -> bool:
    """What a publication left that died: an edition the public sees is read back now, and taken off if a byte differs.

    True where it stands and is equal, False where nobody sees it. Raises as `publish`.
    """
    catalogue.begin()
    target = Target(manifest, metadata, "")
    with named_faults():
        found = catalogue.patiently(lambda: holder(catalogue, target))
        if found is None or found.get("private") or not _is_shown(found, target):
            return False
        target = recorded(target, found)
        read_back(catalogue, found, target, anonymous=True)
        return True


def take_back(catalogue: Catalogue, *, manifest: Manifest, metadata: Mapping[str, Any]) -> None:
    """Take an edition off whose publication never ended; the editions before it are as they were. Safe to run again.

    For one that was published see catalog/withdraw.py. Raises PublicationDiffers where the catalogue keeps it,
    CatalogueRefused, CatalogueUnreachable.
    """
    catalogue.begin()
    with named_faults():
        take_off(catalogue, Target(manifest, metadata, ""), "the edition whose publication never ended")


def _is_shown(found: Mapping[str, Any], target: Target) -> bool:
    return any(r.get("edition_state") != WITHDRAWN for r in resources_of(found, target.release_hash))


def _bring_about(catalogue: Catalogue, target: Target, store: ArtefactStore, accept_edits: bool) -> dict[str, Any]:
    """Step by step until the edition stands there, public and verified; the entry as it then is."""
    faults, own_id = 0, True
    answered: dict[str, Any] | None = None
    for _ in range(MOST_STEPS):
        found = answered or catalogue.find(package_id(target.metadata["dataset"]), target.metadata["name"])
        answered = None
        if found is not None:
            target = recorded(target, found)
        step = next_step(found, target, accept_edits=accept_edits)
        try:
            if found is not None and step in (Step.REVEAL, Step.DONE):
                read_back(catalogue, found, target, anonymous=step is Step.DONE)
                if load_tables(catalogue, found, target.release_hash, target.metadata, store):
                    loaded = catalogue.find(found["id"], found["name"])
                    found = loaded if loaded and _same_files(found, loaded) else found
            if found is not None and step is Step.DONE:
                return found
            answered = _take(catalogue, step, found, target, store, own_id=own_id)
            faults = 0
        except (Uncertain, Conflict) as fault:
            faults += 1
            if isinstance(fault, Conflict) and step is Step.CREATE and fault.fields == {"id"}:
                own_id = False  # only a catalogue's administrator may choose ids; the name is unique as well
            if faults >= catalogue.attempts:
                raise
            catalogue.wait(faults)
    raise CatalogueUnreachable(f"{catalogue.url} keeps changing under the publication; run it again, that is safe")


def _take(
    catalogue: Catalogue,
    step: Step,
    found: dict[str, Any] | None,
    target: Target,
    store: ArtefactStore,
    *,
    own_id: bool,
) -> dict[str, Any] | None:
    """One step, one request (after its organization's, where that is missing). The entry as the catalogue answers it, which saves
    a look; None where one is needed."""
    match step:
        case Step.CREATE:
            _ensure_owners(catalogue, target)
            package = creation(target)
            if own_id:
                return _same_entry(package, catalogue.act("package_create", package))
            catalogue.act("package_create", {k: v for k, v in package.items() if k != "id"})
        case Step.DROP_STALE:
            assert found is not None
            remove(catalogue, found, {r["id"] for r in found["resources"]} - ids_of(found, target), target)
        case Step.DROP_TOMBSTONE:
            assert found is not None
            return _revised(catalogue, found, unburial(found, target))
        case Step.ADD:
            assert found is not None
            missing = set(target.metadata["groups"]) - {group["name"] for group in found.get("groups") or []}
            if missing or (found.get("organization") or {}).get("name") != target.metadata["organization"]:
                _ensure_owners(catalogue, target)
            call, resources = addition(found, target)
            return _revised(catalogue, found, call, _uploads(resources, target, store))
        case Step.REVEAL:
            assert found is not None
            return _revised(catalogue, found, revelation(found))
        case Step.DONE:
            pass
    return None


def _revised(
    catalogue: Catalogue, found: dict[str, Any], call: dict[str, Any], uploads: Mapping[str, Upload] | None = None
) -> dict[str, Any] | None:
    answer = catalogue.act("package_revise", call, uploads=uploads)
    return _same_entry(found, answer.get("package") if isinstance(answer, dict) else None)


def _same_entry(found: dict[str, Any], answer: Any) -> dict[str, Any] | None:
    """The answer where it is that entry, whole."""
    is_same = is_whole(answer) and (answer["id"], answer["name"]) == (found["id"], found["name"])
    return dict(answer) if is_same else None


def _uploads(resources: list[dict[str, Any]], target: Target, store: ArtefactStore) -> dict[str, Upload]:
    """The files of the edition, streamed from the store, under the keys that attach them to the resources just added."""
    by_name = {a.name: a for a in target.manifest.exports}
    uploads = {}
    for position, resource in enumerate(resources):
        artefact = by_name[resource["file_name"]]
        key = f"update__resources__-{len(resources) - position}__upload"
        chunks = partial(store.chunks, artefact.sha256, PIECE_BYTES)
        uploads[key] = Upload(artefact.name, artefact.media_type, artefact.bytes, chunks)
    return uploads


def _ensure_owners(catalogue: Catalogue, target: Target) -> None:
    """Create organization and groups that aren't there."""
    name = target.metadata["organization"]
    owners = [("organization", name, target.metadata["organization_title"] or name)]
    owners += [("group", group, group) for group in target.metadata["groups"]]
    for kind, name, title in owners:
        try:
            catalogue.look(f"{kind}_show", {"id": name, **NOTHING_MORE})
        except NotThere:
            catalogue.act(f"{kind}_create", {"name": name, "title": title})


def _same_files(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether nothing changed but what loading tables leaves behind."""

    def without_marks(package: dict[str, Any]) -> dict[str, Any]:
        marks = ("datastore_active", "metadata_modified", "datastore_contains_all_records_of_source_file")
        resources = [{k: v for k, v in r.items() if k not in marks} for r in package["resources"]]
        return {**package, "resources": resources, "metadata_modified": None}

    return without_marks(before) == without_marks(after)


def _receipt(catalogue: Catalogue, target: Target, found: dict[str, Any]) -> Receipt:
    """What stands there now."""
    by_name = {a.name: a for a in target.manifest.exports}
    resources = tuple(
        {
            "id": r["id"],
            "url": r["url"],
            "name": r["file_name"],
            "sha256": by_name[r["file_name"]].sha256,
            "bytes": by_name[r["file_name"]].bytes,
        }
        for r in resources_of(found, target.release_hash)
    )
    address = f"{catalogue.url}/dataset/{found['name']}"
    return Receipt(target.release_hash, catalogue.url, found["id"], address, resources, target.published_on, True)
