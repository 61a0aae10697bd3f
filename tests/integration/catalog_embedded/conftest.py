"""A real catalogue process on a free loopback port, and clients of it."""

from __future__ import annotations

import itertools
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from ckanapi import RemoteCKAN

from tests.servers import swift_folder

REPO = Path(__file__).parents[3]
TOKEN = "test-token-" + "0123456789abcdef"
COUNTER = itertools.count(1)


@dataclass
class Served:
    """A running catalogue."""

    url: str
    root: Path
    process: subprocess.Popen[str]
    trusted: RemoteCKAN
    anonymous: RemoteCKAN
    http: requests.Session

    def get(self, path: str, **kwargs: Any) -> requests.Response:
        return self.http.get(self.url + path, timeout=30, **kwargs)

    def call(self, action: str, payload: Any = None, *, token: str | None = TOKEN, **kwargs: Any) -> requests.Response:
        """An action over plain HTTP; the session never sends the token by itself."""
        headers = {"Authorization": token} if token else {}
        if payload is not None:
            kwargs["json"] = payload
        return self.http.post(f"{self.url}/api/3/action/{action}", headers=headers, timeout=60, **kwargs)

    def package(self, **changes: Any) -> dict[str, Any]:
        """A public dataset without files, of the department `finance`."""
        values = {"name": f"dataset-{next(COUNTER)}", "title": "预算", "owner_org": "finance"} | changes
        made: dict[str, Any] = self.trusted.action.package_create(**values)
        return made

    def add(self, package: dict[str, Any], files: dict[str, bytes], **fields: Any) -> dict[str, Any]:
        """One edition of several files in one package_revise call."""
        names = list(files)
        entries = [{"name": name, "url": name, "edition": "2025", "release_hash": "a" * 64} | fields for name in names]
        form = {
            "match__id": package["id"],
            "match__metadata_modified": package["metadata_modified"],
            "update__resources__extend": json.dumps(entries, ensure_ascii=False),
        }
        uploads = {f"update__resources__-{len(names) - i}__upload": (n, files[n]) for i, n in enumerate(names)}
        answer = self.call("package_revise", data=form, files=uploads).json()
        assert answer["success"], answer
        revised: dict[str, Any] = answer["result"]["package"]
        return revised

    def kept(self) -> list[Path]:
        """Files that the catalogue holds on disk."""
        return [p for p in (self.root / "kept").rglob("*") if p.is_file()]

    def arriving(self) -> list[Path]:
        """Files that are being received."""
        return list((self.root / "incoming").iterdir())


@contextmanager
def serving(root: Path, *options: str) -> Iterator[Served]:
    """Start a catalogue in `root`, end it with SIGTERM."""
    token_file = root.with_suffix(".token")
    token_file.write_text(TOKEN + "\n")
    command = [
        sys.executable,
        "-m",
        "catalog.embedded",
        "--root",
        str(root),
        "--port",
        "0",
        "--token-file",
        str(token_file),
    ]
    process = subprocess.Popen([*command, *options], cwd=REPO, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assert url.startswith("http://127.0.0.1:"), "the catalogue didn't start"
    with requests.Session() as http, RemoteCKAN(url, apikey=TOKEN) as trusted, RemoteCKAN(url) as anonymous:
        http.trust_env = False
        try:
            yield Served(url, root, process, trusted, anonymous, http)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)
            process.stdout.close()


@pytest.fixture(scope="session")
def start() -> Callable[..., Any]:
    """`serving`, for tests that need a catalogue of their own."""
    return serving


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """One catalogue for all tests that need no clean one; it knows the department `finance`."""
    with swift_folder() as folder, serving(folder / "root", "--max-upload", "3000000") as running:
        running.trusted.action.organization_create(name="finance", title="财政局", description="预算与债务")
        yield running
