"""Public copies in S3 of what the catalogue shows: put there after the catalogue's own read-back, taken away with it.

Off until `public_store` names a bucket. Each copy is looked at as a stranger does, after putting and after taking away.
Where copies of a release were ever put is kept in HOME/copies before the first byte goes, so that they are found and taken away
whatever the settings say by then.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.proof import GONE, REFUSED
from domain.errors import PublicationDiffers, StorageUnavailable, WithdrawalIncomplete
from domain.finding import Finding, Place, Severity
from domain.ports import ArtefactStore
from domain.release import Manifest
from flows.home import Home
from flows.marks import keep, kept
from flows.stores import s3_place

if TYPE_CHECKING:
    from catalog.ckan import Catalogue, Fetched
    from storage.s3_public import PublicCopies
AWAY = GONE | REFUSED  # a store refuses strangers what isn't there; whether anything is left our own key asked


def copies_of(home: Home) -> PublicCopies | None:
    """Where this installation keeps public copies; None where it doesn't. Raises HomeInvalid."""
    return _at(home.public_store, home.public_address) if home.public_store else None


def _at(location: str, address: str) -> PublicCopies:
    from storage.s3_public import PublicCopies

    bucket, prefix = s3_place(location, "public_store")
    return PublicCopies(bucket, prefix, address=address)


def put_copies(home: Home, catalogue: Catalogue, manifest: Manifest, store: ArtefactStore) -> tuple[str, ...]:
    """Copy the release's public files and fetch each as anybody would; their addresses. Safe to run again.

    Raises PublicationDiffers where a stranger gets other bytes (all copies of the release are removed again),
    StorageUnavailable where strangers can't read them.
    """
    copies = copies_of(home)
    if copies is None:
        return ()
    here = [home.public_store, home.public_address]
    if here not in (places := _places(home, manifest.release_hash)):
        keep(_note(home, manifest.release_hash), {"places": [*places, here]})
    addresses = []
    for file in manifest.exports:
        url = copies.put(manifest.dataset, manifest.release_hash, file, store)
        got = _looked_at(catalogue, url, file.bytes)
        if got.status in AWAY:
            raise StorageUnavailable(
                f"the public can't read bucket {copies.bucket} (status {got.status}); let its policy allow s3:GetObject to everybody, or correct public_address"
            )
        if (got.status, got.sha256) != (200, file.sha256):
            remove_copies(home, catalogue, manifest.dataset, manifest.release_hash)
            raise PublicationDiffers(
                f"{manifest.dataset}: a public copy in bucket {copies.bucket} answers with other bytes; the copies are off again"
            )
        addresses.append(url)
    return tuple(addresses)


def remove_copies(home: Home, catalogue: Catalogue, dataset: str, release_hash: str) -> tuple[dict[str, Any], ...]:
    """Remove every copy of a release with every version, and prove it: a row for each address that ever served one.

    Rows as in catalog/withdraw: {url, status, gone, redirected_to}. Raises StorageUnavailable, WithdrawalIncomplete.
    """
    proof: list[dict[str, Any]] = []
    for location, address in _places(home, release_hash):
        copies = _at(location, address)
        addresses = copies.addresses(dataset, release_hash)
        copies.remove(dataset, release_hash)
        for url in addresses:
            got = _looked_at(catalogue, url, 0)
            gone = got.status in AWAY
            proof.append({"url": url, "status": got.status, "gone": gone, "redirected_to": got.redirected_to})
        if not all(row["gone"] for row in proof):
            raise WithdrawalIncomplete(
                f"{dataset}: a public copy in bucket {copies.bucket} still answers, perhaps from a cache in front of it; empty that, then run again"
            )
    return tuple(proof)


@contextmanager
def copies_fall(home: Home, catalogue: Catalogue, dataset: str, release_hash: str) -> Iterator[list[dict[str, Any]]]:
    """Around taking a release off the catalogue: its copies go as well, whatever is left to do there. Yields the list that
    holds their rows of the proof afterwards. Raises as `remove_copies`."""
    proof: list[dict[str, Any]] = []
    try:
        yield proof
    finally:
        proof += remove_copies(home, catalogue, dataset, release_hash)


@contextmanager
def falling_together(home: Home, catalogue: Catalogue, manifest: Manifest) -> Iterator[None]:
    """Where the catalogue takes an edition off because a byte differed, its copies go too."""
    try:
        yield
    except PublicationDiffers:
        remove_copies(home, catalogue, manifest.dataset, manifest.release_hash)
        raise


def _note(home: Home, release_hash: str) -> Path:
    return home.root / "copies" / f"{release_hash}.json"


def _places(home: Home, release_hash: str) -> list[list[str]]:
    """Location and address of each place where copies of the release were ever begun."""
    return list(kept(_note(home, release_hash)).get("places", ()))


def inspect_copies(home: Home, catalogue: Catalogue, manifest: Manifest) -> tuple[Finding, ...]:
    """catalogue-copy-differs [block]: a copy that a stranger gets with other bytes, or not at all."""
    copies = copies_of(home)
    if copies is None:
        return ()
    found = []
    for file in manifest.exports:
        url = copies.address_of(manifest.dataset, manifest.release_hash, file)
        got = _looked_at(catalogue, url, file.bytes)
        if (got.status, got.sha256) != (200, file.sha256):
            note = "公开副本（对象存储）与批准的内容不一致或无法下载"
            found.append(
                Finding("catalogue-copy-differs", Severity.BLOCK, places=(Place(locator=file.name),), note=note)
            )
    return tuple(found)


def _looked_at(catalogue: Catalogue, url: str, limit: int) -> Fetched:
    """What a stranger gets there. Raises CatalogueUnreachable where nothing answers."""
    from catalog.ckan import named_faults

    with named_faults():
        return catalogue.fetch(url, anonymous=True, limit=limit)
