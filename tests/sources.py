"""Pulling in tests: one call with a folder store, and a small web server that misbehaves on request."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from domain.contract import Limits, SourceSpec
from domain.release import Artefact
from intake.connect import pull
from storage.filesystem import FileStore


@dataclass
class Puller:
    """A quarantine in `folder/store` and a base in `folder/base`."""

    folder: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    @property
    def base(self) -> Path:
        path = self.folder / "base"
        path.mkdir(exist_ok=True)
        return path

    @property
    def store(self) -> FileStore:
        return FileStore(self.folder / "store", private=True)

    def __call__(
        self, location: str, *, limits: dict[str, int] | None = None, follow: bool = True, **spec: Any
    ) -> tuple[Artefact, ...]:
        return pull(
            location, spec=SourceSpec(**spec), limits=Limits(**(limits or {})), store=self.store, base=self.base,
            environ=self.environ, follow=follow,
        )  # fmt: skip

    def stored(self) -> list[str]:
        """Everything in the store, parts of unfinished files included."""
        kept = [p.name for p in self.store.root.glob("??/*")]
        return sorted(kept + [p.name for p in self.store.root.glob("incoming/*.part")])


@dataclass
class Web:
    """A server whose answers are raw bytes by path; `requests` are the heads that it received."""

    port: int
    answers: dict[str, bytes | Callable[[Any], None]] = field(default_factory=dict)
    requests: list[bytes] = field(default_factory=list)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def asked(self, path: str) -> int:
        return sum(head.split()[1].decode().partition("?")[0] == path for head in self.requests)

    def serve(self, path: str, body: bytes, status: str = "200 OK", *headers: str) -> str:
        """Answer `path` with a whole, well-formed response; its URL."""
        head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers))
        self.answers[path] = head.encode() + b"\r\n" + body
        return self.url(path)


@contextmanager
def web_server() -> Iterator[Web]:
    """A Web on loopback; unknown paths answer 404."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            head = b""
            while not head.endswith(b"\r\n\r\n") and (line := self.rfile.readline()):
                head += line
            if not head:
                return
            web.requests.append(head)
            answer = web.answers.get(head.split()[1].decode().partition("?")[0])
            if callable(answer):
                answer(self.connection)
            else:
                self.connection.sendall(answer or b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that hung up is what some tests are about."""

    with Server(("127.0.0.1", 0), Handler) as server:
        web = Web(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield web
        finally:
            server.shutdown()
            thread.join()
