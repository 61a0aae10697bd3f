"""After a change of the rules everything public is scanned again: block hides at once, hold opens a case, SIGKILL loses nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.home import BUNDLED
from flows.platform import Platform, open_platform
from flows.rescan import EVERY_SECONDS, RETRY_SECONDS, Rescanning, left, progress, rescan_parameters
from tests.cities import ROOT
from tests.later_rules import WORDS, put_later_rules
from tests.made_platform import Made, ledger_lines, made_platform
from tests.review_desk import PASSWORD

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
FORBIDDEN, DOUBTFUL, INNOCENT = "雪松工程", "白桦计划", "甲县"
TABLE = [{"region": INNOCENT, "limit_amount": "12.50", "region_code": "130102", "decided_on": "2025-03-01"}]


@pytest.fixture
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    with made_platform(tmp_path_factory.mktemp("rescan") / "home") as platform:
        yield platform


def rescan_published() -> list[dict[str, Any]]:
    """The flow; Prefect is imported once its home is set."""
    from flows import watch

    return watch.rescan_published()


def rows(region: str) -> list[dict[str, str | None]]:
    return [*TABLE, {**TABLE[0], "region": region}]


def publish(made: Made, name: str, folder: Path, region: str, **contract: Any) -> str:
    """A published release whose second row names that region."""
    from tests import made_platform as module

    kept = module.ROWS
    before = Made.prepared

    def with_rows(self: Made, *args: Any, **how: Any) -> Any:
        return before(self, *args, **{"rows": rows(region), **how})

    Made.prepared = with_rows  # type: ignore[method-assign]
    try:
        assert kept is module.ROWS
        release, _ = made.publish(name, folder, **contract)
    finally:
        Made.prepared = before  # type: ignore[method-assign]
    return release


def change_rules(made: Made) -> Platform:
    """A later secrecy pack in the installation's own folder, with one mark that blocks and one that holds."""
    text = (BUNDLED / "rules" / "secrecy.yaml").read_text("utf-8")
    marks = "".join(
        f"- id: {ident}\n  code: {code}\n  severity: {severity}\n  certainty: H\n  note: 出现内部代号\n  citation: 测试\n"
        f"  prefilter: {word}\n  re: {word}\n"
        for ident, code, severity, word in (
            ("TEST-01", "test-forbidden", "block", FORBIDDEN), ("TEST-02", "test-doubtful", "hold", DOUBTFUL),
        )
    )  # fmt: skip
    assert "\nmarks:\n" in text
    text = text.replace("\nmarks:\n", f"\nmarks:\n{marks}", 1).replace("version: '2026.1'", "version: '2026.2'", 1)
    (made.home.root / "rules" / "secrecy.yaml").write_text(text, "utf-8")
    return open_platform(made.home.root)


def test_unchanged_rules_leave_nothing_to_scan(made: Made, tmp_path: Path) -> None:
    publish(made, "calm", tmp_path, FORBIDDEN)
    assert left(made.platform) == []
    assert rescan_published() == []


def test_new_block_hides_at_once_new_hold_opens_a_case_and_the_rest_stays(made: Made, tmp_path: Path) -> None:
    from review import queries
    from review.cases import of_release
    from review.ledger import verify

    calm = publish(made, "calm", tmp_path, "乙县")
    doubtful = publish(made, "doubtful", tmp_path, DOUBTFUL)
    forbidden = publish(made, "forbidden", tmp_path, FORBIDDEN)
    addresses = [r["url"] for r in queries.show(forbidden)["receipt"]["resources"]]
    platform = change_rules(made)
    assert progress(platform) == (0, 3)
    done = {r["release"]: r for r in rescan_published()}
    assert set(done) == {calm, doubtful, forbidden}
    assert done[calm]["new"] == {"block": 0, "hold": 0, "warn": 0, "info": 0}
    assert done[calm]["case"] is None
    assert (done[doubtful]["new"]["hold"], done[doubtful]["hidden"]) == (1, False)
    assert done[forbidden]["hidden"]
    assert done[forbidden]["new"]["block"] == 1
    record = queries.show(forbidden)
    assert record["status"] == "withdrawn"
    assert all(a["gone"] for a in record["takedown"]["addresses"])
    assert not any(httpx.get(url, trust_env=False).status_code == 200 for url in addresses)
    assert queries.show(doubtful)["status"] == queries.show(calm)["status"] == "published"
    (case,) = of_release(doubtful)
    assert (case.kind, case.status, [f["code"] for f in case.findings]) == ("rule_change", "open", ["test-doubtful"])
    place = case.findings[0]["places"][0]
    assert (place["table"], place["column"], place["row"]) == ("main", "region", 2)
    assert [c.kind for c in of_release(forbidden)] == ["rule_change"]
    (line,) = ledger_lines(forbidden, "rescanned")
    assert line["data"]["new"]["block"] == 1
    assert rescan_published() == []
    assert progress(platform)[0] == progress(platform)[1]
    assert verify().ok
    from review.models import LedgerEntry

    (told,) = LedgerEntry.objects.filter(event="rules-changed")
    assert json.loads(told.body)["data"]["changed"] == ["secrecy"]
    written = " ".join(LedgerEntry.objects.values_list("body", flat=True))
    assert not [w for w in (FORBIDDEN, DOUBTFUL) if w in written]


def test_words_of_a_contract_are_scanned_again_too(made: Made, tmp_path: Path) -> None:
    from review import queries
    from review.cases import of_release

    calm, told = publish(made, "calm", tmp_path, "乙县"), publish(made, "told", tmp_path, "乙县", description=WORDS)
    put_later_rules(made.home.root)
    open_platform(made.home.root)
    done = {r["release"]: r for r in rescan_published()}
    assert (done[calm]["hidden"], done[told]["hidden"]) == (False, True)
    (finding,) = (f for c in of_release(told) for f in c.findings)
    assert (finding["code"], finding["entity"]) == ("contract-personal-data", "USCC_STRICT")
    assert finding["places"][0]["locator"] == "description.zh"
    assert queries.show(told)["status"] == "withdrawn"


def test_riskiest_comes_first(made: Made, tmp_path: Path) -> None:
    plain = publish(made, "plain", tmp_path, "乙县")
    fields = [
        {"name": "region", "title": "地区", "sensitivity": "quasi_identifier"},
        {"name": "limit_amount", "title": "债务限额", "type": "number", "unit": "亿元"},
        {"name": "region_code", "title": "区划代码", "type": "integer"},
        {"name": "decided_on", "title": "下达日期", "type": "date", "missing": ["—"]},
    ]
    sensitive = publish(
        made, "sensitive", tmp_path, "乙县", tables=[{"name": "main", "key": ["region"], "fields": fields}]
    )
    old = publish(made, "older", tmp_path, "乙县")
    queue = [one.release for one in left(change_rules(made))]
    assert queue == [sensitive, plain, old]


def test_runner_asks_once_and_what_is_asked_for_is_a_row_with_progress(made: Made, tmp_path: Path) -> None:
    from flows.runner import do_work
    from review import desk, queries

    publish(made, "one", tmp_path, "乙县")
    publish(made, "two", tmp_path, FORBIDDEN)
    platform, told = change_rules(made), []
    runner = Rescanning(platform, lambda fault, work: told.append(work))
    assert progress(platform) == (0, 2)
    assert runner.step(0)
    assert not any(runner.step(EVERY_SECONDS * n) for n in range(1, 40)), "one is enough, however long it waits"
    row = desk.claim("rescan", kinds=("rescan",))
    assert row["params"] == rescan_parameters(platform)
    steps: list[Any] = []
    watched = threading.Thread(target=lambda: steps.extend(_steps_of(made, row["id"])))
    watched.start()
    do_work(made.home, row, "rescan")
    watched.join()
    assert [step for step in steps if step] == [["复扫", 1, 2], ["复扫", 2, 2]]
    ended = queries.work_of(row["id"])
    assert (ended["state"], len(ended["result"]["answer"])) == ("done", 2)
    assert sum(one["hidden"] for one in ended["result"]["answer"]) == 1
    assert progress(platform)[0] == progress(platform)[1]
    assert not Rescanning(platform, lambda fault, work: told.append(work)).step(0), "nothing is left"
    assert told == []


def _steps_of(made: Made, work: int) -> list[Any]:
    """Every step that the row showed, until its note is gone."""
    from flows.ask import progress_of

    found: list[Any] = []
    end = time.monotonic() + 60
    while time.monotonic() < end:
        now = progress_of(made.home, work)
        if now is None and found:
            return found
        if now is not None and now not in found:
            found.append(now)
        time.sleep(0.002)
    return found


def test_cancelled_scan_is_not_asked_for_again_under_the_same_rules(made: Made, tmp_path: Path) -> None:
    from review import desk

    publish(made, "one", tmp_path, "乙县")
    platform = change_rules(made)
    assert Rescanning(platform, lambda fault, work: None).step(0)
    (scan,) = (row["id"] for row in _scans())
    desk.add_user("everywhere", password=PASSWORD, actor="admin")
    desk.grant("everywhere", "data_bureau", "operator", actor="admin")
    assert desk.cancel("everywhere", scan, "") == "cancelled"
    assert not Rescanning(platform, lambda fault, work: None).step(0)
    assert len(_scans()) == 1
    assert progress(platform) == (0, 1)


def _scans() -> list[dict[str, Any]]:
    from review import queries

    return [row for row in queries.work_list() if row["kind"] == "rescan"]


def test_bytes_that_cannot_be_read_are_a_person_s_to_look_at(made: Made, tmp_path: Path) -> None:
    from review import desk, queries
    from review.cases import of_release

    lost, sound = publish(made, "lost", tmp_path, "乙县"), publish(made, "sound", tmp_path, "丙县")
    for artefact in queries.manifest(lost).exports:
        made.platform.stores.delete(artefact.sha256)
    platform = change_rules(made)
    done = {r["release"]: r for r in rescan_published()}
    assert set(done) == {lost, sound}, "the others' numbers stand"
    assert (done[lost]["error"], "error" in done[sound]) == ("artefact-missing", False)
    assert [f["code"] for c in of_release(lost) for f in c.findings] == ["rescan-failed"]
    assert len(ledger_lines(sound, "rescanned")) == 1
    assert ledger_lines(lost, "rescanned") == []
    runner = Rescanning(platform, lambda fault, work: None)
    assert runner.step(0), "it is tried again"
    row = desk.claim("rescan", kinds=("rescan",))
    desk.finish(row["id"], "rescan", ok=True, result={"answer": []})
    assert not runner.step(RETRY_SECONDS - 1)
    assert runner.step(RETRY_SECONDS + EVERY_SECONDS), "and again an hour later"


def test_killed_in_the_middle_goes_on_where_it_was(made: Made, tmp_path: Path) -> None:
    from review.models import Rescan

    releases = [publish(made, f"many{n}", tmp_path, FORBIDDEN if n == 4 else "乙县") for n in range(5)]
    platform = change_rules(made)
    command = [sys.executable, "-m", "flows.cli", "rescan", "--json", "--home", str(made.home.root)]
    environ = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    first = subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    end = time.monotonic() + 120
    while Rescan.objects.count() == 0 and first.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    done = Rescan.objects.count()
    assert 0 < done < 5, "the kill came too late or too early to say anything"
    second = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert second.returncode in (0, 1), second.stderr[-500:]
    assert len(json.loads(second.stdout)) == 5 - done
    assert [len(ledger_lines(r, "rescanned")) for r in releases] == [1] * 5
    from review import queries

    assert queries.show(releases[4])["status"] == "withdrawn"
    assert progress(platform)[0] == progress(platform)[1]
