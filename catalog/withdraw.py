"""Published bytes off the catalogue and a tombstone in their place.

Safe to run again. Who may order it is decided in review/, that it is gone proof.py proves; an edit made by hand never stops it and is never covered up.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from catalog.ckan import Catalogue, Conflict, Uncertain, named_faults
from catalog.entry import extras_of, resources_of, stands
from catalog.history import forget
from catalog.mapping import PUBLIC_STATES, WITHDRAWN, edition_label
from catalog.own_files import OwnRelease, file_ids
from catalog.plan import clearing, evidence_after, in_front, relisting
from catalog.previews import drop_previews, previews
from catalog.proof import Proof, prove
from catalog.tables import drop_tables, has_table
from catalog.wordless import MARK, WORDS_GONE, left_words, without_words
from domain.errors import CatalogueRefused, WithdrawalIncomplete
from domain.release import Manifest, Receipt


def withdraw(
    catalogue: Catalogue,
    *,
    release_hash: str,
    dataset: str,
    reason: str,
    reason_code: str,
    withdrawn_on: str,
    contact: str | None = None,
    receipt: Receipt | None = None,
    manifest: Manifest | None = None,
    keeps_words: bool = True,
) -> Proof:
    """Remove the bytes of every file of the release in one act and prove it; each file's entry stays as a tombstone.

    Which files are its own is told by `receipt` and `manifest` too: somebody may have renamed the dataset or relabelled them.
    Without `keeps_words` no word of its contract stays there either (catalog/wordless), an edit of them by hand included.
    Returns one row for each address that ever served a file or what the catalogue made of it (tables, search):
    {url, status, gone, redirected_to, content_type}; the receipt's own addresses too where it is given. Raises WithdrawalIncomplete
    (with the proof so far; also where nothing is known that could be asked for), CatalogueRefused, CatalogueUnreachable.
    """
    catalogue.begin()
    tombstone = {
        "edition_state": WITHDRAWN,
        "withdrawn_on": withdrawn_on,
        "withdrawn_reason": reason,
        "withdrawn_code": reason_code,
    }
    if not keeps_words:
        tombstone |= {MARK: WORDS_GONE}
    period = manifest.period if manifest else ""
    release = OwnRelease(dataset, release_hash, file_ids(release_hash, manifest, receipt), period)
    with named_faults():
        found = _clear(catalogue, release, tombstone, contact)
        if found is not None and _relisted(catalogue, release, found, tombstone, contact):
            found = _clear(catalogue, release, tombstone, contact)
        if found is not None:
            drop_tables(catalogue, resources_of(found, release_hash))
            drop_previews(catalogue, resources_of(found, release_hash))
            if not keeps_words:
                forget(catalogue, found)
        return prove(catalogue, release, found, receipt)


def _clear(
    catalogue: Catalogue, release: OwnRelease, tombstone: Mapping[str, Any], contact: str | None
) -> dict[str, Any] | None:
    """Bytes and entry of the release's files, in one request; looked at again after every fault."""
    release_hash = release.hash
    for attempt in range(1, catalogue.attempts + 1):
        found = release.entry(catalogue)
        if found is None:
            return None
        left = _left(found, release_hash, tombstone)
        if not left:
            return found
        try:
            catalogue.act(
                "package_revise",
                _tombstones(catalogue, found, left, {**tombstone, "release_hash": release_hash}, contact),
            )
        except (Uncertain, Conflict):
            if attempt == catalogue.attempts:
                raise
            catalogue.wait(attempt)
    found = release.entry(catalogue)
    if found is not None and _left(found, release_hash, tombstone):
        raise WithdrawalIncomplete(
            f"{release.dataset}: the catalogue keeps the files of this release; hide the dataset there by hand, then run again"
        )
    return found


def _relisted(
    catalogue: Catalogue, release: OwnRelease, found: dict[str, Any], tombstone: Mapping[str, Any], contact: str | None
) -> bool:
    """List again, as tombstones, files that somebody took off the list by hand while their table or a view of them still
    answers anybody: a CKAN removes neither of what it doesn't list. Whether there were any."""
    unlisted = sorted(release.files - {r["id"] for r in found["resources"]})
    left = [one for one in unlisted if _answers(catalogue, one)] if release.period else []
    if left:
        address = f"{catalogue.url}/dataset/{found['name']}"
        said = {"withdrawn_contact": contact or _contact(extras_of(found)), **tombstone}
        values = {
            "url": address,
            "release_hash": release.hash,
            "edition": release.period,
            "name": edition_label(release.period),
        }
        with suppress(Uncertain, Conflict):  # the proof tells
            catalogue.act("package_revise", relisting(found, [{"id": one, **values, **said} for one in left]))
    return bool(left)


def _answers(catalogue: Catalogue, file: str) -> bool:
    """Whether a table or a view of a file answers anybody."""
    try:
        return ("datastore" in catalogue.extensions and has_table(catalogue, file)) or bool(previews(catalogue, file))
    except CatalogueRefused:  # refused to strangers; the proof asks again
        return False


def _left(found: Mapping[str, Any], release_hash: str, tombstone: Mapping[str, Any]) -> set[str]:
    """Files of the release that stand; all of them where words are left that are to go, and where their tombstone tells of
    another order."""
    ours = resources_of(found, release_hash)
    told = {str(r.get("withdrawn_code") or "") for r in ours if not stands(r)}
    reasons = {str(r.get("withdrawn_reason") or "") for r in ours if not stands(r)}
    if told - {tombstone["withdrawn_code"]} or reasons - {tombstone["withdrawn_reason"]}:
        return {r["id"] for r in ours}
    if MARK in tombstone and ours and left_words(found, release_hash):
        return {r["id"] for r in ours}
    return {r["id"] for r in ours if stands(r)}


def _tombstones(
    catalogue: Catalogue, found: dict[str, Any], ids: set[str], tombstone: Mapping[str, Any], contact: str | None
) -> dict[str, Any]:
    extras = extras_of(found)
    values = {**tombstone, "withdrawn_contact": contact or _contact(extras), "edition_newest": False}
    call = clearing(found, ids, address=f"{catalogue.url}/dataset/{found['name']}", values=values)
    standing = [r for r in found["resources"] if r["id"] not in ids and r.get("edition_state") in PUBLIC_STATES]
    if standing:
        call |= in_front(standing)
        extras = evidence_after(found, standing)
    else:  # no edition is left: the dataset itself becomes the tombstone
        extras |= {k: str(v) for k, v in values.items() if k.startswith("withdrawn_")}
    return without_words(call, found, extras)


def _contact(extras: Mapping[str, str]) -> str:
    said = " ".join(extras[k] for k in ("contact_name", "contact_phone", "contact_email") if extras.get(k))
    return said or extras.get("withdrawn_contact", "")
