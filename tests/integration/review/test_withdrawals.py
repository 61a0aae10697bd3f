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
