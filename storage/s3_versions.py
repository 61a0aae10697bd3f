"""Taking an object away with every version of it: on a bucket that keeps versions a plain DELETE hides and keeps the bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from domain.errors import StorageUnavailable
from storage.s3_client import asking
from storage.s3_features import LACKING, code_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def versions_of(client: S3Client, bucket: str, prefix: str) -> list[tuple[str, str | None]] | None:
    """(key, version id) of everything under `prefix`, markers of deletion included; None where the endpoint can't list versions."""
    from botocore.exceptions import ClientError

    with asking(bucket):
        try:
            found: list[tuple[str, str | None]] = []
            for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
                found += [(v["Key"], v.get("VersionId")) for v in page.get("Versions", ())]
                found += [(m["Key"], m.get("VersionId")) for m in page.get("DeleteMarkers", ())]
            return found
        except ClientError as fault:
            if code_of(fault) in LACKING:
                return None
            raise


def remove_key(client: S3Client, bucket: str, key: str) -> None:
    """Remove an object and every version of it; silent where there is none.

    Raises StorageUnavailable where a version stays: then the bytes are still there.
    """
    remove(client, bucket, key, lambda found: found == key)


def remove(client: S3Client, bucket: str, prefix: str, wanted: Callable[[str], bool]) -> int:
    """Remove every version of the keys under `prefix` that `wanted` (a predicate of the key) names; how many keys there were."""
    found = versions_of(client, bucket, prefix)
    if found is None:  # no versions to be listed: the objects alone, and what is left is looked for below
        keys = [key for key in _keys(client, bucket, prefix) if wanted(key)]
        for key in keys:
            with asking(bucket):
                client.delete_object(Bucket=bucket, Key=key)
    else:
        keys = [key for key, _ in found if wanted(key)]
        for key, version in found:
            if wanted(key):
                _remove_version(client, bucket, key, version)
        found = versions_of(client, bucket, prefix) or []
    if any(wanted(key) for key, _ in found or ()) or any(wanted(key) for key in _keys(client, bucket, prefix)):
        raise StorageUnavailable(
            f"bucket {bucket} keeps a version of what was to be removed; remove it there by hand, then run again"
        )
    return len(set(keys))


def _remove_version(client: S3Client, bucket: str, key: str, version: str | None) -> None:
    from botocore.exceptions import ClientError

    with asking(bucket):
        try:
            if version is None:
                client.delete_object(Bucket=bucket, Key=key)
            else:
                client.delete_object(Bucket=bucket, Key=key, VersionId=version)
        except ClientError as fault:
            if code_of(fault) in ("AccessDenied", "ObjectLocked", "InvalidRequest"):
                raise StorageUnavailable(
                    f"bucket {bucket} refuses to remove a version ({code_of(fault)}): the key lacks s3:DeleteObjectVersion, or object "
                    "lock holds it; data must stay removable: no default retention on this bucket"
                ) from None
            raise


def _keys(client: S3Client, bucket: str, prefix: str) -> Iterator[str]:
    with asking(bucket):
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Contents", ()):
                yield item["Key"]
