"""People, units, seats and deputies: an administrator writes through the desk, an auditor reads, each appoints deputies."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.console_visits import queries_counted, text_of, visit
from tests.review_desk import PASSWORD, events, submitted

SOON = (date.today() + timedelta(days=7)).isoformat()


def test_administrator_adds_seats_resets_and_closes(console: Path) -> None:
    from review import queries

    client = visit("admin")
    new = {"username": "newcomer", "name": "新人", "password": PASSWORD}
    assert client.post("/people/add", new)["Location"] == "/people"
    assert (
        client.post("/people/grant", {"username": "newcomer", "unit": "industry", "role": "operator"}).status_code
        == 302
    )
    person = next(u for u in queries.users() if u["username"] == "newcomer")
    assert [(s["unit"], s["role"]) for s in person["seats"]] == [("industry", "operator")]
    assert visit("newcomer").get("/queue").status_code == 200
    assert client.post(f"/people/seats/{person['seats'][0]['seat']}/revoke").status_code == 302
    assert visit("newcomer").get("/queue").status_code == 403
    assert client.post("/people/password", {"username": "newcomer", "password": PASSWORD + "!"}).status_code == 302
    assert client.post("/people/close", {"username": "newcomer"}).status_code == 302
    assert events()[-5:] == ["user-added", "granted", "revoked", "password-set", "user-closed"]


def test_refusal_comes_back_with_what_was_typed_and_no_password(console: Path) -> None:
    page = visit("admin").post("/people/add", {"username": "x", "password": "short"})
    assert page.status_code == 400
    assert "short" not in page.content.decode().replace("no shorter", "")
    page = visit("admin").post("/people/grant", {"username": "auditor", "unit": "finance", "role": "operator"})
    assert page.status_code == 403
    assert 'value="auditor"' in page.content.decode()
    assert (
        visit("admin").post("/people/grant", {"username": "admin", "unit": "finance", "role": "operator"}).status_code
        == 403
    )
    assert (
        visit("admin")
        .post("/people/grant", {"username": "law", "unit": "finance", "role": "operator", "from": "x"})
        .status_code
        == 400
    )


@pytest.mark.parametrize("person", ["op", "sec", "conf", "law", "chief", "auditor", "stranger"])
@pytest.mark.parametrize("act", ["add", "grant", "password", "close", "seats/1/revoke"])
def test_nobody_else_writes(console: Path, person: str, act: str) -> None:
    before = len(events())
    said = {"username": person, "unit": "finance", "role": "releasing_chief", "password": PASSWORD}
    assert visit(person).post(f"/people/{act}", said).status_code == 403
    assert len(events()) == before


def test_auditor_reads_people_and_units(console: Path) -> None:
    page = visit("auditor").get("/people")
    assert "人员与任职" in text_of(page)
    assert '<form method="post" action="/people' not in page.content.decode()
    assert "市财政局" in text_of(visit("auditor").get("/people/units"))
    assert [p["username"] for p in visit("admin").get("/people?q=chief").context["people"]] == ["chief"]
    assert {p["username"] for p in visit("admin").get("/people?unit=industry").context["people"]} == {"stranger"}


def test_deputy_sits_in_for_a_while(console: Path) -> None:
    from django.utils import timezone

    release = submitted()
    client = visit("sec")
    assert visit("law").get("/queue").context["mine"] == 0
    said = {"seat": "finance|section_reviewer", "username": "law", "from": timezone.localdate().isoformat(), "to": SOON}
    assert client.post("/me/deputy", said)["Location"] == "/me"
    assert "LAW" in text_of(client.get("/me"))
    assert [r["release"] for r in visit("law").get("/queue").context["rows"]] == [release]
    assert "SEC" not in text_of(visit("conf").get("/me"))


@pytest.mark.parametrize(
    "said",
    [{"to": ""}, {"to": "rubbish"}, {"seat": "finance|releasing_chief"}, {"username": "nobody1"}, {"username": "sec"}, {"to": "2000-01-01"}],
    ids=["no end", "no date", "not one's own seat", "nobody", "oneself", "in the past"],
)  # fmt: skip
def test_deputy_is_refused(console: Path, said: dict[str, str]) -> None:
    full = {"seat": "finance|section_reviewer", "username": "law", "from": "", "to": SOON} | said
    page = visit("sec").post("/me/deputy", full)
    assert page.status_code in (400, 403)
    assert 'role="alert"' in page.content.decode()


def test_queries_do_not_grow(console: Path) -> None:
    from review import desk

    def count(address: str) -> int:
        client = visit("admin")
        with queries_counted() as found:
            client.get(address)
        return found["n"]

    few = [count(a) for a in ("/people", "/people/units", "/me")]
    for n in range(8):
        desk.add_user(f"extra{n}", PASSWORD)
        desk.grant(f"extra{n}", "industry", "operator")
    assert [count(a) for a in ("/people", "/people/units", "/me")] == few
    assert max(few) <= 14


def test_what_is_on_hand_is_handed_over_from_the_own_page(console: Path) -> None:
    from review import desk
    from review.models import ReleaseRecord
    from tests.review_desk import submitted

    release = submitted()
    assert visit("sec").get("/me").context["ways"] == []
    desk.take(release, "sec")
    client = visit("sec")
    assert ("finance", "section_reviewer", "sec2", 1) in client.get("/me").context["ways"]
    answer = client.post("/me/hand-over", {"way": "finance|section_reviewer|sec2"})
    assert answer.status_code == 302
    assert ReleaseRecord.objects.get().taken_by.username == "sec2"
    assert client.post("/me/hand-over", {"way": "finance|section_reviewer|sec2"}).status_code == 400
    assert client.post("/me/hand-over", {"way": ""}).status_code == 403
    assert visit("op").post("/me/hand-over", {"way": "finance|operator|op2"}).status_code == 403
