"""Approved bytes into the catalogue, whole or not at all, and read back; safe to run again after any crash.

The publisher holds no state: it looks at the entry, takes the one step that plan.py names, and looks again. A fault or
a lost answer is nothing but another reason to look. First edition: private until every byte was read back; a later
one comes in one request and goes off at once if a byte differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from catalog.admission import NegativeCheck, admit
from catalog.ckan import Catalogue, Conflict, NotThere, Patience, Uncertain, named_faults
from catalog.entry import resources_of
from catalog.mapping import WITHDRAWN, package_id
from catalog.own_files import entry_with, file_ids
from catalog.plan import (
    TAKEN_OFF,
    Plan,
    Step,
    Target,
    addition,
    clearing,
    creation,
    next_step,
    plan_changes,
    recorded,
    removal,
    revelation,
    unburial,
)
from catalog.previews import drop_previews
from catalog.tables import drop_tables, load_tables
from catalog.upload import Upload
from domain.errors import CatalogueRefused, CatalogueUnreachable, PublicationDiffers
from domain.ports import ArtefactStore
from domain.release import Approval, Manifest, Receipt

MOST_STEPS = 40
NOTHING_MORE = dict.fromkeys(
    (f"include_{what}" for what in ("datasets", "dataset_count", "extras", "users", "groups", "tags", "followers")),
    False,
)  # whether an organization is there: CKAN counts and lists all it has otherwise, a third of a second where it has thousands
PUBLIC = Patience(
    attempts=2, silence_seconds=15, bytes_a_second=1 << 18
)  # off within the minute, and what a large file takes


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
        found = catalogue.patiently(lambda: _holder(catalogue, target))
        if found is None or found.get("private") or not _is_shown(found, target):
            return False
        target = recorded(target, found)
        _read_back(catalogue, found, target, anonymous=True)
        return True


def take_back(catalogue: Catalogue, *, manifest: Manifest, metadata: Mapping[str, Any]) -> None:
    """Take an edition off whose publication never ended; the editions before it are as they were. Safe to run again.

    For one that was published see catalog/withdraw.py. Raises PublicationDiffers where the catalogue keeps it,
    CatalogueRefused, CatalogueUnreachable.
    """
    catalogue.begin()
    with named_faults():
        _take_off(catalogue, Target(manifest, metadata, ""), "the edition whose publication never ended")


def _holder(catalogue: Catalogue, target: Target) -> dict[str, Any] | None:
    """The entry that holds the edition's files, renamed and relabelled or not."""
    ids = file_ids(target.release_hash, target.manifest)
    return entry_with(catalogue, target.metadata["dataset"], target.release_hash, ids)


def _is_shown(found: Mapping[str, Any], target: Target) -> bool:
    return any(r.get("edition_state") != WITHDRAWN for r in resources_of(found, target.release_hash))


def _bring_about(catalogue: Catalogue, target: Target, store: ArtefactStore, accept_edits: bool) -> dict[str, Any]:
    """Step by step until the edition stands there, public and verified; the entry as it then is."""
    faults, own_id = 0, True
    for _ in range(MOST_STEPS):
        found = catalogue.find(package_id(target.metadata["dataset"]), target.metadata["name"])
        if found is not None:
            target = recorded(target, found)
        step = next_step(found, target, accept_edits=accept_edits)
        try:
            if found is not None and step in (Step.REVEAL, Step.DONE):
                _read_back(catalogue, found, target, anonymous=step is Step.DONE)
                if load_tables(catalogue, found, target.release_hash, target.metadata, store):
                    loaded = catalogue.find(found["id"], found["name"])
                    found = loaded if loaded and _same_files(found, loaded) else found
            if found is not None and step is Step.DONE:
                return found
            _take(catalogue, step, found, target, store, own_id=own_id)
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
) -> None:
    """One step, one request (after its organization's, where that is missing)."""
    match step:
        case Step.CREATE:
            _ensure_owners(catalogue, target)
            package = creation(target)
            catalogue.act("package_create", package if own_id else {k: v for k, v in package.items() if k != "id"})
        case Step.DROP_STALE:
            assert found is not None
            _remove(catalogue, found, {r["id"] for r in found["resources"]} - _ids(found, target), target)
        case Step.DROP_TOMBSTONE:
            assert found is not None
            catalogue.act("package_revise", unburial(found, target))
        case Step.ADD:
            assert found is not None
            missing = set(target.metadata["groups"]) - {group["name"] for group in found.get("groups") or []}
            if missing or (found.get("organization") or {}).get("name") != target.metadata["organization"]:
                _ensure_owners(catalogue, target)
            call, resources = addition(found, target)
            catalogue.act("package_revise", call, uploads=_uploads(resources, target, store))
        case Step.REVEAL:
            assert found is not None
            catalogue.act("package_revise", revelation(found))
        case Step.DONE:
            pass


def _uploads(resources: list[dict[str, Any]], target: Target, store: ArtefactStore) -> dict[str, Upload]:
    """The files of the edition, streamed from the store, under the keys that attach them to the resources just added."""
    by_name = {a.name: a for a in target.manifest.exports}
    uploads = {}
    for position, resource in enumerate(resources):
        artefact = by_name[resource["file_name"]]
        key = f"update__resources__-{len(resources) - position}__upload"
        chunks = partial(store.chunks, artefact.sha256)
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


def _read_back(catalogue: Catalogue, found: dict[str, Any], target: Target, *, anonymous: bool) -> None:
    """Fetch every file and compare; take the edition off and raise PublicationDiffers if a byte isn't as approved.

    What anybody sees may not wait unverified for a catalogue to come round: if it can't be read whole it is taken off, too, and
    CatalogueUnreachable is raised; publishing again puts it back.
    """
    shown = found
    if anonymous:
        try:
            seen = catalogue.find(found["id"], found["name"], anonymous=True)
        except Uncertain:
            raise _unread(catalogue, target, "the entry") from None
        if seen is None or _ids(seen, target) != _ids(found, target):
            raise CatalogueRefused(
                f"{catalogue.url}: anonymous visitors don't see {found['name']} as it was published; "
                "check that the catalogue is open to the public, then run again"
            )
        shown = seen
    wanted = {r["id"]: r for r in target.wanted(found)[1]}
    differing = []
    for resource in resources_of(shown, target.release_hash):
        want = wanted[resource["id"]]
        address = catalogue.here(str(resource.get("url")))
        try:
            patience = PUBLIC if anonymous else None
            got = catalogue.fetch(address, anonymous=anonymous, limit=want["size"], patience=patience)
        except Uncertain:
            if not anonymous:
                raise
            raise _unread(catalogue, target, want["file_name"]) from None
        if (got.status, f"sha256:{got.sha256}", got.bytes) != (200, want["hash"], want["size"]):
            differing.append(want["file_name"])
    if differing:
        names = ", ".join(differing)
        _take_off(catalogue, target, names)
        raise PublicationDiffers(
            f"{names}: read back other bytes than were approved; the edition was taken off. Look into the "
            "catalogue's storage before publishing again"
        )


def _unread(catalogue: Catalogue, target: Target, what: str) -> CatalogueUnreachable:
    """Takes the edition off, which nobody could verify. Raises PublicationDiffers where the catalogue keeps it."""
    _take_off(catalogue, target, what)
    return CatalogueUnreachable(
        f"{what}: public, and couldn't be read back whole; the edition was taken off meanwhile. Run the publication again, "
        "that is safe"
    )


def _same_files(before: dict[str, Any], after: dict[str, Any]) -> bool:
    """Whether nothing changed but what loading tables leaves behind."""

    def without_marks(package: dict[str, Any]) -> dict[str, Any]:
        marks = ("datastore_active", "metadata_modified", "datastore_contains_all_records_of_source_file")
        resources = [{k: v for k, v in r.items() if k not in marks} for r in package["resources"]]
        return {**package, "resources": resources, "metadata_modified": None}

    return without_marks(before) == without_marks(after)


def _take_off(catalogue: Catalogue, target: Target, what: str) -> None:
    """Off the list, bytes first. Raises PublicationDiffers where the catalogue doesn't do it."""
    faults = 0
    for _ in range(MOST_STEPS):
        try:
            found = _holder(catalogue, target)
            ids = _ids(found, target) if found else set()
            if not found or not ids:
                return
            _remove(catalogue, found, ids, target)
        except (Uncertain, Conflict):
            faults += 1
            if faults >= catalogue.attempts:
                break
            catalogue.wait(faults)
    raise PublicationDiffers(
        f"{what}: not to be public, and the catalogue didn't take it off: it may still be visible; run the "
        "publication again at once or hide the dataset in the catalogue"
    )


def _remove(catalogue: Catalogue, found: dict[str, Any], ids: set[str], target: Target) -> None:
    """Bytes away first (all in one act), then the resources off the list: taking off a resource alone leaves its file."""
    leaving = [r for r in found["resources"] if r["id"] in ids]
    drop_tables(catalogue, leaving)  # whatever the entry says: it's marked as loaded after the table is there
    if any(r.get("url_type") == "upload" for r in leaving):
        values = {"edition_state": WITHDRAWN, TAKEN_OFF: True, "withdrawn_reason": "读回校验不一致，已撤下"}
        address = f"{catalogue.url}/dataset/{found['name']}"
        catalogue.act("package_revise", clearing(found, ids, address=address, values=values))
        return
    drop_previews(catalogue, leaving)
    catalogue.act("package_revise", removal(found, ids, target.release_hash))


def _ids(found: Mapping[str, Any], target: Target) -> set[str]:
    return {r["id"] for r in resources_of(found, target.release_hash)}


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
