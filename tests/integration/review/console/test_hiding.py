"""Hide now from a phone: three taps and a password; then what the catalogue confirmed, and the second person."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from tests.console_visits import visit
from tests.review_desk import BLOCK, PASSWORD, checked, decide, events, hash_of, published, submitted


def status(release: str) -> str:
    from review import queries

    return str(queries.show(release)["status"])


def test_three_taps_and_a_password(console: Path) -> None:
    release = published()
    client = visit("chief")
    assert 'href="/hide"' in client.get("/queue").content.decode()  # tap one
    listed = client.get("/hide").content.decode()
    where = f"/releases/{release}/hide"
    assert f'href="{where}"' in listed  # tap two
    form = client.get(where).content.decode()
    fields = dict(re.findall(r'name="(release_hash|reason)" value="([^"]+)"[^>]*?(?: checked)?>', form))
    checked = re.search(r'name="reason" value="([^"]+)" checked', form)
    assert checked is not None  # a reason stands there already: what is left is the password and tap three
    said = {"release_hash": fields["release_hash"], "reason": checked[1], "password": PASSWORD}
    page = client.post(f"/releases/{release}/withdraw", said, follow=True)
    assert page.redirect_chain[-1][0] == where
    assert status(release) == "withdrawn"
    assert "还没有确认" in page.content.decode()
    assert 'http-equiv="refresh"' in page.content.decode()


def test_page_shows_what_the_catalogue_confirmed(console: Path) -> None:
    from review import desk

    release = published()
    desk.withdraw(release, "chief", PASSWORD, "内容需要核实")
    proof = [{"url": "http://127.0.0.1:1/a", "status": 404, "gone": True}] * 3
    work = desk.ask("withdraw", {"release": release}, "chief")
    desk.claim("w", kinds=("withdraw",))
    desk.finish(work, "w", ok=False, result={"error": "catalogue-unreachable", "message": "x"})
    page = visit("conf").get(f"/releases/{release}/hide").content.decode()
    assert "catalogue-unreachable" in page
    assert "签字撤销" not in page  # nothing is put out again before it is off
    desk.record_withdrawn(release, {"addresses": proof})
    page = visit("conf").get(f"/releases/{release}/hide").content.decode()
    assert "3 个地址逐一访问，3 个已不可得" in page
    assert "签字撤销" in page
    assert 'http-equiv="refresh"' not in page


@pytest.mark.parametrize(("verb", "after"), [("confirm", "withdrawn"), ("reverse", "approved")])
def test_second_person_signs(console: Path, verb: str, after: str) -> None:
    from review import desk

    release = published()
    desk.withdraw(release, "chief", PASSWORD, "内容需要核实")
    desk.record_withdrawn(release, {"addresses": []})
    said = {"release_hash": hash_of(release), "why": "核实无误"}
    act = f"/releases/{release}/{verb}"
    assert release in visit("conf").get("/hide").content.decode()
    assert visit("chief").post(act, said | {"password": PASSWORD}).status_code == 409  # the one who ordered it
    assert visit("sec").post(act, said | {"password": PASSWORD}).status_code == 403
    wrong = visit("conf").post(act, said | {"password": "wrong password"})
    assert wrong.status_code == 403
    assert "核实无误" in wrong.content.decode()
    assert visit("conf").post(act, said | {"password": PASSWORD}).status_code == 302
    assert status(release) == after
    assert "等第二人" not in visit("conf").get("/hide").content.decode()


def test_wrong_password_hides_nothing_and_keeps_the_words(console: Path) -> None:
    release = published()
    said = {"release_hash": hash_of(release), "reason": "x", "other": "附件需更正", "password": "wrong password"}
    page = visit("conf").post(f"/releases/{release}/withdraw", said)
    assert page.status_code == 403
    assert "附件需更正" in page.content.decode()
    assert status(release) == "published"
    assert "asked" not in events(release)


def test_release_in_review_offers_nothing_to_hide(console: Path) -> None:
    release = submitted()
    decide(release, "sec", "section")
    assert "签字，立即撤下" not in visit("chief").get(f"/releases/{release}/hide").content.decode()
    assert release not in visit("chief").get("/hide").content.decode()
    assert (
        "签字，立即撤下"
        not in visit("sec").get(f"/releases/{published(period='b', run_key='b')}/hide").content.decode()
    )


def test_queue_lists_orders_for_whoever_may_answer(console: Path) -> None:
    from review import desk

    release = published()
    desk.withdraw(release, "chief", PASSWORD, "内容需要核实")
    seen = {
        p: f'href="/releases/{release}/hide"' in visit(p).get("/queue").content.decode()
        for p in ("chief", "conf", "both", "sec", "op", "stranger", "auditor")
    }
    assert {p for p, said in seen.items() if said} == {"conf", "both"}
    desk.confirm_withdrawal(release, "conf", PASSWORD)
    assert f'href="/releases/{release}/hide"' not in visit("both").get("/queue").content.decode()


def test_submitter_isnt_asked_to_answer(console: Path) -> None:
    from review import desk

    release = checked()
    desk.submit(release, "both", PASSWORD)
    for person, stage in (("sec", "section"), ("conf", "confidentiality"), ("law", "legal"), ("chief", "chief")):
        decide(release, person, stage)
    desk.withdraw(release, "chief", PASSWORD, "内容需要核实")
    assert f'href="/releases/{release}/hide"' not in visit("both").get("/queue").content.decode()
    assert f'href="/releases/{release}/hide"' in visit("conf").get("/queue").content.decode()


def test_orders_in_the_queue_cost_the_same_queries_however_many(console: Path) -> None:
    from review import desk
    from tests.console_visits import queries_counted

    counted = []
    for period in ("a", "b", "c"):
        release = published(period=period, run_key=period)
        desk.withdraw(release, "chief", PASSWORD, "内容需要核实")
        with queries_counted() as found:
            visit("conf").get("/queue")
        counted.append(found["n"])
    assert counted[0] == counted[1] == counted[2]


def test_leak_found_while_it_is_checked_is_signed_on_the_same_page(console: Path) -> None:
    from domain.withdrawal import Cause
    from review import desk, queries

    release = published()
    desk.withdraw(release, "chief", PASSWORD, "内容需要核实，暂停公开", cause=Cause.VERIFY)
    proof = {"addresses": [{"url": "http://127.0.0.1:1/a", "status": 404, "gone": True}], "keeps_words": True}
    desk.record_withdrawn(release, proof)
    where = f"/releases/{release}/hide"
    page = visit("conf").get(where).content.decode()
    assert "名称和说明留着" in page
    assert "改为更严的下架令" in page
    assert re.findall(r'name="reason" value="([^"]+)"', page) == ["含有不应公开的内容"]  # never a looser one
    assert "改为更严的下架令" not in visit("sec").get(where).content.decode()
    assert "take its words off too" in visit("conf", "en").get(where).content.decode()
    said = {"release_hash": hash_of(release), "reason": "含有不应公开的内容"}
    act = f"/releases/{release}/withdraw"
    assert visit("conf").post(act, said | {"password": "wrong password"}).status_code == 403
    assert visit("conf").post(act, said | {"password": PASSWORD}).status_code == 302
    record = queries.show(release)
    assert (record["reason_code"], record["takedown"]) == ("leak", None)
    page = visit("chief").get(where).content.decode()
    assert "您是第二人" in page  # who ordered the first one answers the stricter
    assert "改为更严的下架令" not in page
    again = visit("chief").post(act, said | {"password": PASSWORD})
    assert again.status_code == 409


def test_page_names_the_administrator_s_command(console: Path) -> None:
    from review import desk
    from review.case_steps import CaseKind

    release = published()
    desk.withdraw(release, "chief", PASSWORD, "含有不应公开的内容")
    work = desk.ask("withdraw", {"release": release}, "chief")
    desk.claim("w", kinds=("withdraw",))
    message = "it still tells; run `for id in a b; do ckanapi action activity_delete id=$id; done`, and the next try"
    desk.finish(work, "w", ok=False, result={"error": "withdrawal-incomplete", "message": message})
    page = visit("conf").get(f"/releases/{release}/hide").content.decode()
    assert "for id in a b; do ckanapi action activity_delete id=$id; done</pre>" in page
    assert "请目录的系统管理员运行" in page
    case = desk.open_case(CaseKind.RULE_CHANGE, release, date(2026, 12, 1), [BLOCK])
    assert "do ckanapi action activity_delete" in visit("conf").get(f"/cases/{case}").content.decode()
    desk.record_withdrawn(release, {"addresses": [], "keeps_words": False})
    assert "activity_delete" not in visit("conf").get(f"/cases/{case}").content.decode()
    assert "activity_delete" not in visit("conf").get(f"/releases/{release}/hide").content.decode()
