"""What is due comes down by itself, with proof, in the name of time; and nothing comes down before its day."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.errors import CatalogueUnreachable, TransitionRefused
from flows.timed import RETRY_SECONDS, TimedTakedown, order_due, unproven
from tests.cities import ROOT
from tests.made_platform import Made, ledger_lines, made_platform

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
DAYS = 15


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    with made_platform(tmp_path_factory.mktemp("timed") / "home") as platform:
        yield platform


def due_day(release: str) -> date:
    from review import queries

    receipt = queries.receipt(release)
    assert receipt
    return date.fromisoformat(receipt.published_on[:10]) + timedelta(days=DAYS)


def by_runner(made: Made, refusing: bool = False) -> TimedTakedown:
    """The runner's part with the real withdraw flow; `refusing`: the catalogue is away."""
    from flows.publish import withdraw_release

    def withdraw(release: str) -> Any:
        if refusing:
            raise CatalogueUnreachable("away")
        return withdraw_release(release)

    return TimedTakedown(made.platform, withdraw, lambda fault, work: None)


def test_due_release_comes_down_with_proof_and_the_ledger_names_time(made: Made, tmp_path: Path) -> None:
    from review import queries
    from review.ledger import verify

    release, _ = made.publish("posted", tmp_path, publication_days=DAYS)
    staying, _ = made.publish("staying", tmp_path)
    urls = [r["url"] for r in queries.show(release)["receipt"]["resources"]]
    runner, day = by_runner(made), due_day(release)
    assert not runner.step(day - timedelta(days=1), 0)
    assert [httpx.get(url, trust_env=False).status_code for url in urls] == [200] * len(urls)

    assert runner.step(day, 1)
    assert not runner.step(day, 2)
    record = queries.show(release)
    assert record["status"] == "withdrawn"
    proof = record["takedown"]["addresses"]
    assert {r["url"] for r in proof} >= set(urls)
    assert all(row["gone"] for row in proof)
    assert all(httpx.get(url, trust_env=False, follow_redirects=False).status_code != 200 for url in urls)
    assert ledger_lines(release, "withdrawn") == []
    [line] = ledger_lines(release, "expired")
    assert (line["actor"], line["data"]["days"], line["data"]["until"]) == ("system", DAYS, day.isoformat())
    assert len(ledger_lines(release, "taken-down")) == 1
    shown = made.public("finance-posted")
    assert shown
    assert {(r["edition_state"], r["withdrawn_reason"]) for r in shown["resources"]} == {
        ("withdrawn", f"公开期满（{DAYS} 天），按规定自动撤下")
    }
    assert queries.show(staying)["status"] == "published"
    assert verify().ok


def test_order_again_changes_nothing_and_before_its_day_is_refused(made: Made, tmp_path: Path) -> None:
    from review import desk

    release, _ = made.publish("twice", tmp_path, publication_days=DAYS)
    day = due_day(release)
    with pytest.raises(TransitionRefused, match=day.isoformat()):
        desk.expire(release, DAYS, day - timedelta(days=1))
    assert order_due(made.platform, day) == ([release], [])
    assert order_due(made.platform, day) == ([], [])
    desk.expire(release, DAYS, day)
    assert len(ledger_lines(release, "expired")) == 1
    assert by_runner(made).step(day, 0)
    assert len(ledger_lines(release, "taken-down")) == 1


class Looks(threading.Event):
    """An event that is set after the runner has looked so many times."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.left = looks

    def is_set(self) -> bool:
        self.left -= 1
        return self.left < 0


def test_runner_takes_down_what_is_due_at_its_start_and_on_the_day(made: Made, tmp_path: Path) -> None:
    from flows.platform import Platform
    from flows.runner import serve_requests
    from review import queries

    release, _ = made.publish("served", tmp_path, publication_days=DAYS)
    day = due_day(release)

    class On(Platform):
        __slots__ = ()

        def today(self) -> date:
            return days.pop(0) if len(days) > 1 else days[0]

    days = [day - timedelta(days=1), day - timedelta(days=1), day]
    runner = On(made.home, made.platform.stores, made.platform.packs)
    serve_requests(runner, Looks(2))
    assert queries.show(release)["status"] == "published"
    serve_requests(runner, Looks(3))
    assert queries.show(release)["status"] == "withdrawn"
    assert len(ledger_lines(release, "taken-down")) == 1


ORDER_AND_DIE = """
import os, signal, sys
from datetime import date
from pathlib import Path
from flows.platform import open_platform
from flows.timed import TimedTakedown

platform = open_platform(Path(sys.argv[1]))
def die(release):
    os.kill(os.getpid(), signal.SIGKILL)
TimedTakedown(platform, die, print).step(date.fromisoformat(sys.argv[2]), 0.0)
"""


def test_process_that_died_between_order_and_confirmation_is_made_good(made: Made, tmp_path: Path) -> None:
    from review import queries

    release, _ = made.publish("died", tmp_path, publication_days=DAYS)
    day = due_day(release)
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    words = [sys.executable, "-c", ORDER_AND_DIE, str(made.home.root), day.isoformat()]
    assert subprocess.run(words, cwd=ROOT, env=environ, check=False).returncode == -9
    assert (queries.show(release)["status"], queries.show(release)["takedown"]) == ("withdrawn", None)
    assert unproven(made.platform) == [release]
    assert by_runner(made).step(day, 0)
    assert unproven(made.platform) == []
    assert len(ledger_lines(release, "expired")) == len(ledger_lines(release, "taken-down")) == 1


def test_catalogue_that_is_away_is_tried_again_after_a_while(made: Made, tmp_path: Path) -> None:
    release, _ = made.publish("away", tmp_path, publication_days=DAYS)
    day, runner = due_day(release), by_runner(made, refusing=True)
    assert [runner.step(day, at) for at in (0, 1, RETRY_SECONDS)] == [True, False, True]
    assert unproven(made.platform) == [release]
    assert by_runner(made).step(day, 0)


def test_package_for_posting_goes_too(made: Made, tmp_path: Path) -> None:
    from review import queries

    release, _ = made.publish("listed", tmp_path, audience="local", publication_days=DAYS)
    package = Path(queries.show(release)["public_url"])
    assert package.is_file()
    assert by_runner(made).step(due_day(release), 0)
    assert not package.exists()
    [row] = queries.show(release)["takedown"]["addresses"]
    assert (row["url"], row["gone"]) == (f"posting/{package.name}", True)


def test_damaged_release_keeps_no_other_public(made: Made, tmp_path: Path) -> None:
    from review import queries

    damaged, ready = made.publish("damaged", tmp_path, publication_days=DAYS)
    sound, _ = made.publish("sound", tmp_path, publication_days=DAYS)
    made.platform.stores.delete(ready.manifest.metadata.sha256)
    told: list[str] = []
    runner = by_runner(made)
    runner._note = lambda fault, work: told.append(f"{work}: {fault}")
    assert runner.step(due_day(sound), 0)
    assert queries.show(sound)["status"] == "withdrawn"
    assert queries.show(damaged)["status"] == "published"
    assert len(told) == 1
    assert told[0].startswith("timed take-down: artefact")
