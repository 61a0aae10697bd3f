"""The pace of reading a foreign catalogue."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from catalog.wary import LONGEST_WAIT, Pace, WarySession
from tests.certificates import certificate


class Clock:
    """Time that passes by sleeping alone."""

    def __init__(self) -> None:
        self.now, self.slept = 100.0, list[float]()

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds

    def pace(self, per_second: float) -> Pace:
        return Pace(per_second, sleep=self.sleep, clock=lambda: self.now)


def test_requests_keep_their_distance() -> None:
    clock = Clock()
    pace = clock.pace(4)
    for _ in range(3):
        pace.wait()
    assert clock.slept == [0.25, 0.25]
    clock.now += 10
    pace.wait()
    assert clock.slept == [0.25, 0.25]  # what wasn't used isn't saved up
    pace.wait()
    assert clock.slept[2:] == [0.25]


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7.0),
        ("", 5.0),
        ("soon", 5.0),
        ("999999", LONGEST_WAIT),
        ("-1", 5.0),
        ("1e9", 5.0),
        ("9" * 400, 5.0),
        ("٣", 5.0),
    ],
)
def test_a_busy_server_is_left_alone_as_long_as_it_says_but_not_for_ever(said: str, seconds: float) -> None:
    clock = Clock()
    pace = clock.pace(1000)
    pace.wait()
    pace.hold(said)
    pace.wait()
    assert clock.slept == [seconds]


def test_robots_may_slow_down_but_not_speed_up() -> None:
    clock = Clock()
    pace = clock.pace(1)
    pace.slow_to(0.1)
    pace.wait()
    pace.wait()
    pace.slow_to(3)
    pace.wait()
    pace.wait()
    assert clock.slept == [1.0, 1.0, 3.0]


# --- over TLS the connection goes to the gate's address, name and certificate stay the host's ---


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str, list[str]]]:
    """A server with a certificate of catalogue.example: its port, the certificate, the Host headers that it got."""
    cert, key = certificate(tmp_path_factory.mktemp("tls"), "catalogue.example")
    hosts: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hosts.append(self.headers["Host"])
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that doesn't trust it hangs up."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with Server(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield server.server_address[1], str(cert), hosts
        server.shutdown()
        thread.join()


def asking(cert: str | None, port: int, host: str) -> str:
    asked: list[tuple[str, int]] = []

    def gate(name: str, number: int) -> str:
        asked.append((name, number))
        return "127.0.0.1"

    with WarySession(gate, Pace(1000), cert) as session:
        answer = session.get(f"https://{host}:{port}/", timeout=10)
    assert asked == [(host, port)]
    return answer.text


def test_tls_is_that_of_the_host_at_the_gates_address(secure: tuple[int, str, list[str]]) -> None:
    port, cert, hosts = secure
    assert asking(cert, port, "catalogue.example") == "ok"
    assert hosts[-1] == f"catalogue.example:{port}"


@pytest.mark.parametrize(
    ("trusted", "host"), [(True, "other.example"), (False, "catalogue.example")], ids=["name", "authority"]
)
def test_a_certificate_of_another_name_or_authority_is_refused(
    secure: tuple[int, str, list[str]], trusted: bool, host: str
) -> None:
    port, cert, hosts = secure
    before = len(hosts)
    with pytest.raises(requests.exceptions.SSLError):
        asking(cert if trusted else None, port, host)
    assert len(hosts) == before
