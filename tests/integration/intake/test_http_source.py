"""The http connector against a server that behaves, and one that doesn't."""

from __future__ import annotations

import gzip
import logging
import socket
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.errors import SourceUnavailable, UsageInvalid
from intake.connectors import http
from intake.connectors.addresses import LOOPBACK_SWITCH
from tests.certificates import certificate
from tests.servers import free_port
from tests.sources import Puller, Web, web_server

BODY = b"name,amount\n" * 50_000
BODY_SHOWS = "amount"


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as server:
        yield server


@pytest.fixture
def take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Puller:
    monkeypatch.setattr(http, "PAUSES_SECONDS", (0.01, 0.01))
    return Puller(tmp_path, {LOOPBACK_SWITCH: "1"})


def _refused(take: Puller, url: str, kind: type[Exception] = SourceUnavailable, **words: Any) -> str:
    with pytest.raises(kind) as caught:
        take(url, **words)
    assert take.stored() == []
    trace = "".join(traceback.format_exception(caught.value, chain=True))
    assert BODY_SHOWS not in trace.replace("limits", "")
    return str(caught.value)


def test_pull_stores_the_body(web: Web, take: Puller) -> None:
    (artefact,) = take(web.serve("/in/%E9%A2%84%E7%AE%97.csv", BODY))
    assert (artefact.name, artefact.media_type) == ("预算.csv", "text/csv")
    assert take.store.read(artefact.sha256) == BODY
    head = web.requests[0].decode().lower()
    assert f"host: 127.0.0.1:{web.port}" in head
    assert "accept-encoding: identity" in head


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("attachment; filename=report.xlsx", "report.xlsx"),
        ("attachment; filename*=UTF-8''%E9%A2%84%E7%AE%97.xlsx", "预算.xlsx"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ("inline", "download"),
    ],
    ids=["plain", "encoded", "with-folders", "none"],
)
def test_pull_takes_the_name_that_the_server_gives(web: Web, take: Puller, header: str, name: str) -> None:
    url = web.serve("/download", BODY, "200 OK", f"Content-Disposition: {header}")
    assert take(url + "?id=3")[0].name == name


def test_pull_of_chunked_body(web: Web, take: Puller) -> None:
    web.answers["/a.csv"] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na,b\r\n2\r\n\n1\r\n0\r\n\r\n"
    assert take.store.read(take(web.url("/a.csv"))[0].sha256) == b"a,b\n1"


@pytest.mark.parametrize("encoding", ["gzip", "X-Gzip"])
def test_pull_of_gzip_encoded_body_stores_the_file(web: Web, take: Puller, encoding: str) -> None:
    url = web.serve("/a.csv", gzip.compress(BODY * 10), "200 OK", f"Content-Encoding: {encoding}")
    assert take.store.read(take(url)[0].sha256) == BODY * 10


TRUNCATED = {
    "length": b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n" + BODY,
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n999999\r\n" + BODY,
    "chunked-between": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na,b\r\n",
    "head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "nothing": b" ",
    "gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(BODY)[:-30],
    "gzip-bytes-behind": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(BODY) + b"more",
    "no-gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + BODY,
}


@pytest.mark.parametrize("answer", TRUNCATED.values(), ids=TRUNCATED)
def test_truncated_or_damaged_body_is_tried_three_times_and_never_stored(web: Web, take: Puller, answer: bytes) -> None:
    web.answers["/a.csv"] = answer
    _refused(take, web.url("/a.csv"))
    assert web.asked("/a.csv") == 3


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_body_whose_end_is_only_the_connection_s_is_refused(web: Web, take: Puller, version: str) -> None:
    web.answers["/a.csv"] = f"HTTP/{version} 200 OK\r\n\r\n".encode() + BODY
    assert "doesn't say how long" in _refused(take, web.url("/a.csv"))


@pytest.mark.parametrize("fault", ["500", "503", "429", "cut"])
def test_a_fault_that_passes_is_survived(web: Web, take: Puller, fault: str) -> None:
    good = b"HTTP/1.1 200 OK\r\nContent-Length: 600000\r\n\r\n" + BODY
    bad = good[:300_000] if fault == "cut" else f"HTTP/1.1 {fault} X\r\nContent-Length: 0\r\n\r\n".encode()
    answers = iter([bad, bad, good])
    web.answers["/a.csv"] = lambda connection: connection.sendall(next(answers))
    (artefact,) = take(web.url("/a.csv"), limits={"bytes": 600_000})
    assert artefact.bytes == 600_000


@pytest.mark.parametrize("status", [204, 206, 304, 400, 401, 403, 404, 410, 501])
def test_other_answers_are_refused_at_once(web: Web, take: Puller, status: int) -> None:
    message = _refused(take, web.serve("/a.csv", b"", f"{status} X") + "?token=hunter2")
    assert str(status) in message
    assert "hunter2" not in message
    assert web.asked("/a.csv") == 1


def test_nobody_listens(take: Puller) -> None:
    message = _refused(take, f"http://127.0.0.1:{free_port()}/a.csv?token=hunter2")
    assert "hunter2" not in message
    assert "run again" in message


# --- limits ---


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 600000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n927C0\r\n" + BODY + b"\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(50_000_000)),
    ],
    ids=["announced", "unannounced", "gzip-bomb"],
)
def test_body_past_the_byte_limit_is_refused(web: Web, take: Puller, answer: bytes) -> None:
    web.answers["/a.csv"] = answer
    assert "limits.bytes (10000)" in _refused(take, web.url("/a.csv"), limits={"bytes": 10_000})
    assert web.asked("/a.csv") == 1


def _trickle(head: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(b"x")
            time.sleep(0.05)

    return answer


def _silent(connection: socket.socket) -> None:
    time.sleep(30)


@pytest.mark.parametrize(
    "answer",
    [_trickle(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"), _trickle(b"HTTP/1.1 200 OK\r\nX-Long: "), _silent],
    ids=["body-trickles", "head-trickles", "silence"],
)
def test_slow_server_meets_the_time_limit(web: Web, take: Puller, answer: Callable[[socket.socket], None]) -> None:
    web.answers["/a.csv"] = answer
    began = time.monotonic()
    assert "limits.seconds (1)" in _refused(take, web.url("/a.csv"), limits={"seconds": 1})
    assert time.monotonic() - began < 4


# --- redirects and addresses ---


def _redirect(web: Web, path: str, target: str) -> str:
    return web.serve(path, b"", "302 Found", f"Location: {target}")


def test_redirects_are_followed_up_to_five(web: Web, take: Puller) -> None:
    web.serve("/5.csv", BODY)
    for step in range(5):
        _redirect(web, f"/{step}.csv", f"{step + 1}.csv")
    assert take(web.url("/0.csv"))[0].name == "5.csv"
    _redirect(web, "/start", "/0.csv")
    take.store.delete(take(web.url("/0.csv"))[0].sha256)
    assert "more than 5 times" in _refused(take, web.url("/start"))


@pytest.mark.parametrize(
    ("target", "kind", "shown"),
    [
        ("file:///etc/passwd", UsageInvalid, "scheme"),
        ("ftp://host/a", UsageInvalid, "scheme"),
        ("http://user:hunter2@host/a", UsageInvalid, "credentials"),
        ("http://169.254.169.254/latest/meta-data", UsageInvalid, "metadata"),
        ("http://[::ffff:169.254.169.254]/", UsageInvalid, "metadata"),
        ("http://[::1", SourceUnavailable, "run again"),
    ],
    ids=["file", "ftp", "credentials", "metadata", "mapped-metadata", "garbage"],
)
def test_redirect_to_a_forbidden_place_is_refused(
    web: Web, take: Puller, target: str, kind: type[Exception], shown: str
) -> None:
    message = _refused(take, _redirect(web, "/a.csv", target), kind)
    assert shown in message
    assert "hunter2" not in message


def test_redirect_is_not_followed_where_the_address_was_named(web: Web, take: Puller) -> None:
    web.serve("/b.csv", BODY)
    message = _refused(take, _redirect(web, "/a.csv", "/b.csv"), UsageInvalid, follow=False)
    assert "redirects elsewhere" in message
    assert web.asked("/b.csv") == 0
    assert take(web.url("/b.csv"), follow=False)[0].name == "b.csv"


def test_redirect_to_loopback_is_refused_without_the_switch(
    web: Web, take: Puller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first host passes as if it were in the city's network; the redirect's address is checked anew."""
    checked = http.allowed_address
    monkeypatch.setattr(
        http, "allowed_address", lambda host, *rest: "127.0.0.1" if host == "city.example" else checked(host, *rest)
    )
    _redirect(web, "/a.csv", f"http://localhost:{web.port}/secret")
    take.environ = {}
    assert LOOPBACK_SWITCH in _refused(take, web.url("/a.csv", "city.example"), UsageInvalid)
    assert web.asked("/secret") == 0


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_loopback_is_refused_without_the_switch(web: Web, take: Puller, host: str) -> None:
    web.serve("/a.csv", BODY)
    take.environ = {}
    assert LOOPBACK_SWITCH in _refused(take, web.url("/a.csv", host), UsageInvalid)
    assert web.requests == []


# --- credentials and logs ---


def test_netrc_goes_to_its_host_alone(web: Web, take: Puller) -> None:
    (take.folder / "netrc").write_text("machine localhost login office password hunter2\n")
    take.environ = {LOOPBACK_SWITCH: "1", "NETRC": str(take.folder / "netrc")}
    web.serve("/a.csv", BODY)
    _redirect(web, "/start", web.url("/a.csv", "127.0.0.1"))
    take(web.url("/start", "localhost"))
    first, second = web.requests
    assert b"authorization: basic" in first.lower()
    assert b"authorization" not in second.lower()


def test_unreadable_netrc_is_named(web: Web, take: Puller) -> None:
    take.environ = {LOOPBACK_SWITCH: "1", "NETRC": str(take.folder / "absent")}
    assert "NETRC" in _refused(take, web.serve("/a.csv", BODY), UsageInvalid)


def test_query_of_the_url_reaches_no_log(web: Web, take: Puller, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        take(web.serve("/a.csv", BODY) + "?token=hunter2")
    assert b"token=hunter2" in web.requests[0]
    assert "hunter2" not in caplog.text


def test_certificate_of_an_unknown_authority_is_refused_and_a_named_one_is_taken(take: Puller, tmp_path: Path) -> None:
    import ssl
    import threading

    cert, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na,b"

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                connection = listener.accept()[0]
            except OSError:
                return
            try:
                with context.wrap_socket(connection, server_side=True) as tls:
                    tls.recv(4096)
                    tls.sendall(answer)
            except OSError:
                connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        url = f"https://localhost:{listener.getsockname()[1]}/a.csv"
        assert "SSL_CERT_FILE" in _refused(take, url)
        take.environ = {**take.environ, "SSL_CERT_FILE": str(cert)}
        assert take.store.read(take(url)[0].sha256) == b"a,b"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)
