"""A second person's word on an order to hide: who may, when, and that the approval is minted again from the ledger alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from domain.errors import (
    MingjingError,
    NotPermitted,
    ReleaseNotApproved,
    ReviewerHasDecided,
    ReviewerIsSubmitter,
    SignatureRefused,
    TransitionRefused,
    UsageInvalid,
)
from domain.withdrawal import Cause
from tests.review_desk import (
    PASSWORD,
    approved,
    checked,
    decide,
    events,
    hash_of,
    last_refusal,
    published,
    receipt,
    submitted,
)

WHY = "核实无误"


def ordered(release: str | None = None, *, confirmed: bool = True) -> str:
    """A release that the chief ordered off; the catalogue confirmed it."""
    from review import desk

    release = release or published()
    desk.withdraw(release, "chief", PASSWORD, "内容需要核实")
    if confirmed:
        desk.record_withdrawn(release, {"addresses": [{"url": "http://127.0.0.1:1/x", "status": 404, "gone": True}]})
    return release


def answer(verb: str, release: str, person: str = "conf", why: str = WHY, **how: Any) -> str:
    from review import desk

    act = {"confirm": desk.confirm_withdrawal, "reverse": desk.reverse_withdrawal}[verb]
    return str(act(release, person, how.pop("password", PASSWORD), why, **how))


def test_reverse_brings_back_the_approval_of_the_same_bytes(home: Path) -> None:
    from review import desk, queries, takedowns, withdrawals

    release = ordered()
    before = queries.decisions(release)
    assert answer("reverse", release) == "approved"
    assert withdrawals.is_reinstated(release)
    minted = desk.approval_for(release)
    assert minted.release_hash == hash_of(release)
    assert list(minted.decisions) == [d["entry_hash"] for d in before]
    assert desk.record_published(release, receipt(release)) == "published"
    desk.withdraw(release, "conf", PASSWORD, "再次核实")
    assert not withdrawals.is_reinstated(release)
    assert [r for r, _ in takedowns.unproven()] == [release]
    assert [e for e in events(release) if e.startswith("withdrawal")] == ["withdrawal-reversed"]


def test_confirmed_is_over(home: Path) -> None:
    release = ordered(confirmed=False)
    assert answer("confirm", release, why="") == "withdrawn"
    for verb in ("confirm", "reverse"):
        with pytest.raises(TransitionRefused):
            answer(verb, release)


@pytest.mark.parametrize(
    ("person", "error"),
    [("chief", ReviewerHasDecided), ("sec", NotPermitted), ("op2", NotPermitted), ("auditor", NotPermitted), ("admin", NotPermitted),
     ("stranger", NotPermitted), ("op", ReviewerIsSubmitter)],
)  # fmt: skip
@pytest.mark.parametrize("verb", ["confirm", "reverse"])
def test_answer_by_the_wrong_person_is_refused(home: Path, verb: str, person: str, error: type[MingjingError]) -> None:
    release = ordered()
    with pytest.raises(error):
        answer(verb, release, person)
    assert last_refusal()["error"] == error.name()


def test_reverse_needs_reason_password_and_the_catalogues_word(home: Path) -> None:
    release = ordered(confirmed=False)
    with pytest.raises(TransitionRefused, match="hasn't confirmed"):
        answer("reverse", release)
    from review import desk

    desk.record_withdrawn(release, {"addresses": []})
    with pytest.raises(UsageInvalid):
        answer("reverse", release, why=" ")
    with pytest.raises(SignatureRefused):
        answer("reverse", release, password="wrong password")
    assert answer("reverse", release) == "approved"


def test_reverse_of_what_was_superseded_is_refused(home: Path) -> None:
    from review import desk

    old = published()
    new = submitted(run_key="run-2")
    for person, stage in (("sec", "section"), ("conf", "confidentiality"), ("chief", "chief")):
        decide(new, person, stage)
    desk.record_published(new, receipt(new))
    with pytest.raises(TransitionRefused, match="superseded"):
        answer("reverse", ordered(old))


def test_reverse_gives_way_to_a_later_revision(home: Path) -> None:
    from review import desk

    release = ordered()
    later = checked(run_key="run-2")
    desk.submit(later, "op", PASSWORD)
    with pytest.raises(TransitionRefused, match=later):
        answer("reverse", release)


def test_withdrawn_before_publication_can_be_reversed(home: Path) -> None:
    assert answer("reverse", ordered(approved())) == "approved"


@pytest.mark.parametrize("edit", ["own-order", "confirmed", "not-off"])
def test_replay_refuses_a_reversal_that_the_rules_forbid(home: Path, edit: str) -> None:
    """As if somebody with the seal had written the line without the desk."""
    from review.replay import replay
    from review.replay_lines import lines_for
    from review.transaction import page

    release = ordered(confirmed=edit != "not-off")
    if edit == "confirmed":
        answer("confirm", release)
    with page() as leaf:
        leaf.write(
            "withdrawal-reversed",
            "chief" if edit == "own-order" else "conf",
            release,
            release_hash=hash_of(release),
            order=1,
        )
    with pytest.raises(ReleaseNotApproved):
        replay(release, lines_for(release))


def hidden_to_check(*, confirmed: bool = True) -> str:
    from review import desk

    release = published()
    desk.withdraw(release, "chief", PASSWORD, "内容需要核实", cause=Cause.VERIFY)
    if confirmed:
        desk.record_withdrawn(release, {"addresses": [], "keeps_words": True})
    return release


def sharpen(release: str, person: str = "chief", cause: Cause = Cause.LEAK, **how: Any) -> str:
    from review import desk

    return str(desk.withdraw(release, person, how.pop("password", PASSWORD), "含有不应公开的内容", cause=cause, **how))


@pytest.mark.parametrize("confirmed", [True, False], ids=["proved", "under-way"])
@pytest.mark.parametrize(("person", "second"), [("chief", "conf"), ("conf", "chief")])
def test_leak_found_while_it_is_checked_takes_the_orders_place(
    home: Path, person: str, second: str, confirmed: bool
) -> None:
    from review import queries, takedowns, withdrawals
    from review.replay import replay
    from review.replay_lines import lines_for

    release = hidden_to_check(confirmed=confirmed)
    first = withdrawals.turn_of(release).seq
    assert sharpen(release, person) == "withdrawn"
    record, order = queries.show(release), withdrawals.order_of(release)
    assert (record["reason_code"], record["reason"], record["takedown"]) == ("leak", "含有不应公开的内容", None)
    assert [r for r, _ in takedowns.unproven()] == [release]
    assert order is not None
    assert (order.person, order.before, order.verdict) == (person, "published", "")
    assert withdrawals.turn_of(release).seq == order.entry > first
    with pytest.raises(ReviewerHasDecided):
        answer("confirm", release, person)
    assert replay(release, lines_for(release)).cause == "leak"
    from review import desk

    desk.record_withdrawn(release, {"addresses": [], "keeps_words": True}, turn=first)
    assert takedowns.unproven(), "the proof of the first order is none of the stricter one"
    desk.record_withdrawn(release, {"addresses": [], "keeps_words": False}, turn=order.entry)
    assert answer("reverse", release, second) == "approved"
    assert desk.approval_for(release).release_hash == hash_of(release)


def test_confirmed_order_is_sharpened_and_stays_irreversible(home: Path) -> None:
    from review import desk, queries, withdrawals
    from review.replay import replay
    from review.replay_lines import lines_for

    release = hidden_to_check()
    answer("confirm", release)
    assert not withdrawals.waiting()
    sharpen(release, "conf")
    assert [w["by"] for w in withdrawals.waiting()] == ["conf"]
    desk.record_withdrawn(release, {"addresses": []})
    with pytest.raises(TransitionRefused):
        answer("reverse", release, "chief")
    assert answer("confirm", release, "chief") == "withdrawn"
    assert not withdrawals.waiting()
    assert queries.show(release)["status"] == replay(release, lines_for(release)).status == "withdrawn"


@pytest.mark.parametrize(
    ("stands", "cause"),
    [(Cause.VERIFY, Cause.WRONG), (Cause.VERIFY, Cause.VERIFY), (Cause.LEAK, Cause.VERIFY), (Cause.LEAK, Cause.OTHER), (Cause.OTHER, Cause.LEAK)],
)  # fmt: skip
def test_order_is_never_loosened_nor_repeated(home: Path, stands: Cause, cause: Cause) -> None:
    from review import desk, queries

    release = published()
    desk.withdraw(release, "chief", PASSWORD, "内容需要核实", cause=stands)
    with pytest.raises(TransitionRefused):
        sharpen(release, cause=cause)
    assert queries.show(release)["reason_code"] == stands.value
    assert events(release).count("withdrawn") == 1


@pytest.mark.parametrize(
    ("person", "password", "error"),
    [("chief", "wrong password", SignatureRefused), ("op", PASSWORD, NotPermitted), ("sec", PASSWORD, NotPermitted)],
)
def test_sharpening_is_signed_by_who_may_order(
    home: Path, person: str, password: str, error: type[MingjingError]
) -> None:
    release = hidden_to_check()
    with pytest.raises(error):
        sharpen(release, person, password=password)
    assert events(release).count("withdrawn") == 1


@pytest.mark.parametrize("edit", ["loosened", "by-nobody-in-charge"])
def test_replay_refuses_a_sharpening_that_the_rules_forbid(home: Path, edit: str) -> None:
    from review.replay import replay
    from review.replay_lines import lines_for
    from review.transaction import page

    release = hidden_to_check()
    person, code = {"loosened": ("conf", "wrong"), "by-nobody-in-charge": ("sec", "leak")}[edit]
    with page() as leaf:
        leaf.write("withdrawn", person, release, release_hash=hash_of(release), before="published", code=code)
    with pytest.raises(ReleaseNotApproved):
        replay(release, lines_for(release))


def test_platform_orders_the_words_off_once(home: Path) -> None:
    from review import desk, queries
    from review.case_steps import CaseKind
    from review.replay import replay
    from review.replay_lines import lines_for

    release = hidden_to_check()
    assert desk.suspend_words(release, CaseKind.RULE_CHANGE, "Q-2026-0001") == "withdrawn"
    record = queries.show(release)
    assert (record["reason_code"], record["takedown"]) == ("verify", None)
    desk.suspend_words(release, CaseKind.RULE_CHANGE, "Q-2026-0001")
    desk.record_withdrawn(release, {"addresses": [], "keeps_words": False})
    desk.suspend_words(release, CaseKind.RULE_CHANGE, "Q-2026-0001")
    assert events(release).count("withdrawn") == 2
    assert (state := replay(release, lines_for(release))).status == "withdrawn"
    assert state.cause == "verify"
    assert answer("confirm", release, "chief") == "withdrawn"
