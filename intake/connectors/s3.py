"""Sources in S3 or a compatible object store: `s3://bucket/key`, or `s3://bucket/folder/*` for every object there.

Endpoint and credentials come from the environment (AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
AWS_SESSION_TOKEN, AWS_REGION); where it has none, from the machine's own AWS configuration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from domain.errors import SourceUnavailable, UsageInvalid
from domain.release import Artefact
from intake.connectors.arrival import Request

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CHUNK = 1 << 20
GONE = frozenset({"404", "NoSuchKey", "NoSuchBucket", "NotFound"})
REFUSED = frozenset({"401", "403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"})


def pull(request: Request) -> tuple[Artefact, ...]:
    """Every object that the location names, in the order of its key. SourceUnavailable: none there, refused,
    unreachable, cut off, a limit."""
    bucket, key = _address(request.location)
    client = _client(request)
    keys = _listed(client, bucket, key.removesuffix("*"), request) if key.endswith("*") else [key]
    return tuple(request.receive(_pieces(client, bucket, k, request), k.rpartition("/")[2]) for k in keys)


def _address(location: str) -> tuple[str, str]:
    """Bucket and key; keys are taken as they stand, nothing is percent-decoded."""
    bucket, _, key = location.partition("://")[2].partition("/")
    if not bucket or not key or "@" in bucket:
        raise UsageInvalid("write s3://bucket/key; credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    if "*" in key[:-1] or key.endswith("/"):
        raise UsageInvalid("an s3 location names one object, or ends in * for every object that begins so")
    return bucket, key


def _client(request: Request) -> S3Client:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    environ, left = request.environ, request.budget.seconds_left()
    endpoint = environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL")
    config = Config(
        connect_timeout=min(10, left),
        read_timeout=min(60, left),
        retries={"mode": "standard", "max_attempts": 3},
        s3={"addressing_style": "path" if endpoint else "auto"},
        request_checksum_calculation="when_required",  # older compatible stores refuse the newer checksums
        response_checksum_validation="when_required",
    )
    try:
        return boto3.session.Session().client("s3", endpoint_url=endpoint, config=config, **_keys(environ))
    except (BotoCoreError, ValueError) as fault:  # ValueError: the endpoint isn't a URL
        raise SourceUnavailable(
            f"no S3 client ({type(fault).__name__}); check AWS_ENDPOINT_URL_S3 and AWS_REGION"
        ) from None


def _keys(environ: Mapping[str, str]) -> dict[str, Any]:
    names = {
        "aws_access_key_id": environ.get("AWS_ACCESS_KEY_ID"),
        "aws_secret_access_key": environ.get("AWS_SECRET_ACCESS_KEY"),
        "aws_session_token": environ.get("AWS_SESSION_TOKEN"),
        "region_name": environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION"),
    }
    return {name: value for name, value in names.items() if value}


def _listed(client: S3Client, bucket: str, prefix: str, request: Request) -> list[str]:
    """Keys that begin with the prefix, in its folder and not below; their sizes together must fit the limit."""
    keys, size = [], 0
    with _named(bucket, prefix + "*"):
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, Delimiter="/")
        for page in pages:
            request.budget.seconds_left()
            for item in page.get("Contents", ()):
                if not item["Key"].endswith("/"):  # consoles make empty objects for folders
                    keys.append(item["Key"])
                    size += item["Size"]
    if not keys:
        raise SourceUnavailable(
            f"no object at s3://{bucket}/{prefix}*; check the path, and that the sender has delivered"
        )
    request.budget.announce(size)
    return sorted(keys)


def _pieces(client: S3Client, bucket: str, key: str, request: Request) -> Iterator[bytes]:
    with _named(bucket, key):
        answer = client.get_object(Bucket=bucket, Key=key)
    request.budget.announce(answer["ContentLength"])
    with closing(answer["Body"]) as body:
        while True:
            with _named(bucket, key):
                piece = body.read(CHUNK)  # raises when the body ends before its stated length
            if not piece:
                return
            yield piece


@contextmanager
def _named(bucket: str, key: str) -> Iterator[None]:
    """Turn the client library's errors into SourceUnavailable; its own are dropped, they quote requests."""
    from botocore.exceptions import BotoCoreError, ClientError

    where = f"s3://{bucket}/{key}"
    try:
        yield
    except ClientError as fault:
        code = fault.response.get("Error", {}).get("Code", "")
        if code in GONE:
            raise SourceUnavailable(f"{where} isn't there; check the path, and that the sender has delivered") from None
        if code in REFUSED:
            raise SourceUnavailable(f"{where} is refused; check AWS_ACCESS_KEY_ID and the bucket's policy") from None
        raise SourceUnavailable(f"{where} answered {code or 'an error'}; run again later", transient=True) from None
    except BotoCoreError as fault:
        raise SourceUnavailable(
            f"{where} can't be fetched ({type(fault).__name__}); check AWS_ENDPOINT_URL_S3, the credentials "
            "and the network, then run again",
            transient=True,
        ) from None
