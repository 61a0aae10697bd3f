"""An edition's bytes fetched from the catalogue and compared; and off again, bytes first, where one isn't as it was approved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog.ckan import Catalogue, Conflict, Patience, Uncertain
from catalog.entry import resources_of
from catalog.mapping import WITHDRAWN
from catalog.own_files import entry_with, file_ids
from catalog.plan import TAKEN_OFF, Target, clearing, removal
from catalog.previews import drop_previews
from catalog.tables import drop_tables
from domain.errors import CatalogueRefused, CatalogueUnreachable, PublicationDiffers

MOST_ROUNDS = 40
# off within the minute, and what a large file takes
PUBLIC = Patience(attempts=2, silence_seconds=15, bytes_a_second=1 << 18)


def read_back(catalogue: Catalogue, found: dict[str, Any], target: Target, *, anonymous: bool) -> None:
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
        if seen is None or ids_of(seen, target) != ids_of(found, target):
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
        take_off(catalogue, target, names)
        raise PublicationDiffers(
            f"{names}: read back other bytes than were approved; the edition was taken off. Look into the "
            "catalogue's storage before publishing again"
        )


def _unread(catalogue: Catalogue, target: Target, what: str) -> CatalogueUnreachable:
    """Takes the edition off, which nobody could verify. Raises PublicationDiffers where the catalogue keeps it."""
    take_off(catalogue, target, what)
    return CatalogueUnreachable(
        f"{what}: public, and couldn't be read back whole; the edition was taken off meanwhile. Run the publication again, "
        "that is safe"
    )


def take_off(catalogue: Catalogue, target: Target, what: str) -> None:
    """Off the list, bytes first. Raises PublicationDiffers where the catalogue doesn't do it."""
    faults = 0
    for _ in range(MOST_ROUNDS):
        try:
            found = holder(catalogue, target)
            ids = ids_of(found, target) if found else set()
            if not found or not ids:
                return
            remove(catalogue, found, ids, target)
        except (Uncertain, Conflict):
            faults += 1
            if faults >= catalogue.attempts:
                break
            catalogue.wait(faults)
    raise PublicationDiffers(
        f"{what}: not to be public, and the catalogue didn't take it off: it may still be visible; run the "
        "publication again at once or hide the dataset in the catalogue"
    )


def remove(catalogue: Catalogue, found: dict[str, Any], ids: set[str], target: Target) -> None:
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


def ids_of(found: Mapping[str, Any], target: Target) -> set[str]:
    """The ids of the edition's files in the entry, tombstones too."""
    return {r["id"] for r in resources_of(found, target.release_hash)}


def holder(catalogue: Catalogue, target: Target) -> dict[str, Any] | None:
    """The entry that holds the edition's files, renamed and relabelled or not."""
    ids = file_ids(target.release_hash, target.manifest)
    return entry_with(catalogue, target.metadata["dataset"], target.release_hash, ids)
