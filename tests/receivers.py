"""Receivers of notices for tests: an SMTP server and an HTTP server on loopback that keep what they are sent, and can refuse
or hang. Real sockets, real protocols.
"""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


@dataclass
class MailSink:
    """`refuse`: the answer to RCPT in place of 250, such as `550 no`. `hang`: says nothing for that many seconds."""

    port: int = 0
    refuse: str = ""
    hang: float = 0.0
    mails: list[tuple[str, list[str], Message]] = field(default_factory=list)


class _Smtp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        sink: MailSink = self.server.sink  # type: ignore[attr-defined]
        if sink.hang:
            time.sleep(sink.hang)
            return None
        self._say("220 sink")
        sender, to = "", []
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if verb == "MAIL":
                sender = line.partition("<")[2].partition(">")[0]
                self._say("250 ok")
            elif verb == "RCPT":
                to.append(line.partition("<")[2].partition(">")[0])
                self._say(sink.refuse or "250 ok")
            elif verb == "DATA":
                self._say("354 go on")
                data = b"".join(iter(self.rfile.readline, b".\r\n"))
                sink.mails.append((sender, to, message_from_bytes(data)))
                self._say("250 taken")
            elif verb == "QUIT":
                return self._say("221 bye")
            else:
                self._say("250 ok")
        return None

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


class _Threaded(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


@contextmanager
def mail_sink() -> Iterator[MailSink]:
    """A mail server; its `port` is free again afterwards."""
    sink = MailSink()
    with _Threaded(("127.0.0.1", 0), _Smtp) as server:
        server.sink = sink  # type: ignore[attr-defined]
        sink.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield sink
        server.shutdown()


@dataclass
class HookSink:
    """`status`: what it answers. `location`: with a 3xx, where it points."""

    url: str = ""
    status: int = 204
    location: str = ""
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def hook_sink() -> Iterator[HookSink]:
    """A receiver of webhooks."""
    sink = HookSink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            sink.posts.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(sink.status)
            if sink.location:
                self.send_header("location", sink.location)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return None

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        sink.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield sink
        server.shutdown()
