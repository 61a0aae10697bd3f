"""A foreign catalogue in tests: a small web server that answers as a CKAN does, or misbehaves where a test says how.

Use it as `with foreign_ckan() as ckan:`; `ckan.add(...)` gives it a dataset with files.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class ForeignCkan:
    """What it shows. `answers`: by path, in place of what it would answer; `asked`: the paths that were asked for."""

    port: int
    datasets: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def add(self, name: str, files: dict[str, bytes], **fields: Any) -> dict[str, Any]:
        """A dataset whose files are uploads, served as they are; `stamp=False`: its entry says nothing of their bytes."""
        stamp = fields.pop("stamp", True)
        resources = []
        for number, (file, body) in enumerate(files.items()):
            ident = f"{name}-r{number}"
            path = f"/dataset/{name}/resource/{ident}/download/{file}"
            self.answers[path] = whole(body)
            resources.append(
                {
                    "id": ident, "name": file, "format": file.rpartition(".")[2].upper(), "url": self.url + path,
                    "url_type": "upload", "last_modified": "2026-01-01T00:00:00" if stamp else None, "hash": "",
                }
            )  # fmt: skip
        entry = {
            "id": f"id-{name}",
            "name": name,
            "title": name,
            "resources": resources,
            "tags": [],
            "extras": [],
        } | fields
        self.datasets.append(entry)
        return entry

    def link(self, name: str, url: str, **fields: Any) -> dict[str, Any]:
        """A dataset with one link."""
        resource = {"id": f"{name}-link", "name": "link", "format": "CSV", "url": url, "url_type": None} | fields
        entry = {"id": f"id-{name}", "name": name, "title": name, "resources": [resource]}
        self.datasets.append(entry)
        return entry

    def downloads(self) -> list[str]:
        """Files that were asked for."""
        return [p for p in self.asked if "/download/" in p]


def whole(body: bytes, status: int = 200, **headers: str) -> Answer:
    """A well-formed answer."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def endless(piece: bytes) -> Answer:
    """An answer that goes on until the client has had enough."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        chunk = b"%x\r\n%s\r\n" % (len(piece), piece)
        while True:
            handler.wfile.write(chunk)

    return answer


@contextmanager
def foreign_ckan() -> Iterator[ForeignCkan]:
    """One on a free loopback port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self._answer(json.loads(body or b"{}"))

        def _answer(self, data: dict[str, Any]) -> None:
            path = self.path.partition("?")[0]
            ckan.asked.append(path)
            answer = ckan.answers.get(path)
            if answer is None and path.endswith("/action/package_search"):
                start, rows = int(data.get("start", 0)), int(data.get("rows", 10))
                page = sorted(ckan.datasets, key=lambda d: d["id"])[start : start + rows]
                found = {"success": True, "result": {"count": len(ckan.datasets), "results": page}}
                answer = whole(json.dumps(found).encode(), Content_Type="application/json")
            try:
                (answer or whole(b"", 404))(self)
            except OSError:  # the client hung up, which some tests are about
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        ckan = ForeignCkan(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield ckan
        finally:
            server.shutdown()
            thread.join()
