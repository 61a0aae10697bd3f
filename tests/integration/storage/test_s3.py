"""What the S3 store does beyond the common contract: named errors, the cache, uploads that never ended."""

from __future__ import annotations

import hashlib
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.errors import StorageUnavailable
from storage.s3 import S3Store
from tests.servers import S3Server, free_port

SHA = hashlib.sha256(b"data").hexdigest()


@pytest.fixture
def store(s3: S3Server, tmp_path: Path) -> S3Store:
    return S3Store(s3.create_bucket(), "a/b", cache=tmp_path / "cache", client=s3.client())


def _put(store: S3Store) -> Path:
    return Path(store.local_path(store.put_bytes(b"data", name="a", role="source").sha256))


def test_client_comes_from_the_environment(s3: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in s3.environ.items():
        monkeypatch.setenv(key, value)
    assert _put(S3Store(s3.create_bucket(), "", cache=tmp_path)).read_bytes() == b"data"


def test_object_carries_its_hash_as_metadata(store: S3Store, s3: S3Server) -> None:
    _put(store)
    head = s3.client().head_object(Bucket=store.bucket, Key=f"a/b/{SHA[:2]}/{SHA}")
    assert head["Metadata"] == {"sha256": SHA}


@pytest.mark.parametrize(
    ("fault", "act"),
    [
        (fault, act)
        for fault in ("nobody-listens", "no-credentials", "no-bucket")
        for act in ("put", "read", "has", "delete", "local_path", "expired", "sweep")
        if fault != "no-bucket" or act not in ("has", "local_path")  # HEAD has no body: no bucket looks like no object
    ],
)
def test_faults_are_named_and_tell_no_secret(
    s3: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, act: str
) -> None:
    environ = {**s3.environ, "AWS_SECRET_ACCESS_KEY": "hush-hush", "AWS_CONFIG_FILE": "/dev/null"}
    environ["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null"
    if fault == "no-credentials":
        environ |= {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
    for key, value in environ.items():
        monkeypatch.setenv(key, value)
    endpoint = f"http://127.0.0.1:{free_port()}" if fault == "nobody-listens" else s3.endpoint
    bucket = "never-made" if fault == "no-bucket" else s3.create_bucket()
    if fault == "nobody-listens":  # no waiting between attempts
        monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    store = S3Store(bucket, "p", endpoint=endpoint, cache=tmp_path / "cache")
    now = datetime.now(UTC)
    acts: dict[str, Any] = {
        "put": lambda: store.put_bytes(b"data", name="a", role="source"), "read": lambda: store.read(SHA),
        "has": lambda: store.has(SHA), "delete": lambda: store.delete(SHA), "local_path": lambda: store.local_path(SHA),
        "expired": lambda: store.expired(1, now), "sweep": lambda: store.sweep(1, now),
    }  # fmt: skip
    with pytest.raises(StorageUnavailable) as caught:
        acts[act]()
    assert caught.value.exit_status == 3
    assert "hush" not in "".join(traceback.format_exception(caught.value))
    assert list(tmp_path.glob("cache/incoming/*.part")) == []


def test_local_path_mends_a_spoiled_copy_from_the_bucket(store: S3Store) -> None:
    path = _put(store)
    path.chmod(0o600)
    path.write_bytes(b"DATA")
    assert Path(store.local_path(SHA)).read_bytes() == b"data"
    path.unlink()
    path.symlink_to("/etc/passwd")
    assert Path(store.local_path(SHA)).read_bytes() == b"data"
    assert not path.is_symlink()


def test_cache_is_closed_to_others(store: S3Store) -> None:
    path = _put(store)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode & 0o077 == 0


def test_sweep_ends_old_uploads_and_drops_unused_copies(store: S3Store, s3: S3Server) -> None:
    path = _put(store)
    key = f"a/b/{SHA[:2]}/{'1' * 64}"
    s3.client().create_multipart_upload(Bucket=store.bucket, Key=key)
    now = datetime.now(UTC)
    assert store.sweep(40 * 365 * 86400, now) == ()  # moto says every upload began in 2010
    assert set(store.sweep(3600, now + timedelta(days=1))) == {SHA, "1" * 64}
    assert not path.exists()
    assert "Uploads" not in s3.client().list_multipart_uploads(Bucket=store.bucket)
    assert store.read(SHA) == b"data"


def test_delete_takes_the_cached_copy_too(store: S3Store) -> None:
    path = _put(store)
    store.delete(SHA)
    assert not path.exists()
