"""What a bucket and its endpoint can do, asked and never assumed: versions, object lock, a lock that every object gets.

S3-compatible servers leave out parts of the protocol. "Can't tell" is a state of its own here: an endpoint that doesn't
answer the question may still keep old versions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from storage.s3_client import asking

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LACKING = frozenset({"NotImplemented", "MethodNotAllowed", "XNotImplemented", "UnsupportedOperation", "501", "405"})
NO_LOCK = frozenset({"ObjectLockConfigurationNotFoundError", "ObjectLockConfigurationNotFound", "InvalidBucketState"})


class Answer(StrEnum):
    """Has it · hasn't it · the endpoint doesn't know the question."""

    YES = "yes"
    NO = "no"
    LACKING = "lacking"


@dataclass(frozen=True, slots=True)
class Features:
    """Of one bucket. `default_days`: how long every object put there is locked; 0: it isn't."""

    bucket: str
    versions: Answer
    lock: Answer
    default_days: int = 0


def features(client: S3Client, bucket: str) -> Features:
    """Ask the endpoint. Raises StorageUnavailable where it doesn't answer, or refuses to."""
    versioning = _asked(bucket, lambda: client.get_bucket_versioning(Bucket=bucket))
    if versioning is None:
        versions = Answer.LACKING
    else:  # suspended: the old versions are still there
        versions = Answer.YES if versioning.get("Status") in ("Enabled", "Suspended") else Answer.NO
    lock = _asked(bucket, lambda: client.get_object_lock_configuration(Bucket=bucket), none=NO_LOCK)
    if lock is None:
        return Features(bucket, versions, Answer.LACKING)
    said = lock.get("ObjectLockConfiguration", {})
    default = said.get("Rule", {}).get("DefaultRetention", {})
    days = int(default.get("Days") or 0) + 365 * int(default.get("Years") or 0)
    return Features(bucket, versions, Answer.YES if said.get("ObjectLockEnabled") == "Enabled" else Answer.NO, days)


def _asked(bucket: str, ask: Callable[[], Any], none: frozenset[str] = frozenset()) -> dict[str, Any] | None:
    """The answer; {} where it says that there is nothing, None where the endpoint doesn't know the question."""
    from botocore.exceptions import ClientError

    with asking(bucket):
        try:
            answer: dict[str, Any] = ask()
        except ClientError as fault:
            code = code_of(fault)
            if code in none:
                return {}
            if code in LACKING:
                return None
            raise
        return answer


def code_of(fault: Any) -> str:
    """The error code of a client library's ClientError."""
    return str(fault.response.get("Error", {}).get("Code", ""))
