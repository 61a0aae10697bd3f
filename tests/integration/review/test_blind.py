"""A blind stage: two who don't know of each other, a conflict that a third resolves, and a ledger that proves it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.contract import Stage
from domain.errors import NotPermitted, ReleaseNotApproved, ReviewerHasDecided, TransitionRefused
from domain.release import DispositionKind
from tests.review_desk import HOLD, PASSWORD, approve, decide, dispose, events, hash_of, make_contract, submitted

STAGES = [
    {"name": "section", "role": "section_reviewer", "blind": 2},
    {"name": "confidentiality", "role": "confidentiality_reviewer"},
    {"name": "chief", "role": "releasing_chief"},
]
CONTRACT = make_contract(review={"tier": "L2", "stages": STAGES})


@pytest.fixture
def release(home: Path) -> str:
    """In review at the blind section stage; sec, sec2 and law sit there."""
    from review import desk

    desk.grant("law", "finance", "section_reviewer")
    desk.add_user("sec3", PASSWORD, name="SEC3")
    desk.grant("sec3", "finance", "section_reviewer")
    return submitted(contract=CONTRACT, findings=[HOLD])


def lines(release: str) -> list[tuple[str, str]]:
    from review.replay_lines import lines_for

    return list(lines_for(release))


def test_stage_of_one_is_written_without_the_key() -> None:
    plain = Stage(name="section", role="section_reviewer")
    assert "blind" not in plain.model_dump()
    assert Stage(name="section", role="section_reviewer", blind=2).model_dump()["blind"] == 2
    assert (
        CONTRACT.sha256
        != make_contract(review={"tier": "L2", "stages": [{**STAGES[0], "blind": 1}, *STAGES[1:]]}).sha256
    )


def test_two_who_agree_decide_and_the_seal_is_opened(release: str) -> None:
    from review import desk, queries
    from review.blind import told

    assert decide(release, "sec", "section") == "in_review"
    assert queries.show(release)["stage"] == "section"
    assert queries.decisions(release) == []
    assert told(release) == []
    assert decide(release, "sec2", "section") == "in_review"
    assert queries.show(release)["stage"] == "confidentiality"
    assert [(o["user"], o["verdict"]) for o in told(release)] == [("sec", "approve")]
    assert queries.decisions(release)[0]["user"] == "sec2"
    approve(release)
    assert desk.approval_for(release)


def test_nothing_tells_the_first_opinion_before_the_second(release: str) -> None:
    """Not the ledger, not what queries tell, nor whether the verdict was this or that."""
    from review import queries

    decide(release, "sec", "section", "return", reason="口径不明需要核对")
    shown = json.dumps([queries.show(release), queries.findings(release, opened_by="sec2")], ensure_ascii=False)
    assert "口径不明需要核对" not in shown
    line = queries.timeline(release)[-1]
    assert line["event"] == "opined"
    assert set(line["data"]) == {"release_hash", "stage", "round", "unit", "role", "seat", "deputy_of", "seal"}
    assert queries.show(release)["status"] == "in_review"


def test_same_opinions_have_different_seals(release: str) -> None:
    from review import queries

    decide(release, "sec", "section", "return")
    other = submitted(contract=CONTRACT, findings=[HOLD], period="2027", run_key="r2")
    decide(other, "sec", "section", "return")
    assert queries.timeline(release)[-1]["data"]["seal"] != queries.timeline(other)[-1]["data"]["seal"]


def test_nobody_speaks_twice_nor_at_another_stage(release: str) -> None:
    from review import desk

    desk.grant("sec", "finance", "confidentiality_reviewer")
    decide(release, "sec", "section")
    with pytest.raises(ReviewerHasDecided):
        decide(release, "sec", "section", "return")
    with pytest.raises(TransitionRefused):
        desk.recall(release, "op", PASSWORD)
    decide(release, "sec2", "section")
    with pytest.raises(ReviewerHasDecided):
        decide(release, "sec", "confidentiality")


@pytest.mark.parametrize("how", ["verdict", "disposition"])
def test_disagreement_is_resolved_by_a_third_alone(release: str, how: str) -> None:
    from review import desk, queries
    from review.blind import told

    decide(release, "sec", "section")
    kept = dispose(release, DispositionKind.KEEP_BY_LAW)
    said: dict[str, Any] = {"dispositions": kept} if how == "disposition" else {"verdict": "return"}
    assert decide(release, "sec2", "section", **said) == "in_review"
    assert events(release)[-2:] == ["opined", "conflicted"]
    assert {o["user"] for o in told(release)} == {"sec", "sec2"}
    assert queries.decisions(release) == []
    for person in ("sec", "sec2"):
        with pytest.raises(ReviewerHasDecided):
            decide(release, person, "section")
        assert release not in [w["release"] for w in queries.queue_for(person)]
    with pytest.raises(NotPermitted):
        decide(release, "conf", "section")
    assert release in [w["release"] for w in queries.queue_for("sec3")]
    decide(release, "sec3", "section")
    assert queries.show(release)["stage"] == "confidentiality"
    approve(release)
    assert desk.approval_for(release)


def test_two_who_return_return(release: str) -> None:
    from review import queries

    decide(release, "sec", "section", "return")
    assert decide(release, "sec2", "section", "return") == "returned"
    assert queries.show(release)["status"] == "returned"


def test_after_an_answered_escalation_both_speak_anew(release: str) -> None:
    from review import desk, queries

    decide(release, "sec", "section", "escalate")
    assert decide(release, "sec2", "section", "escalate") == "escalated"
    desk.answer_escalation(release, "conf", PASSWORD, authority="市国家保密局", answer="可以公开")
    assert decide(release, "sec", "section") == "in_review"
    assert queries.show(release)["stage"] == "section"
    decide(release, "sec2", "section")
    assert queries.show(release)["stage"] == "confidentiality"


Edit = Callable[[list[dict[str, Any]]], object]


def line(told: list[dict[str, Any]], event: str, nth: int = 0) -> dict[str, Any]:
    return [one for one in told if one["event"] == event][nth]


@pytest.mark.parametrize(
    "edit",
    [
        lambda told: told.remove(line(told, "opined")),
        lambda told: line(told, "opined")["data"].update(seal="0" * 64),
        lambda told: line(told, "decided")["data"].pop("beside"),
        lambda told: line(told, "decided")["data"]["beside"]["sec"].update(verdict="return"),
        lambda told: line(told, "decided")["data"]["dispositions"].update({HOLD.id: "keep_by_law"}),
        lambda told: line(told, "decided").update(actor="sec"),
        lambda told: line(told, "opened")["data"].update(findings=[]),
    ],
    ids=["one-alone", "other-seal", "not-opened", "other-verdict", "disagree", "same-person", "first-unopened"],
)  # fmt: skip
def test_forged_pair_is_not_believed(release: str, edit: Edit) -> None:
    from review.replay import replay

    decide(release, "sec", "section")
    decide(release, "sec2", "section")
    approve(release)
    kept = lines(release)
    assert replay(release, kept).status == "approved"
    told = [json.loads(body) for body, _ in kept]
    edit(told)
    with pytest.raises(ReleaseNotApproved):
        replay(release, [(json.dumps(one), "0" * 64) for one in told])


def test_forged_conflict_is_not_believed(release: str) -> None:
    from review.replay import replay

    decide(release, "sec", "section")
    decide(release, "sec2", "section", "return")
    decide(release, "sec3", "section")
    told = [json.loads(body) for body, _ in lines(release)]
    assert replay(release, lines(release)).status == "in_review"
    line(told, "conflicted")["data"]["opinions"]["sec2"]["verdict"] = "withhold"
    with pytest.raises(ReleaseNotApproved):
        replay(release, [(json.dumps(one), "0" * 64) for one in told])


def test_contract_check_counts_the_pair_and_the_third(home: Path) -> None:
    from review import desk, queries, reading

    assert reading.stages_fillable(CONTRACT) == [], "sec, sec2 and both sit there"
    seat = next(s["seat"] for u in queries.users() if u["username"] == "sec2" for s in u["seats"])
    desk.revoke(seat)
    assert any("different people" in fault for fault in reading.stages_fillable(CONTRACT))


def test_evidence_of_a_blind_stage_verifies(release: str, home: Path, tmp_path: Path) -> None:
    from review import keys
    from review.evidence.export import export
    from review.evidence.verify import verify
    from tests.review_desk import STORE

    decide(release, "sec", "section")
    decide(release, "sec2", "section", "return")
    decide(release, "sec3", "section")
    approve(release)
    out = tmp_path / "evidence.zip"
    export(release, STORE, out)
    assert verify(out, keys.public_key(home)).decided_by["section"] == "sec3"
    assert hash_of(release)


@pytest.mark.parametrize("what", ["update", "delete"])
def test_opinions_and_orders_are_append_only(release: str, what: str) -> None:
    from django.db import Error, transaction

    from review.models import BlindOpinion, RemedyOrder

    decide(release, "sec", "section")
    row = BlindOpinion.objects.get()
    with pytest.raises(Error), transaction.atomic():
        row.delete() if what == "delete" else BlindOpinion.objects.filter(pk=row.pk).update(round=2)
    assert BlindOpinion.objects.get().round == 1
    decide(release, "sec2", "section")
    decision = row.release.decisions.get()
    order = RemedyOrder.objects.create(decision=decision, overrides=[], work=1)
    with pytest.raises(Error), transaction.atomic():
        order.delete() if what == "delete" else RemedyOrder.objects.filter(pk=order.pk).update(work=2)
    assert RemedyOrder.objects.get().work == 1
