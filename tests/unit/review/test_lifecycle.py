"""The table of transitions is complete, and nothing that is over comes back."""

import pytest

from domain.errors import TransitionRefused
from domain.release import Status, Verdict
from review.lifecycle import FINAL, FIRST, TABLE, TITLES, Event, event_of, markdown, mermaid, step

ROWS = {
    "received": {"check": "checked", "block": "blocked", "replace": "replaced", "cancel": "cancelled"},
    "checked": {"submit": "in_review", "block": "blocked", "replace": "replaced"},
    "in_review": {
        "recall": "checked", "look": "in_review", "advance": "in_review", "approve": "approved", "return": "returned",
        "remedy": "returned", "withhold": "withheld",
        "escalate": "escalated", "block": "blocked", "replace": "replaced",
    },
    "escalated": {"look": "escalated", "answer": "in_review", "block": "blocked", "replace": "replaced"},
    "approved": {
        "publish": "published", "block": "blocked", "replace": "replaced", "withdraw": "withdrawn", "hide": "withdrawn",
    },
    "published": {
        "supersede": "superseded", "inspect": "published", "withdraw": "withdrawn", "expire": "withdrawn", "hide": "withdrawn",
    },
    "superseded": {"inspect": "superseded", "withdraw": "withdrawn", "expire": "withdrawn", "hide": "withdrawn"},
    "withdrawn": {
        "take_down": "withdrawn", "inspect": "withdrawn", "hide": "withdrawn", "sharpen": "withdrawn", "confirm": "withdrawn", "reverse": "approved",
    },
    "returned": {}, "withheld": {}, "replaced": {}, "blocked": {}, "cancelled": {},
}  # fmt: skip


def test_table_has_a_row_for_every_status() -> None:
    assert set(ROWS) == {s.value for s in Status} == {s.value for s in TITLES}


@pytest.mark.parametrize("event", list(Event), ids=str)
@pytest.mark.parametrize("status", list(Status), ids=str)
def test_step_is_the_table(status: Status, event: Event) -> None:
    expected = ROWS[status.value].get(event.value)
    if expected is None:
        with pytest.raises(TransitionRefused):
            step(status, event)
    else:
        assert step(status, event) == expected


def test_every_status_is_reached_and_every_event_used() -> None:
    reached = {FIRST}
    while more := {after for (before, _), after in TABLE.items() if before in reached} - reached:
        reached |= more
    assert reached == set(Status)
    assert {event for _, event in TABLE} == set(Event)


def test_nothing_final_leads_elsewhere() -> None:
    assert {s for s in Status if all(a is s for (b, _), a in TABLE.items() if b is s)} == FINAL
    assert not [1 for before, _ in TABLE if before in FINAL]


def test_published_is_reached_from_approved_alone() -> None:
    assert {(b, e) for (b, e), a in TABLE.items() if a is Status.PUBLISHED and b is not a} == {
        (Status.APPROVED, Event.PUBLISH)
    }
    assert {(b, e) for (b, e), a in TABLE.items() if a is Status.APPROVED and b is not a} == {
        (Status.IN_REVIEW, Event.APPROVE),
        (Status.WITHDRAWN, Event.REVERSE),
    }


@pytest.mark.parametrize(
    ("verdict", "is_last", "event"),
    [
        (Verdict.APPROVE, False, Event.ADVANCE),
        (Verdict.APPROVE, True, Event.APPROVE),
        (Verdict.RETURN, True, Event.RETURN),
        (Verdict.WITHHOLD, False, Event.WITHHOLD),
        (Verdict.ESCALATE, True, Event.ESCALATE),
    ],
)
def test_event_of_verdict(verdict: Verdict, is_last: bool, event: Event) -> None:
    assert event_of(verdict, is_last=is_last) is event


def test_documents_show_every_row() -> None:
    for (before, event), after in TABLE.items():
        assert f"{before.value} --> {after.value}: {event.value}" in mermaid()
        assert f"| {before.value} | {TITLES[before]} | {event.value} | {after.value} |" in markdown()
