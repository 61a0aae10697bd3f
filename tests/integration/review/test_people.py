"""Units, people, seats, deputies and the queue of work, with the refusals of each."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.errors import NotPermitted, PackInvalid, ReleaseNotApproved, TransitionRefused, UsageInvalid
from domain.pack import load_pack
from tests.review_desk import PASSWORD, approved, decide, make_contract, published, submitted

pytestmark = pytest.mark.usefixtures("home")


def now() -> datetime:
    from django.utils import timezone

    return timezone.now()


def span(start: float = 60, end: float = 3600) -> dict[str, Any]:
    return {"valid_from": now() + timedelta(seconds=start), "valid_to": now() + timedelta(seconds=end)}


@pytest.mark.parametrize(
    ("username", "password"),
    [("", PASSWORD), ("a b", PASSWORD), ("system", PASSWORD), ("unknown", PASSWORD), ("op", PASSWORD), ("newcomer", "short"), ("newcomer", "password123")],
)  # fmt: skip
def test_add_user_refused(username: str, password: str) -> None:
    from review import desk, queries

    before = queries.users()
    with pytest.raises(UsageInvalid):
        desk.add_user(username, password)
    assert queries.users() == before


def test_password_is_argon2() -> None:
    from review.models import User

    assert {u.password.split("$")[0] for u in User.objects.all()} == {"argon2"}


HASH = """
from django.conf import settings
from review.settings import PEOPLE
settings.configure(PASSWORD_HASHERS=PEOPLE["PASSWORD_HASHERS"])
from django.contrib.auth.hashers import get_hasher
told = get_hasher().decode(get_hasher().encode("a made-up phrase", "0" * 16))
print(told["variety"], told["memory_cost"], told["time_cost"])
"""


def test_password_costs_a_guesser_what_owasp_asks() -> None:
    done = subprocess.run([sys.executable, "-c", HASH], capture_output=True, text=True, check=True)
    variety, kibibytes, rounds = done.stdout.split()  # a process of its own: here tests have made it cheap
    assert (variety, int(kibibytes) >= 19 * 1024, int(rounds) >= 2) == ("argon2id", True, True)


@pytest.mark.parametrize("actor", ["op", "chief", "auditor", "stranger"])
def test_people_are_the_administrators(actor: str) -> None:
    from review import desk, queries

    unit = {"title_zh": "水", "title_en": "Water", "kind": "department", "parent": "city"}
    acts = (
        lambda: desk.add_user("newcomer", PASSWORD, actor=actor),
        lambda: desk.grant("law", "finance", "operator", actor=actor),
        lambda: desk.revoke(queries.users()[0]["seats"][0]["seat"], actor=actor),
        lambda: desk.add_unit("water", **unit, actor=actor),
        lambda: desk.set_password("law", PASSWORD, actor=actor),
        lambda: desk.close_user("law", actor=actor),
        lambda: desk.deputise("law", "sec", "finance", "section_reviewer", **span(), actor=actor),
    )
    for act in acts:
        with pytest.raises(NotPermitted):
            act()


@pytest.mark.parametrize(
    ("person", "unit", "role", "error"),
    [
        ("admin", "finance", "releasing_chief", NotPermitted),
        ("auditor", "finance", "operator", NotPermitted),
        ("op", "city", "auditor", NotPermitted),
        ("op", "city", "administrator", NotPermitted),
        ("op", "nowhere", "operator", NotPermitted),
        ("op", "finance", "king", UsageInvalid),
        ("nobody", "finance", "operator", UsageInvalid),
    ],
)
def test_grant_refused(person: str, unit: str, role: str, error: type[Exception]) -> None:
    from review import desk

    with pytest.raises(error):
        desk.grant(person, unit, role)


def test_grant_to_oneself_or_in_the_past() -> None:
    from review import desk

    with pytest.raises(NotPermitted):
        desk.grant("admin", "finance", "administrator", actor="admin")
    with pytest.raises(UsageInvalid):
        desk.grant("law", "finance", "operator", valid_from=now() - timedelta(days=1))
    with pytest.raises(UsageInvalid):
        desk.grant("law", "finance", "operator", valid_to=now() - timedelta(days=1))


def let_pass(monkeypatch: pytest.MonkeyPatch, **span: float) -> None:
    """Set the desk's clock forward."""
    from django.utils import timezone

    at = timezone.now() + timedelta(**span)
    monkeypatch.setattr(timezone, "now", lambda: at)


def test_deputy_decides_while_dated(monkeypatch: pytest.MonkeyPatch) -> None:
    from review import desk, queries

    release = submitted()
    desk.deputise("op2", "sec", "finance", "section_reviewer", **span(3600, 7200), actor="sec")
    with pytest.raises(NotPermitted):
        decide(release, "op2", "section")
    with monkeypatch.context() as later:
        let_pass(later, hours=3)
        with pytest.raises(NotPermitted):
            decide(release, "op2", "section")
    let_pass(monkeypatch, minutes=90)
    assert decide(release, "op2", "section") == "in_review"
    assert queries.show(release)["decisions"][0]["deputy_of"] == "sec"
    decide(release, "conf", "confidentiality")
    decide(release, "law", "legal")
    decide(release, "chief", "chief")
    assert desk.approval_for(release)


def test_deputy_lapses_with_principal(monkeypatch: pytest.MonkeyPatch) -> None:
    from review import desk, queries

    release = submitted()
    desk.deputise("law", "sec", "finance", "section_reviewer", **span(60), actor="sec")
    desk.close_user("sec")
    let_pass(monkeypatch, minutes=2)
    with pytest.raises(NotPermitted):
        decide(release, "law", "section")
    assert not next(u for u in queries.users() if u["username"] == "sec")["is_active"]


@pytest.mark.parametrize("principal", ["law", "conf", "nobody"])
def test_deputise_without_principal(principal: str) -> None:
    from review import desk

    with pytest.raises(UsageInvalid):
        desk.deputise("law", principal, "finance", "section_reviewer", **span())


def test_approval_stands_after_the_seat_ended() -> None:
    """Permission is asked at the time of the decision; leaving the office later undoes nothing."""
    from review import desk

    release = approved()
    for person in ("sec", "conf", "chief", "op"):
        desk.close_user(person)
    assert desk.approval_for(release)


def test_approval_believes_the_ledger_and_not_the_tables() -> None:
    from review import desk
    from review.models import ReleaseRecord

    release = submitted()
    ReleaseRecord.objects.filter(public_id=release).update(status="approved")
    with pytest.raises(ReleaseNotApproved):
        desk.approval_for(release)


@pytest.mark.parametrize("column", ["manifest", "release_hash", "contract_sha256", "dataset"])
def test_approval_of_a_changed_record(column: str) -> None:
    from domain.errors import ContentChanged
    from review import desk
    from review.models import ReleaseRecord

    release = approved()
    record = ReleaseRecord.objects.get(public_id=release)
    value = {**record.manifest, "rows": 3} if column == "manifest" else "0" * 64
    ReleaseRecord.objects.filter(public_id=release).update(**{column: value})
    with pytest.raises(ContentChanged):
        desk.approval_for(release)


def test_approval_of_published_release() -> None:
    from review import desk

    with pytest.raises(ReleaseNotApproved):
        desk.approval_for(published())


def test_stages_fillable_names_what_is_missing() -> None:
    from review import desk
    from review.reading import stages_fillable

    assert stages_fillable(make_contract()) == []
    assert stages_fillable(make_contract(review={"tier": "L3"})) == []
    desk.close_user("conf")
    assert "confidentiality" in stages_fillable(make_contract())[0]
    pool = [
        {"name": "section", "role": "section_reviewer"},
        {"name": "confidentiality", "role": "confidentiality_reviewer", "unit": "confidentiality_office"},
        {"name": "chief", "role": "releasing_chief"},
    ]
    contract = make_contract(review={"tier": "L2", "stages": pool})
    assert "confidentiality_office" in stages_fillable(contract)[0]
    desk.add_user("keeper", PASSWORD)
    desk.grant("keeper", "confidentiality_office", "confidentiality_reviewer")
    assert stages_fillable(contract) == []
    assert stages_fillable(make_contract()) != []


@pytest.mark.parametrize(
    "text",
    ["units: [{code: a}]", "units: [{code: A, title: {zh: 甲, en: A}, kind: city}]", "units: [{code: a, title: {zh: 甲, en: A}, kind: city, parent: b}]", "codes: [{code: A1}]", "codes: 3"],
)  # fmt: skip
def test_load_broken_pack(text: str) -> None:
    from review import desk

    pack = load_pack(f"pack: broken\nversion: '1'\n{text}\n", "broken.yaml")
    with pytest.raises((PackInvalid, UsageInvalid)):
        (desk.load_units if text.startswith("units") else desk.load_reason_codes)(pack)


def test_unit_above_itself() -> None:
    from review import desk

    with pytest.raises(UsageInvalid):
        desk.add_unit("city", title_zh="市", title_en="City", kind="city", parent="finance")


def test_idle_runner_reads_once_and_takes_no_lock() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from review import desk

    assert desk.claim("a") is None  # the first opens the connection
    with CaptureQueriesContext(connection) as asked:
        assert desk.claim("a", kinds=("publish",)) is None
    assert [q["sql"].split()[0] for q in asked.captured_queries if "PRAGMA" not in q["sql"]] == ["SELECT"]


def test_work_goes_to_one_runner_and_comes_back() -> None:
    from review import desk, queries

    first, second = desk.ask("prepare", {"department": "finance"}, "op"), desk.ask("publish", {})
    one, two = desk.claim("a"), desk.claim("b")
    assert one is not None
    assert two is not None
    assert (one["id"], two["id"]) == (first, second)
    assert desk.claim("c") is None
    with pytest.raises(TransitionRefused):
        desk.finish(first, "b", ok=True, result={})
    desk.extend_claim(first, "a")
    desk.finish(first, "a", ok=True, result={"release": "R"})
    with pytest.raises(TransitionRefused):
        desk.finish(first, "a", ok=True, result={})
    assert {w["id"]: w["state"] for w in queries.work_list()} == {first: "done", second: "running"}


def test_work_of_a_silent_runner_is_taken_over_and_given_up() -> None:
    from review import desk, queries

    work = desk.ask("prepare", {})
    for runner in ("a", "b", "c"):
        claimed = desk.claim(runner, lease_seconds=-1)
        assert claimed is not None
        assert claimed["id"] == work
    assert desk.claim("d") is None
    assert queries.work_list("failed")[0]["result"] == {"error": "runner-lost"}


@pytest.mark.parametrize(
    ("kind", "params", "actor", "error"),
    [
        ("dance", {}, "op", UsageInvalid),
        ("prepare", {"department": "finance"}, "stranger", NotPermitted),
        ("prepare", {}, "op", NotPermitted),
        ("withdraw", {"department": "finance"}, "op", NotPermitted),
    ],
)
def test_ask_refused(kind: str, params: dict[str, str], actor: str, error: type[Exception]) -> None:
    from review import desk

    with pytest.raises(error):
        desk.ask(kind, params, actor)
