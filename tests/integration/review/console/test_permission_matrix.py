"""Every role × every page, allowed and refused, own and another department: the table of docs/reference/console.md."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from tests.console_visits import industry_contract, propose_change, table_release, visit
from tests.review_desk import HOLD, checked, published, submitted

ROOT = Path(__file__).resolve().parents[4]
ROLE_OF = {
    "operator": "op", "section_reviewer": "sec", "confidentiality_reviewer": "conf", "legal_reviewer": "law", "releasing_chief": "chief",
    "auditor": "auditor", "administrator": "admin",
}  # fmt: skip
UNLAID = (
    "again",
    "run",
    "upload",
    "cancel",
    "source",
    "pause",
    "resume",
    "contract_again",
)  # nothing of theirs is there
PARAMS = {
    "dataset": "finance.debt_limit",
    "pack": "personal",
    "seat": "1",
    "work": "1",
    "finding": HOLD.id,
    "place": "1",
    "proposal": "1",
}


@cache
def documented() -> dict[str, tuple[str, str, frozenset[str]]]:
    """The table in the docs: page → method, address, roles."""
    text = (ROOT / "docs/reference/console.md").read_text("utf-8")
    head = re.search(r"^\| page .*\|$", text, re.M)
    assert head is not None
    roles = [c.strip() for c in head.group().strip("|").split("|")][3:]
    found = {}
    for line in re.findall(r"^\| (?!page|---).*\|$", text, re.M):
        cells = [c.strip() for c in line.strip("|").split("|")]
        found[cells[0]] = (
            cells[1],
            cells[2].strip("`"),
            frozenset(r for r, c in zip(roles, cells[3:], strict=True) if c == "yes"),
        )
    return found


def test_docs_table_names_every_address_and_agrees_with_the_code(console: Path) -> None:
    from review.console import urls
    from review.console.access import ANYBODY, PAGES

    named = {p.name for p in urls.urlpatterns if getattr(p, "name", None)}
    assert named == set(PAGES)
    table = documented()
    assert set(table) == {n for n in PAGES if PAGES[n] is not ANYBODY}
    for name, (_, _, roles) in table.items():
        assert roles == {r.value for r in PAGES[name]}, name


def case_of(release: str) -> str:
    """The number of a case about the release; one that nobody has where there is no such release."""
    from review import desk
    from review.case_steps import CaseKind
    from review.models import ReleaseRecord

    if not ReleaseRecord.objects.filter(public_id=release).exists():
        return "Q-2026-9999"
    return desk.open_case(CaseKind.INSPECTION, release, date(2026, 12, 1), [HOLD], text="第三行有误")


def address(name: str, release: str) -> str:
    where = documented()[name][1]
    case = case_of(release) if "<case>" in where else ""
    for key, value in (PARAMS | {"release": release, "case": case}).items():
        where = where.replace(f"<{key}>", value)
    return where


@pytest.mark.parametrize("role", sorted(ROLE_OF))
def test_role_opens_its_pages_and_no_other(console: Path, role: str) -> None:
    release = table_release()
    propose_change("op2")
    client = visit(ROLE_OF[role])
    for name, (method, _, roles) in documented().items():
        page = getattr(client, method.lower())(address(name, release))
        if role in roles:
            assert page.status_code not in (403, 500) or method == "POST", (name, page.status_code)
            assert page.status_code != 404 or name in UNLAID, (name, page.status_code)
        else:
            assert page.status_code == 403, (name, page.status_code)


def test_signed_out_sees_nothing(console: Path) -> None:
    release = table_release()
    for name, (method, _, _) in documented().items():
        page = getattr(visit(None), method.lower())(address(name, release))
        assert (name, page.status_code, page["Location"][:8]) == (name, 302, "/sign-in")


def test_another_departments_release_does_not_exist(console: Path) -> None:
    theirs = {
        "mine": submitted(),
        "published": published(period="b", run_key="b"),
        "fresh": checked(period="c", run_key="c"),
    }
    stranger = visit("stranger")
    for name, (method, where, roles) in documented().items():
        if "<release>" not in where:
            continue
        for release in (*theirs.values(), "R-2026-9999", "..%2f..", "<script>"):
            page = getattr(stranger, method.lower())(address(name, release))
            expected = {404} if roles & {"operator", "section_reviewer", "releasing_chief"} else {403, 404}
            assert page.status_code in expected, (name, release, page.status_code)
            assert "政府债务限额" not in page.content.decode()


def test_another_departments_case_does_not_exist(console: Path) -> None:
    case = case_of(published())
    for where in (f"/cases/{case}", f"/cases/{case}/answer", f"/cases/{case}/close", f"/cases/{case}/reopen"):
        method = "get" if where.endswith(case) else "post"
        page = getattr(visit("stranger"), method)(where, {"text": "x", "password": "y"} if method == "post" else {})
        assert page.status_code == 404
        assert "第三行有误" not in page.content.decode()
    assert case not in visit("stranger").get("/cases?status=all").content.decode()
    assert case in visit("law").get("/cases").content.decode()


def test_own_and_other_for_the_same_person(console: Path) -> None:
    other = checked(industry_contract(), period="x", run_key="x")
    assert visit("stranger").get(f"/releases/{other}").status_code == 200
    for person in ("op", "sec", "conf", "law", "chief"):
        assert visit(person).get(f"/releases/{other}").status_code == 404
    assert visit("auditor").get(f"/releases/{other}").status_code == 200


def test_person_without_a_seat_sees_only_that(console: Path) -> None:
    from review import desk
    from tests.review_desk import PASSWORD

    desk.add_user("nobody1", PASSWORD)
    client = visit("nobody1")
    for name, (method, _, _) in documented().items():
        assert getattr(client, method.lower())(address(name, "R-2026-0001")).status_code == 403, name


def test_address_outside_the_table_is_refused(console: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from review.console import access

    monkeypatch.setattr(access, "PAGES", {k: v for k, v in access.PAGES.items() if k != "queue"})
    assert visit("auditor").get("/queue").status_code == 403
