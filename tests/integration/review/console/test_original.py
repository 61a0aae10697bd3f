"""Seeing one raw cell: who may, for how long, what is recorded, and that the value stays on that one page."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.finding import Finding, Place, Severity, Source
from tests.console_visits import ORIGINALS, table_release, visit
from tests.review_desk import HOLD, HOLD2, WARN, approve, decide, events, hash_of

VALUE = "<b>张三丰</b> 0311-0000"  # made up
CELLS = Finding(
    "free-text", Severity.HOLD, 2, (Place("main", "note", 1, 3, 6, "line 2"), Place("main", "note", 3, source=Source.COMMENT)), None, "备注列", "PERSON",
)  # fmt: skip


def laid(*, kept: bool = True, opened: bool = True) -> str:
    """A release in review whose source is in quarantine, with a finding that the reviewer opened."""
    from review import desk, queries

    release = table_release(findings=(CELLS, HOLD2, WARN))
    if kept:
        ORIGINALS[queries.manifest(release).sources[0].sha256] = VALUE
    if opened:
        desk.open_findings("conf", release, [CELLS.id])
    return release


def address(release: str, place: int = 1, finding: str = CELLS.id) -> str:
    return f"/releases/{release}/findings/{finding}/places/{place}"


def ask(client: Any, release: str, reason: str = "核对是否误报", **more: Any) -> Any:
    said = {"reason": reason, "release_hash": hash_of(release)} | more
    return client.post(f"{address(release)}/look", said, follow=True)


def test_look_shows_the_cell_escaped_and_writes_no_value(console: Path) -> None:
    from review.models import LedgerEntry, Look

    release = laid()
    client = visit("conf")
    assert "张三丰" not in client.get(address(release)).content.decode()
    page = ask(client, release)
    text = page.content.decode()
    assert "&lt;b&gt;" in text
    assert "<mark>张三丰</mark>" in text
    assert "<b>张三丰" not in text
    assert page["Cache-Control"] == "no-store"
    line = LedgerEntry.objects.get(event="looked")
    data = json.loads(line.body)["data"]
    assert (line.actor, line.release, data["finding"], data["place"], data["row"]) == ("conf", release, CELLS.id, 1, 1)
    assert Look.objects.get().reason == "核对是否误报"
    assert not [e for e in LedgerEntry.objects.all() if "张三丰" in e.body or "误报" in e.body]
    assert "张三丰" not in json.dumps(dict(client.session.items()))


def test_look_is_for_one_cell_and_the_page_closes_by_itself(console: Path) -> None:
    release = laid()
    client = visit("conf")
    page = ask(client, release)
    assert 590 <= page.context["seconds"] <= 600
    assert f'content="{page.context["seconds"]}"' in page.content.decode()
    from review import sight
    from review.models import Look, ReleaseRecord

    record, look = ReleaseRecord.objects.get(), Look.objects.get()
    left = lambda minutes: sight.seconds_left(  # noqa: E731 - one line of a table
        look.pk, record, "conf", CELLS.id, 1, look.at + timedelta(minutes=minutes)
    )
    assert (left(9), left(10), left(11)) == (60, 0, 0)
    assert sight.seconds_left(look.pk, record, "chief", CELLS.id, 1, look.at) == 0
    assert sight.seconds_left(look.pk, record, "conf", CELLS.id, 2, look.at) == 0
    assert "张三丰" not in visit("conf").get(address(release)).content.decode()  # another session asks again
    session = client.session
    session["look"] = {"of": [release, CELLS.id, 2], "look": look.pk}  # as a look at another cell leaves it
    session.save()
    assert "张三丰" not in client.get(address(release)).content.decode()


@pytest.mark.parametrize("person", ["op", "op2", "sec", "law", "chief", "both", "auditor", "admin"])
def test_look_is_nobody_elses(console: Path, person: str) -> None:
    release = laid()
    assert visit(person).get(address(release)).status_code == 403
    page = ask(visit(person), release)
    assert page.status_code == 403
    assert "张三丰" not in page.content.decode()
    assert "looked" not in events()


@pytest.mark.parametrize("person", ["sec", "chief", "stranger", "op", "auditor", "admin"])
def test_desk_refuses_a_look_by_anybody_else(console: Path, person: str) -> None:
    from domain.errors import NotPermitted, ReviewerIsSubmitter
    from review import desk

    release = laid()
    with pytest.raises((NotPermitted, ReviewerIsSubmitter)):
        desk.look(release, person, CELLS.id, 1, "核对", release_hash=hash_of(release))
    assert events()[-1] == "refused"


def test_look_by_the_submitter_is_refused(console: Path) -> None:
    from domain.errors import ReviewerIsSubmitter
    from review import desk
    from tests.review_desk import PASSWORD

    desk.grant("conf", "finance", "operator")
    release = table_release(findings=(CELLS,), submit=False)
    desk.submit(release, "conf", PASSWORD)
    desk.open_findings("conf", release, [CELLS.id])
    with pytest.raises(ReviewerIsSubmitter):
        desk.look(release, "conf", CELLS.id, 1, "核对", release_hash=hash_of(release))


@pytest.mark.parametrize(
    ("place", "reason", "opened"),
    [(1, "", True), (2, "核对", True), (3, "核对", True), (0, "核对", True), (1, "核对", False), (1, "号码 13800000000", True)],
    ids=["no-reason", "a-comment", "no-such-place", "zero", "not-opened", "a-number-as-reason"],
)  # fmt: skip
def test_look_is_refused_and_shows_nothing(console: Path, place: int, reason: str, opened: bool) -> None:
    release = laid(opened=opened)
    client = visit("conf")
    said = {"reason": reason, "release_hash": hash_of(release)}
    page = client.post(f"{address(release, place)}/look", said, follow=True)
    assert "张三丰" not in page.content.decode()
    assert page.status_code in (400, 409)
    assert "looked" not in events()


def test_stale_page_records_no_look(console: Path) -> None:
    release = laid()
    page = ask(visit("conf"), release, release_hash="0" * 64)
    assert page.status_code == 409
    assert "looked" not in events()


def test_look_ends_with_the_review(console: Path) -> None:
    release = laid()
    client = visit("conf")
    ask(client, release)
    decide(release, "sec", "section", "return")
    page = client.get(address(release), follow=True)
    assert "张三丰" not in page.content.decode()
    assert page.redirect_chain[-1][0] == f"/releases/{release}/findings/{CELLS.id}"
    assert "places/1" not in page.content.decode()


def test_cleaned_quarantine_is_said_and_no_look_is_recorded(console: Path) -> None:
    release = laid(kept=False)
    client = visit("conf")
    assert "已按保存期限" in client.get(address(release)).content.decode()
    page = ask(client, release)
    assert "已按保存期限" in page.content.decode()
    assert "looked" not in events()


def test_finding_page_offers_cells_to_the_confidentiality_reviewer_alone(console: Path) -> None:
    from review import desk

    release = laid()
    desk.open_findings("sec", release, [CELLS.id])
    where = f"/releases/{release}/findings/{CELLS.id}"
    page = visit("conf").get(where).content.decode()
    assert f"{where}/places/1" in page
    assert f"{where}/places/2" not in page  # a comment is no cell
    assert "/places/" not in visit("sec").get(where).content.decode()


def test_looks_are_append_only(console: Path) -> None:
    from django.db import Error, connection, transaction

    ask(visit("conf"), laid())
    for statement in ("UPDATE review_look SET reason = 'x'", "DELETE FROM review_look"):
        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_look_stands_in_replay_and_hinders_no_approval(console: Path) -> None:
    from review import desk

    release = laid()
    ask(visit("conf"), release)
    approve(release)
    assert desk.approval_for(release).release_hash == hash_of(release)
    assert HOLD.id != CELLS.id
