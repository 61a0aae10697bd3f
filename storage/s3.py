"""Artefacts in an S3 bucket or any compatible object store: `prefix/ab/abcd…`, the sha256 also kept as metadata.

Endpoint and credentials come from the environment (AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
AWS_REGION …). The bucket's own encryption, versioning and access policy are left to whoever runs it; how bytes are sent and
proved is in s3_sending, how versions go in s3_versions.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator
from contextlib import closing, suppress
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from domain.errors import ArtefactMissing
from domain.release import Artefact
from storage.s3_client import asking, client_from_environment
from storage.s3_sending import send
from storage.s3_versions import remove_key
from storage.spool import (
    CHUNK,
    INCOMING,
    SHA256,
    Part,
    changed,
    disk,
    require_sha256,
    spooled,
    sweep_parts,
    verified,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3Store:
    """An ArtefactStore in `bucket` under `prefix`; `cache` is a private local folder for `local_path` and uploads.

    `client`: a boto3 S3 client; default: one made from the environment, with `endpoint` before AWS_ENDPOINT_URL_S3.
    `read` and `chunks` always ask the bucket; the cache is a copy, checked by its hash whenever it is used.
    """

    def __init__(
        self, bucket: str, prefix: str, *, endpoint: str | None = None, cache: Path, client: S3Client | None = None
    ) -> None:
        self.bucket, self.prefix, self.cache = bucket, prefix.strip("/"), cache
        self._client = client or client_from_environment(endpoint)

    # --- writing ---

    def put(self, stream: BinaryIO, *, name: str, role: str, media_type: str = "application/octet-stream") -> Artefact:
        """Store a stream in constant memory (the hash, hence the key, is known only at its end: it is spooled in the
        cache and sent from there in parts). Returns when the bucket has confirmed. Equal bytes are stored once.

        Whatever the stream raises passes through and leaves nothing in the bucket. Raises StorageUnavailable,
        ContentChanged where other bytes stand under this hash.
        """
        with spooled(stream, self._cache_folder()) as part:
            if self.has(part.sha256):
                for _ in self.chunks(part.sha256):
                    pass
            self._upload(part)  # again: its age starts anew (a copy onto itself doesn't do that on every server)
            part.path.replace(self._cached(part.sha256))
            return Artefact(part.sha256, part.bytes, name, role, media_type)

    def put_bytes(self, data: bytes, *, name: str, role: str, media_type: str = "application/octet-stream") -> Artefact:
        """Store bytes; as `put`."""
        return self.put(BytesIO(data), name=name, role=role, media_type=media_type)

    def _upload(self, part: Part) -> None:
        send(self._client, self.bucket, self._key(part.sha256), part.path, part.sha256, _metadata(part.sha256))

    # --- reading ---

    def chunks(self, sha256: str, size: int = CHUNK) -> Iterator[bytes]:
        """The bytes in pieces, from the bucket. ArtefactMissing before the first; ContentChanged after the last."""
        key = self._key(sha256)
        with asking(self.bucket, sha256):
            body = self._client.get_object(Bucket=self.bucket, Key=key)["Body"]
        with closing(body):
            yield from verified(self._pieces(body, sha256, size), sha256)

    def _pieces(self, body: Any, sha256: str, size: int) -> Iterator[bytes]:
        while True:
            with asking(self.bucket, sha256):
                piece: bytes = body.read(size)
            if not piece:
                return
            yield piece

    def read(self, sha256: str) -> bytes:
        """All bytes, verified. Raises ArtefactMissing, ContentChanged, StorageUnavailable."""
        return b"".join(self.chunks(sha256))

    def local_path(self, sha256: str) -> str:
        """A verified copy in the cache, fetched if need be; the object must still stand in the bucket."""
        path = self._cached(sha256)
        with asking(self.bucket, sha256):
            size = self._client.head_object(Bucket=self.bucket, Key=self._key(sha256))["ContentLength"]
        if self._cache_holds(path, sha256):
            if path.stat().st_size != size:
                raise changed(sha256)
            os.utime(path)
            return str(path)
        with spooled(_Stream(self.chunks(sha256)), self._cache_folder()) as part:  # type: ignore[arg-type]  # only read() is used
            part.path.chmod(0o400)
            part.path.replace(path)
        return str(path)

    def has(self, sha256: str) -> bool:
        """Whether an object stands under this hash (not yet verified)."""
        try:
            with asking(self.bucket, sha256):
                self._client.head_object(Bucket=self.bucket, Key=self._key(sha256))
        except ArtefactMissing:
            return False
        return True

    # --- taking away ---

    def delete(self, sha256: str) -> None:
        """Remove the object, every version of it and the cached copy; silent where there are none.

        Raises StorageUnavailable where a version stays.
        """
        remove_key(self._client, self.bucket, self._key(sha256))
        self._cached(sha256).unlink(missing_ok=True)

    def expired(self, days: float, now: datetime) -> tuple[str, ...]:
        """Hashes stored, or stored again, `days` or longer before `now` (with time zone), sorted."""
        limit = now - timedelta(days=days)
        return tuple(sorted(sha256 for sha256, stored in self._stored() if stored <= limit))

    def purge(self, days: float, now: datetime, keep: Collection[str] = frozenset()) -> tuple[str, ...]:
        """Delete what is `expired`, apart from `keep` (what open releases still need); the hashes deleted.

        S3 has no lock: an object stored again in the instant between the last look and the deletion is lost, so let
        the quarantine's purge run while no intake runs.
        """
        limit = now - timedelta(days=days)
        gone = []
        for sha256 in self.expired(days, now):
            if sha256 not in keep and self._stored_on(sha256) <= limit:
                self.delete(sha256)
                gone.append(sha256)
        return tuple(gone)

    def sweep(self, older_than_seconds: float, now: datetime) -> tuple[str, ...]:
        """Remove leftovers of crashed writers, cached copies unused for that long, and uploads begun and never ended;
        names of what was removed."""
        limit = now.timestamp() - older_than_seconds
        swept = list(sweep_parts(self.cache / INCOMING, older_than_seconds, now))
        for path in sorted(self.cache.glob("*")):
            if SHA256.fullmatch(path.name) and path.stat().st_mtime <= limit:
                path.unlink(missing_ok=True)
                swept.append(path.name)
        with asking(self.bucket):
            pages = self._client.get_paginator("list_multipart_uploads")
            for page in pages.paginate(Bucket=self.bucket, Prefix=self._prefix()):
                for upload in page.get("Uploads", ()):
                    if upload["Initiated"].timestamp() <= limit:
                        with suppress(self._client.exceptions.NoSuchUpload):
                            self._client.abort_multipart_upload(
                                Bucket=self.bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                            )
                        swept.append(upload["Key"].rpartition("/")[2])
        return tuple(swept)

    def _stored(self) -> Iterator[tuple[str, datetime]]:
        with asking(self.bucket):
            for page in self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=self._prefix()
            ):
                for item in page.get("Contents", ()):
                    name = item["Key"].rpartition("/")[2]
                    if SHA256.fullmatch(name) and item["Key"] == self._key(name):
                        yield name, item["LastModified"]

    def _stored_on(self, sha256: str) -> datetime:
        with asking(self.bucket, sha256):
            return self._client.head_object(Bucket=self.bucket, Key=self._key(sha256))["LastModified"]

    # --- names, cache, errors ---

    def _prefix(self) -> str:
        return f"{self.prefix}/" if self.prefix else ""

    def _key(self, sha256: str) -> str:
        return f"{self._prefix()}{require_sha256(sha256)[:2]}/{sha256}"

    def _cached(self, sha256: str) -> Path:
        return self.cache / require_sha256(sha256)

    def _cache_folder(self) -> Path:
        with disk(self.cache):
            self.cache.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.cache.chmod(0o700)
            incoming = self.cache / INCOMING
            incoming.mkdir(mode=0o700, exist_ok=True)
        return incoming

    def _cache_holds(self, path: Path, sha256: str) -> bool:
        """Whether the cached copy is a plain file with the right bytes; a wrong one is only a copy and goes."""
        if path.is_symlink() or not path.is_file():
            path.unlink(missing_ok=True)
            return False
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == sha256:
                return True
        path.unlink(missing_ok=True)
        return False


class _Stream:
    """An iterator of pieces with the one method that `spooled` needs."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, _size: int = -1) -> bytes:
        return next(self._pieces, b"")


def _metadata(sha256: str) -> dict[str, Any]:
    return {"Metadata": {"sha256": sha256}}
