"""The s3 connector against a real server's protocol."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import pytest

from domain.errors import SourceUnavailable
from tests.servers import S3Server, free_port
from tests.sources import Puller


@pytest.fixture
def take(tmp_path: Path, s3: S3Server) -> Puller:
    return Puller(tmp_path, s3.environ)


@pytest.fixture
def bucket(s3: S3Server) -> str:
    name = s3.create_bucket()
    for key in ("in/b.csv", "in/a.csv", "in/预算 1%.csv", "in/deep/c.csv", "in/folder/", "in/", "other.csv"):
        s3.client().put_object(Bucket=name, Key=key, Body=key.encode())
    return name


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("in/a.csv", ["a.csv"]),
        ("in/预算 1%.csv", ["预算 1%.csv"]),
        ("in/*", ["a.csv", "b.csv", "预算 1%.csv"]),
        ("in/a*", ["a.csv"]),
        ("*", ["other.csv"]),
    ],
)
def test_pull_object_or_folder(bucket: str, take: Puller, key: str, names: list[str]) -> None:
    artefacts = take(f"s3://{bucket}/{key}")
    assert [a.name for a in artefacts] == names
    assert take.store.read(artefacts[0].sha256).decode().endswith(names[0])


@pytest.mark.parametrize("key", ["absent.csv", "absent*"])
def test_absent_object_is_named(bucket: str, take: Puller, key: str) -> None:
    with pytest.raises(SourceUnavailable, match=r"absent.*delivered"):
        take(f"s3://{bucket}/{key}")


@pytest.mark.parametrize("key", ["in/*", "in/a.csv"])
def test_object_past_the_byte_limit_is_refused(bucket: str, take: Puller, key: str) -> None:
    with pytest.raises(SourceUnavailable, match=r"limits\.bytes \(7\)"):
        take(f"s3://{bucket}/{key}", limits={"bytes": 7})
    assert take.stored() == []


@pytest.mark.parametrize("fault", ["no-bucket", "nobody-listens", "no-url", "no-credentials"])
def test_faults_are_named_and_tell_no_secret(
    bucket: str, take: Puller, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    environ: dict[str, Any] = {**take.environ, "AWS_SECRET_ACCESS_KEY": "hunter2"}
    match fault:
        case "nobody-listens":
            environ["AWS_ENDPOINT_URL_S3"] = f"http://127.0.0.1:{free_port()}"
            monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
        case "no-url":
            environ["AWS_ENDPOINT_URL_S3"] = "nonsense"
        case "no-credentials":
            environ |= {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}
            for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
                monkeypatch.setenv(name, "/dev/null")
            monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    take.environ = environ
    with pytest.raises(SourceUnavailable) as caught:
        take(f"s3://{'never-made' if fault == 'no-bucket' else bucket}/in/a.csv")
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))
    assert take.stored() == []


def test_cut_body_is_never_stored(bucket: str, take: Puller, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's answer ends early: the length that it announced is what tells."""
    import urllib3

    read, asked = urllib3.response.HTTPResponse.read, []

    def cut(self: Any, *words: Any, **more: Any) -> bytes:
        asked.append(1)
        return read(self, *words, **more)[:-1]

    monkeypatch.setattr(urllib3.response.HTTPResponse, "read", cut)
    with pytest.raises(SourceUnavailable):
        take(f"s3://{bucket}/in/a.csv")
    assert asked
    assert take.stored() == []
