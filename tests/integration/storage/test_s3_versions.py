"""A bucket that keeps versions gives every one of them up; what it can do is asked, and what it lacks is said."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.errors import ContentChanged, StorageUnavailable
from storage.s3 import S3Store
from storage.s3_client import PART_BYTES
from storage.s3_features import Answer, features
from storage.s3_records import Records
from storage.s3_sending import composite, send
from storage.s3_versions import versions_of
from tests.servers import S3Server

DATA = b"row,amount\n"
SHA = hashlib.sha256(DATA).hexdigest()
NOW = datetime.now(UTC)


@pytest.fixture(params=["moto", "real"])
def server(request: pytest.FixtureRequest) -> S3Server:
    server: S3Server = request.getfixturevalue("s3" if request.param == "moto" else "real_s3")
    return server


def store_in(server: S3Server, bucket: str, tmp_path: Path) -> S3Store:
    return S3Store(bucket, "q", cache=tmp_path / "cache", client=server.client())


def put(store: S3Store, times: int = 1) -> None:
    for _ in range(times):
        store.put_bytes(DATA, name="a.csv", role="source")


def lacking(client: Any, call: str) -> Any:
    """The client of an endpoint that doesn't know `call`."""
    from botocore.exceptions import ClientError

    def refuse(**_kwargs: Any) -> None:
        raise ClientError({"Error": {"Code": "NotImplemented"}}, call)

    client.meta.events.register(f"before-call.s3.{call}", refuse)
    return client


# --- versions ---


def test_delete_leaves_no_version_and_no_marker(server: S3Server, tmp_path: Path) -> None:
    bucket = server.create_bucket(versions=True)
    store, client = store_in(server, bucket, tmp_path), server.client()
    put(store, 3)
    client.delete_object(Bucket=bucket, Key=f"q/{SHA[:2]}/{SHA}")  # by hand: hidden, not gone
    put(store)
    found = versions_of(client, bucket, "q/")
    assert found
    assert len(found) >= 4
    store.delete(SHA)
    assert versions_of(client, bucket, "") == []
    for _, version in found:
        with pytest.raises(client.exceptions.ClientError):
            client.get_object(Bucket=bucket, Key=f"q/{SHA[:2]}/{SHA}", VersionId=version)


def test_delete_leaves_other_keys_alone(server: S3Server, tmp_path: Path) -> None:
    bucket = server.create_bucket(versions=True)
    store, client = store_in(server, bucket, tmp_path), server.client()
    put(store)
    longer = f"q/{SHA[:2]}/{SHA}0"
    client.put_object(Bucket=bucket, Key=longer, Body=b"x")
    store.delete(SHA)
    assert [key for key, _ in versions_of(client, bucket, "") or ()] == [longer]


def test_purge_of_the_quarantine_takes_versions_too(server: S3Server, tmp_path: Path) -> None:
    bucket = server.create_bucket(versions=True)
    store = store_in(server, bucket, tmp_path)
    put(store, 2)
    assert store.purge(1, datetime.now(UTC) + timedelta(days=2)) == (SHA,)
    assert versions_of(server.client(), bucket, "") == []


def test_locked_data_is_said_and_not_taken_for_gone(real_s3: S3Server, tmp_path: Path) -> None:
    bucket, client = real_s3.create_bucket(lock=True), real_s3.client()
    store = store_in(real_s3, bucket, tmp_path)
    rule = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}}
    client.put_object_lock_configuration(
        Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule}
    )
    put(store)
    with pytest.raises(StorageUnavailable, match="refuses to remove a version"):
        store.delete(SHA)
    assert store.read(SHA) == DATA


def test_endpoint_without_versions_still_deletes(server: S3Server, tmp_path: Path) -> None:
    bucket = server.create_bucket()
    store = S3Store(bucket, "q", cache=tmp_path, client=lacking(server.client(), "ListObjectVersions"))
    put(store)
    store.delete(SHA)
    assert not store.has(SHA)


# --- sending ---


def test_upload_is_proved_by_the_endpoints_checksum(real_s3: S3Server, tmp_path: Path) -> None:
    path = tmp_path / "file"
    for size in (0, 5, PART_BYTES, PART_BYTES * 2 + 1):
        path.write_bytes(b"x" * size)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        assert send(real_s3.client(), real_s3.create_bucket(), "key", path, sha256, {}), size


def test_composite_checksum_is_that_of_the_protocol(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"aabbc")
    parts = b"".join(hashlib.sha256(p).digest() for p in (b"aa", b"bb", b"c"))
    import base64

    assert composite(path, 2) == base64.b64encode(hashlib.sha256(parts).digest()).decode() + "-3"


@pytest.mark.parametrize("size", [5, PART_BYTES + 5])
def test_without_checksums_the_object_is_read_back(real_s3: S3Server, tmp_path: Path, size: int) -> None:
    from botocore.exceptions import ClientError

    client, path = real_s3.client(), tmp_path / "file"
    asked: list[str] = []

    def refuse(params: Any, **_kwargs: Any) -> None:
        if any("checksum" in k.lower() and "SHA256" in f"{k}{v}".upper() for k, v in params["headers"].items()):
            raise ClientError({"Error": {"Code": "NotImplemented"}}, "PutObject")

    for call in ("PutObject", "CreateMultipartUpload"):
        client.meta.events.register_last(f"before-call.s3.{call}", refuse)
    client.meta.events.register("before-call.s3.GetObject", lambda **_: asked.append("read"))
    path.write_bytes(b"x" * size)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert not send(client, real_s3.create_bucket(), "key", path, sha256, {})
    assert asked == ["read"]


def test_other_bytes_in_the_bucket_are_never_taken_for_ours(real_s3: S3Server, tmp_path: Path) -> None:
    client, bucket, path = real_s3.client(), real_s3.create_bucket(), tmp_path / "file"
    path.write_bytes(DATA)

    def meddle(**_kwargs: Any) -> None:
        real_s3.client().put_object(Bucket=bucket, Key="key", Body=b"other")

    client.meta.events.register("after-call.s3.PutObject", meddle)
    with pytest.raises(ContentChanged):
        send(client, bucket, "key", path, SHA, {})


# --- what a bucket can do ---


def test_features_of_a_real_server_are_told_apart(real_s3: S3Server) -> None:
    client = real_s3.client()
    plain = features(client, real_s3.create_bucket())
    assert (plain.versions, plain.lock, plain.default_days) == (Answer.NO, Answer.NO, 0)
    assert features(client, real_s3.create_bucket(versions=True)).versions is Answer.YES
    locked = features(client, real_s3.create_bucket(lock=True))
    assert (locked.versions, locked.lock) == (Answer.YES, Answer.YES)


def test_endpoint_that_lacks_the_question_is_not_taken_for_no(server: S3Server) -> None:
    client = lacking(lacking(server.client(), "GetBucketVersioning"), "GetObjectLockConfiguration")
    found = features(client, server.create_bucket())
    assert (found.versions, found.lock) == (Answer.LACKING, Answer.LACKING)


def test_bucket_that_is_not_there_is_an_error(server: S3Server) -> None:
    with pytest.raises(StorageUnavailable, match="NoSuchBucket"):
        features(server.client(), "never-made")


# --- records ---


def test_record_under_lock_cannot_be_removed(real_s3: S3Server) -> None:
    bucket, client = real_s3.create_bucket(lock=True), real_s3.client()
    records = Records(bucket, "r", days=3, client=client)
    records.keep("heads/2026-01-01/1.json", b"{}", NOW)
    [(key, version)] = versions_of(client, bucket, "") or []
    with pytest.raises(client.exceptions.ClientError):
        client.delete_object(Bucket=bucket, Key=key, VersionId=version)
    head = client.head_object(Bucket=bucket, Key=key)
    assert head["ObjectLockMode"] == "COMPLIANCE"
    assert abs(head["ObjectLockRetainUntilDate"] - NOW - timedelta(days=3)) < timedelta(seconds=2)


def test_records_without_lock_are_kept_and_found(server: S3Server) -> None:
    records = Records(server.create_bucket(), "", days=3, client=server.client())
    assert not records.is_locked
    for day, number in (("2026-01-01", 1), ("2026-01-02", 2), ("2026-01-02", 3)):
        records.keep(f"heads/{day}/{number:012d}.json", str(number).encode(), NOW)
    assert records.folders("heads/") == ["heads/2026-01-01/", "heads/2026-01-02/"]
    assert records.names("heads/2026-01-02/")[-1] == "heads/2026-01-02/000000000003.json"
    assert (records.read("heads/2026-01-01/000000000001.json"), records.read("heads/none")) == (b"1", None)
