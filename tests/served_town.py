"""A town at work: an installation under `mingjing serve` with the people of tests/review_desk and a few small datasets.

Made without the demo. What a walk needs beforehand is done through the desk and by the served runner.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import httpx

from flows.home import Home, open_home
from tests.cities import ROOT, run
from tests.review_desk import PASSWORD, PEOPLE, approve, cheap_passwords
from tests.servers import free_port

P = ParamSpec("P")
T = TypeVar("T")
SECONDS = 120
START_SECONDS = 280  # half a minute on a quiet machine
PHONE_NUMBER = "13900005678"  # made up
Rows = tuple[tuple[str, ...], ...]
HEADERS = ("编码", "乡镇", "金额", "备注")
GOOD = (("A01", "东塘镇", "12.50", ""), ("A02", "西塘镇", "8", ""), ("A03", "西塘镇", "7", ""))
HELD = (
    *GOOD,
    ("A04", "东塘镇", "3", f"联系 {PHONE_NUMBER}"),
)  # a telephone number in a remark is held for people to decide
CONTRACT = """
id: finance.{name}
title: {{zh: {zh}, en: {en}}}
description: {{zh: 为浏览器里走一遍而设, en: Made for walks in a browser}}
department: finance
domain: budget
dataset_type: other
disclosure: proactive
legal_basis: [{{doc: 政府信息公开条例, article: 第二十条}}]
contact: {{name: 财政局, phone: 0311-00000000}}
frequency: irregular
review: {review}
catalogue: {{organization: finance-bureau}}
tables:
  - name: main
    key: [code]
    fields:
      - {{name: code, title: 编码, constraints: {{required: true}}}}
      - {{name: town, title: 乡镇}}
      - {{name: amount, title: 金额, type: number, unit: 万元}}
      - {{name: remark, title: 备注, sensitivity: free_text}}
"""
BLIND = """{tier: L2, stages: [
  {name: section, role: section_reviewer, blind: 2}, {name: confidentiality, role: confidentiality_reviewer}, {name: chief, role: releasing_chief}]}"""
DATASETS = {  # name → Chinese title, English title, review
    "fund_out": ("补助资金一", "Subsidies one", "{tier: L2}"),
    "fund_twice": ("补助资金十一", "Subsidies eleven", "{tier: L1}"),
    "fund_back": ("补助资金二", "Subsidies two", "{tier: L1}"),
    "fund_less": ("补助资金三", "Subsidies three", "{tier: L1}"),
    "fund_kept": ("补助资金四", "Subsidies four", "{tier: L1}"),
    "fund_asked": ("补助资金五", "Subsidies five", "{tier: L1}"),
    "fund_taken": ("补助资金六", "Subsidies six", "{tier: L1}"),
    "fund_pair": ("补助资金七", "Subsidies seven", BLIND),
    "fund_hidden": ("补助资金八", "Subsidies eight", "{tier: L1}"),
    "fund_shown": ("补助资金十", "Subsidies ten", "{tier: L1}"),
    "fund_stopped": ("补助资金十二", "Subsidies twelve", "{tier: L1}"),
    "fund_rush": ("补助资金九", "Subsidies nine", "{tier: L1}"),
}


@dataclass
class Town:
    """The served installation. Desk and flows are called in a thread of their own: Playwright keeps an event loop running
    in the test's, and there Django refuses to read."""

    home: Home
    desk_thread: ThreadPoolExecutor
    files: Path
    count: int = field(default=0)

    @property
    def console(self) -> str:
        return f"http://localhost:{self.home.console_port}"

    @property
    def catalogue(self) -> str:
        from flows.catalogue import embedded_url

        return embedded_url(self.home)

    def do(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return self.desk_thread.submit(work, *args, **kwargs).result(timeout=SECONDS * 2)

    def file(self, rows: Rows = HELD) -> Path:
        """A department's CSV of those rows, of a name of its own."""
        self.count += 1
        path = self.files / f"sent-{self.count}.csv"
        path.write_text("\n".join(",".join(row) for row in (HEADERS, *rows)) + "\n", "utf-8")
        return path

    def checked(self, name: str, period: str = "2026-01", rows: Rows = HELD) -> str:
        """A release that the served runner prepared."""
        from flows.ask import prepare_now

        made = self.do(prepare_now, self.home.root, f"finance.{name}", str(self.file(rows)), period, {})
        assert made["status"] == "checked", made["status"]
        return str(made["release"])

    def submitted(self, name: str, period: str = "2026-01", rows: Rows = HELD) -> str:
        release = self.checked(name, period, rows)
        self.submit(release)
        return release

    def submit(self, release: str) -> None:
        from review import desk

        self.do(desk.submit, release, "op", PASSWORD)

    def approve(self, release: str, upto: str = "") -> None:
        """Stages that are still to come say 公开, up to and without `upto`."""
        self.do(approve, release, upto)

    def published(self, name: str, period: str = "2026-01", rows: Rows = HELD) -> str:
        release = self.submitted(name, period, rows)
        self.approve(release)
        self.await_status(release, "published")
        return release

    def show(self, release: str) -> dict[str, Any]:
        from review import queries

        return dict(self.do(queries.show, release))

    def newest(self, name: str) -> str:
        from review import queries

        found = self.do(queries.releases)
        return str(next(r["release"] for r in found if r["dataset"] == f"finance.{name}"))

    def await_revision(self, name: str, revision: int) -> None:
        """Until the dataset's newest release is that revision and checked."""
        deadline = time.monotonic() + SECONDS
        while (now := self.show(self.newest(name)))["revision"] != revision or now["status"] != "checked":
            assert time.monotonic() < deadline, f"revision {now['revision']} is {now['status']}"
            time.sleep(0.1)

    def await_status(self, release: str, status: str) -> None:
        deadline = time.monotonic() + SECONDS
        while (now := self.show(release)["status"]) != status:
            assert time.monotonic() < deadline, f"{release} is {now}, not {status}"
            time.sleep(0.1)

    def lines(self, release: str, event: str) -> list[dict[str, Any]]:
        """{actor, data …} of the ledger's lines of that event."""
        return [line for line in self.show(release)["timeline"] if line["event"] == event]


def _people(home: Home) -> None:
    from flows.platform import connect

    connect(home)
    from review import desk

    with cheap_passwords():
        for person, seats in {**PEOPLE, "sec3": [("finance", "section_reviewer")]}.items():
            if person != "admin":
                desk.add_user(person, PASSWORD, name=person.upper())
                for unit, role in seats:
                    desk.grant(person, unit, role)


def _contracts(home: Home) -> None:
    folder = home.root / "datasets" / "finance"
    folder.mkdir(exist_ok=True)
    for name, (zh, en, review) in DATASETS.items():
        (folder / f"{name}.yaml").write_text(CONTRACT.format(name=name, zh=zh, en=en, review=review), "utf-8")


@contextmanager
def served_town(folder: Path) -> Iterator[Town]:
    """Found it, serve it, and end the service cleanly."""
    from review.setup import close

    root = folder / "home"
    done = run("init", "--admin", "admin", "--password-stdin", "--home", str(root), stdin=PASSWORD + "\n")
    assert done.returncode == 0, done.stderr
    settings = (root / "mingjing.toml").read_text("utf-8")
    for name in ("catalogue_port", "console_port", "prefect_port"):
        settings = re.sub(rf"{name} = \d+", f"{name} = {free_port()}", settings)
    (root / "mingjing.toml").write_text(settings, "utf-8")
    home = open_home(root)
    _contracts(home)
    (folder / "sent").mkdir()
    before = {k: v for k, v in os.environ.items() if k == "MINGJING_HOME"}
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("MINGJING_", "PREFECT_"))}
    command = [sys.executable, "-m", "flows.cli", "serve", "--home", str(home.root)]
    with ThreadPoolExecutor(1) as thread:
        town = Town(home, thread, folder / "sent")
        town.do(_people, home)
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _await_ready(town, process)
            yield town
        finally:
            process.send_signal(signal.SIGTERM)
            ended = process.wait(timeout=120)
            town.do(close)
            os.environ.pop("MINGJING_HOME", None)
            os.environ.update(before)
        assert ended == 0, "the service ended with a fault"


def _await_ready(town: Town, process: subprocess.Popen[bytes]) -> None:
    from flows.service import runner_is_alive

    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the service ended"
        try:
            if httpx.get(f"{town.console}/ready", trust_env=False).status_code == 200 and runner_is_alive(town.home):
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise AssertionError("the service didn't start")
