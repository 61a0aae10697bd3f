"""Rule packs of a running service: a change is noticed, said and everything public scanned again; a broken file is told, the packs
before stay in force, nothing is prepared, and taking off goes on.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from domain.errors import PackInvalid
from flows.home import BUNDLED
from flows.library import packs_in_force
from flows.platform import open_platform
from flows.rescan import state_of
from flows.rules import EVERY_SECONDS, RulesWatch
from flows.service import runner_is_alive
from tests.cities import ROOT
from tests.made_platform import Made, ledger_lines, made_platform
from tests.review_desk import PASSWORD

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
FORBIDDEN = "雪松工程"
ROWS = [{"region": FORBIDDEN, "limit_amount": "12.50", "region_code": "130102", "decided_on": "2025-03-01"}]
QUICK = 1.0  # seconds between two looks of the runner that is tested, so that nobody waits for it
QUICK_RUNNER = f"import flows.rules, flows.runner; flows.rules.EVERY_SECONDS = {QUICK}; flows.runner.main()"
MARK = f"""\
marks:
- id: TEST-01
  code: test-forbidden
  severity: block
  certainty: H
  note: 出现内部代号
  citation: 测试
  prefilter: {FORBIDDEN}
  re: {FORBIDDEN}
"""


@pytest.fixture
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    with made_platform(tmp_path_factory.mktemp("rules") / "home") as platform:
        yield platform


def pack_file(made: Made) -> Path:
    return made.home.root / "rules" / "secrecy.yaml"


def later_pack(made: Made, version: str = "2026.2") -> None:
    """A later secrecy pack, written as an editor does: whole, under another name first."""
    text = (BUNDLED / "rules" / "secrecy.yaml").read_text("utf-8")
    text = text.replace("marks:\n", MARK, 1).replace("version: '2026.1'", f"version: '{version}'", 1)
    assert FORBIDDEN in text
    part = pack_file(made).with_suffix(".part")
    part.write_text(text, "utf-8")
    part.replace(pack_file(made))


# --- the watch itself ---


def test_only_a_change_that_has_settled_and_differs_is_taken(made: Made, capfd: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []
    watch = RulesWatch(made.platform, lambda fault, work: told.append(f"{work}: {fault}"))
    looks = iter(range(0, 10_000, int(EVERY_SECONDS)))

    def look() -> bool:
        return watch.step(float(next(looks))) is not None

    assert [look() for _ in range(3)] == [False] * 3
    later_pack(made)
    assert not look()  # whoever writes it may not be done
    later_pack(made, "2026.3")
    assert not look()
    assert look()
    assert not look()
    assert "rules: secrecy changed" in capfd.readouterr().err
    os.utime(pack_file(made))  # touched, and the same
    assert [look() for _ in range(3)] == [False] * 3
    pack_file(made).write_text("pack: secrecy\n: [", "utf-8")
    assert [look() for _ in range(4)] == [False] * 4
    assert len(told) == 1, "once for each state of the files"
    assert "secrecy.yaml" in told[0]
    assert "stay in force" in told[0]
    pack_file(made).unlink()
    assert [look() for _ in range(3)] == [False, True, False]  # the bundled one again
    assert watch.step(1e9) is None


def test_what_changed_between_opening_and_watching_is_not_missed(made: Made) -> None:
    platform = made.platform
    later_pack(made)
    watch = RulesWatch(platform, lambda fault, work: None)
    assert watch.step(0) is None
    fresh = watch.step(EVERY_SECONDS)
    assert fresh is not None
    assert state_of(fresh.packs) == state_of(open_platform(made.home.root).packs) != state_of(platform.packs)


def test_a_look_is_taken_every_ten_seconds() -> None:
    assert EVERY_SECONDS == 10


def test_looks_within_the_round_cost_nothing(made: Made) -> None:
    watch = RulesWatch(made.platform, lambda fault, work: None)
    for clock in (0, EVERY_SECONDS, 2 * EVERY_SECONDS):
        watch.step(clock)
    began = time.perf_counter()
    for number in range(3, 103):
        watch.step(number * EVERY_SECONDS)
    assert (time.perf_counter() - began) / 100 < 0.01


def test_broken_pack_stops_what_needs_it_and_nothing_else(made: Made, tmp_path: Path) -> None:
    from flows.cases import due_on
    from flows.prepare import prepare_release
    from flows.publish import publish_release, withdraw_release
    from review import desk, queries

    release, ready = made.publish("stands", tmp_path, rows=ROWS)
    waiting, _ = made.approved("waits", tmp_path)
    before = packs_in_force(made.home)
    assert before[1] is None
    pack_file(made).write_text("pack: secrecy\n: [", "utf-8")
    platform = open_platform(made.home.root)
    with pytest.raises(PackInvalid, match=r"secrecy\.yaml"):
        _ = platform.packs
    shown, fault = packs_in_force(made.home)
    assert shown.refs == before[0].refs
    assert fault is not None
    with pytest.raises(PackInvalid, match=r"secrecy\.yaml"):
        prepare_release("finance.stands", "")
    with pytest.raises(PackInvalid):
        publish_release(waiting)
    assert queries.show(waiting)["status"] == "approved"
    assert due_on(platform, urgent=True) > platform.today()
    desk.withdraw(release, "chief", PASSWORD, "疑有差错")
    done = withdraw_release(release)
    assert done["proof"]
    assert all(row["gone"] for row in done["proof"])
    assert made.public(ready.contract.slug) is not None  # the tombstone
    pack_file(made).unlink()
    assert publish_release(waiting)["status"] == "published"


# --- the service ---


@pytest.fixture
def runner(made: Made, tmp_path: Path) -> Iterator[Path]:
    """The runner's own process over the installation, and beside it the one that scans; yields the runner's log."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("MINGJING_", "PREFECT_"))}
    environ |= {"MINGJING_HOME": str(made.home.root), "PYTHONUNBUFFERED": "1"}
    log = tmp_path / "runner.log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-c", QUICK_RUNNER], cwd=ROOT, env=environ, stdout=said, stderr=said,
            start_new_session=True,
        )  # fmt: skip
    with (tmp_path / "rescan.log").open("wb") as said:
        beside = subprocess.Popen(
            [sys.executable, "-m", "flows.watching", "rescan"], cwd=ROOT, env=environ, stdout=said, stderr=said,
            start_new_session=True,
        )  # fmt: skip
    try:
        until(lambda: runner_is_alive(made.home) or process.poll() is not None)
        until(lambda: runner_is_alive(made.home, "rescan") or beside.poll() is not None)
        assert (process.poll(), beside.poll()) == (None, None), log.read_text("utf-8")
        yield log
    finally:
        for one in (process, beside):
            one.terminate()
            one.wait(timeout=60)


def until(true: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_running_service_notices_scans_again_and_survives_a_broken_file(
    made: Made, tmp_path: Path, runner: Path
) -> None:
    from review import desk, queries
    from review.models import LedgerEntry

    forbidden, _ = made.approved("forbidden", tmp_path, rows=ROWS)
    calm, _ = made.approved("calm", tmp_path)
    until(lambda: {queries.show(r)["status"] for r in (forbidden, calm)} == {"published"})
    addresses = [r["url"] for r in queries.show(forbidden)["receipt"]["resources"]]
    time.sleep(2 * QUICK + 2)
    assert LedgerEntry.objects.filter(event="rules-changed").count() == 0
    pack_file(made).write_text("pack: secrecy\n: [", "utf-8")
    until(lambda: "secrecy.yaml" in runner.read_text("utf-8"))
    assert "stay in force" in runner.read_text("utf-8")
    desk.withdraw(calm, "chief", PASSWORD, "疑有差错")  # the runner takes it off though the file is broken
    until(lambda: queries.show(calm)["takedown"] is not None)
    assert queries.show(forbidden)["status"] == "published"

    later_pack(made)
    until(lambda: queries.show(forbidden)["takedown"] is not None)
    assert len(ledger_lines(forbidden, "rescanned")) == 1
    assert "rules: secrecy changed" in runner.read_text("utf-8")
    assert LedgerEntry.objects.filter(event="rules-changed").count() == 1
    assert queries.show(forbidden)["status"] == "withdrawn"
    assert not any(httpx.get(url, trust_env=False).status_code == 200 for url in addresses)
    assert FORBIDDEN not in runner.read_text("utf-8")
