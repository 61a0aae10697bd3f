"""The work list and the list of releases: whose turn it is, filters, paging, search, taking on, query counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.console_visits import industry_contract, queries_counted, visit
from tests.review_desk import BLOCK, PASSWORD, checked, decide, make_contract, published, submitted


def made(number: int, **how: object) -> str:
    return submitted(period=f"p{number}", run_key=f"run-{number}", **how)


def names(page: object) -> list[str]:
    return [r["release"] for r in page.context["rows"]]  # type: ignore[attr-defined]


def test_each_sees_what_is_their_turn(console: Path) -> None:
    waiting, moved = made(1), made(2)
    decide(moved, "sec", "section")
    fresh = checked(period="p3", run_key="run-3")
    blocked = checked(period="p4", run_key="run-4", findings=[BLOCK])
    turn = {
        "sec": [waiting],
        "sec2": [waiting],
        "conf": [moved],
        "chief": [],
        "op": [fresh, blocked],
        "both": [waiting, fresh, blocked],
    }
    for person, expected in turn.items():
        page = visit(person).get("/queue")
        assert (person, names(page)) == (person, expected)
        assert page.context["mine"] == len(expected)
    assert names(visit("auditor").get("/queue?scope=all")) == [waiting, moved, fresh, blocked]
    assert names(visit("stranger").get("/queue?scope=all")) == []


def test_returned_waits_until_it_is_corrected(console: Path) -> None:
    release = made(1)
    decide(release, "sec", "section", "return")
    assert names(visit("op").get("/queue")) == [release]
    newer = checked(period="p1", run_key="again")
    assert names(visit("op").get("/queue")) == [newer]


def test_escalated_waits_for_whoever_may_answer(console: Path) -> None:
    release = made(1)
    decide(release, "sec", "section", "escalate")
    assert names(visit("conf").get("/queue")) == names(visit("chief").get("/queue")) == [release]
    assert names(visit("sec").get("/queue")) == []


def test_scopes_count_and_keep_to_the_unit(console: Path) -> None:
    mine, theirs = made(1), checked(industry_contract(), period="p2", run_key="run-2")
    page = visit("auditor").get("/queue?scope=unit")
    assert [(name, n) for name, _, n, _ in page.context["tabs"]] == [("mine", 0), ("unit", 0), ("all", 2)]
    assert names(visit("stranger").get("/queue?scope=unit")) == [theirs]
    assert names(visit("sec").get("/queue?scope=unit")) == [mine]


def test_filters_search_and_nonsense(console: Path) -> None:
    contract = make_contract(id="finance.budget", title={"zh": "预算收入", "en": "Budget revenue"})
    first, second = made(1), submitted(contract=contract, period="2027", run_key="b", findings=[])
    client = visit("sec")
    for query, expected in {
        "q=预算": [second], "q=budget 2027": [second], "q=p1": [first], f"q={first}": [first], "severity=hold": [first], "severity=block": [],
        "stage=section": [first, second], "stage=chief": [], "unit=finance": [first, second], "unit=industry": [], "unit=nowhere": [],
        "severity=x&stage=y&page=-3": [first, second], "q=%25": [], "scope=rubbish": [first, second],
    }.items():  # fmt: skip
        assert (query, names(client.get(f"/queue?{query}"))) == (query, expected)
    assert names(client.get("/releases?status=in_review")) == [second, first]
    assert names(client.get("/releases?status=published")) == []


def test_paged(console: Path) -> None:
    all_of_them = [made(n, findings=[]) for n in range(27)]
    client = visit("sec")
    assert names(client.get("/queue")) == all_of_them[:25]
    assert names(client.get("/queue?page=2")) == all_of_them[25:]
    assert names(client.get("/queue?page=99")) == all_of_them[25:]
    assert 'href="?page=2"' in client.get("/queue").content.decode()
    assert "第 26–27 项，共 27 项" in client.get("/queue?page=2").content.decode()


def test_taken_and_given_back(console: Path) -> None:
    release = made(1)
    client = visit("sec")
    page = client.post(f"/releases/{release}/take", {"back": "/queue?scope=all"})
    assert (page.status_code, page["Location"]) == (302, "/queue?scope=all")
    assert "SEC" in visit("sec2").get("/queue").content.decode()
    assert visit("sec2").post(f"/releases/{release}/take").status_code == 409
    assert client.get(f"/releases/{release}/take").status_code == 405
    assert (
        client.post(f"/releases/{release}/give-back", {"back": "//evil.example"})["Location"] == f"/releases/{release}"
    )
    assert visit("sec2").post(f"/releases/{release}/take").status_code == 302


@pytest.mark.parametrize(
    ("person", "expected"),
    [("conf", 403), ("op", 403), ("auditor", 403), ("admin", 403), ("stranger", 404), (None, 302)],
)
def test_others_cannot_take(console: Path, person: str | None, expected: int) -> None:
    release = made(1)
    page = visit(person).post(f"/releases/{release}/take")
    assert page.status_code == expected
    if expected == 302:
        assert page["Location"].startswith("/sign-in")


@pytest.mark.parametrize("address", ["/queue", "/queue?scope=all", "/releases", "/queue?q=政府&severity=hold"])
def test_queries_do_not_grow_with_rows(console: Path, address: str) -> None:
    client = visit("conf")

    def count() -> int:
        with queries_counted() as found:
            assert client.get(address).status_code == 200
        return found["n"]

    decide(made(1), "sec", "section")
    few = count()
    for n in range(2, 12):
        decide(made(n), "sec", "section")
    published(period="old", run_key="old")
    assert count() == few <= 20


def test_hostile_title_is_shown_as_text(console: Path) -> None:
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    contract = make_contract(title={"zh": hostile, "en": hostile})
    submitted(contract=contract)
    for address in ("/queue", "/releases", f"/queue?q={hostile}"):
        page = visit("sec").get(address).content.decode()
        assert page.count("<script") == 1  # HTMX's
        assert "<img" not in page
        assert "&lt;script&gt;" in page


def test_password_never_left_in_a_page(console: Path) -> None:
    assert PASSWORD not in visit("sec").get("/queue").content.decode()
