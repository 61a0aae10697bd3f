"""Published bytes off the catalogue, a tombstone in their place, and the proof that a stranger can't fetch them any more.

Safe to run again. Who may order it is decided in review/; an edit made by hand never stops it and is never covered up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.ckan import Catalogue, Conflict, Fetched, Uncertain, named_faults
from catalog.entry import extras_of, resources_of
from catalog.history import forget, look_at_history, remedy
from catalog.mapping import PUBLIC_STATES, WITHDRAWN, package_id, package_name
from catalog.plan import clearing, evidence_after, in_front
from catalog.tables import drop_tables
from catalog.wordless import MARK, WORDS_GONE, is_wordless, left_words, without_words
from domain.errors import CatalogueRefused, WithdrawalIncomplete
from domain.release import Receipt

GONE = frozenset({401, 403, 404, 410})
Proof = tuple[dict[str, Any], ...]


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
    keeps_words: bool = True,
) -> Proof:
    """Remove the bytes of every file of the release in one act and prove it; each file's entry stays as a tombstone.

    Without `keeps_words` no word of its contract stays there either (catalog/wordless), an edit of them by hand included.
    Returns one row for each address that ever served a file or what the catalogue made of it (tables, search):
    {url, status, gone, redirected_to}; the receipt's own addresses too where it is given. Raises WithdrawalIncomplete (with the proof so far), CatalogueRefused,
    CatalogueUnreachable.
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
    with named_faults():
        found = _clear(catalogue, dataset, release_hash, tombstone, contact)
        if found is not None:
            drop_tables(catalogue, resources_of(found, release_hash))
            if not keeps_words:
                forget(catalogue, found)
        return _prove(catalogue, release_hash, _addresses(catalogue, found, release_hash, receipt), found)


def _clear(
    catalogue: Catalogue, dataset: str, release_hash: str, tombstone: Mapping[str, Any], contact: str | None
) -> dict[str, Any] | None:
    """Bytes and entry of the release's files, in one request; looked at again after every fault."""
    slug = dataset.replace(".", "-").replace("_", "-")
    for attempt in range(1, catalogue.attempts + 1):
        found = catalogue.find(package_id(dataset), package_name(slug))
        if found is None:
            return None
        left = _left(found, release_hash, tombstone)
        if not left:
            return found
        try:
            catalogue.act("package_revise", _tombstones(catalogue, found, left, tombstone, contact))
        except (Uncertain, Conflict):
            if attempt == catalogue.attempts:
                raise
            catalogue.wait(attempt)
    found = catalogue.find(package_id(dataset), package_name(slug))
    if found is not None and _left(found, release_hash, tombstone):
        raise WithdrawalIncomplete(
            f"{dataset}: the catalogue keeps the files of this release; hide the dataset there by hand, then run again"
        )
    return found


def _left(found: Mapping[str, Any], release_hash: str, tombstone: Mapping[str, Any]) -> set[str]:
    """Files of the release that stand; all of them where words are left that are to go, and where their tombstone tells of
    another order."""
    ours = resources_of(found, release_hash)
    told = {str(r.get("withdrawn_code") or "") for r in ours if not _stands(r)}
    if told - {tombstone["withdrawn_code"]}:
        return {r["id"] for r in ours}
    if MARK in tombstone and ours and left_words(found, release_hash):
        return {r["id"] for r in ours}
    return {r["id"] for r in ours if _stands(r)}


def _stands(resource: Mapping[str, Any]) -> bool:
    return resource.get("edition_state") != WITHDRAWN or resource.get("url_type") == "upload"


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


def _addresses(
    catalogue: Catalogue, found: dict[str, Any] | None, release_hash: str, receipt: Receipt | None
) -> dict[str, str]:
    """Every address that served a file of the release, with the file's sha256."""
    addresses: dict[str, str] = {}
    for resource in resources_of(found, release_hash) if found else ():
        digest = str(resource.get("hash")).removeprefix("sha256:")
        for dataset in (found["id"], found["name"]) if found else ():
            base = f"{catalogue.url}/dataset/{dataset}/resource/{resource['id']}/download"
            addresses |= {f"{base}/{resource.get('file_name')}": digest, base: digest}
        if "datastore" in catalogue.extensions:
            api = f"{catalogue.url}/api/3/action/datastore_search?resource_id={resource['id']}"
            addresses |= {api: digest, f"{catalogue.url}/datastore/dump/{resource['id']}": digest}
    for row in receipt.resources if receipt else ():
        addresses[catalogue.here(row["url"])] = row["sha256"]
    return addresses


def _prove(
    catalogue: Catalogue, release_hash: str, addresses: Mapping[str, str], found: Mapping[str, Any] | None
) -> Proof:
    """Fetch every address as a stranger; again for a while, since a cache in front may lag behind."""
    proof: Proof = ()
    for attempt in range(1, catalogue.attempts + 1):
        pages: dict[str, Fetched] = {}  # every address leads to the same page; a CKAN takes a while to draw it
        proof = tuple(_look(catalogue, url, digest, pages) for url, digest in sorted(addresses.items()))
        proof += (*_entry(catalogue, release_hash, found),) if found else ()
        if all(row["gone"] for row in proof):
            return proof
        if attempt < catalogue.attempts:
            catalogue.wait(attempt)
    standing = [row for row in proof if not row["gone"]]
    if all("activities" in row for row in standing):
        raise WithdrawalIncomplete(remedy(catalogue, standing[0]), proof=proof)
    raise WithdrawalIncomplete(
        f"{len(standing)} of {len(proof)} addresses still answer with a file; empty the caches in front of the catalogue, "
        "then withdraw again",
        proof=proof,
    )


def _look(catalogue: Catalogue, url: str, digest: str, pages: dict[str, Fetched]) -> dict[str, Any]:
    """Gone is: refused, not found, or led to a page that isn't the file. Anything else still stands.

    `pages`: what addresses that others led to have answered.
    """
    got = catalogue.fetch(url, anonymous=True, follow=False)
    led = got.redirected_to
    if led is not None:
        if led not in pages:
            pages[led] = catalogue.fetch(led, anonymous=True)
        got = pages[led]
        led = got.redirected_to or led
    gone = got.sha256 != digest and (got.status in GONE or (led is not None and got.status == 200))
    return {"url": url, "status": got.status, "gone": gone, "redirected_to": led}


def _entry(catalogue: Catalogue, release_hash: str, found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What entry, search index and history still tell of the release: nothing but its tombstone, and where that is to hold
    no words, none of them."""
    name = str(found["name"])
    is_bare = any(is_wordless(r) for r in resources_of(found, release_hash))

    def row(action: str, query: str, hits: list[Any]) -> dict[str, Any]:
        gone = not any(_stands(r) for hit in hits for r in resources_of(hit, release_hash))
        gone = gone and not (is_bare and any(left_words(hit, release_hash) for hit in hits))
        return {
            "url": f"{catalogue.url}/api/3/action/{action}?{query}",
            "status": 200,
            "gone": gone,
            "redirected_to": None,
        }

    hits = catalogue.look("package_search", {"fq": f'name:"{name}"'}, anonymous=True)["results"]
    yield row("package_search", f"fq=name:{name}", hits)
    if is_bare:
        try:
            shown = catalogue.find(found["id"], name, anonymous=True)
        except CatalogueRefused:  # private: to a stranger the same as absent
            shown = None
        yield row("package_show", f"id={name}", [shown] if shown else [])
        yield from look_at_history(catalogue, found)
