"""Publishing under faults: at every request, two at once, and what a stranger sees meanwhile; on both catalogues."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from domain.contract import Contract
from domain.errors import (
    CatalogueUnreachable,
    PublicationDiffers,
)
from tests.catalogue_release import ROWS, Prepared, prepare
from tests.integration.catalog.acts import assert_whole, first_editions, later_editions, put, shown, states, take
from tests.integration.catalog.conftest import Backend, Crash, Wire

KINDS = ["lose-request", "lose-answer", "status-503", "status-500-after", "truncate"]
CRASHES = ["crash-before", "crash-after"]


EDITIONS = pytest.mark.parametrize("editions", [first_editions, later_editions], ids=["first", "later"])
Editions = Callable[[Backend, Path], Iterator[Prepared]]


def requests_of(backend: Backend, editions: Editions, releases: Iterator[Prepared]) -> list[str]:
    """The requests of an undisturbed publication."""
    return backend.requests_of(editions.__name__, lambda wire: put(backend, next(releases), wire))


@EDITIONS
@pytest.mark.parametrize("kind", KINDS)
def test_publish_survives_a_fault_at_every_request(
    backend: Backend, tmp_path: Path, kind: str, editions: Editions
) -> None:
    releases, fired = editions(backend, tmp_path), 0
    points = backend.points(requests_of(backend, editions, releases), KINDS.index(kind), len(KINDS))
    for at, ready in zip(points, releases, strict=False):
        wire = Wire(at=at, kind=kind)
        put(backend, ready, wire)
        assert_whole(backend, ready)
        fired += wire.fired
    assert fired == len(points) >= 1


@EDITIONS
@pytest.mark.parametrize("kind", CRASHES)
def test_publish_run_again_after_a_crash_at_every_request(
    backend: Backend, tmp_path: Path, kind: str, editions: Editions
) -> None:
    releases = editions(backend, tmp_path)
    points = backend.points(requests_of(backend, editions, releases), 2 * CRASHES.index(kind), 4)
    for at, ready in zip(points, releases, strict=False):
        with pytest.raises(Crash):
            put(backend, ready, Wire(at=at, kind=kind))
        partial = shown(backend, ready.contract)
        ours = [r for r in partial["resources"] if r["release_hash"] == ready.manifest.release_hash] if partial else []
        assert len(ours) in (0, len(ready.manifest.exports))
        put(backend, ready)
        assert_whole(backend, ready)
    assert points


def test_publish_another_revision_after_a_crash_drops_the_unpublished_one(backend: Backend, tmp_path: Path) -> None:
    contract = backend.contract()
    stale = prepare(tmp_path, contract=contract)
    right = prepare(tmp_path, contract=contract, tables={"main": ROWS[:1]}, revision=2)
    with pytest.raises(Crash):
        put(backend, stale, Wire(at=1, kind="crash-after", only="/download"))
    assert shown(backend, contract) is None
    put(backend, right)
    assert_whole(backend, right)
    assert {r["release_hash"] for r in shown(backend, contract)["resources"]} == {right.manifest.release_hash}


def test_publish_two_publishers_at_once_leave_one_edition(backend: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    faults: list[BaseException] = []

    def run() -> None:
        try:
            put(backend, ready)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert_whole(backend, ready)
    assert len(shown(backend, ready.contract)["resources"]) == len(ready.manifest.exports)


# --- what a stranger sees meanwhile ---


class Watcher(threading.Thread):
    """A stranger who looks all the time; `partial` counts the looks that showed a part of an edition."""

    def __init__(self, backend: Backend, contract: Contract, sizes: dict[str, int]) -> None:
        super().__init__()
        self.backend, self.contract, self.sizes = backend, contract, sizes
        self.looks = self.partial = 0
        self.stop = threading.Event()

    def run(self) -> None:
        while not self.stop.is_set():
            package = shown(self.backend, self.contract)
            self.looks += 1
            hashes = [r["release_hash"] for r in package["resources"]] if package else []
            whole = all(hashes.count(h) == self.sizes[h] for h in set(hashes))
            states_of = {(r["release_hash"], r["edition_state"]) for r in package["resources"]} if package else set()
            self.partial += package is not None and (not hashes or not whole or len(states_of) != len(set(hashes)))
            time.sleep(0.002 if self.backend.kind == "embedded" else 0.05)  # a CKAN has two workers in all


def test_publish_never_shows_part_of_an_edition(backend: Backend, tmp_path: Path) -> None:
    contract = backend.contract()
    releases = [
        prepare(tmp_path, contract=contract, period="2023"),
        prepare(tmp_path, contract=contract, period="2024"),
        prepare(tmp_path, contract=contract, period="2024", tables={"main": ROWS[:1]}, revision=2),
        prepare(tmp_path, contract=contract, period="2025"),
    ]
    watcher = Watcher(backend, contract, {r.manifest.release_hash: len(r.manifest.exports) for r in releases})
    watcher.start()
    try:
        for number, ready in enumerate(releases):
            wire = Wire(at=3 + 2 * number, kind="lose-answer")
            put(backend, ready, wire)
        late = prepare(tmp_path, contract=contract, period="2026")
        watcher.sizes[late.manifest.release_hash] = len(late.manifest.exports)
        with pytest.raises(PublicationDiffers):
            put(backend, late, Wire(at=1, kind="corrupt", only="/download"))
        take(backend, releases[0])
    finally:
        watcher.stop.set()
        watcher.join()
    assert watcher.partial == 0
    assert watcher.looks > 20


class Cut(Wire):
    """Cuts every download short."""

    def carry(self, request: requests.PreparedRequest, send: Callable[[], requests.Response]) -> requests.Response:
        if "/download" in request.path_url:
            raise requests.exceptions.ChunkedEncodingError("cut")
        return send()


def test_an_edition_that_can_t_be_read_back_doesn_t_stay_public(backend: Backend, tmp_path: Path) -> None:
    contract = backend.contract()
    old, new = prepare(tmp_path, contract=contract, period="2024"), prepare(tmp_path, contract=contract)
    put(backend, old)
    with pytest.raises(CatalogueUnreachable, match="taken off"):
        put(backend, new, Cut())
    assert states(backend, contract) == [("2024", "current")]
    put(backend, new)
    assert_whole(backend, new)
