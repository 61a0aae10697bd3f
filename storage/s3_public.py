"""Public copies: the files of published editions in a bucket that the public reads, `prefix/dataset/hash/file`.

They are derivatives. What is public is decided by the catalogue's side; here they are written, counted, and removed with
every version. Whether strangers may read the bucket is its own policy; how an address answers is looked at by flows.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from domain.errors import StorageUnavailable
from domain.ports import ArtefactStore
from domain.release import Artefact
from storage.s3_client import client_from_environment, own_endpoint
from storage.s3_sending import send
from storage.s3_versions import remove, versions_of
from storage.spool import require_sha256

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NAME = re.compile(r"[A-Za-z0-9_.-]{1,128}")


class PublicCopies:
    """Of one installation, in `bucket` under `prefix`. `address`: under which the public reads the bucket; "": the endpoint's own."""

    def __init__(self, bucket: str, prefix: str, *, address: str = "", client: S3Client | None = None) -> None:
        self.bucket, self.prefix = bucket, prefix.strip("/")
        self._client = client or client_from_environment(None)
        self._address = address.rstrip("/")

    def put(self, dataset: str, release_hash: str, file: Artefact, store: ArtefactStore) -> str:
        """Copy one file out of `store` and prove it; its public address. Equal bytes are sent again and harm nothing.

        Raises StorageUnavailable, ArtefactMissing, ContentChanged.
        """
        path = Path(store.local_path(file.sha256))
        key = self._key(dataset, release_hash, file.name)
        arguments = {
            "ContentType": file.media_type,
            "ContentDisposition": f"attachment; filename*=UTF-8''{quote(file.name)}",
            "CacheControl": "no-cache",  # a copy that a cache keeps can't be taken back
            "Metadata": {"sha256": file.sha256},
        }
        send(self._client, self.bucket, key, path, file.sha256, arguments)
        return self.url(key)

    def addresses(self, dataset: str, release_hash: str) -> tuple[str, ...]:
        """Every address under which a copy of the release is or was kept, versions too. Ask before `remove`."""
        folder = self._folder(dataset, release_hash)
        found = versions_of(self._client, self.bucket, folder)
        if found is None:
            raise StorageUnavailable(
                f"bucket {self.bucket} can't list versions, so nobody can prove that a copy is gone; use an endpoint that can for public_store"
            )
        plain = {self.url(key) for key, _ in found}
        versions = {f"{self.url(key)}?versionId={quote(v)}" for key, v in found if v not in (None, "null")}
        return tuple(sorted(plain | versions))

    def remove(self, dataset: str, release_hash: str) -> int:
        """Remove every copy of the release with every version; how many files there were. Raises StorageUnavailable."""
        return remove(self._client, self.bucket, self._folder(dataset, release_hash), lambda _: True)

    def url(self, key: str) -> str:
        """The public address of a key."""
        base = self._address or f"{own_endpoint(None) or 'https://s3.amazonaws.com'}/{self.bucket}"
        return f"{base}/{quote(key)}"

    def address_of(self, dataset: str, release_hash: str, file: Artefact) -> str:
        """Where a copy of that file stands, if it does."""
        return self.url(self._key(dataset, release_hash, file.name))

    def _folder(self, dataset: str, release_hash: str) -> str:
        if not NAME.fullmatch(dataset):
            raise StorageUnavailable("the dataset's name can't be a key; correct the contract's id")
        return f"{self.prefix}/{dataset}/{require_sha256(release_hash)}/".lstrip("/")

    def _key(self, dataset: str, release_hash: str, name: str) -> str:
        return f"{self._folder(dataset, release_hash)}{name.replace('/', '_')}"
