"""What crashes left in a catalogue: unfinished drafts, files without an entry, tables without a resource, phantoms.

Looks first and says what it would do; carries it out only when told so. What no API can mend (an index that lies, a
table whose resource is gone) is named with the CKAN command that mends it. Editions that stand are never touched.
"""

from __future__ import annotations

import datetime
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from catalog.ckan import Catalogue, Conflict, NotThere, Uncertain, named_faults
from catalog.entry import PUBLISHING, extras_of, resources_of
from catalog.mapping import WITHDRAWN
from catalog.plan import TAKEN_OFF, clearing, removal
from domain.errors import CatalogueRefused, UsageInvalid

PAGE = 200
SETTLED_SECONDS = 3600.0  # younger traces may belong to a publication under way
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Kind(StrEnum):
    """What was found."""

    DRAFT = "unfinished-draft"  # private; its release's publication never ended
    LEFTOVER = "taken-off-entry"  # bytes gone, entry still listed
    PHANTOM = "phantom"  # in the search index alone
    UNLISTED = "unlisted"  # public, but not in the search index
    TABLE = "table-without-resource"
    FILE = "file-without-resource"


@dataclass(frozen=True, slots=True)
class Trace:
    """One finding. `remedy` is what removes it; `done` whether this run did."""

    kind: Kind
    name: str
    remedy: str
    done: bool = False


def sweep(
    catalogue: Catalogue,
    *,
    apply: bool = False,
    files: Path | None = None,
    organization: str | None = None,
    settled_seconds: float = SETTLED_SECONDS,
) -> tuple[Trace, ...]:
    """Look through the catalogue; remove what can be removed if `apply`.

    `files`: the catalogue's storage folder where it can be reached (ckan.storage_path). `organization`: only its
    datasets, without the tables and without asking for those that the search index lacks.
    Raises CatalogueRefused, CatalogueUnreachable, UsageInvalid.
    """
    catalogue.begin()
    with named_faults():
        indexed = sorted(_search(catalogue), key=lambda entry: entry.name)
        listed = [entry for entry in indexed if organization in (None, entry.organization)]
        known = {ident: has_file for entry in indexed for ident, has_file in entry.resources}
        return (
            *(trace for entry in listed for trace in _entry(catalogue, entry, apply, settled_seconds)),
            *(() if organization else _unlisted(catalogue, {entry.name for entry in listed})),
            *(() if organization else _tables(catalogue, known)),
            *(_files(catalogue, files, apply, settled_seconds, known) if files else ()),
        )


@dataclass(frozen=True, slots=True)
class _Indexed:
    """What the search index says of one dataset; `resources`: id, and whether it has an uploaded file."""

    name: str
    id: str
    organization: str | None
    resources: tuple[tuple[str, bool], ...]


def _search(catalogue: Catalogue) -> Iterator[_Indexed]:
    """Everything that the search index knows. It may be wrong of what is gone, which errs on the side of keeping."""
    query: dict[str, Any] = {"q": "*:*", "rows": PAGE, "start": 0, "include_private": True, "sort": "name asc"}
    while True:
        page = catalogue.look("package_search", query)["results"]
        for entry in page:
            resources = tuple((r["id"], r.get("url_type") == "upload") for r in entry.get("resources") or [])
            owner = (entry.get("organization") or {}).get("name")
            yield _Indexed(entry["name"], entry["id"], owner, resources)
        if len(page) < PAGE:
            return
        query["start"] += PAGE


def _entry(catalogue: Catalogue, indexed: _Indexed, apply: bool, settled_seconds: float) -> Iterator[Trace]:
    """A phantom, or what is left of a publication in one of the platform's own datasets."""
    try:
        found = catalogue.look("package_show", {"id": indexed.id})
    except NotThere:
        yield Trace(Kind.PHANTOM, indexed.name, f"ckan search-index clear {indexed.id}")
        return
    extras = extras_of(found)
    if "contract_id" not in extras:
        return
    ids = {r["id"] for r in found["resources"] if r.get(TAKEN_OFF) and r.get("release_hash")}
    kind, remedy = Kind.LEFTOVER, "take the entries off the list"
    if PUBLISHING in extras and _age(found["metadata_modified"]) > settled_seconds:
        ids = {r["id"] for r in found["resources"] if r.get("release_hash")}
        kind, remedy = Kind.DRAFT, "remove its files; the entry stays private"
    if ids:
        yield Trace(kind, indexed.name, remedy, apply and _remove(catalogue, found, ids))


def _remove(catalogue: Catalogue, found: dict[str, Any], ids: set[str]) -> bool:
    """Bytes first, then the entries, one release after the other. False where somebody else is at work on the entry."""
    address = f"{catalogue.url}/dataset/{found['name']}"
    try:
        if any(r.get("url_type") == "upload" for r in found["resources"] if r["id"] in ids):
            values = {"edition_state": WITHDRAWN, TAKEN_OFF: True}
            catalogue.act("package_revise", clearing(found, ids, address=address, values=values))
        for release in sorted({str(r["release_hash"]) for r in found["resources"] if r["id"] in ids}):
            found = catalogue.look("package_show", {"id": found["id"]})
            ours = {r["id"] for r in resources_of(found, release)} & ids
            catalogue.act("package_revise", removal(found, ours, release))
    except (Conflict, Uncertain):
        return False
    return True


def _unlisted(catalogue: Catalogue, listed: set[str]) -> Iterator[Trace]:
    """Public datasets that the search index doesn't know."""
    for name in sorted(set(catalogue.look("package_list", {})) - listed):
        try:
            catalogue.look("package_show", {"id": name})
        except NotThere:
            continue  # gone between the two looks
        yield Trace(Kind.UNLISTED, name, f"ckan search-index rebuild {name}")


def _tables(catalogue: Catalogue, known: Mapping[str, bool]) -> Iterator[Trace]:
    """Tables of the DataStore whose resource is gone."""
    if "datastore" not in catalogue.look("status_show", {})["extensions"]:
        return
    query = {"resource_id": "_table_metadata", "limit": 32000}
    for row in catalogue.look("datastore_search", query)["records"]:
        name = str(row["name"])
        if row["alias_of"] is not None or name in known or not UUID.fullmatch(name):
            continue
        if not _is_resource(catalogue, name):
            yield Trace(Kind.TABLE, name, "ckan datastore purge")


def _files(
    catalogue: Catalogue, root: Path, apply: bool, settled_seconds: float, known: Mapping[str, bool]
) -> Iterator[Trace]:
    """Files in the catalogue's storage that no entry leads to, and parts of uploads that were cut off."""
    folder = root / "resources"
    if not folder.is_dir():
        raise UsageInvalid(f"{root} isn't a CKAN storage folder: it has no resources/; name ckan.storage_path")
    for path in sorted(p for p in folder.glob("*/*/*") if p.is_file()):
        if time.time() - path.stat().st_mtime <= settled_seconds:
            continue
        ident = "".join(path.relative_to(folder).parts)
        if known.get(ident) or (UUID.fullmatch(ident) and _is_resource(catalogue, ident, with_file=True)):
            continue
        if apply:
            path.unlink(missing_ok=True)
        yield Trace(Kind.FILE, path.relative_to(root).as_posix(), "remove the file", apply)


def _is_resource(catalogue: Catalogue, ident: str, *, with_file: bool = False) -> bool:
    """Whether the resource exists (and has an uploaded file); what may not be seen exists as well."""
    try:
        found = catalogue.look("resource_show", {"id": ident})
    except NotThere:
        return False
    except CatalogueRefused:
        return True
    return not with_file or found.get("url_type") == "upload"


def _age(written: str) -> float:
    """Seconds since CKAN's time, which is UTC without saying so."""
    moment = datetime.datetime.fromisoformat(written)
    return time.time() - moment.replace(tzinfo=datetime.UTC).timestamp()
