"""What was typed isn't lost: by who comes too late, by whose session had ended; and a button pressed twice signs once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from domain.finding import Finding, Place, Severity
from tests.console_visits import propose_change, table_release, text_of, visit
from tests.integration.review.console.test_release import address, dispose_all, open_all, sign, status
from tests.review_desk import PASSWORD, approve, decide, events, hash_of, published, submitted

WORDS = "口径与上期不同，请核对"


def signed_in_again(client: object, person: str, where: str) -> object:
    return client.post("/sign-in", {"username": person, "password": PASSWORD, "next": where}, follow=True)  # type: ignore[attr-defined]  # Django's test client


def test_loser_of_a_race_gets_the_words_back(console: Path) -> None:
    release = table_release()
    client = visit("sec2")
    client.get(address(release))
    seen = {"verdict": "return", "stage": "section", "release_hash": hash_of(release), "password": PASSWORD}
    decide(release, "sec", "section", "return")
    page = client.post(address(release, "decide"), seen | {"reason": WORDS})
    assert page.status_code == 409
    assert WORDS in text_of(page)
    assert "SEC ·" in text_of(page), "who was faster"
    assert "这一步已不能办" in text_of(page)
    assert PASSWORD not in page.content.decode()


@pytest.mark.parametrize(("form", "box"), [("remark", "text"), ("decide", "reason")])
def test_words_outlive_the_session_of_who_wrote_them(console: Path, form: str, box: str) -> None:
    release = table_release()
    client = visit("sec")
    by = client.get(address(release)).context["by"]
    client.cookies.pop("sessionid")
    sent = {box: WORDS, "by": by, "password": PASSWORD, "verdict": "return"}
    answer = client.post(address(release, form), sent)
    assert answer.status_code == 302
    assert "您写的内容还在" in text_of(client.get(answer["Location"]))
    assert not [e for e in events(release) if e in ("remarked", "decided")]
    page = signed_in_again(client, "sec", address(release))
    assert page.content.decode().count(WORDS) == 1  # type: ignore[attr-defined]
    assert f">{WORDS}</textarea>" in page.content.decode()  # type: ignore[attr-defined]
    assert WORDS not in client.get(address(release)).content.decode(), "given back once"


TWO = [
    Finding("personal-data", Severity.HOLD, 1, (Place("main", column, 1),), None, "手机号", "MOBILE", remedy="span-replaced")
    for column in ("note", "region")
]  # fmt: skip


def test_disposition_outlives_the_session_of_who_wrote_it(console: Path) -> None:
    release = table_release(findings=TWO)
    client = visit("sec")
    open_all(client, release)
    page = client.get(address(release))
    [group] = page.context["grave"]
    said = {"by": page.context["by"], "group": group.key, "finding": group.ids, "kind": "false_alarm", "reason": WORDS}
    said |= {f"kind-{TWO[1].id}": "keep_by_law", f"basis-{TWO[1].id}": "政府采购法第四十三条"}
    client.cookies.pop("sessionid")
    answer = client.post(address(release, "dispose"), said)
    assert answer["Location"].endswith(f"%23g-{group.key}")
    assert not visit("sec").get(address(release)).context["draft"].dispositions
    page = signed_in_again(client, "sec", address(release))
    html = page.content.decode()  # type: ignore[attr-defined]
    assert f'name="reason" maxlength="2000" value="{WORDS}"' in html
    assert 'value="政府采购法第四十三条"' in html
    assert f'href="#g-{group.key}"' in html


def test_answer_to_a_case_outlives_the_session(console: Path) -> None:
    from datetime import date

    from review import desk
    from review.case_steps import CaseKind

    case = desk.open_case(CaseKind.INSPECTION, published(), date(2026, 12, 1), [TWO[0]])
    client = visit("op")
    by = client.get(f"/cases/{case}").context["by"]
    client.cookies.pop("sessionid")
    answer = client.post(f"/cases/{case}/answer", {"text": WORDS, "by": by, "password": PASSWORD})
    assert answer["Location"] == f"/sign-in?next=%2Fcases%2F{case}"
    page = signed_in_again(client, "op", f"/cases/{case}")
    assert f">{WORDS}</textarea>" in page.content.decode()  # type: ignore[attr-defined]
    assert WORDS not in client.get(f"/cases/{case}").content.decode()


@pytest.mark.parametrize("person", ["op", "op2"])
def test_contract_that_was_being_written_outlives_the_session_for_its_writer(console: Path, person: str) -> None:
    where = "/contracts/finance.debt_limit/edit"
    client = visit("op")
    typed = client.get(where).context
    text = typed["typed"]["text"] + f"# {WORDS}\n" * 2_000
    said = {
        "text": text,
        "by": typed["by"],
        "base": typed["typed"]["base"],
        "seen": "0",
        "note": "改口径",
        "do": "save",
    }
    client.cookies.pop("sessionid")
    answer = client.post("/contracts/finance.debt_limit/write", said)
    assert answer["Location"] == "/sign-in?next=%2Fcontracts%2Ffinance.debt_limit%2Fedit"
    page = signed_in_again(client, person, where)
    if person != "op":
        assert WORDS not in page.content.decode()  # type: ignore[attr-defined]
        return
    assert page.context["typed"] == {"text": text, "base": typed["typed"]["base"], "seen": 0, "note": "改口径"}  # type: ignore[attr-defined]
    assert "还没有存" in text_of(page)
    assert WORDS not in client.get(where).content.decode(), "given back once"


def ordered_off() -> str:
    from review import desk

    release = published()
    desk.withdraw(release, "chief", PASSWORD, "内容需要核实")
    return release


@pytest.mark.parametrize(
    ("person", "verb", "box", "ground"),
    [
        ("chief", "withdraw", "other", published),
        ("conf", "confirm", "why", ordered_off),
        ("conf", "reverse", "why", ordered_off),
    ],
    ids=["withdraw", "confirm", "reverse"],
)
def test_words_about_hiding_outlive_the_session(
    console: Path, person: str, verb: str, box: str, ground: Callable[[], str]
) -> None:
    release = ground()
    before, where = status(release), address(release, "hide")
    client = visit(person)
    by = client.get(where).context["by"]
    client.cookies.pop("sessionid")
    answer = client.post(address(release, verb), {box: WORDS, "by": by, "password": PASSWORD})
    assert answer["Location"] == f"/sign-in?next={quote(where, safe='')}"
    assert status(release) == before
    page = signed_in_again(client, person, address(release))  # another page about it leaves them where they are
    assert WORDS not in page.content.decode()  # type: ignore[attr-defined]
    page = client.get(where)
    assert f'name="{box}" maxlength="500" value="{WORDS}"' in page.content.decode()
    assert "这一步已不能办" not in text_of(page)
    assert PASSWORD not in page.content.decode()
    assert WORDS not in client.get(where).content.decode(), "given back once"


def test_words_about_hiding_are_told_where_somebody_was_faster(console: Path) -> None:
    from review import desk

    release = ordered_off()
    client = visit("conf")
    by = client.get(address(release, "hide")).context["by"]
    client.cookies.pop("sessionid")
    client.post(address(release, "confirm"), {"why": WORDS, "by": by})
    desk.confirm_withdrawal(release, "both", PASSWORD, "")
    page = signed_in_again(client, "conf", address(release, "hide"))
    assert "这一步已不能办" in text_of(page)
    assert WORDS in text_of(page)


@pytest.mark.parametrize(("verb", "box"), [("adopt", "reason"), ("refuse", "why")])
def test_words_about_a_proposed_contract_outlive_the_session(console: Path, verb: str, box: str) -> None:
    from review.models import ContractAnswer

    where = f"/proposals/{propose_change()}"
    client = visit("chief")
    by = client.get(where).context["by"]
    client.cookies.pop("sessionid")
    answer = client.post(f"{where}/{verb}", {box: WORDS, "by": by, "password": PASSWORD})
    assert answer["Location"] == f"/sign-in?next={quote(where, safe='')}"
    assert not ContractAnswer.objects.exists()
    page = signed_in_again(client, "chief", where)
    assert f'name="{box}" maxlength="500" value="{WORDS}"' in page.content.decode()  # type: ignore[attr-defined]
    assert WORDS not in client.get(where).content.decode(), "given back once"


def test_return_of_several_outlives_the_session_with_its_ticks(console: Path) -> None:
    ticked, other = submitted(findings=[]), submitted(findings=[], period="2025", run_key="r2")
    client = visit("sec")
    by = client.get("/queue?scope=mine").context["by"]
    client.cookies.pop("sessionid")
    value = f"{ticked}|section|{hash_of(ticked)}"
    said = {"release": [value], "reason": WORDS, "by": by, "password": PASSWORD}
    answer = client.post("/queue/return?scope=mine", said)
    assert answer["Location"] == "/sign-in?next=%2Fqueue%3Fscope%3Dmine"
    page = signed_in_again(client, "sec", "/queue?scope=mine")
    html = page.content.decode()  # type: ignore[attr-defined]
    assert f">{WORDS}</textarea>" in html
    assert f'value="{value}" checked' in html
    assert f'value="{other}|section|{hash_of(other)}">' in html
    assert '<details class="sheet" open>' in html
    assert {status(ticked), status(other)} == {"in_review"}
    assert WORDS not in client.get("/queue").content.decode(), "given back once"


def test_refused_disposition_gives_the_exceptions_back(console: Path) -> None:
    release = table_release(findings=TWO)
    client = visit("sec")
    open_all(client, release)
    [group] = client.get(address(release)).context["grave"]
    said = {"group": group.key, "finding": group.ids, "kind": "false_alarm", "reason": ""}  # no reason: refused
    said |= {f"kind-{TWO[1].id}": "keep_by_law", f"basis-{TWO[1].id}": "政府采购法第四十三条"}
    page = client.post(address(release, "dispose"), said)
    assert page.status_code in (400, 409)
    assert 'value="政府采购法第四十三条"' in page.content.decode()
    assert '<option value="keep_by_law" selected>' in page.content.decode()


@pytest.mark.parametrize("form", ["dispose", "decide"])
def test_form_about_other_bytes_enters_no_draft_and_comes_back(console: Path, form: str) -> None:
    release = table_release(findings=TWO)
    client = visit("sec")
    open_all(client, release)
    [group] = client.get(address(release)).context["grave"]
    said = {
        "group": group.key,
        "finding": group.ids,
        "kind": "false_alarm",
        "reason": WORDS,
        "keep": "1",
        "verdict": "return",
    }
    page = client.post(address(release, form), said | {"release_hash": "0" * 64})
    assert page.status_code == 409
    assert "内容已经变了" in text_of(page)
    assert WORDS in page.content.decode()
    found = visit("sec").get(address(release)).context["draft"]
    assert (found.dispositions, found.reason) == ({}, "")


def test_words_are_shown_to_nobody_else(console: Path) -> None:
    release = table_release()
    by = visit("sec").get(address(release)).context["by"]
    for person, said in (("sec2", by), ("sec", "sec:forged"), ("sec", "")):
        client = visit(None)
        client.post(address(release, "remark"), {"text": WORDS, "by": said})
        page = signed_in_again(client, person, address(release))
        assert WORDS not in page.content.decode()  # type: ignore[attr-defined]
        assert "unsent" not in client.session


def test_second_press_is_told_what_the_first_did(console: Path) -> None:
    fresh = table_release(submit=False)
    client = visit("op")
    for _ in range(2):
        form = {"password": PASSWORD, "release_hash": hash_of(fresh)}
        assert client.post(address(fresh, "submit"), form).status_code == 302
    assert events(fresh).count("submitted") == 1
    client = visit("sec")
    open_all(client, fresh)
    dispose_all(client, fresh)
    said = {"verdict": "approve", "stage": "section", "release_hash": hash_of(fresh), "password": PASSWORD}
    assert [client.post(address(fresh, "decide"), said).status_code for _ in range(2)] == [302, 302]
    assert events(fresh).count("decided") == 1
    assert client.post(address(fresh, "decide"), said | {"verdict": "return", "reason": WORDS}).status_code == 409
    assert client.post(address(fresh, "decide"), said | {"password": "wrong"}).status_code == 403
    approve(fresh)
    assert status(fresh) == "approved"
    assert sign(visit("chief"), fresh).status_code != 302, "another form than the one that was signed"


def test_remark_sent_twice_stands_once(console: Path) -> None:
    from review import queries

    release = table_release()
    for person, text in (("sec", WORDS), ("sec", WORDS), ("op", WORDS), ("sec", "另一句"), ("sec", WORDS)):
        assert visit(person).post(address(release, "remark"), {"text": text}).status_code == 302
    said = [(r["user"], r["text"]) for r in queries.remarks(release)]
    assert said == [("sec", WORDS), ("op", WORDS), ("sec", "另一句"), ("sec", WORDS)]


def test_recorded_answer_to_an_escalation_is_shown(console: Path) -> None:
    from review import desk

    release = table_release()
    decide(release, "sec", "section", "escalate")
    desk.answer_escalation(
        release, "conf", PASSWORD, authority="市国家保密局", answer="经研究，不涉密", document="一号"
    )
    page = text_of(visit("sec").get(address(release)))
    assert "市国家保密局" in page
    assert "经研究，不涉密" in page
