"""Records that must outlive the platform: heads of the ledger and evidence, under object lock where the bucket has it.

Lock is for records alone. Data must stay removable, so nothing that a release holds is ever put here.
"""

from __future__ import annotations

import base64
import hashlib
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from domain.errors import ContentChanged
from storage.s3_client import GONE, asking, client_from_environment
from storage.s3_features import Answer, Features, code_of, features

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Records:
    """In `bucket` under `prefix`, each locked for `days` in mode COMPLIANCE where the bucket can."""

    def __init__(self, bucket: str, prefix: str, *, days: int, client: S3Client | None = None) -> None:
        self.bucket, self.prefix, self.days = bucket, prefix.strip("/"), days
        self._client = client or client_from_environment(None)
        self._features: Features | None = None

    @property
    def features(self) -> Features:
        """What the bucket can do; asked once."""
        if self._features is None:
            self._features = features(self._client, self.bucket)
        return self._features

    @property
    def is_locked(self) -> bool:
        """Whether what is kept here can't be removed before its day."""
        return self.features.lock is Answer.YES

    def keep(self, name: str, data: bytes, now: datetime) -> None:
        """Write one record and read it back. Raises StorageUnavailable, ContentChanged."""
        arguments: dict[str, Any] = {}
        if self.is_locked:
            arguments = {
                "ObjectLockMode": "COMPLIANCE",
                "ObjectLockRetainUntilDate": now + timedelta(days=self.days),
                "ContentMD5": base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode(),
            }  # the protocol asks for a digest where a lock is set
        with asking(self.bucket):
            self._client.put_object(Bucket=self.bucket, Key=self._key(name), Body=data, **arguments)
        if self.read(name) != data:
            raise ContentChanged(
                f"the record {name} in bucket {self.bucket} isn't what was written; look into the bucket"
            )

    def read(self, name: str) -> bytes | None:
        """A record, None where there is none under that name."""
        from botocore.exceptions import ClientError

        with asking(self.bucket):
            try:
                body = self._client.get_object(Bucket=self.bucket, Key=self._key(name))["Body"]
            except ClientError as fault:
                if code_of(fault) in GONE:
                    return None
                raise
            with closing(body):
                return body.read()

    def names(self, start: str) -> list[str]:
        """Names of the records that begin with `start`, sorted."""
        with asking(self.bucket):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self._key(start))
            keys = [item["Key"] for page in pages for item in page.get("Contents", ())]
        cut = len(self._key(""))
        return sorted(key[cut:] for key in keys)

    def folders(self, start: str) -> list[str]:
        """Names up to the next slash after `start`, slash included, sorted."""
        with asking(self.bucket):
            listing = self._client.get_paginator("list_objects_v2")
            pages = listing.paginate(Bucket=self.bucket, Prefix=self._key(start), Delimiter="/")
            found = [item["Prefix"] for page in pages for item in page.get("CommonPrefixes", ())]
        cut = len(self._key(""))
        return sorted(key[cut:] for key in found)

    def _key(self, name: str) -> str:
        return f"{self.prefix}/{name}".lstrip("/")
