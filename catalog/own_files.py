"""Which files of a catalogue are a release's: told by their ids, which nobody can change, not by what an entry says of them.

A person with rights there may rename a dataset and relabel its files; what has to come off comes off all the same.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from typing import Any

from catalog.ckan import Catalogue
from catalog.entry import Entry
from catalog.mapping import package_id, package_name, resource_id
from domain.errors import CatalogueRefused
from domain.release import Manifest, Receipt


def file_ids(release_hash: str, manifest: Manifest | None = None, receipt: Receipt | None = None) -> frozenset[str]:
    """The ids under which the release's files stand in any catalogue, from its manifest, and those that its receipt names."""
    made = {resource_id(release_hash, a.name, a.sha256) for a in manifest.exports} if manifest else set()
    return frozenset(made | {str(row["id"]) for row in (receipt.resources if receipt else ())})


def own_name(dataset: str) -> str:
    """The name under which the platform makes the dataset's entry."""
    return package_name(dataset.replace(".", "-").replace("_", "-"))


def claimed(found: Entry, release_hash: str, ids: Set[str]) -> dict[str, Any]:
    """The entry, in which the release's files carry its hash whatever somebody wrote there."""
    files = [{**r, "release_hash": release_hash} if r["id"] in ids else r for r in found.get("resources") or []]
    return {**found, "resources": files}


def entry_with(catalogue: Catalogue, dataset: str, release_hash: str, ids: Set[str]) -> dict[str, Any] | None:
    """The entry that holds the release's files, else the dataset's own; None if neither is there.

    By its id and name; where it was renamed, or its name is another's now, by the files. Raises CatalogueRefused, Uncertain.
    """
    found = catalogue.find(package_id(dataset), own_name(dataset))
    own = found and claimed(found, release_hash, ids)
    if own and any(r["id"] in ids or (not ids and r.get("release_hash") == release_hash) for r in own["resources"]):
        return own  # where ids are known a label alone isn't enough: another's dataset may carry it
    for one in sorted(ids):
        try:
            home = catalogue.look("resource_show", {"id": one})["package_id"]
            return claimed(catalogue.look("package_show", {"id": home}), release_hash, ids)
        except CatalogueRefused:
            continue  # taken off the list, or another's whom this token may not see
    return own


@dataclass(frozen=True, slots=True)
class OwnRelease:
    """A release as its files are looked for: `files` their ids, as far as they are known; `period` where it is known."""

    dataset: str
    hash: str
    files: frozenset[str]
    period: str = ""

    def entry(self, catalogue: Catalogue) -> dict[str, Any] | None:
        """See `entry_with`."""
        return entry_with(catalogue, self.dataset, self.hash, self.files)
