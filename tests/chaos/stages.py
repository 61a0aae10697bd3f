"""The catalogues that chaos plays on, and what can be done to their processes: killed, stopped, refused the disk.

Each injector returns whether its fault took effect: the process was there and was struck.
"""

from __future__ import annotations

import os
import resource
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import requests

from tests.ckan.stack import Stack, _start_apart
from tests.servers import free_port

ROOT = Path(__file__).parents[2]
REVIVE_SECONDS = 120
SMALL = 512  # bytes that a file may still have when the disk is "full"


@dataclass
class Embedded:
    """The embedded catalogue as a process of its own, started again when it was killed, as `mingjing serve` does."""

    folder: Path
    url: str = ""
    token: str = field(default_factory=lambda: secrets.token_hex(20), repr=False)
    process: subprocess.Popen[bytes] | None = None
    name: str = "embedded"
    shared: bool = False
    reviving: threading.Lock = field(default_factory=threading.Lock)
    strokes: tuple[str, ...] = ("kill-catalogue", "stop-catalogue", "disk-full")

    def start(self) -> None:
        if not self.url:
            self.url = f"http://127.0.0.1:{free_port()}"
            (self.folder / "token").write_text(self.token)
        await_answer(self.url, self._serve)

    def _serve(self) -> None:
        """Start the process where none runs, whatever ended the last one: a full disk, for one, while it started."""
        if self.pids():
            return
        command = [sys.executable, "-m", "catalog.embedded", "--root", str(self.folder / "root"), "--host", "127.0.0.1"]
        command += ["--port", self.url.rpartition(":")[2], "--token-file", str(self.folder / "token")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT)

    def end(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()

    def pids(self) -> list[int]:
        return [self.process.pid] if self.process and self.process.poll() is None else []

    def strike(self, stroke: str, seconds: float) -> bool:
        if stroke == "kill-catalogue":
            with self.reviving:
                assert self.process
                self.process.kill()
                killed = self.process.wait() == -signal.SIGKILL
                self.start()
            return killed
        if stroke == "stop-catalogue":
            return stopped(self.pids(), seconds)
        return full_disk(self.pids(), seconds)

    @contextmanager
    def bad_token(self) -> Iterator[str]:
        """A token that isn't valid any more."""
        yield secrets.token_hex(20)

    def storage(self) -> Path | None:
        return None


@dataclass
class Real:
    """A real CKAN with Solr."""

    stack: Stack
    name: str = "ckan"
    shared: bool = False  # others use it at the same time
    strokes: tuple[str, ...] = ("kill-worker", "kill-solr", "stop-solr", "disk-full")

    @property
    def url(self) -> str:
        return self.stack.url

    @property
    def token(self) -> str:
        return self.stack.token

    def workers(self) -> list[int]:
        """gunicorn's children."""
        master = self.stack.pid("ckan")
        path = Path(f"/proc/{master}/task/{master}/children")
        return [int(pid) for pid in path.read_text().split()] if master and path.exists() else []

    def strike(self, stroke: str, seconds: float) -> bool:
        if stroke == "kill-worker":
            workers = self.workers()
            for pid in workers:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            await_answer(self.url)
            return bool(workers)
        if stroke == "kill-solr":
            pid = self.stack.pid("solr")
            if pid is None:
                return False
            os.kill(pid, signal.SIGKILL)
            time.sleep(seconds)
            _start_apart(self.stack, "start")
            return True
        if stroke == "stop-solr":
            pid = self.stack.pid("solr")
            return stopped([pid] if pid else [], seconds)
        return full_disk(self.workers(), seconds)

    @contextmanager
    def bad_token(self) -> Iterator[str]:
        """A token that CKAN gave and took back."""
        head = {"Authorization": self.token}

        def ask(action: str, **data: str) -> requests.Response:
            return requests.post(f"{self.url}/api/3/action/{action}", json=data, headers=head, timeout=60)

        made = ask("api_token_create", user="admin", name=f"chaos-{secrets.token_hex(4)}").json()["result"]["token"]
        ask("api_token_revoke", token=made).raise_for_status()
        yield made

    def storage(self) -> Path | None:
        return self.stack.storage


def await_answer(url: str, serve: Callable[[], None] = lambda: None) -> None:
    """Until the catalogue answers again; `serve` starts it where it doesn't run."""
    ends = time.monotonic() + REVIVE_SECONDS
    while True:
        serve()
        with suppress(requests.RequestException):
            if requests.get(f"{url}/api/3/action/status_show", timeout=5).status_code == 200:
                return
        if time.monotonic() > ends:
            raise RuntimeError(f"{url} doesn't come back")
        time.sleep(0.05)


def stopped(pids: list[int], seconds: float) -> bool:
    """SIGSTOP for a while; whether the kernel said that one stood still. One may be killed meanwhile."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
    try:
        time.sleep(seconds)
        return any(_state(pid) == "T" for pid in pids)
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _state(pid: int) -> str:
    """The kernel's letter for a process; "" where it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return ""


def full_disk(pids: list[int], seconds: float) -> bool:
    """No file may grow for a while: the kernel refuses the write, as on a full disk. Whether the limit was set and lifted."""
    before: dict[int, tuple[int, int]] = {}
    try:
        for pid in pids:
            with suppress(ProcessLookupError):
                _, hard = before[pid] = resource.prlimit(pid, resource.RLIMIT_FSIZE)
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (SMALL, hard))
        time.sleep(seconds)
    finally:
        for pid, limits in before.items():
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
    return bool(before)
