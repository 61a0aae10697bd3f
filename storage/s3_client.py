"""The S3 client as this house wants it, and its errors under our names. What is stored how is left to s3.py."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from domain.errors import StorageUnavailable
from storage.spool import CHUNK, missing

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_s3 import S3Client

PART_BYTES = 16 * CHUNK  # of a multipart upload: 10,000 parts make 160 GB
GONE = frozenset({"404", "NoSuchKey", "NotFound", "NoSuchUpload"})
REFUSED = frozenset({"401", "403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"})


def client_from_environment(endpoint: str | None) -> S3Client:
    """A client for AWS or a compatible store: an own endpoint gets path-style addresses, as most of them want."""
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    own = own_endpoint(endpoint)
    config = Config(
        connect_timeout=10,
        read_timeout=60,
        retries={"mode": "standard", "max_attempts": 4},
        s3={"addressing_style": "path" if own else "auto"},
        request_checksum_calculation="when_required",  # older compatible stores refuse the newer checksums
        response_checksum_validation="when_required",  # every read is checked by sha256 here
    )
    try:
        return _new_session().client("s3", endpoint_url=own, config=config)
    except (BotoCoreError, ValueError) as fault:  # ValueError: the endpoint isn't a URL
        raise StorageUnavailable(
            f"no S3 client ({type(fault).__name__}); check AWS_ENDPOINT_URL_S3, AWS_REGION and the credentials"
        ) from None


def _new_session() -> boto3.session.Session:
    """One of its own for each client: the default session would keep another store's credentials. What the library reads of S3 itself
    is read once a process, most of the time that a client takes."""
    import boto3
    import botocore.session

    core, models = botocore.session.get_session(), _models()
    core.register_component("data_loader", models)
    session = boto3.session.Session(botocore_session=core)
    models.search_paths[:] = dict.fromkeys(models.search_paths)  # each session adds the same one
    return session


@cache
def _models() -> Any:
    import botocore.session

    return botocore.session.get_session().get_component("data_loader")


def own_endpoint(given: str | None) -> str | None:
    """The address of a compatible store: `given`, else the environment's; None: Amazon's."""
    return given or os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")


def transfer() -> Any:
    """How large objects travel: in parts, two at a time, so memory stays at a few parts whatever the size."""
    from boto3.s3.transfer import TransferConfig

    return TransferConfig(multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, max_concurrency=2)


@contextmanager
def asking(bucket: str, sha256: str = "") -> Iterator[None]:
    """Turn the client library's errors into ArtefactMissing (of `sha256`) and StorageUnavailable; its own are dropped,
    they quote requests."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as fault:
        code = fault.response.get("Error", {}).get("Code", "")
        if code in GONE and sha256:
            raise missing(sha256) from None
        hint = (
            "check the credentials and the bucket's policy"
            if code in REFUSED
            else "see that it exists and is well, then run again"
        )
        raise StorageUnavailable(f"bucket {bucket} answered {code or 'an error'}; {hint}") from None
    except (BotoCoreError, Boto3Error) as fault:
        raise StorageUnavailable(
            f"bucket {bucket} can't be reached ({type(fault).__name__}); check AWS_ENDPOINT_URL_S3, "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, then run again"
        ) from None
