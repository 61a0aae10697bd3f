"""The two stores of an installation: quarantine (what came in) and release (what was made of it)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import urlsplit

from domain.errors import ArtefactMissing, HomeInvalid
from domain.ports import ArtefactStore
from domain.release import Artefact
from flows.home import Home

QUARANTINED = frozenset({"source"})


@dataclass(frozen=True, slots=True)
class Stores:
    """Writes go by role: sources to quarantine, everything else to release. Reads look in both. An ArtefactStore."""

    quarantine: ArtefactStore
    release: ArtefactStore

    def _for(self, role: str) -> ArtefactStore:
        return self.quarantine if role in QUARANTINED else self.release

    def _holding(self, sha256: str) -> ArtefactStore:
        for store in (self.release, self.quarantine):
            if store.has(sha256):
                return store
        raise ArtefactMissing(
            f"artefact {sha256[:12]}… isn't in the store; restore it from a backup or prepare the release again"
        )

    def put(self, stream: BinaryIO, *, name: str, role: str, media_type: str = "application/octet-stream") -> Artefact:
        return self._for(role).put(stream, name=name, role=role, media_type=media_type)

    def put_bytes(self, data: bytes, *, name: str, role: str, media_type: str = "application/octet-stream") -> Artefact:
        return self._for(role).put_bytes(data, name=name, role=role, media_type=media_type)

    def read(self, sha256: str) -> bytes:
        return self._holding(sha256).read(sha256)

    def chunks(self, sha256: str, size: int = 1 << 20) -> Iterator[bytes]:
        return self._holding(sha256).chunks(sha256, size)

    def local_path(self, sha256: str) -> str:
        return self._holding(sha256).local_path(sha256)

    def has(self, sha256: str) -> bool:
        return self.release.has(sha256) or self.quarantine.has(sha256)

    def delete(self, sha256: str) -> None:
        self.release.delete(sha256)
        self.quarantine.delete(sha256)


def open_stores(home: Home) -> Stores:
    """The stores that the installation's settings name; sources may lie in a bucket of their own (`raw_store`)."""
    return Stores(
        _store(home, "quarantine", home.raw_store or home.store, "raw_store" if home.raw_store else "store"),
        _store(home, "release", home.store, "store"),
    )


def _store(home: Home, area: str, location: str, setting: str) -> ArtefactStore:
    if location == "file":
        from storage.filesystem import FileStore

        return FileStore(home.root / "store" / area, private=area == "quarantine")
    from storage.s3 import S3Store

    bucket, prefix = s3_place(location, setting)
    return S3Store(bucket, f"{prefix}/{area}".lstrip("/"), cache=home.root / "store" / "cache" / area)


def s3_place(location: str, setting: str) -> tuple[str, str]:
    """Bucket and prefix of s3://bucket/prefix. Raises HomeInvalid."""
    address = urlsplit(location)
    if address.scheme != "s3" or not address.netloc or address.query or address.fragment:
        also = '"file" or ' if setting in ("store", "raw_store") else ""
        raise HomeInvalid(f'{setting} = "{location}" isn\'t known; write {also}"s3://bucket/prefix" in mingjing.toml')
    return address.netloc, address.path.strip("/")
