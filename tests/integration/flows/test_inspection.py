"""Inspection by plan, cases from what it finds, reports of the public: real desk, real catalogue, real flows."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from catalog.upload import Upload
from domain.errors import MingjingError, ReleaseNotFound, ReviewerHasDecided, TransitionRefused, UsageInvalid
from flows.catalogue import catalogue_for, embedded_url
from flows.inspection import due_tonight, is_drawn_from, left_of, plan_half_month
from flows.reports import Reports, fetch_reports, waiting_reports
from tests.made_platform import Made, ledger_lines, made_platform
from tests.review_desk import PASSWORD

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
OTHER = "地区,债务限额\n某人,13800000000\n".encode()
SAID = "第3行的张三丰13912345678不该公开"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    with made_platform(tmp_path_factory.mktemp("watched") / "home") as platform:
        yield platform


def inspect_published(release: str = "", due: bool = False) -> list[dict[str, Any]]:
    """The flow; Prefect is imported once its home is set."""
    from flows import watch

    return watch.inspect_published(release, due)


def replace_by_hand(made: Made, release: str) -> str:
    """Somebody uploads another file in the place of the first; returns its address."""
    from review import queries

    resource = queries.show(release)["receipt"]["resources"][0]
    upload = Upload("other.csv", "text/csv", len(OTHER), lambda: iter([OTHER]))
    with catalogue_for(made.home) as catalogue:
        catalogue.act("resource_patch", {"id": resource["id"]}, uploads={"upload": upload})
    return str(resource["url"])


def cases_of(release: str) -> list[Any]:
    from review.cases import of_release

    return of_release(release)


def test_replaced_file_is_off_at_once_and_its_case_is_answered_and_closed_by_two(made: Made, tmp_path: Path) -> None:
    from review import desk, queries, withdrawals
    from review.ledger import verify

    release, _ = made.publish("replaced", tmp_path)
    (sound,) = inspect_published(release)
    assert (sound["ok"], sound["case"], sound["hidden"]) == (True, None, False)
    address = replace_by_hand(made, release)
    assert httpx.get(address, trust_env=False).content == OTHER
    (result,) = inspect_published(release)
    assert (result["ok"], result["hidden"]) == (False, True)
    assert "catalogue-bytes-differ" in {f["code"] for f in result["findings"]}
    assert httpx.get(address, trust_env=False).status_code != 200
    record = queries.show(release)
    assert record["status"] == "withdrawn"
    assert record["takedown"]["addresses"]
    assert all(a["gone"] for a in record["takedown"]["addresses"])
    (case,) = cases_of(release)
    assert (case.public_id, case.status, case.is_urgent) == (result["case"], "open", True)
    assert case.due_on > case.opened_at.date()
    order = withdrawals.order_of(release)
    assert order is not None
    assert (order.person, order.verdict) == ("system", "")
    with pytest.raises(MingjingError):
        desk.answer_case(case.public_id, "stranger", PASSWORD, "不归我管")
    with pytest.raises(UsageInvalid):
        desk.answer_case(case.public_id, "conf", PASSWORD, "证件号 110101199003070000 有误")
    with pytest.raises(TransitionRefused):
        desk.close_case(case.public_id, "conf", PASSWORD, "还没有答复")
    desk.answer_case(case.public_id, "conf", PASSWORD, "口令外泄，已更换")
    with pytest.raises(ReviewerHasDecided):
        desk.close_case(case.public_id, "conf", PASSWORD, "自己答复自己办结")
    desk.reopen_case(case.public_id, "chief", PASSWORD, "没有说清是谁改的")
    desk.answer_case(case.public_id, "op", PASSWORD, "外包运维误传")
    desk.close_case(case.public_id, "chief", PASSWORD, "已了")
    events = ["case-opened", "case-answered", "case-reopened", "case-answered", "case-closed"]
    assert [line["event"] for line in queries.timeline(release) if line["event"].startswith("case-")] == events
    desk.reverse_withdrawal(release, "conf", PASSWORD, "原批准的内容无误")
    made.approval(release)  # the ledger replays, cases and all
    from flows.publish import plan_release, publish_release

    planned = plan_release(made.platform, release)
    assert [c["step"] for c in planned["changes"]["changes"]] == ["drop-tombstone", "add-edition"]
    assert publish_release(release)["status"] == "published"
    assert verify().ok


def test_edited_title_opens_one_case_stays_public_and_is_never_overwritten(made: Made, tmp_path: Path) -> None:
    with pytest.raises(ReleaseNotFound):
        inspect_published("R-2026-9999")
    approved, _ = made.approved("not_yet", tmp_path)
    with pytest.raises(TransitionRefused):
        inspect_published(approved)
    release, ready = made.publish("retitled", tmp_path)
    slug = ready.metadata["name"]
    with catalogue_for(made.home) as catalogue:
        catalogue.act("package_patch", {"id": slug, "title": "手工改动"})
    for _ in range(2):
        (result,) = inspect_published(release)
        assert (result["ok"], result["hidden"]) == (False, False)
    (case,) = cases_of(release)
    assert [f["places"][0]["column"] for f in case.findings] == ["title"]
    assert (made.public(slug) or {})["title"] == "手工改动"
    assert len(ledger_lines(release, "case-opened")) == 1
    with catalogue_for(made.home) as catalogue:
        catalogue.act("package_patch", {"id": slug, "notes": "又一处"})
    inspect_published(release)
    (case,) = cases_of(release)
    assert {f["places"][0]["column"] for f in case.findings} == {"title", "notes"}


def test_plan_of_a_half_month_is_kept_drawn_again_and_finished(made: Made, tmp_path: Path) -> None:
    from review.models import InspectionPlan, LedgerEntry

    for number in range(3):
        made.publish(f"planned{number}", tmp_path)
    plan = plan_half_month(made.platform, "a seed of the test")
    assert plan_half_month(made.platform)["seed"] == plan["seed"]
    with pytest.raises(UsageInvalid):
        plan_half_month(made.platform, "another seed")
    assert is_drawn_from(plan)
    assert len(plan["chosen"]) * 100 >= 30 * len(plan["population"])
    line = LedgerEntry.objects.get(event="inspection-planned")
    said = json.loads(line.body)["data"]
    assert (said["seed"], said["population"], said["chosen"]) == (
        plan["seed"], len(plan["population"]), plan["chosen"],
    )  # fmt: skip
    waiting = {p.release for p in due_tonight(made.platform)}
    inspected = {r["release"] for r in inspect_published("", True)}
    assert inspected <= waiting
    for _ in range(16):
        if not left_of(plan):
            break
        inspect_published("", True)
    assert not left_of(plan)
    assert LedgerEntry.objects.filter(event="inspection-plan-done").count() == 1
    assert InspectionPlan.objects.count() == 1


def test_night_asks_the_runner_once_and_its_numbers_are_kept(made: Made, tmp_path: Path) -> None:
    from flows.runner import do_work
    from flows.scheduled import ask_for_inspection
    from review import desk, queries

    release, _ = made.publish("nightly", tmp_path)
    work = ask_for_inspection()
    assert work is not None
    assert ask_for_inspection() is None, "one that waits is enough"
    row = desk.claim("runner", kinds=("inspect",))
    assert row["id"] == work
    assert ask_for_inspection() is None, "one that goes on is enough"
    do_work(made.home, row, "runner")
    told = queries.work_of(work)
    assert told["state"] == "done"
    assert {one["release"]: one["ok"] for one in told["result"]["answer"]}[release] is True
    again = ask_for_inspection()
    assert again is not None
    desk.finish(desk.claim("runner", kinds=("inspect",))["id"], "runner", ok=True, result={"answer": []})


def test_out_of_reach_is_named_fails_nothing_and_is_tried_again(made: Made, tmp_path: Path) -> None:
    """A store that lost a manifest and a catalogue that answers nothing: what was looked at stands."""
    from flows.inspection import Inspecting
    from review import queries, standing
    from review.models import LedgerEntry

    lost, _ = made.publish("out_of_reach", tmp_path)
    near, _ = made.publish("near", tmp_path)
    inspect_published(lost)
    manifest = queries.show(lost)["release_hash"]
    kept = made.platform.stores.read(manifest)
    made.platform.stores.delete(manifest)
    done = {r["release"]: r for r in inspect_published()}
    assert (done[near]["ok"], done[lost]["ok"], done[lost]["error"]) == (True, None, "artefact-missing")
    inspect_published(lost)
    (line,) = ledger_lines(lost, "inspection-unreached")
    assert line["data"]["error"] == "artefact-missing"
    assert cases_of(lost) == [], "not seen isn't the same as wrong"
    assert queries.show(lost)["inspection"]["ok"], "what was seen last stands"
    assert lost in {p.release for p in due_tonight(made.platform)}
    tried: list[list[str]] = []
    beside = Inspecting(tried.append, lambda fault, work: None)
    assert [beside.step(clock) for clock in (0, 60, 599, 700)] == [True, False, False, True]
    assert [lost in one for one in tried] == [True, True]
    made.platform.stores.put_bytes(kept, name="manifest.json", role="manifest")
    (again,) = inspect_published(lost)
    assert again["ok"]
    assert lost not in standing.unseen()
    assert [p.unreached_at for p in standing.public() if p.release == lost] == [None]
    assert LedgerEntry.objects.filter(event="inspection-unreached").count() == 1


def test_catalogue_that_is_away_leaves_every_release_named(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from flows.inspection import inspect_all, shown
    from tests.servers import free_port

    release, _ = made.publish("far", tmp_path)
    monkeypatch.setenv("MINGJING_CATALOGUE_TOKEN", "a-token-of-sixteen-or-more")
    away = replace(made.platform, home=replace(made.home, catalogue_url=f"http://127.0.0.1:{free_port()}"))
    wanted = [p for p in shown() if p.release == release]
    (result,) = inspect_all(away, wanted)
    assert (result["release"], result["ok"], result["error"]) == (release, None, "catalogue-unreachable")
    assert [line["data"]["error"] for line in ledger_lines(release, "inspection-unreached")] == [
        "catalogue-unreachable"
    ]
    assert cases_of(release) == []


def test_reports_that_nobody_can_take_do_not_keep_the_others_waiting(made: Made, tmp_path: Path) -> None:
    """More than a page of them, and older: about a dataset that isn't ours, and of a kind that nobody knows."""
    from catalog.embedded.reports import PAGE

    release, ready = made.publish("behind", tmp_path)
    (package,) = {r["package"] for r in _reported(made, ready.metadata["name"], "x", kind="error")}
    fetch_reports(made.platform)
    with sqlite3.connect(made.home.catalogue / "catalogue.sqlite") as database:
        rows = [(f"{n:016x}", "nobody-s", "leak", "旧", "2020-01-01T00:00:00") for n in range(PAGE * 2 + 1)]
        rows += [(f"{n:016x}", package, "praise", "好", "2020-01-01T00:00:00") for n in range(5_000, 5_000 + PAGE)]
        database.executemany("INSERT INTO report (id, package, kind, text, at) VALUES (?, ?, ?, ?, ?)", rows)
    try:
        assert len(_reported(made, ready.metadata["name"], "排在后面的", kind="leak")) == len(rows) + 1
        (case,) = fetch_reports(made.platform)
        assert fetch_reports(made.platform) == []
        assert {c.public_id: c.text for c in cases_of(release)}[case] == "排在后面的"
    finally:
        with sqlite3.connect(made.home.catalogue / "catalogue.sqlite") as database:
            database.execute("DELETE FROM report")


def _reported(made: Made, name: str, text: str, **fields: str) -> list[dict[str, Any]]:
    """Send one report; what waits then, all pages of it."""
    sent = httpx.post(
        f"{embedded_url(made.home)}/dataset/{name}/report", data={"text": text, **fields}, trust_env=False
    )
    assert sent.status_code == 200
    with catalogue_for(made.home) as catalogue:
        return waiting_reports(catalogue)


def test_report_of_the_public_opens_one_case_and_its_text_stays_there(
    made: Made, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    from review import desk
    from review.models import LedgerEntry, Notice

    release, ready = made.publish("reported", tmp_path)
    url = f"{embedded_url(made.home)}/dataset/{ready.metadata['name']}"
    assert f'href="/dataset/{ready.metadata["name"]}/report"' in httpx.get(url, trust_env=False).text
    sent = httpx.post(f"{url}/report", data={"kind": "leak", "text": SAID}, trust_env=False)
    assert sent.status_code == 200
    assert SAID not in sent.text
    (case,) = fetch_reports(made.platform)
    assert fetch_reports(made.platform) == []
    assert not Reports(made.platform, lambda fault, work: None).step(100)
    (row,) = cases_of(release)
    assert (row.public_id, row.kind, row.text, row.is_urgent) == (case, "report", SAID, True)
    while desk.tell(["mail", "webhook"]):
        pass
    assert Notice.objects.filter(kind="case", release=release).exists()
    pieces = re.compile("张三丰|13912345678")
    assert not any(pieces.search(body) for body in LedgerEntry.objects.values_list("body", flat=True))
    assert not pieces.search("".join(capfd.readouterr()))
    for path in made.home.catalogue.rglob("*"):
        if path.is_file():
            assert SAID.encode() not in path.read_bytes(), path.name
    for path in made.home.run.rglob("*.log"):
        assert not pieces.search(path.read_text("utf-8", "replace"))
