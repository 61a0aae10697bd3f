"""Bytes at CKAN's addresses: ranges, validators, names, limits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.catalog_embedded.conftest import TOKEN

BODY = bytes(range(256)) * 40


@pytest.fixture(scope="module")
def path(served: Any) -> str:
    """The address of a file of 10,240 bytes."""
    made = served.add(served.package(), {"data.csv": BODY})
    return str(made["resources"][0]["url"]).removeprefix(served.url)


def test_download_says_what_it_is(served: Any, path: str) -> None:
    answer = served.get(path)
    assert (answer.status_code, answer.content) == (200, BODY)
    assert answer.headers["etag"] == f'"{hashlib.sha256(BODY).hexdigest()}"'
    assert answer.headers["content-length"] == str(len(BODY))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="data.csv"'
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["x-content-type-options"] == "nosniff"
    head = served.http.head(served.url + path, timeout=10)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(BODY)), b"")


@pytest.mark.parametrize(
    ("asked", "status", "start", "end"),
    [
        ("bytes=0-99", 206, 0, 100),
        ("bytes=100-", 206, 100, len(BODY)),
        ("bytes=-10", 206, len(BODY) - 10, len(BODY)),
        ("bytes=0-999999999", 206, 0, len(BODY)),
        ("bytes=0-0,5-6", 200, 0, len(BODY)),
        ("lines=1-2", 200, 0, len(BODY)),
        ("bytes=-", 200, 0, len(BODY)),
    ],
)
def test_download_in_ranges(served: Any, path: str, asked: str, status: int, start: int, end: int) -> None:
    answer = served.get(path, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (status, BODY[start:end])
    if status == 206:
        assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(BODY)}"


@pytest.mark.parametrize("asked", ["bytes=10240-", "bytes=99999-100000", "bytes=-0", "bytes=5-2"])
def test_download_beyond_the_end_is_416(served: Any, path: str, asked: str) -> None:
    answer = served.get(path, headers={"Range": asked})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(BODY)}")


def test_download_with_validators(served: Any, path: str) -> None:
    etag = served.get(path).headers["etag"]
    for given in (etag, f'"x", W/{etag}', "*"):
        assert served.get(path, headers={"If-None-Match": given}).status_code == 304
    assert served.get(path, headers={"If-None-Match": '"x"'}).status_code == 200
    assert served.get(path, headers={"Range": "bytes=0-1", "If-Range": etag}).status_code == 206
    assert served.get(path, headers={"Range": "bytes=0-1", "If-Range": '"x"'}).content == BODY


def test_download_of_an_empty_file(served: Any) -> None:
    made = served.add(served.package(), {"empty.csv": b""})
    path = made["resources"][0]["url"].removeprefix(served.url)
    assert (served.get(path).status_code, served.get(path).content) == (200, b"")
    assert served.get(path, headers={"Range": "bytes=0-"}).status_code == 416


@pytest.mark.parametrize(
    ("sent", "kept", "kind"),
    [
        ("../../../etc/passwd", "passwd", "application/octet-stream"),
        ("..\\..\\boot.ini", "boot.ini", "application/octet-stream"),
        ("预算 2018.xlsx", "-2018.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a<script>alert(1)</script>.html", "script.html", "application/octet-stream"),
        ('x";evil="1.csv', "x22evil221.csv", "text/csv; charset=utf-8"),
        ("..", "___", "application/octet-stream"),
        ("n" * 300 + ".csv", "n" * 96 + ".csv", "text/csv; charset=utf-8"),
    ],
    ids=["path", "backslash", "chinese", "script", "quote", "dots", "long"],
)
def test_file_names_are_made_safe(served: Any, sent: str, kept: str, kind: str) -> None:
    package = served.package()
    answer = served.call("resource_create", data={"package_id": package["id"]}, files={"upload": (sent, b"x")})
    url = answer.json()["result"]["url"]
    assert url.rpartition("/")[2] == kept
    got = served.get(url.removeprefix(served.url))
    assert (got.content, got.headers["content-type"]) == (b"x", kind)
    assert got.headers["content-disposition"] == f'attachment; filename="{kept}"'
    assert all(p.is_relative_to(served.root / "kept") for p in served.kept())


@pytest.mark.parametrize(
    "path",
    ["/dataset/x/resource/../../catalogue.sqlite", "/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py",
     "/dataset/x/resource/%2e%2e%2fcatalogue.sqlite/download/a", "//etc/passwd"],
)  # fmt: skip
def test_paths_lead_nowhere_else(served: Any, path: str) -> None:
    import http.client

    connection = http.client.HTTPConnection(served.url.removeprefix("http://"), timeout=10)
    connection.request("GET", path)  # a client that doesn't tidy the path
    status = connection.getresponse().status
    connection.close()
    assert status == 404


def test_a_file_under_another_dataset_is_404(served: Any, path: str) -> None:
    other = served.package()
    assert served.get(f"/dataset/{other['id']}/resource/{path.split('/')[4]}/download/data.csv").status_code == 404


def test_an_upload_beyond_the_limit_leaves_nothing(served: Any) -> None:
    package, before = served.package(), len(served.kept())
    answer = served.call(
        "resource_create", data={"package_id": package["id"]}, files={"upload": ("a.csv", b"x" * 3_000_001)}
    )
    assert (answer.status_code, "upload" in answer.json()["error"]) == (409, True)
    assert (len(served.kept()), served.arriving()) == (before, [])
    assert served.anonymous.action.package_show(id=package["id"])["resources"] == []


def test_a_request_beyond_the_limit_is_413(served: Any) -> None:
    files = {f"f{i}": ("a.csv", b"x" * 2_900_000) for i in range(5)}
    assert served.call("resource_create", data={}, files=files).status_code == 413
    assert served.call("package_create", data=b" " * 17_000_000).status_code == 413
    assert served.arriving() == []


def test_a_request_of_unsaid_length_is_cut_at_the_limit(served: Any) -> None:
    def body() -> Iterator[bytes]:
        for number in range(8):
            yield f'--b\r\nContent-Disposition: form-data; name="f{number}"; filename="a"\r\n\r\n'.encode()
            yield b"x" * 2_900_000 + b"\r\n"
        yield b"--b--\r\n"

    headers = {"Authorization": TOKEN, "Content-Type": "multipart/form-data; boundary=b"}
    answer = served.http.post(f"{served.url}/api/3/action/resource_create", data=body(), headers=headers, timeout=30)
    assert answer.status_code == 413
    assert served.arriving() == []


@pytest.mark.parametrize(
    "body",
    [b"", b"--b\r\n", b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n",
     b'--b\r\nContent-Disposition: form-data; name="upload"; filename="a"\r\n\r\nhalf', b"nonsense" * 10],
    ids=["empty", "cut", "nameless", "half-file", "nonsense"],
)  # fmt: skip
def test_a_broken_multipart_body_is_400_and_leaves_nothing(served: Any, body: bytes) -> None:
    headers = {"Authorization": TOKEN, "Content-Type": "multipart/form-data; boundary=b"}
    answer = served.http.post(f"{served.url}/api/3/action/resource_create", data=body, headers=headers, timeout=20)
    assert answer.status_code == 400
    assert served.arriving() == []


def test_anonymous_uploads_are_refused_unread(served: Any) -> None:
    answer = served.call("resource_create", token=None, files={"upload": ("a.csv", b"x" * 2_000_000)})
    assert answer.status_code == 403
    assert served.arriving() == []
