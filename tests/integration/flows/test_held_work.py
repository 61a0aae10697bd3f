"""Claimed work is one runner's: its claim is extended while it goes on, and a runner that was halted for longer than its claim
stops before it writes anything. Two real processes and a real preparation, one of them under SIGSTOP.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from flows.holding import STOPPED
from flows.orders import Order, write_order
from tests.catalogue_release import FIELDS, make_contract
from tests.cities import ROOT
from tests.console_visits import contract_yaml
from tests.made_platform import Made, made_platform

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
LEASE = 4
# Does the work that waits as a runner does it, and waits within the step `check` until it is told to go on.
DRIVER = f"""
import os, time
from contextlib import contextmanager
from pathlib import Path
from flows.platform import open_platform
from flows.prefect_setup import prepare_prefect, quick_flows
platform = open_platform(); prepare_prefect(platform.home)
from flows import prepare, prepare_steps
from review.acts import work
work.LEASE_SECONDS = {LEASE}
real = prepare_steps.writing
@contextmanager
def writing(run, name):
    with real(run, name) as into:
        yield into
        if name == "check":
            Path(os.environ["REACHED"]).touch()
            while not Path(os.environ["GO"]).exists():
                time.sleep(0.05)
prepare_steps.writing = writing
from flows.runner import do_work
from review import desk
with quick_flows():
    while (row := desk.claim(os.environ["NAME"], lease_seconds={LEASE})) is None:
        time.sleep(0.1)
    do_work(platform.home, row, os.environ["NAME"])
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    with made_platform(tmp_path_factory.mktemp("held") / "home", catalogue_url="carried") as platform:
        yield platform


class Runner:
    """A runner's process under that name."""

    def __init__(self, made: Made, name: str, folder: Path) -> None:
        self.reached, self.go, self.log = (folder / f"{name}.{what}" for what in ("reached", "go", "log"))
        environ = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
        environ |= {
            "MINGJING_HOME": str(made.home.root),
            "NAME": name,
            "REACHED": str(self.reached),
            "GO": str(self.go),
        }
        with self.log.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-c", DRIVER], cwd=ROOT, env=environ, stdout=said, stderr=said
            )

    def said(self) -> str:
        return self.log.read_text("utf-8")

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)


def halt(made: Made, one: Runner) -> None:
    """SIGSTOP, not in the middle of a write: whoever is halted there keeps the database's write lock from everybody."""
    desk = sqlite3.connect(made.home.root / "platform.sqlite3", isolation_level=None)
    with closing(desk):
        desk.execute("BEGIN IMMEDIATE")
        one.send(signal.SIGSTOP)
        until(lambda: Path(f"/proc/{one.process.pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "T")
        desk.execute("ROLLBACK")


@contextmanager
def runner(made: Made, name: str, folder: Path) -> Iterator[Runner]:
    found = Runner(made, name, folder)
    try:
        yield found
    finally:
        found.process.kill()
        found.process.wait()


def until(true: Callable[[], Any], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def asked(made: Made, name: str, folder: Path) -> int:
    """A preparation of finance.`name` that waits."""
    from review import desk

    contract = make_contract(id=f"finance.{name}", tables=[{"name": "main", "key": ["region"], "fields": FIELDS}])
    path = made.home.root / "datasets" / "finance" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(contract_yaml(contract), "utf-8")
    file = folder / "2026.csv"
    file.write_text("地区,债务限额,区划代码,下达日期\n甲县,12.5,130102,2025-03-01\n", "utf-8")
    order = write_order(made.home, Order(contract.id, str(file), "2026", {"formed_on": "2026-11-20"}, "op"))
    return desk.ask("prepare", {"dataset": contract.id, "order": order, "department": "finance"}, "op")


def lines(work: int) -> list[str]:
    """Events of that work in the ledger."""
    import json

    from review.models import LedgerEntry

    bodies = LedgerEntry.objects.order_by("seq").values_list("event", "body")
    return [event for event, body in bodies if json.loads(body)["data"].get("work") == work]


def test_claim_is_extended_while_the_work_goes_on(made: Made, tmp_path: Path) -> None:
    from review import desk, queries

    work = asked(made, "long", tmp_path)
    with runner(made, "one", tmp_path) as one:
        until(one.reached.exists)
        end = time.monotonic() + 2 * LEASE
        while time.monotonic() < end:
            assert desk.claim("another", lease_seconds=LEASE) is None, "it is another's, however long it lasts"
            time.sleep(0.2)
        one.go.touch()
        assert one.process.wait(timeout=90) == 0, one.said()
    row = queries.work_of(work)
    assert (row["state"], row["worker"], row["attempts"]) == ("done", "one", 1)
    assert lines(work).count("claimed") == 1
    assert lines(work).count("claim-extended") >= 2


def test_halted_runner_ends_before_it_writes_and_the_other_does_the_work_once(made: Made, tmp_path: Path) -> None:
    from review import ledger, queries

    work = asked(made, "halted", tmp_path)
    with ExitStack() as both:
        one = both.enter_context(runner(made, "one", tmp_path))
        until(one.reached.exists)
        halt(made, one)
        one.go.touch()  # as soon as it wakes, it wants to go on
        two = both.enter_context(runner(made, "two", tmp_path))
        until(two.reached.exists)
        assert queries.work_of(work)["worker"] == "two"
        one.send(signal.SIGCONT)
        assert one.process.wait(timeout=30) == STOPPED, one.said()
        assert f"work {work} was taken over by another runner" in one.said()
        assert queries.work_of(work)["state"] == "running", "the other's is left alone"
        two.go.touch()
        assert two.process.wait(timeout=90) == 0, two.said()
    row = queries.work_of(work)
    assert (row["state"], row["worker"], row["attempts"]) == ("done", "two", 2), row["result"]
    assert len([r for r in queries.releases() if r["dataset"] == "finance.halted"]) == 1
    assert [event for event in lines(work) if event != "claim-extended"] == ["asked", "claimed", "claimed", "finished"]
    assert ledger.verify().ok


def test_fence_holds_in_the_very_act(made: Made, tmp_path: Path) -> None:
    """Without waiting for the next look of the thread: the act itself refuses to be the halted runner's."""
    driver = """
import sys
from flows.platform import open_platform
platform = open_platform()
from flows import holding
from review import desk
holding.LOOK_SECONDS = 600
row = desk.claim("one", lease_seconds=-1)
with holding.held(row["id"], "one"):
    assert desk.claim("two")["id"] == row["id"]
"""
    from review import desk, queries

    work = desk.ask("prepare", {"dataset": "finance.none", "order": ""})
    environ = {**os.environ, "MINGJING_HOME": str(made.home.root)}
    command = [sys.executable, "-c", driver + "    print('claimed', flush=True)\n    desk.ask('prepare', {})\n"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (STOPPED, "claimed\n"), done.stderr
    assert queries.work_list()[0]["id"] == work, "nothing was asked for"
    desk.finish(work, "two", ok=True, result={})
