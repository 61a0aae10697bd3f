"""Adopted catalogues looked at again each night: asked for, done beside the runner, told once, gone on with after a kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import catalog.wary
from flows.audit import nightly
from flows.audit.adopted import UNFINISHED_SECONDS
from flows.audit.fetch import Trip
from flows.audit.looks import look_at_all
from flows.audit.nightly import ask, step
from flows.audit.run import Asked, audit
from flows.notices import channels, deliver_due
from tests.console_visits import open_console, text_of, visit
from tests.foreign_ckan import ForeignCkan, foreign_ckan, whole
from tests.made_platform import Made, made_platform
from tests.personal_data import id18
from tests.receivers import hook_sink, mail_sink

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
ROOT = Path(__file__).parents[3]
SEARCH = "/api/action/package_search"
CLEAN = "类别,金额\n一般公共预算,12\n".encode()
OTHER = f"类别,备注\n第一类,证件{id18()}\n".encode()
FILE = "/dataset/{0}/resource/{0}-r0/download/1.csv"
NO_NEWS = {"changes": 0, "held": 0, "fresh": 0}


@pytest.fixture
def ckan(monkeypatch: pytest.MonkeyPatch) -> Iterator[ForeignCkan]:
    monkeypatch.setattr(catalog.wary.Pace, "wait", lambda _: None)
    monkeypatch.setattr("catalog.ckan.Catalogue.wait", lambda *_: None)
    monkeypatch.setattr("intake.connectors.http.PAUSES_SECONDS", ())
    with foreign_ckan() as server:
        yield server


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    """An installation of which nobody but `op` is in charge of every department's cases."""
    with made_platform(tmp_path / "home", catalogue_url="carried") as platform:
        from review import desk

        desk.grant("op", "data_bureau", "operator")
        yield platform


def adopt(ckan: ForeignCkan, made: Made, **options: Any) -> None:
    out = made.home.root / "audited"
    audit(Asked(ckan.url, made.home.root, out=out, rate=50, **options), {}, adopt=True)


def tonight(made: Made) -> dict[str, int]:
    """A whole night: asked for by the schedule, done by the process, its numbers as the desk has them."""
    from review import queries

    work = ask()
    assert work is not None
    assert step(made.home)
    row = queries.work_of(work)
    assert row["state"] == "done", row
    return dict(row["result"]["answer"])


def told() -> list[tuple[str, str]]:
    """(kind, person) of every notice about adopted catalogues, after telling what there is to tell."""
    from review import desk
    from review.models import NoticeFor

    while desk.tell(["mail", "webhook"]):
        pass
    found = NoticeFor.objects.filter(notice__kind__startswith="adopted_").order_by("pk")
    return list(found.values_list("notice__kind", "user__username"))


def standing(ckan: ForeignCkan) -> list[tuple[str, str]]:
    from review import adopted

    return sorted((c["code"], c["dataset"]) for c in adopted.standing(ckan.url))


def test_where_nothing_was_adopted_nothing_is_asked(made: Made) -> None:
    assert ask() is None
    assert not step(made.home)
    assert look_at_all(made.platform)["catalogues"] == 0


def test_a_quiet_night_is_asked_for_once_and_is_not_the_runner_s(ckan: ForeignCkan, made: Made) -> None:
    from review import desk, ledger

    ckan.add("budget", {"1.csv": CLEAN, "2.csv": CLEAN})
    adopt(ckan, made)
    work = ask()
    assert work is not None
    assert ask() is None
    assert desk.claim("runner") is None
    assert step(made.home)
    assert not step(made.home)
    assert tonight(made) == {"catalogues": 1, "reached": 1, "datasets": 1, "files": 2, "unseen": 0, **NO_NEWS}
    assert told() == []
    assert ledger.verify().ok


def test_a_change_is_told_once_until_it_is_another_and_adopting_again_answers(ckan: ForeignCkan, made: Made) -> None:
    gone = ckan.add("gone", {"1.csv": CLEAN})
    ckan.add("budget", {"1.csv": CLEAN})
    ckan.add("same", {"1.csv": CLEAN})
    adopt(ckan, made)
    ckan.answers[FILE.format("budget")] = whole(OTHER)
    ckan.datasets.remove(gone)
    found = tonight(made)
    assert (found["changes"], found["held"], found["fresh"], found["files"]) == (2, 2, 2, 2)
    assert told() == [("adopted_changed", "op")]
    assert standing(ckan) == [("adopted-bytes-differ", "budget"), ("adopted-missing", "gone")]
    again = tonight(made)
    assert (again["changes"], again["fresh"]) == (2, 0)
    assert len(told()) == 1
    ckan.answers[FILE.format("budget")] = whole(OTHER + b"x,y\n")
    assert tonight(made)["fresh"] == 1
    assert len(told()) == 2
    adopt(ckan, made)
    assert tonight(made)["changes"] == 0
    assert (len(told()), standing(ckan)) == (2, [])


def test_the_desk_knows_of_an_adoption_at_once_and_forgets_a_look_that_began_before(
    ckan: ForeignCkan, made: Made
) -> None:
    from flows.audit.adopted import folder_of, read_baseline
    from flows.audit.looks import take_in
    from review import adopted, desk
    from review.adopted_look import Look
    from review.models import CaseRecord

    def opened() -> list[tuple[str, str]]:
        found = CaseRecord.objects.filter(catalogue=ckan.url).order_by("number")
        return list(found.values_list("foreign_dataset", "status"))

    ckan.add("budget", {"1.csv": CLEAN})
    adopt(ckan, made)
    before = read_baseline(folder_of(made.home, ckan.url) / "baseline.json").on
    ckan.answers[FILE.format("budget")] = whole(OTHER)
    tonight(made)
    assert opened() == [("budget", "open")]
    known: dict[Path, int] = {}
    take_in(made.platform, known)
    assert opened() == [("budget", "open")], "nothing was adopted since"
    time.sleep(1)  # a baseline is known by its second
    adopt(ckan, made)
    take_in(made.platform, known)
    assert (opened(), standing(ckan)) == ([("budget", "answered")], [])
    (row,) = adopted.catalogues()
    assert (row.counts["files"], row.adopted_on > before) == (1, True)
    seer = next(p for p in ("auditor", "conf", "op") if "接管的目录" in text_of(visit(p).get("/cases")))
    assert "与接管时一致" in text_of(visit(seer).get("/cases"))
    late = {"key": "k", "code": "adopted-missing", "severity": "hold", "dataset": "budget", "field": None, "file": None}
    assert desk.record_adopted(Look(ckan.url, before, {}, [late]), made.platform.today())["changes"] == 0
    assert (opened(), standing(ckan)) == ([("budget", "answered")], [])


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_an_adoption_could_not_see_is_said_at_once(ckan: ForeignCkan, made: Made, language: str) -> None:
    from flows.audit.looks import take_in
    from review import adopted

    open_console(made.home.root.parent / "desk")

    def known_now() -> dict[str, int]:
        take_in(made.platform, {})
        (row,) = adopted.catalogues()
        assert tonight(made)["changes"] == 0  # the night says the same
        (later,) = adopted.catalogues()
        assert later.counts == row.counts
        assert [c["code"] for c in later.changes] == [c["code"] for c in row.changes]
        return dict(row.counts)

    def page() -> str:
        return text_of(visit("auditor", language).get("/cases"))

    whole_words, part_words = {
        "zh-hans": ("与接管时一致。", "看到的与接管时一致"), "en": ("As it was adopted.", "What could be looked at is as it was adopted"),
    }[language]  # fmt: skip
    ckan.add("budget", {"1.csv": CLEAN})
    ckan.add("land", {"1.csv": CLEAN})
    ckan.answers[FILE.format("land")] = whole(b"", 503)
    adopt(ckan, made)
    assert known_now() == {"datasets": 2, "files": 1, "unseen": 0, "unhashed": 1, "gaps": 0}
    assert part_words in page()
    assert whole_words not in page()
    ckan.answers[FILE.format("land")] = whole(CLEAN)
    time.sleep(1)  # a baseline is known by its second
    adopt(ckan, made)
    assert known_now() == {"datasets": 2, "files": 2, "unseen": 0, "unhashed": 0, "gaps": 0}
    assert whole_words in page()
    time.sleep(1)
    ckan.answers[FILE.format("land")] = whole(b"", 503)
    adopt(ckan, made)  # the fingerprint of before is kept, and nobody looked
    assert known_now() == {"datasets": 2, "files": 1, "unseen": 1, "unhashed": 0, "gaps": 0}
    assert part_words in page()


def test_gaps_of_the_listing_are_said_at_once(ckan: ForeignCkan, made: Made) -> None:
    from flows.audit.looks import take_in
    from review import adopted

    open_console(made.home.root.parent / "desk")
    stays = ckan.add("budget", {"1.csv": CLEAN})
    ckan.add("land", {"1.csv": CLEAN})
    adopt(ckan, made)
    time.sleep(1)
    part = {"success": True, "result": {"count": 2, "results": [stays]}}
    ckan.answers[SEARCH] = whole(json.dumps(part).encode(), Content_Type="application/json")
    adopt(ckan, made)
    take_in(made.platform, {})
    (row,) = adopted.catalogues()
    assert row.counts["gaps"] >= 1
    assert (row.counts["datasets"], row.counts["files"]) == (1, 1)
    assert [(c["code"], c["dataset"]) for c in row.changes] == [("adopted-unlisted", "land")]
    page = text_of(visit("auditor").get("/cases"))
    assert "目录没有列全，这次没有看到" in page
    assert "与接管时一致。" not in page
    tonight(made)
    (night,) = adopted.catalogues()
    assert (night.counts, [c["code"] for c in night.changes]) == (row.counts, ["adopted-unlisted"])
    del ckan.answers[SEARCH]
    tonight(made)
    (night,) = adopted.catalogues()
    assert night.changes == []


def test_edited_words_are_shown_and_nobody_is_called_for_them(ckan: ForeignCkan, made: Made) -> None:
    entry = ckan.add("budget", {"1.csv": CLEAN})
    adopt(ckan, made)
    entry["title"] = "改名"
    assert {k: tonight(made)[k] for k in NO_NEWS} == {"changes": 1, "held": 0, "fresh": 0}
    assert told() == []


def test_a_file_that_does_not_arrive_keeps_what_stood_there(ckan: ForeignCkan, made: Made) -> None:
    ckan.add("budget", {"1.csv": CLEAN})
    adopt(ckan, made)
    for answer, numbers in ((whole(OTHER), (0, 1, 1)), (whole(b"", 503), (1, 1, 0)), (whole(OTHER), (0, 1, 0))):
        ckan.answers[FILE.format("budget")] = answer
        found = tonight(made)
        assert (found["unseen"], found["changes"], found["fresh"]) == numbers
    assert len(told()) == 1
    ckan.answers[FILE.format("budget")] = whole(CLEAN)
    assert tonight(made)["changes"] == 0


def test_a_catalogue_out_of_reach_is_told_once_and_tried_each_night(ckan: ForeignCkan, made: Made) -> None:
    from review import adopted

    ckan.add("budget", {"1.csv": CLEAN})
    adopt(ckan, made)
    with foreign_ckan() as second:
        second.add("land", {"1.csv": CLEAN})
        adopt_into = made.home.root / "second"
        audit(Asked(second.url, made.home.root, out=adopt_into, rate=50), {}, adopt=True)
        ckan.answers[FILE.format("budget")] = whole(OTHER)
        assert tonight(made)["fresh"] == 1
        ckan.answers[SEARCH] = whole(b"", 503)
        for _ in range(2):
            found = tonight(made)
            assert (found["catalogues"], found["reached"], found["changes"], found["fresh"]) == (2, 1, 1, 0)
        assert [kind for kind, _ in told()] == ["adopted_changed", "adopted_away"]
        (away,) = [row for row in adopted.catalogues() if row.fault]
        assert (away.url, away.fault, len(away.changes)) == (ckan.url, "catalogue-unreachable", 1)
        assert away.reached_at is not None
        assert away.reached_at < away.looked_at
        del ckan.answers[SEARCH]
        assert tonight(made)["reached"] == 2
        ckan.answers[SEARCH] = whole(b"", 503)
        tonight(made)
        assert [kind for kind, _ in told()][2:] == ["adopted_away"]


def test_a_killed_look_goes_on_where_it_was_and_an_old_one_begins_anew(
    ckan: ForeignCkan, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    ckan.add("budget", {"1.csv": CLEAN, "2.csv": CLEAN})
    adopt(ckan, made)
    real = Trip.fetched

    def dies(trip: Trip, resource: Any) -> Any:
        if resource.name == "2.csv":
            raise KeyboardInterrupt
        return real(trip, resource)

    def seen() -> list[str]:
        files = [p.rpartition("/")[2] for p in ckan.downloads()]
        ckan.asked.clear()
        return files

    seen()
    for age, second in ((0, ["2.csv"]), (UNFINISHED_SECONDS + 60, ["1.csv", "2.csv"])):
        with monkeypatch.context() as patch:
            patch.setattr(Trip, "fetched", dies)
            with pytest.raises(KeyboardInterrupt):
                look_at_all(made.platform)
        assert seen() == ["1.csv"]
        (state,) = made.home.root.glob("adopted/*/look.jsonl")
        os.utime(state, (time.time() - age,) * 2)
        assert look_at_all(made.platform)["files"] == 2
        assert seen() == second
        assert not list(made.home.root.glob("adopted/*/look.jsonl"))
        assert not list(made.home.root.glob("adopted/*/spool"))


def test_a_look_reads_what_the_adoption_was_allowed_to(ckan: ForeignCkan, made: Made) -> None:
    ckan.answers["/robots.txt"] = whole(b"User-agent: *\nDisallow: /dataset/\n")
    ckan.add("budget", {"1.csv": CLEAN})
    adopt(ckan, made, ignore_robots=True)
    assert tonight(made)["changes"] == 0
    ckan.answers[FILE.format("budget")] = whole(OTHER)
    assert standing(ckan) == []
    tonight(made)
    assert standing(ckan) == [("adopted-bytes-differ", "budget")]


def test_a_baseline_that_cannot_be_read_or_is_gone_is_no_silence(ckan: ForeignCkan, made: Made) -> None:
    from review import adopted

    ckan.add("budget", {"1.csv": CLEAN})
    adopt(ckan, made)
    tonight(made)
    (path,) = made.home.root.glob("adopted/*/baseline.json")
    whole_text = path.read_bytes()
    path.write_bytes(whole_text[:40])
    assert (tonight(made)["reached"], told()) == (0, [("adopted_away", "op")])
    path.write_bytes(whole_text)
    assert tonight(made)["reached"] == 1
    assert [row.url for row in adopted.catalogues()] == [ckan.url]
    path.unlink()
    assert ask() is None
    assert look_at_all(made.platform)["catalogues"] == 0
    assert adopted.catalogues() == []


def test_news_is_sent_with_catalogue_dataset_and_words_and_no_value(ckan: ForeignCkan, made: Made) -> None:
    from review import desk
    from review.models import LedgerEntry

    ckan.add("budget", {"1.csv": CLEAN})
    adopt(ckan, made)
    ckan.answers[FILE.format("budget")] = whole(OTHER)
    with mail_sink() as sink, hook_sink() as hook:
        site = replace(
            made.home, mail_url=f"smtp://127.0.0.1:{sink.port}", webhook_url=hook.url,
            mail_from="mingjing@example.gov.cn", console_address="https://desk.example.gov.cn",
        )  # fmt: skip
        secret = made.home.keys / "webhook.secret"
        secret.write_text("a made-up secret of the test", "utf-8")
        secret.chmod(0o600)
        desk.set_email("op", "op@example.gov.cn", actor="op")
        tonight(made)
        while desk.tell(channels(site)):
            pass
        assert deliver_due(site) == {"taken": 2, "not": 0}
    [(_, _, mail)] = sink.mails
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    text = payload.decode()
    assert f"接管的目录有变化，请核实：{ckan.url}" in text
    assert "budget：文件的字节与接管时不同 / a file's bytes aren't those that were adopted" in text
    assert "https://desk.example.gov.cn/cases#adopted" in text
    [(_, body)] = hook.posts
    said = json.loads(body)
    assert (said["kind"], said["catalogue"], said["release"]) == ("adopted_changed", ckan.url, "")
    everything = text + body.decode() + " ".join(LedgerEntry.objects.values_list("body", flat=True))
    assert not [piece for piece in ("第一类", id18()[:12]) if piece in everything]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_show_runs_and_changes_to_whoever_sees_every_department(
    ckan: ForeignCkan, made: Made, tmp_path: Path, language: str
) -> None:
    open_console(tmp_path)
    gone = ckan.add("gone", {"1.csv": CLEAN})
    ckan.add("<b>budget</b>", {"2.csv": CLEAN})
    adopt(ckan, made)
    ckan.datasets.remove(gone)
    tonight(made)
    told()
    said = {
        "zh-hans": ("数据集已不可见", "1／1 个目录有答复", "核对接管的目录", "接管的目录有变化，请核实"),
        "en": ("the dataset can't be seen any more", "1 of 1 catalogues answered", "look at adopted catalogues", "an adopted catalogue changed"),
    }[language]  # fmt: skip
    change, answered, kind, news = said
    for person, sees in (("auditor", True), ("op", True), ("sec", False)):
        cases, runs = (text_of(visit(person, language).get(page)) for page in ("/cases", "/runs"))
        assert ((change in cases), (ckan.url in cases), (answered in runs), (kind in runs)) == (sees,) * 4
    notices = visit("op", language).get("/notices")
    assert news in text_of(notices)
    assert 'href="/cases#adopted"' in notices.content.decode()
    ckan.answers[SEARCH] = whole(b"", 503)
    tonight(made)
    page = text_of(visit("auditor", language).get("/cases"))
    assert ("没有核对成" in page) if language == "zh-hans" else ("couldn't be looked at" in page)
    assert change in page


def test_the_process_does_what_was_asked_and_ends_when_it_is_told(ckan: ForeignCkan, made: Made) -> None:
    from review import queries

    ckan.add("budget", {"1.csv": CLEAN})
    adopt(ckan, made)
    ckan.answers[FILE.format("budget")] = whole(OTHER)
    work = ask()
    assert work is not None
    process = subprocess.Popen(
        [sys.executable, "-m", nightly.__name__], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    try:
        deadline = time.monotonic() + 120
        while queries.work_of(work)["state"] != "done" and time.monotonic() < deadline:
            assert process.poll() is None
            time.sleep(0.2)
        assert queries.work_of(work)["result"]["answer"]["fresh"] == 1
    finally:
        process.terminate()
        assert process.wait(15) == -signal.SIGTERM
