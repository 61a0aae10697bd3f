"""Requests end, and a server that asks to be left alone is, within the deadline."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from catalog.ckan import Catalogue, Patience, Uncertain
from domain.errors import CatalogueUnreachable

TRICKLE_SECONDS = 20


class Slow(BaseHTTPRequestHandler):
    """Trickles one byte each 50 ms, or answers 503 with a Retry-After."""

    wbufsize = 0
    asked: ClassVar[list[float]] = []

    def log_message(self, *_: object) -> None: ...

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.do_GET()

    def do_GET(self) -> None:
        self.asked.append(time.monotonic())
        if "status_show" in self.path:
            self.send_response(503)
            self.send_header("Retry-After", self.path.rpartition("=")[2] if "=" in self.path else "3")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            if "headers" not in self.path:
                self.wfile.write(b"Content-Type: application/json\r\n\r\n")
            else:
                self.wfile.write(b"X-Slow: ")
            for _ in range(TRICKLE_SECONDS * 20):
                self.wfile.write(b" ")
                time.sleep(0.05)
        except OSError:
            pass  # cut off
        self.close_connection = True


@pytest.fixture
def url() -> Iterator[str]:
    Slow.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.socket.close()


def ask(catalogue: Catalogue, path: str) -> object:
    return (
        catalogue._fetch(f"{catalogue.url}{path}", True, None, True, Patience(1, 0.5))
        if path.startswith("/")
        else catalogue.act(path, {})
    )


@pytest.mark.parametrize("path", ["/download/a.csv", "/headers/a.csv", "package_show"])
def test_an_answer_that_trickles_is_cut_off_at_the_deadline(url: str, path: str) -> None:
    catalogue = Catalogue(url, "token", timeout_seconds=0.5, deadline_seconds=1)
    for _ in range(2):  # past the deadline a request still gets one time-out
        began = time.monotonic()
        with pytest.raises(Uncertain):
            ask(catalogue, path)
        assert time.monotonic() - began < TRICKLE_SECONDS / 4
    catalogue.close()


def test_a_read_back_that_trickles_is_cut_off_long_before_the_deadline(url: str) -> None:
    catalogue = Catalogue(url)
    began = time.monotonic()
    with pytest.raises(Uncertain):
        catalogue.fetch(f"{url}/download/a.csv", anonymous=True, limit=1000, patience=Patience(2, 0.5, 10_000))
    assert time.monotonic() - began < TRICKLE_SECONDS / 4
    catalogue.close()


def test_a_busy_server_is_left_alone_as_long_as_it_asks(url: str) -> None:
    waits: list[float] = []
    catalogue = Catalogue(url, attempts=3, sleep=waits.append)
    with pytest.raises(Uncertain):
        catalogue.look("status_show", {})
    assert waits == [3.0, 3.0]
    assert len(Slow.asked) == 3
    catalogue.close()


def test_what_it_asks_beyond_the_deadline_isn_t_waited_for(url: str) -> None:
    catalogue = Catalogue(url, deadline_seconds=2, sleep=lambda _: pytest.fail("waited"))
    with pytest.raises(CatalogueUnreachable, match="run the publication again"):
        catalogue.look("status_show", {})
    catalogue.close()
