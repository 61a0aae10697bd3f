"""Withdrawal and its reversal, on both catalogues."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from catalog.ckan import Catalogue
from catalog.entry import extras_of
from catalog.inspect import inspect
from catalog.plan import Change, Target, plan_changes
from catalog.proof import look
from catalog.withdraw import withdraw
from domain.errors import (
    TransitionRefused,
    WithdrawalIncomplete,
)
from domain.release import Receipt
from tests.catalogue_release import ROWS, Prepared, prepare
from tests.integration.catalog.acts import assert_whole, extra, later_editions, put, shown, states, take
from tests.integration.catalog.conftest import Backend, Crash, Wire, kinds


def test_reversed_withdrawal_puts_the_same_bytes_back(backend: Backend, tmp_path: Path) -> None:
    contract = backend.contract()
    old, new = prepare(tmp_path, contract=contract, period="2024"), prepare(tmp_path, contract=contract)
    put(backend, old)
    put(backend, new)
    take(backend, new)
    with pytest.raises(TransitionRefused):
        put(backend, new)
    steps = [c.step.value for c in planned(backend, new)]
    assert steps == ["drop-tombstone", "add-edition"]
    put(backend, new, reinstates=True)
    assert_whole(backend, new)
    assert_whole(backend, old)
    assert states(backend, contract) == [("2024", "current"), ("2025", "current")]
    assert not [k for k in extras_of(shown(backend, contract)) if k.startswith("withdrawn_")]
    put(backend, new, reinstates=True)  # safe to run again
    assert states(backend, contract) == [("2024", "current"), ("2025", "current")]


def test_reversed_withdrawal_of_the_only_edition(backend: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    put(backend, ready)
    take(backend, ready)
    put(backend, ready, reinstates=True)
    assert_whole(backend, ready)
    assert not [k for k in extras_of(shown(backend, ready.contract)) if k.startswith("withdrawn_")]


def planned(backend: Backend, ready: Prepared) -> tuple[Change, ...]:
    found = shown(backend, ready.contract)
    target = Target(ready.manifest, ready.metadata, "2025-06-01", reinstates=True)
    return plan_changes(found, target).changes


def test_withdraw_only_edition_leaves_a_tombstone_and_no_bytes(backend: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    receipt = put(backend, ready)
    proof = take(backend, ready)
    assert len(proof) >= 2 * len(receipt.resources)
    assert all(row["gone"] for row in proof)
    contents = {ready.store.read(a.sha256) for a in ready.manifest.exports}
    for resource in receipt.resources:
        assert requests.get(resource["url"], timeout=60).content not in contents
    package = shown(backend, ready.contract)
    assert extra(package, "withdrawn_reason") == "发布后发现错误"
    assert {r["edition_state"] for r in package["resources"]} == {"withdrawn"}
    assert all(r["withdrawn_on"] == "2025-06-01" and r["withdrawn_code"] == "W01" for r in package["resources"])
    assert "财政局债务科" in package["resources"][0]["withdrawn_contact"]
    assert all(row["gone"] for row in take(backend, ready))
    with pytest.raises(TransitionRefused):
        put(backend, ready)


def test_withdraw_newest_edition_leaves_the_older_in_front(backend: Backend, tmp_path: Path) -> None:
    contract = backend.contract()
    old, new = prepare(tmp_path, contract=contract, period="2024"), prepare(tmp_path, contract=contract)
    put(backend, old)
    put(backend, new)
    take(backend, new)
    assert states(backend, contract) == [("2024", "current"), ("2025", "withdrawn")]
    package = shown(backend, contract)
    assert extra(package, "evidence_id") == old.manifest.release_hash
    assert extra(package, "withdrawn_on") is None
    assert {r["edition"] for r in package["resources"] if r.get("edition_newest")} == {"2024"}
    assert inspect(backend.client(), manifest=old.manifest, metadata=old.metadata).ok
    right = prepare(tmp_path, contract=contract, tables={"main": ROWS[:1]}, revision=2)
    put(backend, right)
    assert_whole(backend, right)


WITHDRAWAL_FAULTS = ["lose-request", "lose-answer", "status-503", "crash-after"]


@pytest.mark.parametrize("kind", WITHDRAWAL_FAULTS)
def test_withdraw_survives_a_fault_at_every_kind_of_request(backend: Backend, tmp_path: Path, kind: str) -> None:
    releases = later_editions(backend, tmp_path)

    def undisturbed(wire: Wire) -> None:
        put(backend, first := next(releases))
        take(backend, first, wire)

    points, turn = kinds(backend.requests_of("withdrawal", undisturbed)), WITHDRAWAL_FAULTS.index(kind)
    if backend.kind == "ckan":
        dealt = enumerate(points, start=turn + int(backend.run, 16))
        points = [point for number, point in dealt if number % len(WITHDRAWAL_FAULTS) == 0]
    for at, ready in zip(points, releases, strict=False):
        put(backend, ready)
        wire = Wire(at=at, kind=kind)
        try:
            proof = take(backend, ready, wire)
        except Crash:
            proof = take(backend, ready)
        assert wire.fired
        assert all(row["gone"] for row in proof)
        assert len(proof) >= 2 * len(ready.manifest.exports)
    assert points


# --- what somebody changed by hand beforehand ---


def order(backend: Backend, ready: Prepared, **known: Any) -> tuple[dict[str, Any], ...]:
    return withdraw(
        backend.client(), release_hash=ready.manifest.release_hash, dataset=ready.contract.id, reason="错", reason_code="leak",
        withdrawn_on="2025-06-01", **known,
    )  # fmt: skip


def downloads(receipt: Receipt) -> set[int]:
    return {requests.get(r["url"], timeout=20, allow_redirects=False).status_code for r in receipt.resources}


@pytest.mark.parametrize("known", ["receipt", "manifest"])
def test_withdraw_takes_off_files_that_were_relabelled(backend: Backend, tmp_path: Path, known: str) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    receipt = put(backend, ready)
    for resource in shown(backend, ready.contract)["resources"]:
        backend.hand("resource_patch", id=resource["id"], release_hash="0" * 64)
    assert downloads(receipt) == {200}
    proof = order(backend, ready, **{known: receipt if known == "receipt" else ready.manifest})
    assert all(row["gone"] for row in proof)
    assert {r["url"] for r in receipt.resources} <= {row["url"] for row in proof}
    assert 200 not in downloads(receipt)
    assert states(backend, ready.contract) == [("2025", "withdrawn")]


@pytest.mark.server
@pytest.mark.parametrize("known", ["receipt", "manifest"])
def test_withdraw_finds_a_dataset_that_was_renamed(editor: Backend, tmp_path: Path, known: str) -> None:
    """An editor's token can't choose the id, so a dataset is found by its name; somebody took that too."""
    ready = prepare(tmp_path, contract=editor.contract())
    receipt = put(editor, ready)
    owner = ready.contract.catalogue.organization
    editor.hand("package_patch", id=receipt.package_id, name=f"renamed-{ready.contract.slug}")
    editor.hand("package_create", name=ready.contract.slug, owner_org=owner)
    assert downloads(receipt) == {200}
    proof = order(editor, ready, **{known: receipt if known == "receipt" else ready.manifest})
    assert all(row["gone"] for row in proof)
    assert 200 not in downloads(receipt)


def test_withdraw_of_what_nothing_is_known_of_proves_nothing(backend: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    with pytest.raises(WithdrawalIncomplete, match="by hand"):
        order(backend, ready)
    proof = order(backend, ready, manifest=ready.manifest)
    assert sum("resource_show" in row["url"] for row in proof) == len(ready.manifest.exports)
    assert {row["status"] for row in proof} == {404}


@pytest.mark.parametrize(
    ("answer", "gone"),
    [
        ("403", False),
        ("404", True),
        ("own page", True),
        ("own login", False),
        ("own file", False),
        ("other page", False),
        ("other file", False),
    ],
)
def test_gone_is_what_a_stranger_can_t_have(answer: str, gone: bool) -> None:
    with answering(answer) as url:
        homes = {("http", urlsplit(url).netloc, "/dataset/own")}
        row = look(Catalogue(url), f"{url}/file.csv", "0" * 64, {}, homes, is_hidden=False)
        hidden = look(Catalogue(url), f"{url}/file.csv", "0" * 64, {}, homes, is_hidden=True)
    assert (row["gone"], hidden["gone"]) == (gone, gone or answer in ("403", "own login"))


@contextmanager
def answering(answer: str) -> Iterator[str]:
    """A server whose file.csv answers so; `own` and `other` tell where it leads to."""
    how, _, what = answer.partition(" ")

    class Server(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def do_GET(self) -> None:
            if self.path == "/file.csv":
                self.send_response(302 if what else int(how))
                host = "127.0.0.1" if how == "own" else "localhost"
                there = {"page": "/zh_Hans_CN/dataset/own", "login": "/user/login?came_from=/dataset/own"}.get(
                    what, "/there"
                )
                self.send_header("Location", f"http://{host}:{self.server.server_address[1]}{there}")
            else:
                self.send_response(200)
                self.send_header("Content-Type", "text/csv" if what == "file" else "text/html; charset=utf-8")
            self.send_header("Content-Length", "0")
            self.end_headers()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("how", [{"private": True}, {"state": "deleted"}], ids=["private", "deleted"])
def test_withdraw_what_somebody_hid_before(backend: Backend, tmp_path: Path, how: dict[str, Any]) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    receipt = put(backend, ready)
    backend.hand("package_patch", id=ready.contract.slug, **how)
    proof = order(backend, ready, receipt=receipt, manifest=ready.manifest)
    assert all(row["gone"] for row in proof)
    assert 200 not in downloads(receipt)


def test_withdraw_takes_views_off_whoever_made_them(ckan: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=ckan.contract())
    receipt = put(ckan, ready)
    files = [r["id"] for r in receipt.resources]
    words = {"title": "手工", "description": "手工写的说明", "view_type": "text_view"}
    for file in files[:2]:
        ckan.hand("resource_view_create", resource_id=file, **words)
    assert [len(ckan.stranger("resource_view_list", id=f)) for f in files[:2]] == [2, 1]
    proof = take(ckan, ready)
    assert [ckan.stranger("resource_view_list", id=f) for f in files] == [[]] * len(files)
    told = [row for row in proof if "resource_view_list" in row["url"]]
    assert len(told) == len(files)
    assert all(row["gone"] for row in told)


@pytest.mark.parametrize("keeps_words", [True, False], ids=["words stay", "words go"])
def test_withdraw_what_somebody_took_off_the_list_before(ckan: Backend, tmp_path: Path, keeps_words: bool) -> None:
    """A CKAN removes neither table nor views of a file that it doesn't list any more, and shows both to anybody."""
    ready = prepare(tmp_path, contract=ckan.contract())
    receipt = put(ckan, ready)
    csv = next(r["id"] for r in receipt.resources if r["name"].endswith(".csv"))
    words = {"title": "手工", "description": "手工写的说明", "view_type": "text_view"}
    ckan.hand("resource_view_create", resource_id=csv, **words)
    ckan.hand("package_revise", match={"name": ready.contract.slug}, filter=[f"-resources__{csv}"])
    assert ckan.stranger("datastore_search", resource_id=csv)["records"]
    assert ckan.stranger("resource_view_list", id=csv)
    known = {"manifest": ready.manifest, "receipt": receipt, "keeps_words": keeps_words}
    proof = order(ckan, ready, **known)
    assert all(row["gone"] for row in proof)
    assert {f"resource_id={csv}", f"dump/{csv}", f"list?id={csv}"} <= {
        part for row in proof for part in (f"resource_id={csv}", f"dump/{csv}", f"list?id={csv}") if part in row["url"]
    }
    assert ckan.stranger("datastore_search", resource_id=csv) is None
    assert not ckan.stranger("resource_view_list", id=csv)
    package = shown(ckan, ready.contract)
    assert {r["edition_state"] for r in package["resources"]} == {"withdrawn"}
    assert csv in {r["id"] for r in package["resources"]}
    assert all(row["gone"] for row in order(ckan, ready, **known))


def test_tombstone_takes_the_reason_of_the_last_order(backend: Backend, tmp_path: Path) -> None:
    ready = prepare(tmp_path, contract=backend.contract())
    put(backend, ready)
    for reason in ("第一条理由", "第二条理由"):
        withdraw(
            backend.client(), release_hash=ready.manifest.release_hash, dataset=ready.contract.id, reason=reason,
            reason_code="wrong", withdrawn_on="2025-06-01", manifest=ready.manifest,
        )  # fmt: skip
        assert {r["withdrawn_reason"] for r in shown(backend, ready.contract)["resources"]} == {reason}
