"""Cases in the console: the list by status and day, one case from what was found to its end, and whose text is shown where."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from tests.adopted_looks import AGAIN, URL, cases, changed, record, seat_everywhere
from tests.console_visits import visit
from tests.review_desk import HOLD, PASSWORD, published

SAID = "第3行的号码 13912345678 不该公开"


def opened(days: int = 5, text: str = "", about: str | None = None) -> str:
    from review import desk
    from review.case_steps import CaseKind

    kind = CaseKind.REPORT if text else CaseKind.INSPECTION
    due = timezone.localdate() + timedelta(days=days)
    release = published(period=about or "2026", run_key=about or "run-1")
    return desk.open_case(kind, release, due, [] if text else [HOLD], urgent=bool(text), text=text, about=about)


def test_list_shows_what_waits_first_and_marks_what_is_late(console: Path) -> None:
    from review import desk

    late, soon = opened(-1, SAID, "late"), opened(3, SAID, "soon")
    page = visit("op").get("/cases").content.decode()
    assert page.index(late) < page.index(soon)
    assert page.count("已超期") == 1
    assert "13912345678" not in page
    desk.answer_case(soon, "op", PASSWORD, "已更正")
    assert soon not in visit("op").get("/cases").content.decode()
    assert soon in visit("op").get("/cases?status=answered").content.decode()
    assert soon in visit("op").get("/cases?status=all").content.decode()
    assert "这里没有问题单" in visit("op").get("/cases?status=closed").content.decode()


def test_list_says_how_far_the_scan_after_a_change_of_the_rules_is(console: Path) -> None:
    from review import desk

    release = published()
    assert "规则最近一次变动" not in visit("op").get("/cases").content.decode()
    desk.begin_rescan("0" * 64, ["secrecy"], 2)
    assert "复扫 0／2" in visit("op").get("/cases").content.decode()
    desk.record_rescan(release, "0" * 64, {"block": 0}, {})
    assert "1 of 2" in visit("op", "en").get("/cases").content.decode()


def test_from_answer_to_end_by_two_people(console: Path) -> None:
    from review.cases import find

    case = opened()
    where = f"/cases/{case}"
    page = visit("op").get(where).content.decode()
    assert HOLD.note in page
    assert "签字答复" in page
    assert "签字办结" not in page
    wrong = visit("op").post(f"{where}/answer", {"text": "查过了，属实", "password": "wrong password"})
    assert wrong.status_code == 403
    assert "查过了，属实" in wrong.content.decode()
    numbers = visit("op").post(f"{where}/answer", {"text": "是 13912345678", "password": PASSWORD})
    assert numbers.status_code == 400
    assert visit("conf").post(f"{where}/answer", {"text": "查过了，属实", "password": PASSWORD}).status_code == 302
    assert "签字办结" not in visit("conf").get(where).content.decode()
    assert visit("conf").post(f"{where}/close", {"text": "好", "password": PASSWORD}).status_code == 409
    assert visit("sec").post(f"{where}/close", {"text": "好", "password": PASSWORD}).status_code == 403
    before = find(case).due_on
    assert visit("chief").post(f"{where}/reopen", {"text": "没说清", "password": PASSWORD}).status_code == 302
    assert find(case).status == "open"
    assert find(case).due_on >= before
    visit("op").post(f"{where}/answer", {"text": "已说清", "password": PASSWORD})
    assert visit("chief").post(f"{where}/close", {"text": "已了", "password": PASSWORD}).status_code == 302
    page = visit("auditor").get(where).content.decode()
    for said in ("查过了，属实", "没说清", "已说清", "已了", "已办结"):
        assert said in page
    assert "签字" not in page


@pytest.mark.parametrize("person", ["op", "sec", "conf", "law", "chief", "auditor"])
def test_text_of_a_report_stands_on_its_case_alone(console: Path, person: str) -> None:
    from review.cases import find

    case = opened(1, SAID, "one")
    release = find(case).release.public_id
    client = visit(person)
    assert "13912345678" in client.get(f"/cases/{case}").content.decode()
    assert case in client.get(f"/releases/{release}").content.decode()
    for where in (
        "/cases",
        "/queue",
        "/ledger",
        "/notices",
        "/overview",
        f"/releases/{release}",
        f"/releases/{release}/hide",
    ):
        assert "13912345678" not in client.get(where).content.decode()


def test_words_of_the_public_are_shown_as_text(console: Path) -> None:
    case = opened(1, "见 <script>alert(1)</script> <img src=x onerror=alert(2)>", "markup")
    page = visit("op").get(f"/cases/{case}").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_case_about_an_adopted_catalogue_from_its_opening_to_its_end(console: Path, language: str) -> None:
    seat_everywhere()
    record(changed("<b>budget</b>"), changed("land", "adopted-missing", None))
    (case, _, _), (other, _, _) = cases()
    where = f"/cases/{case}"
    said = {
        "zh-hans": ("接管的目录有变化", "仍有 1 处变化", "目录已于", "已不再核对这个目录"),
        "en": ("an adopted catalogue changed", "1 change still stands", "was adopted again on", "no longer watched"),
    }[language]
    kind, stands, settled, forgotten = said
    for listed in (
        visit("op", language).get("/cases").content.decode(),
        visit("auditor", language).get("/cases").content.decode(),
    ):
        assert "&lt;b&gt;budget&lt;/b&gt;" in listed
        assert "<b>budget" not in listed
        assert (kind in listed, URL in listed) == (True, True)
        assert listed.count(f'href="{where}"') == 2, "in the list, and beside the change that stands"
    page = visit("op", language).get(where).content.decode()
    assert (stands in page, URL in page, "1.csv" in page) == (True, True, True)
    for person, refused in (("sec", 403), ("stranger", 404), ("both", 404)):  # no role for it; no sight of it
        client = visit(person, language)
        assert client.get(where).status_code == 404
        assert client.post(f"{where}/answer", {"text": "看过", "password": PASSWORD}).status_code == refused
        assert case not in client.get("/cases?status=all").content.decode()
    assert visit("auditor", language).post(f"{where}/answer", {"text": "看过", "password": PASSWORD}).status_code == 403
    assert visit("op", language).post(f"{where}/answer", {"text": "已核实", "password": PASSWORD}).status_code == 302
    assert visit("op", language).post(f"{where}/close", {"text": "好", "password": PASSWORD}).status_code == 403
    assert visit("conf", language).post(f"{where}/reopen", {"text": "没说清", "password": PASSWORD}).status_code == 302
    record(on=AGAIN)
    assert settled in visit("chief", language).get(f"/cases/{other}").content.decode()
    assert visit("chief", language).post(f"{where}/close", {"text": "已了", "password": PASSWORD}).status_code == 302
    desk_forgets()
    assert forgotten in visit("auditor", language).get(where).content.decode()


def desk_forgets() -> None:
    from review import desk

    desk.forget_adopted(())


def test_notice_of_a_case_about_a_catalogue_leads_to_it(console: Path) -> None:
    from review import desk

    seat_everywhere()
    record(changed("budget"))
    [(case, _, _)] = cases()
    desk.answer_case(case, "op", PASSWORD, "已核实")
    while desk.tell():
        pass
    page = visit("conf").get("/notices").content.decode()
    assert f'<a href="/cases/{case}">{case}</a>' in page
    assert 'href="/cases#adopted"' in page
