"""Handing over what is on hand: to whom it can go, what stays, and who may."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import MingjingError, NotPermitted, TransitionRefused, UsageInvalid
from tests.integration.review.test_attention import taker
from tests.review_desk import PASSWORD, checked, events, submitted

SEAT = ("finance", "section_reviewer")


def on_hand(person: str = "sec") -> list[str]:
    """Two releases that the person took on, and one that nobody did."""
    from review import desk

    made = [submitted(period=p, run_key=p) for p in ("2024", "2025", "2026")]
    for release in made[:2]:
        desk.take(release, person)
    return made


def test_open_items_go_to_a_colleague_with_a_line_each(home: Path) -> None:
    from review import desk, queries

    one, two, free = on_hand()
    done = desk.hand_over("sec", "sec2", *SEAT)
    assert (done.handed, done.kept) == ((one, two), ())
    assert (taker(one), taker(two), taker(free)) == ("sec2", "sec2", None)
    said = queries.timeline(one)[-1]
    assert (said["event"], said["actor"]) == ("handed-over", "sec")
    assert said["data"] == {"stage": "section", "to": "sec2", "unit": "finance", "role": "section_reviewer"}
    assert events(free)[-1] == "submitted"
    with pytest.raises(TransitionRefused):
        desk.take(one, "sec")


def test_deputy_receives_while_dated(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from review import desk

    one, *_ = on_hand()
    with pytest.raises(NotPermitted):
        desk.hand_over("sec", "law", *SEAT)
    until = timezone.now() + timedelta(days=1)
    desk.deputise("law", "sec", *SEAT, valid_from=None, valid_to=until, actor="sec")
    desk.hand_over("sec", "law", *SEAT)
    assert taker(one) == "law"


def test_what_the_other_can_not_decide_stays(home: Path) -> None:
    from review import desk

    desk.grant("op2", *SEAT)
    mine = submitted(period="2025", run_key="a")
    theirs = checked(period="2026", run_key="b")
    desk.submit(theirs, "op2", PASSWORD)
    for release in (mine, theirs):
        desk.take(release, "sec")
    done = desk.hand_over("sec", "op2", *SEAT)
    assert (done.handed, done.kept) == ((mine,), (theirs,))
    assert taker(theirs) == "sec"
    with pytest.raises(NotPermitted):
        desk.hand_over("sec", "op2", *SEAT)


@pytest.mark.parametrize(
    ("who", "to", "seat", "error"),
    [
        ("sec", "sec", SEAT, UsageInvalid),
        ("sec2", "sec", SEAT, UsageInvalid),
        ("sec", "conf", SEAT, NotPermitted),
        ("sec", "stranger", SEAT, NotPermitted),
        ("sec", "nobody", SEAT, NotPermitted),
        ("conf", "sec2", SEAT, NotPermitted),
        ("sec", "sec2", ("industry", "section_reviewer"), NotPermitted),
        ("op", "op2", ("finance", "operator"), NotPermitted),
        ("admin", "sec2", SEAT, NotPermitted),
    ],
    ids=["oneself", "nothing", "other-role", "other-unit", "unknown", "not-mine", "other-seat", "operator", "administrator"],
)  # fmt: skip
def test_hand_over_is_refused(home: Path, who: str, to: str, seat: tuple[str, str], error: type[MingjingError]) -> None:
    from review import desk

    one, two, _ = on_hand()
    with pytest.raises(error):
        desk.hand_over(who, to, *seat)
    assert (taker(one), taker(two)) == ("sec", "sec")
