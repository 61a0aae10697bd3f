"""What the tests of the publisher do to a catalogue and read back from it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

from catalog.publish import publish
from catalog.withdraw import withdraw
from domain.contract import Contract
from domain.release import Receipt
from tests.catalogue_release import Prepared, prepare
from tests.integration.catalog.conftest import Backend, Wire


def put(backend: Backend, ready: Prepared, wire: Wire | None = None, **options: Any) -> Receipt:
    arguments: dict[str, Any] = {
        "approval": ready.approval,
        "manifest": ready.manifest,
        "metadata": ready.metadata,
        "store": ready.store,
        "published_on": "2025-04-02",
    }
    return publish(backend.client(wire), **arguments | options)


def shown(backend: Backend, contract: Contract) -> Any:
    """The dataset as a stranger sees it, or None."""
    return backend.stranger("package_show", id=contract.slug)


def states(backend: Backend, contract: Contract) -> list[tuple[str, str]]:
    return sorted({(r["edition"], r["edition_state"]) for r in shown(backend, contract)["resources"]})


def extra(package: Any, key: str) -> str | None:
    return next((e["value"] for e in package["extras"] if e["key"] == key), None)


def assert_whole(backend: Backend, ready: Prepared) -> None:
    """Every byte of the edition is public, once, and equal."""
    ours = [r for r in shown(backend, ready.contract)["resources"] if r["release_hash"] == ready.manifest.release_hash]
    assert sorted(r["file_name"] for r in ours) == sorted(a.name for a in ready.manifest.exports)
    by_name = {a.name: a for a in ready.manifest.exports}
    for resource in ours:
        body = requests.get(resource["url"], timeout=60).content
        assert body == ready.store.read(by_name[resource["file_name"]].sha256)


def take(backend: Backend, ready: Prepared, wire: Wire | None = None) -> tuple[dict[str, Any], ...]:
    return withdraw(
        backend.client(wire),
        release_hash=ready.manifest.release_hash,
        dataset=ready.contract.id,
        reason="发布后发现错误",
        reason_code="W01",
        withdrawn_on="2025-06-01",
    )


def first_editions(backend: Backend, folder: Path) -> Iterator[Prepared]:
    """First editions of ever new datasets of new organizations."""
    while True:
        yield prepare(folder, contract=backend.contract(catalogue=backend.new_owner()))


def later_editions(backend: Backend, folder: Path) -> Iterator[Prepared]:
    """Editions of one dataset, year after year; the first is public already."""
    contract = backend.contract()
    put(backend, prepare(folder, contract=contract, period="1949"))
    for year in itertools.count(1950):
        yield prepare(folder, contract=contract, period=str(year))
