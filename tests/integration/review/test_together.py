"""Several under one password: each finished by itself, each checked afresh, each its own decision; never an approval in bulk."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from domain.errors import (
    ContentChanged,
    DispositionMissing,
    FindingBlocks,
    NotPermitted,
    ReviewerIsSubmitter,
    SignatureRefused,
    TransitionRefused,
    UsageInvalid,
)
from domain.release import Verdict
from tests.integration.review.test_concurrency import at_once
from tests.review_desk import (
    BLOCK,
    HOLD,
    PASSWORD,
    checked,
    decide,
    dispose,
    events,
    hash_of,
    holds,
    last_refusal,
    submitted,
)


def finish(release: str, person: str = "sec", stage: str = "section", verdict: str = "approve", **how: Any) -> None:
    """Open, dispose, and lay the decision aside."""
    from review import desk

    desk.open_findings(person, release, holds(release))
    said: dict[str, Any] = {"release_hash": hash_of(release), "dispositions": dispose(release)}
    if verdict != "approve":
        said |= {"reason": "第三列口径与上期不同", "dispositions": []}
    desk.make_ready(release, person, stage, Verdict(verdict), **(said | how))


def marks(person: str = "sec") -> dict[str, str]:
    from review.ready import ready_of

    return {r.record.public_id: r.mark for r in ready_of(person, timezone.now())}


def some(number: int) -> list[str]:
    return [submitted(period=str(2000 + n), run_key=f"r{n}") for n in range(number)]


def lines(event: str) -> list[dict[str, Any]]:
    from review.models import LedgerEntry

    return [json.loads(e.body) for e in LedgerEntry.objects.filter(event=event).order_by("seq")]


def names(done: Mapping[str, Any]) -> dict[str, str]:
    return {k: v.name() if isinstance(v, Exception) else str(v) for k, v in done.items()}


def test_one_password_signs_each_as_its_own_decision(home: Path) -> None:
    from review import desk, ledger, queries

    one, two, three = some(3)
    finish(one)
    finish(two, verdict="return")
    finish(three)
    assert [queries.show(r)["status"] for r in (one, two, three)] == ["in_review"] * 3, (
        "nothing counts before it is signed"
    )
    assert queries.show(one)["decisions"] == []
    listed = marks()
    del listed[three]
    assert names(desk.sign_ready("sec", PASSWORD, listed)) == {one: "in_review", two: "returned"}
    decided = lines("decided")
    assert [(d["release"], d["data"]["verdict"], d["data"]["together"]) for d in decided] == [
        (one, "approve", 2),
        (two, "return", 2),
    ]
    assert decided[0]["data"]["release_hash"] == hash_of(one)
    assert queries.show(one)["stage"] == "confidentiality"
    assert set(marks()) == {three}, "what wasn't ticked stays"
    assert ledger.verify().ok


def test_what_was_signed_so_can_be_published(home: Path) -> None:
    from review import desk, queries

    release = submitted()
    for person, stage in (("sec", "section"), ("conf", "confidentiality"), ("law", "legal"), ("chief", "chief")):
        if queries.show(release)["stage"] == stage:
            finish(release, person, stage)
            desk.sign_ready(person, PASSWORD, marks(person))
    assert queries.show(release)["status"] == "approved"
    assert desk.approval_for(release).decisions
    assert "together" not in lines("decided")[0]["data"], "one alone is a decision like any other"


def test_each_is_checked_afresh_and_the_refused_stay(home: Path) -> None:
    """Decided by another meanwhile, blocked meanwhile, replaced meanwhile: named, kept; the others go through."""
    from review import desk, queries

    gone, blocked, replaced, good = some(4)
    for release in (gone, blocked, replaced, good):
        finish(release)
    listed = marks()
    decide(gone, "sec2", "section")
    desk.record_blocked(blocked, [BLOCK])
    newer = checked(period="2002", run_key="newer")
    desk.submit(newer, "op", PASSWORD)
    done = desk.sign_ready("sec", PASSWORD, listed)
    assert names(done) == {
        gone: "transition-refused", blocked: "transition-refused", replaced: "transition-refused", good: "in_review"
    }  # fmt: skip
    assert set(marks()) == {gone, blocked, replaced}
    assert [(r["release"], r["data"]["act"], r["data"]["error"]) for r in lines("refused")] == [
        (release, "sign_ready", "transition-refused") for release in (gone, blocked, replaced)
    ]
    assert queries.show(good)["stage"] == "confidentiality"


def test_other_bytes_and_other_words_than_shown_are_refused(home: Path) -> None:
    from review import desk
    from review.models import ReleaseRecord

    changed, rewritten, good = some(3)
    for release in (changed, rewritten, good):
        finish(release)
    listed = marks()
    ReleaseRecord.objects.filter(public_id=changed).update(release_hash="f" * 64)
    finish(rewritten, verdict="return")  # in another window, after the list was shown
    done = desk.sign_ready("sec", PASSWORD, listed)
    assert names(done) == {changed: "content-changed", rewritten: "content-changed", good: "in_review"}
    assert set(marks()) == {changed, rewritten}


def test_seat_lost_meanwhile(home: Path) -> None:
    from review import desk, queries

    release = submitted()
    finish(release)
    seat = next(u for u in queries.users() if u["username"] == "sec")["seats"][0]["seat"]
    desk.revoke(seat)
    assert names(desk.sign_ready("sec", PASSWORD, marks())) == {release: "not-permitted"}


def test_wrong_password_signs_none(home: Path) -> None:
    from review import desk

    for release in some(2):
        finish(release)
    with pytest.raises(SignatureRefused):
        desk.sign_ready("sec", "wrong password", marks())
    assert last_refusal() == {"actor": "sec", "release": "", "act": "sign_ready", "error": "signature-refused"}
    assert len(marks()) == 2
    assert "decided" not in events()


@pytest.mark.parametrize("number", [0, 51])
def test_number_under_one_signature_is_bounded(home: Path, number: int) -> None:
    from review import desk

    with pytest.raises(UsageInvalid):
        desk.sign_ready("sec", PASSWORD, {f"R-{n}": "x" for n in range(number)})
    assert last_refusal()["act"] == "sign_ready"


def test_only_what_is_finished_can_be_laid_aside(home: Path) -> None:
    from review import desk

    release = submitted()
    bytes_ = {"release_hash": hash_of(release)}
    with pytest.raises(DispositionMissing):
        desk.make_ready(release, "sec", "section", Verdict.APPROVE, **bytes_)
    with pytest.raises(DispositionMissing):  # disposed of, but never opened
        desk.make_ready(release, "sec", "section", Verdict.APPROVE, dispositions=dispose(release), **bytes_)
    with pytest.raises(UsageInvalid):
        desk.make_ready(release, "sec", "section", Verdict.RETURN, **bytes_)
    with pytest.raises(ContentChanged):
        desk.make_ready(release, "sec", "section", Verdict.RETURN, release_hash="0" * 64, reason="x")
    with pytest.raises(NotPermitted):
        desk.make_ready(release, "chief", "section", Verdict.RETURN, reason="x", **bytes_)
    with pytest.raises(TransitionRefused):
        desk.make_ready(release, "chief", "chief", Verdict.RETURN, reason="x", **bytes_)
    own = checked(period="own", run_key="own", findings=[])
    desk.submit(own, "both", PASSWORD)
    with pytest.raises(ReviewerIsSubmitter):
        desk.make_ready(own, "both", "section", Verdict.APPROVE, release_hash=hash_of(own))
    assert marks() == {}


def test_block_finding_that_stands_is_refused_by_name(home: Path) -> None:
    from domain.release import Status
    from review import desk
    from review.models import FindingRecord, ReleaseRecord

    release = submitted(findings=[])
    finish(release)
    record = ReleaseRecord.objects.get(public_id=release)
    FindingRecord.objects.create(
        release=record, ordinal=9, finding=BLOCK.id, code=BLOCK.code, severity="block", body=BLOCK.to_dict()
    )
    done = desk.sign_ready("sec", PASSWORD, marks())
    assert isinstance(done[release], FindingBlocks)
    assert ReleaseRecord.objects.get(public_id=release).status == Status.IN_REVIEW


def test_hold_finding_that_came_meanwhile_was_not_opened(home: Path) -> None:
    from review import desk
    from review.models import FindingRecord, ReleaseRecord

    release = submitted(findings=[])
    finish(release)
    record = ReleaseRecord.objects.get(public_id=release)
    FindingRecord.objects.create(
        release=record, ordinal=9, finding=HOLD.id, code=HOLD.code, severity="hold", body=HOLD.to_dict()
    )
    assert names(desk.sign_ready("sec", PASSWORD, marks())) == {release: "disposition-missing"}


def test_finished_again_takes_the_place_and_signing_directly_ends_it(home: Path) -> None:
    from review import desk

    release = submitted()
    finish(release)
    first = marks()
    finish(release, verdict="escalate")
    assert list(marks()) == [release]
    assert marks() != first
    decide(release, "sec", "section", "return")
    assert marks() == {}
    with pytest.raises(UsageInvalid):
        desk.drop_ready(release, "sec")


def test_nobody_signs_or_drops_what_another_finished(home: Path) -> None:
    from review import desk

    release = submitted()
    finish(release)
    assert names(desk.sign_ready("sec2", PASSWORD, marks())) == {release: "usage-invalid"}
    with pytest.raises(UsageInvalid):
        desk.drop_ready(release, "sec2")
    desk.drop_ready(release, "sec")
    assert marks() == {}
    assert events(release)[-3:] == ["refused", "refused", "ready-dropped"]


def test_double_click_signs_once(home: Path) -> None:
    from review import desk, ledger

    for release in some(2):
        finish(release)
    listed = marks()
    done = at_once(*[lambda: desk.sign_ready("sec", PASSWORD, listed)] * 2)
    said = sorted(name for one in done for name in names(one).values())
    assert said == ["in_review", "in_review", "usage-invalid", "usage-invalid"]
    assert len(lines("decided")) == 2
    assert ledger.verify().ok


def test_two_people_sign_at_once(home: Path) -> None:
    from review import desk, ledger

    releases = some(2)
    for release in releases:
        finish(release)
        finish(release, "sec2", verdict="return")
    mine, theirs = marks(), marks("sec2")
    done = at_once(lambda: desk.sign_ready("sec", PASSWORD, mine), lambda: desk.sign_ready("sec2", PASSWORD, theirs))
    for release in releases:
        assert sorted(names(one)[release] == "transition-refused" for one in done) == [False, True]
    assert len(lines("decided")) == 2
    assert ledger.verify().ok


def test_return_several_for_one_reason(home: Path) -> None:
    from review import desk, queries

    one, two, gone = some(3)
    shown = {release: ("section", hash_of(release)) for release in (one, two, gone)}
    decide(gone, "sec2", "section")
    done = desk.return_several("sec", PASSWORD, shown, "来源文件口径有误，请部门核对")
    assert names(done) == {one: "returned", two: "returned", gone: "transition-refused"}
    assert queries.show(one)["reason"] == "来源文件口径有误，请部门核对"
    assert [d["data"]["together"] for d in lines("decided") if d["data"]["verdict"] == "return"] == [3, 3]


def test_return_several_holds_to_what_was_shown_and_needs_a_reason(home: Path) -> None:
    from review import desk

    one, two = some(2)
    stale = {one: ("section", "0" * 64), two: ("section", hash_of(two))}
    assert names(desk.return_several("sec", PASSWORD, stale, "口径有误")) == {one: "content-changed", two: "returned"}
    assert names(desk.return_several("sec", PASSWORD, {one: ("section", hash_of(one))}, " ")) == {one: "usage-invalid"}
    assert names(desk.return_several("op", PASSWORD, {one: ("section", hash_of(one))}, "口径有误")) == {
        one: "reviewer-is-submitter"
    }


def test_nothing_approves_in_bulk() -> None:
    """What signs several takes no verdict: only marks of decisions that were finished one by one, or a reason to return."""
    from review import desk

    assert list(inspect.signature(desk.sign_ready).parameters) == ["username", "password", "marks", "code"]
    assert list(inspect.signature(desk.return_several).parameters) == [
        "username",
        "password",
        "releases",
        "reason",
        "code",
    ]
    assert str(inspect.signature(desk.make_ready).parameters["release"].annotation) == "str"


def test_blind_opinion_laid_aside_tells_nobody(home: Path) -> None:
    """No verdict in ledger or raw tables before the other one has spoken."""
    from django.contrib import admin

    from review.models import ReadyDecision

    release = submitted()
    finish(release, verdict="return")
    assert [line["data"] for line in lines("made-ready")] == [{"release_hash": hash_of(release), "stage": "section"}]
    assert not admin.site.is_registered(ReadyDecision)
