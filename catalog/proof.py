"""The proof that a stranger can't fetch a withdrawn release any more: every address that ever served it is asked, and what entry, search
and history still tell. Reads alone; the bytes are taken off in withdraw.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Any
from urllib.parse import urlsplit

from catalog.ckan import Catalogue, Fetched
from catalog.entry import resources_of, stands
from catalog.history import look_at_history, remedy
from catalog.mapping import package_id
from catalog.own_files import OwnRelease, claimed, own_name
from catalog.previews import has_previews, previews
from catalog.wordless import is_wordless, left_words
from domain.errors import CatalogueRefused, WithdrawalIncomplete
from domain.release import Receipt

GONE = frozenset({404, 410})
REFUSED = frozenset({401, 403})
Proof = tuple[dict[str, Any], ...]


def prove(
    catalogue: Catalogue, release: OwnRelease, found: Mapping[str, Any] | None, receipt: Receipt | None = None
) -> Proof:
    """Fetch every address as a stranger; again for a while, since a cache in front may lag behind.

    `found`: the entry that held the release, None where this token sees none; the receipt's own addresses are asked too. One row for each
    address: see `withdraw`. Raises WithdrawalIncomplete with the rows where one isn't gone, CatalogueRefused, Uncertain.
    """
    addresses = _addresses(catalogue, found, release, receipt)
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
            look(catalogue, url, digest, pages, homes, is_hidden=is_hidden) for url, digest in sorted(addresses.items())
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


def _addresses(
    catalogue: Catalogue, found: Mapping[str, Any] | None, release: OwnRelease, receipt: Receipt | None
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


def _homes(
    addresses: Mapping[str, str], release: OwnRelease, found: Mapping[str, Any] | None
) -> frozenset[tuple[str, str, str]]:
    """Scheme, host and end of the path of the dataset's own page, where its tombstone is."""
    names = {package_id(release.dataset), own_name(release.dataset)} | (
        {found["id"], found["name"]} if found else set()
    )
    origins = {urlsplit(url)[:2] for url in addresses}
    return frozenset((*origin, f"/dataset/{name}") for origin in origins for name in names)


def look(
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
    catalogue: Catalogue, release: OwnRelease, found: Mapping[str, Any], *, is_hidden: bool
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
        is_standing = any(stands(r) for hit in hits for r in resources_of(hit, release_hash))
        return not is_standing and not (is_bare and any(left_words(hit, release_hash) for hit in hits))

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
