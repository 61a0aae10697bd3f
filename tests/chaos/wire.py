"""A real HTTP proxy between publisher and catalogue that breaks requests when told to, and counts each break as it happens."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

KINDS = (
    "503-before", "500-after", "429-before", "502-after", "slow", "reset-before", "reset-after", "truncated",
)  # fmt: skip
HOP = {"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "proxy-connection"}


@dataclass
class Wire:
    """Where it listens (`url`), what is armed, what has fired. `slow_seconds`: longer than the publisher waits."""

    upstream: str
    slow_seconds: float
    keeps_host: bool = False  # the name that a client signed is handed on
    fired: Counter[str] = field(default_factory=Counter)
    upstream_faults: int = 0  # answers of 5xx that the catalogue itself gave
    refusals: int = 0  # answers of 403
    _armed: deque[tuple[str, int]] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.wire = self
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def arm(self, kind: str, skip: int) -> None:
        """Break the request after the next `skip` ones (counted from the fault before it)."""
        with self._lock:
            self._armed.append((kind, skip))

    def disarm(self) -> int:
        """Nothing breaks any more; how many were still armed."""
        with self._lock:
            left = len(self._armed)
            self._armed.clear()
            return left

    def next_fault(self) -> str:
        """The kind that this request meets, or ""."""
        with self._lock:
            if not self._armed:
                return ""
            kind, skip = self._armed[0]
            if skip:
                self._armed[0] = (kind, skip - 1)
                return ""
            self._armed.popleft()
            return kind


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    wire: Wire

    def handle_error(self, *_: object) -> None:
        """A publisher that was killed leaves broken connections; that is what this is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self._carry()

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET

    def _carry(self) -> None:
        wire = self.server.wire
        kind = wire.next_fault()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if kind in ("503-before", "429-before"):
            wire.fired[kind] += 1
            self._answer(int(kind[:3]), [("Retry-After", "0")], b"busy")
            return
        if kind == "reset-before":
            wire.fired[kind] += 1
            self._reset()
            return
        if kind == "slow":  # the publisher gives up; the catalogue then does it nevertheless
            wire.fired[kind] += 1
            time.sleep(wire.slow_seconds)
        try:
            status, headers, answer = self._upstream(body)
        except (OSError, http.client.HTTPException):
            self._reset()  # the catalogue was killed: so does its kernel
            return
        wire.upstream_faults += status >= 500
        wire.refusals += status == 403
        if kind in ("500-after", "502-after"):
            wire.fired[kind] += 1
            self._answer(int(kind[:3]), [("Content-Type", "text/html")], b"<html>fault</html>")
        elif kind == "reset-after":
            wire.fired[kind] += 1
            self._reset()
        elif kind == "truncated" and answer and self.command != "HEAD":  # where there is something to withhold
            wire.fired[kind] += 1
            self._answer(status, headers, answer, cut=len(answer) // 2)
        else:
            self._answer(status, headers, answer)

    def _upstream(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        address = urlsplit(self.server.wire.upstream)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
        try:
            headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP}
            headers |= {} if self.server.wire.keeps_host else {"Host": address.netloc}
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            length = set() if self.command == "HEAD" else {"content-length"}  # there it tells of what isn't sent
            kept = [(k, v) for k, v in answer.getheaders() if k.lower() not in HOP | length]
            return answer.status, kept, answer.read()
        finally:
            connection.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes, cut: int | None = None) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        body = b"" if self.command == "HEAD" else body
        self.wfile.write(body if cut is None else body[:cut])
        if cut is not None:
            self.wfile.flush()
            self._reset()

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
