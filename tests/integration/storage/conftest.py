"""Both stores behind one handle, with a back door to their bytes for the tampering tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from domain.ports import ArtefactStore
from storage.filesystem import FileStore
from storage.s3 import S3Store
from tests.servers import S3Server, real_s3_server, s3_server


@dataclass
class FolderBack:
    """A FileStore and the folder behind it."""

    store: FileStore

    def path(self, sha256: str) -> Path:
        return self.store.root / sha256[:2] / sha256

    def overwrite(self, sha256: str, data: bytes) -> None:
        path = self.path(sha256)
        path.chmod(0o600)
        path.write_bytes(data)

    def remove(self, sha256: str) -> None:
        self.path(sha256).unlink()

    def names(self) -> set[str]:
        return {p.name for p in self.store.root.glob("??/*")}

    def age(self, sha256: str, seconds: float) -> None:
        then = self.path(sha256).stat().st_mtime - seconds
        os.utime(self.path(sha256), (then, then))

    def again(self) -> ArtefactStore:
        return FileStore(self.store.root)


@dataclass
class BucketBack:
    """An S3Store and the bucket behind it; the cache is emptied so that nothing is answered from it."""

    store: S3Store
    client: Any
    server: S3Server

    def key(self, sha256: str) -> str:
        return f"quarantine/{sha256[:2]}/{sha256}"

    def overwrite(self, sha256: str, data: bytes) -> None:
        self.client.put_object(Bucket=self.store.bucket, Key=self.key(sha256), Body=data)
        shutil.rmtree(self.store.cache)

    def remove(self, sha256: str) -> None:
        self.client.delete_object(Bucket=self.store.bucket, Key=self.key(sha256))

    def names(self) -> set[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.store.bucket)
        return {item["Key"].rpartition("/")[2] for page in pages for item in page.get("Contents", ())}

    def again(self) -> ArtefactStore:
        cache = self.store.cache.with_name("other-cache")
        return S3Store(self.store.bucket, "quarantine", cache=cache, client=self.client)


Back = FolderBack | BucketBack


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture(scope="session")
def real_s3() -> Iterator[S3Server]:
    with real_s3_server() as server:
        yield server


@pytest.fixture(params=["filesystem", "s3", "s3-real"])
def back(request: pytest.FixtureRequest, tmp_path: Path) -> Back:
    """The store under test (`back.store`) and what lies behind it."""
    if request.param == "filesystem":
        return FolderBack(FileStore(tmp_path / "store", private=True))
    s3 = request.getfixturevalue("s3" if request.param == "s3" else "real_s3")
    store = S3Store(s3.create_bucket(), "quarantine", cache=tmp_path / "cache", client=s3.client())
    return BucketBack(store, s3.client(), s3)
