"""Sending a file to a bucket in parts, with checksums, and the proof that the bucket has exactly these bytes.

The endpoint's own SHA-256 is the proof where it keeps one (for parts: the hash over the parts' hashes); where it doesn't,
the object is read back. Nothing is believed for lack of an error.
"""

from __future__ import annotations

import base64
import hashlib
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storage.s3_client import PART_BYTES, asking, transfer
from storage.s3_features import LACKING, code_of
from storage.spool import CHUNK, changed

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NO_CHECKSUMS = LACKING | {"InvalidArgument", "InvalidRequest"}


def send(client: S3Client, bucket: str, key: str, path: Path, sha256: str, arguments: dict[str, Any]) -> bool:
    """Upload the file and prove it; whether the endpoint's checksum was the proof (else a read-back was).

    `arguments`: ExtraArgs of the upload. Constant memory. Raises StorageUnavailable, ContentChanged where the bucket has other bytes.
    """
    from boto3.exceptions import S3UploadFailedError
    from botocore.exceptions import ClientError

    def upload(extra: dict[str, Any]) -> None:
        # by name: given a stream, the client library holds ten parts in memory at once
        client.upload_file(str(path), bucket, key, ExtraArgs={**arguments, **extra}, Config=transfer())

    with asking(bucket, sha256):
        try:
            upload({"ChecksumAlgorithm": "SHA256"})
        except (ClientError, S3UploadFailedError) as fault:
            cause = fault if isinstance(fault, ClientError) else fault.__context__
            if not isinstance(cause, ClientError) or code_of(cause) not in NO_CHECKSUMS:
                raise
            upload({})
    if _has_checksum(client, bucket, key, path, sha256):
        return True
    _read_back(client, bucket, key, sha256)
    return False


def _has_checksum(client: S3Client, bucket: str, key: str, path: Path, sha256: str) -> bool:
    """Whether the endpoint keeps the SHA-256 that these bytes have."""
    with asking(bucket, sha256):
        head = client.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
    plain = base64.b64encode(bytes.fromhex(sha256)).decode()
    kept = head.get("ChecksumSHA256")
    return kept is not None and kept in (plain, composite(path, PART_BYTES))  # any other says nothing: it is read back


def composite(path: Path, part_bytes: int) -> str:
    """The checksum that S3 keeps of an object sent in parts: base64 of the SHA-256 over the parts' SHA-256, and their number."""
    whole, parts = hashlib.sha256(), 0
    with path.open("rb") as file:
        while True:
            part, left = hashlib.sha256(), part_bytes
            while left and (piece := file.read(min(CHUNK, left))):
                part.update(piece)
                left -= len(piece)
            if left == part_bytes:
                break
            whole.update(part.digest())
            parts += 1
    return f"{base64.b64encode(whole.digest()).decode()}-{parts}"


def _read_back(client: S3Client, bucket: str, key: str, sha256: str) -> None:
    digest = hashlib.sha256()
    with asking(bucket, sha256):
        body = client.get_object(Bucket=bucket, Key=key)["Body"]
        with closing(body):
            while piece := body.read(CHUNK):
                digest.update(piece)
    if digest.hexdigest() != sha256:
        raise changed(sha256)
