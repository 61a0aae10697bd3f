"""Orders outside wait for nobody: kept before the dataset's turn comes, carried out while an inspection runs, and one file
of the register that can't be read holds up nothing else. The real embedded catalogue, the real locks.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from domain.errors import ContentChanged, TransitionRefused
from flows.carried import publish_package
from flows.catalogue import one_at_a_time
from flows.outside import duties
from flows.outside.page import create_page
from flows.outside.plans import keep_seen, uninspected
from flows.outside.register import Entry, State, changed, entries, entry_of, named, today_at
from review.hiding import PERSONS
from review.keys import new_person_key
from tests.apart import Apart, apart_networks
from tests.cities import ROOT, run
from tests.made_platform import ledger_lines
from tests.servers import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
PASSPHRASE = "correct horse battery"
REASON = "演示：发现应当遮盖的内容"


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    with apart_networks(tmp_path_factory.mktemp("apart")) as both:
        yield both


@pytest.fixture(scope="module")
def person(apart: Apart, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The key file of somebody who may take editions down outside."""
    pem, public = new_person_key(PASSPHRASE)
    (apart.here.keys / PERSONS).write_text(f"duty {public}\n", "utf-8")
    path = tmp_path_factory.mktemp("stick") / "duty.pem"
    path.write_bytes(pem)
    return path


def until(what: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def is_seen(apart: Apart, entry: Entry) -> bool:
    return (apart.here.root / "inspections" / f"{entry.release_hash}.json").is_file()


def overdue(apart: Apart, entry: Entry) -> None:
    long_ago = (today_at(apart.here) - timedelta(days=901)).isoformat()
    changed(apart.here, entry, receipt={**(entry.receipt or {}), "published_on": long_ago})


async def looked_at(apart: Apart) -> httpx.Response:
    """The hide page's answer."""
    transport = httpx.ASGITransport(create_page(apart.here))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return await client.get("/")


def edited(apart: Apart, name: str, folder: Path) -> Entry:
    """A release that fails its inspection, which then waits for the dataset's lock to look once more."""
    entry, ready, _ = apart.published(name, folder)
    apart.act("package_patch", {"id": ready.contract.slug, "title": "手工改动"})
    return entry


def test_orders_are_carried_out_while_an_inspection_runs(apart: Apart, tmp_path: Path, person: Path) -> None:
    first, _, _ = apart.published("a_first", tmp_path)
    stuck = edited(apart, "b_stuck", tmp_path)
    leaking, _, _ = apart.published("c_leaking", tmp_path)
    days_over, _, _ = apart.published("d_over", tmp_path, publication_days=900)
    faults: list[Exception] = []

    def inspect() -> None:
        duties.inspect_entries(apart.here, [first, stuck], lambda fault, work: faults.append(fault))

    def order() -> None:
        duties.hide(apart.here, leaking, person.read_bytes(), PASSPHRASE, REASON)
        duties.due(apart.here, today_at(apart.here))

    overdue(apart, days_over)
    with one_at_a_time(apart.here, stuck.dataset):
        running = threading.Thread(target=inspect)
        running.start()
        until(lambda: is_seen(apart, first))
        ordered = threading.Thread(target=order)
        ordered.start()
        ordered.join(timeout=60)
        assert running.is_alive()
        assert not ordered.is_alive()
        assert (200 in apart.statuses(leaking), 200 in apart.statuses(days_over)) == (False, False)
    running.join(timeout=60)
    assert faults == []
    assert [named(apart.here, e.release).state for e in (leaking, days_over)] == [State.HIDDEN, State.EXPIRED]


def test_served_side_takes_down_what_is_due_and_ordered_while_its_own_inspection_runs(
    apart: Apart, tmp_path: Path, person: Path
) -> None:
    for entry in uninspected(apart.here):  # of other tests
        keep_seen(apart.here, entry, is_sound=True)
    first, _, _ = apart.published("e_first", tmp_path)
    stuck = edited(apart, "f_stuck", tmp_path)
    leaking, _, _ = apart.published("g_leaking", tmp_path)
    days_over, _, _ = apart.published("h_over", tmp_path, publication_days=900)
    port = free_port()
    command = [sys.executable, "-m", "flows.cli", "outside", "serve", "--port", str(port)]
    environ = {**os.environ, "MINGJING_HOME": str(apart.here.root)}
    with one_at_a_time(apart.here, stuck.dataset):
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
        try:
            until(lambda: is_seen(apart, first))
            overdue(apart, days_over)
            form = {"release": leaking.release, "reason": REASON, "passphrase": PASSPHRASE}
            files = {"key": person.read_bytes()}
            url = f"http://127.0.0.1:{port}/hide"
            assert httpx.post(url, data=form, files=files, trust_env=False, timeout=60).status_code == 200
            assert 200 not in apart.statuses(leaking)
            until(lambda: 200 not in apart.statuses(days_over))
            assert not is_seen(apart, stuck)
        finally:
            process.kill()
            process.wait(timeout=30)


def test_order_given_while_its_dataset_is_busy_outlives_a_restart(apart: Apart, tmp_path: Path, person: Path) -> None:
    entry, _, package = apart.published("restarted", tmp_path)
    words = ["hide", entry.release, "--key", str(person), "--reason", REASON, "--password-stdin"]
    command = [sys.executable, "-m", "flows.cli", "outside", *words]
    environ = {**os.environ, "MINGJING_HOME": str(apart.here.root)}
    with one_at_a_time(apart.here, entry.dataset):
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert process.stdin
        process.stdin.write(f"{PASSPHRASE}\n".encode())
        process.stdin.close()
        try:
            until(lambda: named(apart.here, entry.release).is_unproven)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait(timeout=30)
        changed(apart.here, entry)  # what a publication writes when it ends takes nothing back
        now = named(apart.here, entry.release)
        assert (now.state, now.is_barred, apart.statuses(entry)) == (State.HIDDEN, True, {200})
    with pytest.raises(TransitionRefused, match="by a person"):
        publish_package(apart.here.root, package, tmp_path / "no")
    [done], refused = duties.due(apart.here, today_at(apart.here))
    assert (done["release"], done["state"], refused) == (entry.release, "hidden", [])
    assert 200 not in apart.statuses(entry)
    assert list((apart.here.root / "register").glob("*.order")) == []
    assert apart.accept(done["receipt"])[0]["status"] == "withdrawn"
    [line] = ledger_lines(entry.release, "hidden")
    assert line["data"]["person"] == "duty"


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"state": "published"}'], ids=repr)
def test_register_file_that_cannot_be_read_holds_up_nothing_else_and_is_named(
    apart: Apart, tmp_path: Path, content: bytes
) -> None:
    torn, _, package = apart.published(f"torn{sum(content)}", tmp_path)
    days_over, _, _ = apart.published(f"beside{sum(content)}", tmp_path, publication_days=900)
    overdue(apart, days_over)
    path = apart.here.root / "register" / f"{torn.release_hash}.json"
    whole = path.read_bytes()
    path.write_bytes(content)
    try:
        assert duties.settle(apart.here) == []
        [done], [fault] = duties.due(apart.here, today_at(apart.here))
        assert (done["release"], 200 in apart.statuses(days_over)) == (days_over.release, False)
        assert isinstance(fault, ContentChanged)
        assert path.name in str(fault)
        page = asyncio.run(looked_at(apart))
        assert page.status_code == 200
        assert path.name in page.text
        assert days_over.release in page.text
        told = run("outside", "list", env={"MINGJING_HOME": str(apart.here.root)})
        assert (told.returncode, path.name in told.stderr, days_over.release in told.stdout) == (3, True, True)
        with pytest.raises(ContentChanged):
            entry_of(apart.here, torn.release_hash)
        with pytest.raises(ContentChanged):  # nobody knows whether it was taken down
            publish_package(apart.here.root, package, tmp_path / "no")
    finally:
        path.write_bytes(whole)
    assert torn.release in {e.release for e in entries(apart.here)}


def test_fault_of_the_machine_at_one_entry_keeps_no_other_public(apart: Apart, tmp_path: Path) -> None:
    blocked, _, _ = apart.published("blocked", tmp_path, publication_days=900)
    others = [apart.published(f"other{n}", tmp_path, publication_days=900)[0] for n in range(2)]
    for entry in (blocked, *others):
        overdue(apart, entry)
    lock = apart.here.run / f"catalogue-{blocked.dataset}.lock"
    lock.unlink()
    lock.mkdir()  # it can't be opened
    try:
        done, [fault] = duties.due(apart.here, today_at(apart.here))
        assert isinstance(fault, OSError)
        assert {row["release"] for row in done} == {entry.release for entry in others}
    finally:
        lock.rmdir()
    [done_later], refused = duties.due(apart.here, today_at(apart.here))
    assert (done_later["release"], refused) == (blocked.release, [])


def test_note_of_a_look_that_cannot_be_read_is_looked_at_again(apart: Apart, tmp_path: Path) -> None:
    entry, _, _ = apart.published("unread_look", tmp_path)
    keep_seen(apart.here, entry, is_sound=True)
    assert entry.release not in {e.release for e in uninspected(apart.here)}
    (apart.here.root / "inspections" / f"{entry.release_hash}.json").write_bytes(b"")
    assert entry.release in {e.release for e in uninspected(apart.here)}
