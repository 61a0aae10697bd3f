"""Published bytes off the catalogue, a tombstone in their place, and the proof that a stranger can't fetch them any more.

Safe to run again. Who may order it is decided in review/; an edit made by hand never stops it and is never covered up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from catalog.ckan import Catalogue, Conflict, Fetched, Uncertain, named_faults
from catalog.entry import extras_of, resources_of
from catalog.history import forget, look_at_history, remedy
from catalog.mapping import PUBLIC_STATES, WITHDRAWN, edition_label, package_id
from catalog.own_files import claimed, entry_with, file_ids, own_name
from catalog.plan import clearing, evidence_after, in_front, relisting
from catalog.previews import drop_previews, has_previews, previews
from catalog.tables import drop_tables, has_table
from catalog.wordless import MARK, WORDS_GONE, is_wordless, left_words, without_words
from domain.errors import CatalogueRefused, WithdrawalIncomplete
from domain.release import Manifest, Receipt

GONE = frozenset({404, 410})
REFUSED = frozenset({401, 403})
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
    release = _Release(dataset, release_hash, file_ids(release_hash, manifest, receipt), period)
    with named_faults():
        found = _clear(catalogue, release, tombstone, contact)
        if found is not None and _relisted(catalogue, release, found, tombstone, contact):
            found = _clear(catalogue, release, tombstone, contact)
        if found is not None:
            drop_tables(catalogue, resources_of(found, release_hash))
            drop_previews(catalogue, resources_of(found, release_hash))
            if not keeps_words:
                forget(catalogue, found)
        return _prove(catalogue, release, _addresses(catalogue, found, release, receipt), found)


@dataclass(frozen=True, slots=True)
class _Release:
    dataset: str
    hash: str
    files: frozenset[str]  # their ids, as far as they are known
    period: str = ""  # where it's known

    def entry(self, catalogue: Catalogue) -> dict[str, Any] | None:
        return entry_with(catalogue, self.dataset, self.hash, self.files)


def _clear(
    catalogue: Catalogue, release: _Release, tombstone: Mapping[str, Any], contact: str | None
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
    catalogue: Catalogue, release: _Release, found: dict[str, Any], tombstone: Mapping[str, Any], contact: str | None
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
    told = {str(r.get("withdrawn_code") or "") for r in ours if not _stands(r)}
    reasons = {str(r.get("withdrawn_reason") or "") for r in ours if not _stands(r)}
    if told - {tombstone["withdrawn_code"]} or reasons - {tombstone["withdrawn_reason"]}:
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
    catalogue: Catalogue, found: dict[str, Any] | None, release: _Release, receipt: Receipt | None
) -> dict[str, str]:
    """Every address that served a file of the release, with the file's sha256; of files that no entry lists any more what the
    catalogue says of each."""
    addresses: dict[str, str] = {}
    listed = resources_of(found, release.hash) if found else []
    for gone in release.files - {r["id"] for r in listed}:
        addresses[f"{catalogue.url}/api/3/action/resource_show?id={gone}"] = ""
        addresses |= dict.fromkeys(_queries(catalogue, gone), "")
    for resource in listed:
        digest = str(resource.get("hash")).removeprefix("sha256:")
        for dataset in (found["id"], found["name"]) if found else ():
            base = f"{catalogue.url}/dataset/{dataset}/resource/{resource['id']}/download"
            addresses |= {f"{base}/{resource.get('file_name')}": digest, base: digest}
        addresses |= dict.fromkeys(_queries(catalogue, resource["id"]), digest)
    for row in receipt.resources if receipt else ():
        addresses[catalogue.here(row["url"])] = row["sha256"]
    return addresses


def _queries(catalogue: Catalogue, file: str) -> tuple[str, ...]:
    """Where the rows of a file's table are asked for."""
    if "datastore" not in catalogue.extensions:
        return ()
    return (
        f"{catalogue.url}/api/3/action/datastore_search?resource_id={file}",
        f"{catalogue.url}/datastore/dump/{file}",
    )


def _prove(
    catalogue: Catalogue, release: _Release, addresses: Mapping[str, str], found: Mapping[str, Any] | None
) -> Proof:
    """Fetch every address as a stranger; again for a while, since a cache in front may lag behind."""
    if not addresses:
        raise WithdrawalIncomplete(
            f"{release.dataset}: the catalogue shows this token no file of the release, and no receipt or manifest says where "
            "they stood; look for the dataset there by hand, then withdraw again"
        )
    proof: Proof = ()
    homes = _homes(addresses, release, found)
    is_hidden = found is not None and (bool(found.get("private")) or found.get("state", "active") != "active")
    for attempt in range(1, catalogue.attempts + 1):
        pages: dict[str, Fetched] = {}  # every address leads to the same page; a CKAN takes a while to draw it
        proof = tuple(
            _look(catalogue, url, digest, pages, homes, is_hidden=is_hidden)
            for url, digest in sorted(addresses.items())
        )
        proof += (*_entry(catalogue, release, found, is_hidden=is_hidden),) if found else ()
        if all(row["gone"] for row in proof):
            return proof
        if attempt < catalogue.attempts:
            catalogue.wait(attempt)
    standing = [row for row in proof if not row["gone"]]
    if all("activities" in row for row in standing):
        raise WithdrawalIncomplete(remedy(catalogue, standing[0]), proof=proof)
    told = f"{len(standing)} of {len(proof)} addresses still answer"
    if found is None:
        what = "no dataset of this release is shown to this token; check its rights, or hide the dataset there by hand"
    elif all(row["status"] in REFUSED for row in standing):
        what = "they are refused, which isn't gone: something in front of the catalogue keeps us out; let it through"
    else:
        what = "empty the caches in front of the catalogue"
    raise WithdrawalIncomplete(f"{told}; {what}, then withdraw again", proof=proof)


def _homes(
    addresses: Mapping[str, str], release: _Release, found: Mapping[str, Any] | None
) -> frozenset[tuple[str, str, str]]:
    """Scheme, host and end of the path of the dataset's own page, where its tombstone is."""
    names = {package_id(release.dataset), own_name(release.dataset)} | (
        {found["id"], found["name"]} if found else set()
    )
    origins = {urlsplit(url)[:2] for url in addresses}
    return frozenset((*origin, f"/dataset/{name}") for origin in origins for name in names)


def _look(
    catalogue: Catalogue,
    url: str,
    digest: str,
    pages: dict[str, Fetched],
    homes: Set[tuple[str, str, str]],
    *,
    is_hidden: bool,
) -> dict[str, Any]:
    """Gone is: not found, or led to the dataset's own page; refused only where the entry itself is hidden, for somebody in
    front may refuse us alone. Anything else still stands: a page to log in, for one.

    `pages`: what addresses that others led to have answered. `homes`: see `_homes`.
    """
    got = catalogue.fetch(url, anonymous=True, follow=False)
    led = got.redirected_to
    if led is not None:
        if led not in pages:
            pages[led] = catalogue.fetch(led, anonymous=True)
        got = pages[led]
        led = got.redirected_to or led
    page = _page(led, homes) if led is not None and (got.status, got.content_type) == (200, "text/html") else ""
    is_refused = got.status in REFUSED or page == "other"
    is_away = got.status in GONE or page == "home" or (is_hidden and is_refused)
    return {
        "url": url, "status": got.status, "gone": is_away and got.sha256 != digest, "redirected_to": led,
        "content_type": got.content_type,
    }  # fmt: skip


def _page(url: str, homes: Set[tuple[str, str, str]]) -> str:
    """`home`: the dataset's own page; `other`: another page of the catalogue, one to log in above all; "": neither."""
    scheme, host, path, *_ = urlsplit(url)  # a language may stand before the path
    here = [end for s, h, end in homes if (s, h) == (scheme, host)]
    return "home" if path.rstrip("/").endswith(tuple(here)) and here else "other" if here else ""


def _entry(
    catalogue: Catalogue, release: _Release, found: Mapping[str, Any], *, is_hidden: bool
) -> Iterator[dict[str, Any]]:
    """What entry, search index and history still tell of the release: nothing but its tombstone, and where that is to hold
    no words, none of them."""
    name, release_hash = str(found["name"]), release.hash
    is_bare = any(is_wordless(r) for r in resources_of(found, release_hash))

    def row(action: str, query: str, *, gone: bool, status: int = 200) -> dict[str, Any]:
        url = f"{catalogue.url}/api/3/action/{action}?{query}"
        return {"url": url, "status": status, "gone": gone, "redirected_to": None, "content_type": "application/json"}

    def is_gone(seen: list[Any]) -> bool:
        hits = [claimed(hit, release_hash, release.files) for hit in seen]
        stands = any(_stands(r) for hit in hits for r in resources_of(hit, release_hash))
        return not stands and not (is_bare and any(left_words(hit, release_hash) for hit in hits))

    hits = catalogue.look("package_search", {"fq": f'name:"{name}"'}, anonymous=True)["results"]
    yield row("package_search", f"fq=name:{name}", gone=is_gone(hits))
    if has_previews(catalogue):
        for file in sorted(release.files | {r["id"] for r in resources_of(found, release_hash)}):
            query = f"id={file}"
            try:
                yield row("resource_view_list", query, gone=not previews(catalogue, file))
            except CatalogueRefused:  # as every other address of a hidden entry
                yield row("resource_view_list", query, gone=is_hidden, status=403)
    if is_bare:
        try:
            shown = catalogue.find(found["id"], name, anonymous=True)
        except CatalogueRefused:  # private: to a stranger the same as absent
            shown = None
        yield row("package_show", f"id={name}", gone=is_gone([shown] if shown else []))
        yield from look_at_history(catalogue, found)
