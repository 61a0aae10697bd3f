"""Laying a finished decision aside, signing several with one password, returning several: as pages without JavaScript."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from domain.release import DispositionKind
from tests.console_visits import HAN, table_release, text_of, visit
from tests.review_desk import HOLD, PASSWORD, approve, decide, hash_of, submitted


def finish(client: Any, release: str, **changes: str) -> Any:
    """What a reviewer does on the release's page, the signature apart."""
    client.post(f"/releases/{release}/open", {"finding": HOLD.id})
    client.post(
        f"/releases/{release}/dispose",
        {"finding": HOLD.id, "kind": DispositionKind.FALSE_ALARM.value, "reason": "字段为编号", "basis": ""},
    )
    said = {"stage": "section", "release_hash": hash_of(release), "verdict": "approve", "reason": "", "basis": "", "reason_code": ""}  # fmt: skip
    return client.post(f"/releases/{release}/decide", said | {"ready": "1"} | changes, follow=True)


def boxes(page: Any, name: str) -> list[str]:
    return re.findall(rf'type="checkbox" name="{name}"[^>]*? value="([^"]+)"', page.content.decode())


def test_finish_two_then_sign_both_with_one_password(console: Path) -> None:
    from review import queries

    one, two = table_release(), table_release(period="2025", run_key="t2")
    client = visit("sec")
    for release in (one, two):
        page = finish(client, release)
        assert "办好了，待签" in text_of(page)
        assert "这件已办好，待签" in text_of(page)
        assert queries.show(release)["decisions"] == []
    assert "办好待签 2 件" in text_of(client.get("/queue"))
    page = client.get("/to-sign")
    assert hash_of(one)[:12] in page.content.decode()
    ticked = boxes(page, "ready")
    assert [t.partition("|")[0] for t in ticked] == [one, two]
    wrong = client.post("/to-sign/sign", {"ready": ticked[:1], "password": "wrong password"})
    assert wrong.status_code == 403
    assert re.findall(r'value="([^"]+)" checked', wrong.content.decode()) == ticked[:1]
    assert "wrong password" not in wrong.content.decode()
    done = client.post("/to-sign/sign", {"ready": ticked, "password": PASSWORD}, follow=True)
    assert "已签字 2 件" in text_of(done)
    assert "没有待签的决定" in text_of(done)
    assert [queries.show(r)["stage"] for r in (one, two)] == ["confidentiality"] * 2


def test_refused_one_stays_and_says_why(console: Path) -> None:
    from review import queries

    gone, good = table_release(), table_release(period="2025", run_key="t2")
    client = visit("sec")
    for release in (gone, good):
        finish(client, release)
    ticked = boxes(client.get("/to-sign"), "ready")
    decide(gone, "sec2", "section")  # while the page was open
    page = client.post("/to-sign/sign", {"ready": ticked, "password": PASSWORD}, follow=True)
    assert "已签字 1 件" in text_of(page)
    assert f"{gone} 没有办成" in text_of(page)
    assert boxes(page, "ready") == [], "what can't be signed has no box"
    assert "状态已变" in text_of(page)
    assert queries.show(good)["stage"] == "confidentiality"
    assert client.post(f"/releases/{gone}/drop", follow=True).status_code == 200
    assert "没有待签的决定" in text_of(client.get("/to-sign"))


def test_unfinished_is_not_laid_aside_and_nothing_typed_is_lost(console: Path) -> None:
    release, client = table_release(), visit("sec")
    page = client.post(
        f"/releases/{release}/decide",
        {
            "stage": "section",
            "release_hash": hash_of(release),
            "verdict": "approve",
            "reason": "写了一半",
            "ready": "1",
        },
    )
    assert page.status_code == 409
    assert "写了一半" in page.content.decode()
    assert boxes(client.get("/to-sign"), "ready") == []


def test_nobody_sees_or_signs_anothers(console: Path) -> None:
    release, client = table_release(), visit("sec")
    finish(client, release)
    ticked = boxes(client.get("/to-sign"), "ready")
    assert release not in visit("sec2").get("/to-sign").content.decode()
    page = visit("sec2").post("/to-sign/sign", {"ready": ticked, "password": PASSWORD}, follow=True)
    assert f"{release} 没有办成" in text_of(page)
    assert visit("stranger").post(f"/releases/{release}/drop").status_code == 404
    assert boxes(client.get("/to-sign"), "ready") == ticked


def test_return_several_from_the_queue(console: Path) -> None:
    from review import queries

    one, two = submitted(findings=[]), submitted(findings=[], period="2025", run_key="r2")
    later = approve(submitted(findings=[], period="2024", run_key="r3"), upto="confidentiality")
    client = visit("sec")
    page = client.get("/queue?scope=all")
    ticked = boxes(page, "release")
    assert {t.partition("|")[0] for t in ticked} == {one, two}, "only what waits at the visitor's own stage"
    assert later in page.content.decode()
    empty = client.post("/queue/return?scope=all", {"release": ticked, "password": PASSWORD, "reason": " "})
    assert empty.status_code == 400
    assert len(re.findall(r'value="[^"]+" checked', empty.content.decode())) == 2
    wrong = client.post("/queue/return?scope=all", {"release": ticked, "password": "wrong", "reason": "口径有误"})
    assert wrong.status_code == 403
    assert "口径有误" in wrong.content.decode()
    done = client.post(
        "/queue/return?scope=all", {"release": ticked, "password": PASSWORD, "reason": "口径有误"}, follow=True
    )
    assert "已退回 2 件" in text_of(done)
    assert {queries.show(r)["status"] for r in (one, two)} == {"returned"}


def test_return_several_on_a_stale_page_and_elsewhere(console: Path) -> None:
    from review import queries

    one, two = submitted(findings=[]), submitted(findings=[], period="2025", run_key="r2")
    client = visit("sec")
    ticked = sorted(boxes(client.get("/queue"), "release"))
    decide(one, "sec2", "section")
    page = client.post("/queue/return", {"release": ticked, "password": PASSWORD, "reason": "口径有误"}, follow=True)
    assert "已退回 1 件" in text_of(page)
    assert f"{one} 没有办成" in text_of(page)
    assert queries.show(one)["status"] == "in_review"
    assert (
        visit("stranger").post("/queue/return", {"release": ticked, "password": PASSWORD, "reason": "x"}).status_code
        == 404
    )
    assert 'type="checkbox" name="release"' not in visit("op").get("/queue?scope=all").content.decode()
    assert queries.show(two)["status"] == "returned"


def test_no_address_approves_several(console: Path) -> None:
    """A form that names several releases has no verdict: what is posted beside is ignored."""
    from review import queries

    one = submitted(findings=[])
    client = visit("sec")
    ticked = boxes(client.get("/queue"), "release")
    client.post("/queue/return", {"release": ticked, "verdict": "approve", "password": PASSWORD, "reason": "口径有误"})
    assert queries.show(one)["status"] == "returned"
    again = submitted(findings=[], period="2025", run_key="r2")
    client.post("/to-sign/sign", {"ready": [f"{again}|{hash_of(again)}"], "verdict": "approve", "password": PASSWORD})
    assert queries.show(again)["decisions"] == []


def test_english(console: Path) -> None:
    client = visit("sec", "en")
    finish(client, table_release())
    assert HAN.findall(text_of(client.get("/to-sign"))) == []
    assert HAN.findall(text_of(client.get("/queue"))) == []


def test_return_at_a_blind_stage_is_sealed_and_said_so(console: Path) -> None:
    from review import blind, desk, queries
    from tests.integration.review.test_blind import CONTRACT

    desk.grant("law", "finance", "section_reviewer")
    blinded, plain = submitted(contract=CONTRACT, findings=[]), submitted(findings=[], period="2025", run_key="r2")
    client = visit("sec")
    ticked = boxes(client.get("/queue"), "release")
    page = client.post("/queue/return", {"release": ticked, "password": PASSWORD, "reason": "口径有误"}, follow=True)
    assert "已退回 1 件" in text_of(page)
    assert "1 件是背靠背环节，您的意见已密封" in text_of(page)
    assert queries.show(plain)["status"] == "returned"
    assert (queries.show(blinded)["status"], blind.told(blinded)) == ("in_review", [])
