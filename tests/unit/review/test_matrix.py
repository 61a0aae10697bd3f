"""Every cell of role × unit × status × act × own/other: the printed table against permissions and lifecycle. Default deny."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from domain.contract import Tier
from domain.errors import MingjingError
from domain.release import Status
from review import lifecycle
from review.lifecycle import Event
from review.permissions import (
    Act,
    Case,
    Office,
    Role,
    Seat,
    Tree,
    check_can,
    check_can_answer_withdrawal,
    check_can_decide,
    check_can_end_case,
    check_can_look,
)
from review.stages import standard_stages
from tests.permission_table import printed

NOW = datetime(2026, 11, 24, tzinfo=UTC)
POOLS = frozenset(Role)
TREE = Tree(
    {"city": None, "finance": "city", "industry": "city", "office": "city", "county": None, "branch": "finance"},
    {"office": POOLS, "branch": POOLS, "county": POOLS},
    frozenset({"finance", "industry", "office"}),
)
UNITS = {  # where the seat is → whether it counts as in charge, and as the stage's
    "finance": (True, True),
    "office": (True, False),  # an office that pools the role
    "city": (False, False),  # a higher unit that doesn't
    "industry": (False, False),
    "branch": (False, False),  # below
    "county": (False, False),  # pools, but for others
}
STAGES = tuple(s.model_copy(update={"unit": "finance"}) for s in standard_stages(Tier.L3))
NAMES = [s.name for s in STAGES]


def case(act: str, *, own: bool) -> Case:
    """The release as that act meets it: at the stage to decide, else at the first."""
    stage = act.removeprefix("decide-")
    passed = tuple(NAMES[: NAMES.index(stage)]) if stage in NAMES else ()
    return Case("R", "finance", STAGES, frozenset({"p" if own else "somebody"}), {}, passed)


def may(act: str, office: Office, status: Status, *, own: bool) -> bool:
    """What the desk asks before that act, in review/acts."""
    said = case(act, own=own)
    try:
        match act:
            case "see":
                check_can(office, "p", Act.SEE, "finance", NOW)
            case "open":
                check_can(office, "p", Act.SEE, "finance", NOW)
                return status is not Status.RECEIVED
            case "remark":
                return check_can(office, "p", Act.SEE, "finance", NOW).role is not Role.AUDITOR
            case "look":
                check_can_look(office, "p", said, NOW)
                lifecycle.step(status, Event.LOOK)
            case "submit":
                check_can(office, "p", Act.SUBMIT, "finance", NOW)
                lifecycle.step(status, Event.SUBMIT)
            case "recall":
                check_can(office, "p", Act.SUBMIT, "finance", NOW)
                lifecycle.step(status, Event.RECALL)
                return own
            case "answer":
                if own:
                    return False
                check_can(office, "p", Act.ANSWER, "finance", NOW)
                lifecycle.step(status, Event.ANSWER)
            case "withdraw":
                check_can(office, "p", Act.WITHDRAW, "finance", NOW)
                lifecycle.step(status, Event.WITHDRAW)
            case "confirm" | "reverse":
                check_can_answer_withdrawal(office, "p", said, "orderer", NOW)
                lifecycle.step(status, Event(act))
            case "answer-case":
                check_can(office, "p", Act.ANSWER_CASE, "finance", NOW)
            case "close-case" | "reopen-case":
                check_can_end_case(office, "p", "finance", "who answered", NOW)
            case _:
                check_can_decide(office, "p", said, act.removeprefix("decide-"), NOW)
                lifecycle.step(status, Event.RETURN)
    except MingjingError:
        return False
    return True


TABLE = printed()


def test_page_names_every_act_role_and_known_status() -> None:
    from review.matrix import MATRIX

    assert list(TABLE) == [r.act for r in MATRIX]
    for line in TABLE.values():
        assert set(line.cells) == set(Role)
        assert (line.statuses or set()) <= set(Status)
        assert line.unit in ("in charge", "the stage's")


@pytest.mark.parametrize("act", TABLE)
def test_every_cell(act: str) -> None:
    line, wrong, seen = TABLE[act], [], 0
    for role, unit, status, own in product(Role, UNITS, Status, (True, False)):
        office = Office(TREE, (Seat(1, "p", unit, role, NOW - timedelta(days=1)),))
        counts = UNITS[unit][line.unit == "the stage's"]
        expected = counts and line.allows(role, status, own=own)
        seen += 1
        if may(act, office, status, own=own) is not expected:
            wrong.append((role.value, unit, status.value, "own" if own else "other", expected))
    assert wrong == []
    assert seen == len(Role) * len(UNITS) * len(Status) * 2


@pytest.mark.parametrize("act", TABLE)
def test_nobody_and_administrators_may_nothing(act: str) -> None:
    day = timedelta(days=1)
    for status, own, role in product(Status, (True, False), Role):
        ended = Office(TREE, (Seat(1, "p", "finance", role, NOW - day, NOW),))
        coming = Office(TREE, (Seat(1, "p", "finance", role, NOW + day),))
        keeper = (Seat(1, "p", "finance", role, NOW - day), Seat(2, "p", "finance", Role.ADMINISTRATOR, NOW - day))
        assert not any(may(act, o, status, own=own) for o in (ended, coming, Office(TREE, keeper), Office(TREE)))
