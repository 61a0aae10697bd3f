"""The catalogues that the publisher is tested against: the embedded one always, a real CKAN where one is installed
(`make ckan-install`). Also the ways to break the wire.
"""

from __future__ import annotations

import io
import itertools
import json
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import requests

from catalog.ckan import Catalogue, Session
from domain.contract import Contract
from tests.catalogue_release import make_contract
from tests.ckan.stack import Stack
from tests.servers import ckan_server, free_port, swift_folder

START_SECONDS = 30


class Crash(BaseException):
    """Stands for SIGKILL of the publisher: nothing may catch it."""


@dataclass
class Wire:
    """Breaks the `at`-th request of a client (from 1) in one way; counts them all."""

    at: int = 0
    kind: str = (
        ""  # lose-request lose-answer crash-before crash-after status-503 status-500-after truncate corrupt refuse
    )
    only: str = ""  # a piece of the path that a request must have to count
    seen: int = 0
    fired: int = 0
    paths: list[str] = field(default_factory=list)

    def session(self) -> Session:
        """A session on this wire."""
        wire = self

        class Broken(Session):
            def send(self, request: Any, **kwargs: Any) -> requests.Response:
                return wire.carry(request, lambda: super(Broken, self).send(request, **kwargs))

        return Broken()

    def carry(self, request: requests.PreparedRequest, send: Callable[[], requests.Response]) -> requests.Response:
        path = request.path_url
        if self.only not in path:
            return send()
        self.seen += 1
        self.paths.append(path)
        if self.seen != self.at:
            return send()
        self.fired += 1
        if self.kind == "lose-request":
            raise requests.exceptions.ConnectionError("lost")
        if self.kind == "crash-before":
            raise Crash
        if self.kind == "status-503":
            return _answer(request, 503, b"busy")
        if self.kind == "refuse":
            error = {"__type": "Authorization Error", "message": "no"}
            return _answer(request, 403, json.dumps({"success": False, "error": error}).encode())
        response = send()
        body = response.content
        if self.kind == "crash-after":
            raise Crash
        if self.kind == "lose-answer":
            raise requests.exceptions.ReadTimeout("lost")
        if self.kind == "status-500-after":
            return _answer(request, 500, b"<html>fault</html>")
        if self.kind == "truncate":
            if "/download" in path:
                raise requests.exceptions.ChunkedEncodingError("cut")
            return _answer(request, response.status_code, body[: len(body) // 2])
        assert self.kind == "corrupt"
        return _answer(request, response.status_code, bytes([body[0] ^ 1]) + body[1:])


def kinds(paths: list[str]) -> list[int]:
    """The first request of each kind, from 1: of equal action, after equally many writes."""
    found: dict[tuple[int, str], int] = {}
    writes = 0
    for number, path in enumerate(paths, start=1):
        plain = path.partition("?")[0]
        kind = plain.rpartition("/")[2] if "/action/" in plain else "download" if "/download" in plain else "page"
        found.setdefault((writes, kind), number)
        writes += kind.endswith(("_create", "_revise", "_delete"))
    return list(found.values())


def _answer(request: requests.PreparedRequest, status: int, body: bytes) -> requests.Response:
    answer = requests.Response()
    answer.status_code, answer.raw, answer.request = status, io.BytesIO(body), request
    answer.url = request.url or ""
    answer.headers["Content-Type"] = "application/json" if "/api/" in request.path_url else "text/csv"
    return answer


@dataclass
class Backend:
    """A running catalogue. Datasets of one test carry names of their own, so that tests can share it."""

    url: str
    token: str = field(repr=False)
    kind: str = ""
    stack: Stack | None = None
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    run: str = field(default_factory=lambda: secrets.token_hex(4))
    known: dict[str, list[str]] = field(default_factory=dict)

    def client(self, wire: Wire | None = None, **options: Any) -> Catalogue:
        """A client that doesn't sleep long between attempts."""
        session = wire.session if wire else Session
        options = {"sleep": lambda seconds: time.sleep(min(seconds, 0.05))} | options
        return Catalogue(self.url, self.token, session=session, **options)

    def contract(self, **changes: Any) -> Contract:
        """A contract whose dataset nobody else in this catalogue has."""
        values = {"id": f"finance.t{self.run}_{next(self.numbers)}"} | changes
        values.setdefault("catalogue", {"organization": f"finance-{self.run}", "tags": ["债务", "限额"]})
        return make_contract(**values)

    def requests_of(self, work: str, undisturbed: Callable[[Wire], object]) -> list[str]:
        """The paths that a piece of work asks for; it is done once in a session to learn them."""
        if work not in self.known:
            wire = Wire()
            undisturbed(wire)
            self.known[work] = wire.paths
        return self.known[work]

    def new_owner(self) -> dict[str, Any]:
        """A contract's catalogue part with an organization that isn't there yet."""
        return {"organization": f"owner-{self.run}-{next(self.numbers)}"}

    def points(self, paths: list[str], turn: int, of: int) -> list[int]:
        """Which of a publication's requests to break: every one, or on a real CKAN, which is slower, one of each kind.

        There the kinds of request are dealt out to `of` ways of breaking; this is way number `turn`. Each run deals
        differently.
        """
        if self.kind == "embedded":
            return list(range(1, len(paths) + 1))
        dealt = enumerate(kinds(paths), start=int(self.run, 16) + turn)
        return [point for number, point in dealt if number % of == 0]

    def stranger(self, action: str, **data: Any) -> Any:
        """What anybody gets from an action; None where refused."""
        answer = requests.post(f"{self.url}/api/3/action/{action}", json=data, timeout=60)
        return answer.json()["result"] if answer.status_code == 200 else None

    def hand(self, action: str, **data: Any) -> Any:
        """What a person with rights does in the catalogue, past the platform."""
        head = {"Authorization": self.token}
        answer = requests.post(f"{self.url}/api/3/action/{action}", json=data, headers=head, timeout=60)
        assert answer.status_code == 200, answer.status_code
        return answer.json()["result"]


@pytest.fixture(scope="session")
def embedded() -> Iterator[Backend]:
    """The embedded catalogue as a process of its own."""
    with swift_folder() as folder:
        yield from _embedded(folder)


def _embedded(folder: Path) -> Iterator[Backend]:
    token, token_file = secrets.token_hex(20), folder / "token"
    token_file.write_text(token)
    token_file.chmod(0o600)
    port = free_port()
    command = [sys.executable, "-m", "catalog.embedded", "--root", str(folder / "root"), "--host", "127.0.0.1"]
    command += ["--port", str(port), "--token-file", str(token_file)]
    log = folder / "log"
    with log.open("wb") as out:
        server = subprocess.Popen(command, stdout=out, stderr=out, cwd=Path(__file__).parents[3])
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, server, log)
        yield Backend(url, token, "embedded")
    finally:
        server.terminate()
        server.wait(timeout=10)


@pytest.fixture(scope="session")
def ckan() -> Iterator[Backend]:
    """A real CKAN."""
    with ckan_server() as stack:
        yield Backend(stack.url, stack.token, "ckan", stack)


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends and server.poll() is None:
        try:
            if requests.get(f"{url}/api/3/action/status_show", timeout=2).status_code == 200:
                return
        except requests.exceptions.ConnectionError:
            time.sleep(0.05)
    pytest.fail(f"the embedded catalogue didn't start: {log.read_text()[-2000:]}")


@pytest.fixture(params=["embedded", pytest.param("ckan", marks=pytest.mark.server)])
def backend(request: pytest.FixtureRequest) -> Backend:
    """Each catalogue in turn."""
    if request.param == "embedded":
        running: Backend = request.getfixturevalue("embedded")
        return running
    real: Backend = request.getfixturevalue("ckan")
    return real


@pytest.fixture
def editor(ckan: Backend) -> Backend:
    """The same catalogue with the token of an editor of an organization that exists already."""
    organization = ckan.contract().catalogue.organization
    if ckan.stranger("organization_show", id=organization) is None:
        ckan.hand("organization_create", name=organization)
    user = f"editor-{ckan.run}"
    person = {"name": user, "email": f"{user}@example.org", "password": "correct horse battery"}
    if ckan.stranger("user_show", id=user) is None:
        ckan.hand("user_create", **person)
    ckan.hand("organization_member_create", id=organization, username=user, role="editor")
    return replace(ckan, token=ckan.hand("api_token_create", user=user, name="mingjing")["token"])
