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
    can_adopt,
    check_can,
    check_can_adopt,
    check_can_answer_withdrawal,
    check_can_decide,
    check_can_end_case,
    check_can_look,
)
from review.stages import standard_stages
from tests.permission_table import printed, printed_work

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
                return status not in (Status.RECEIVED, Status.CANCELLED)  # nothing was found there
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


WORK = printed_work()
ACT_OF = {
    "prepare": Act.PREPARE, "cancel": Act.CANCEL, "pause": Act.SCHEDULE, "draft": Act.PROPOSE, "propose": Act.PROPOSE,
}  # fmt: skip


def may_work(act: str, office: Office, *, own: bool) -> bool:
    """What the desk asks before that act on contracts and work, in review/acts."""
    try:
        match act:
            case "retract":
                check_can(office, "p", Act.PROPOSE, "finance", NOW)  # who may not propose has nothing to take back
                return own
            case "adopt" | "refuse":
                check_can_adopt(office, "p", "p" if own else "somebody", ("finance",), NOW)
            case _:
                check_can(office, "p", ACT_OF[act], "finance", NOW)
    except MingjingError:
        return False
    return True


def test_page_names_every_act_on_contracts_and_work() -> None:
    from review.matrix import WORK as ROWS

    assert list(WORK) == [r.act for r in ROWS]
    assert all(set(cells) == set(Role) for cells in WORK.values())


@pytest.mark.parametrize("act", WORK)
def test_every_cell_of_contracts_and_work(act: str) -> None:
    for role, unit, own in product(Role, UNITS, (True, False)):
        office = Office(TREE, (Seat(1, "p", unit, role, NOW - timedelta(days=1)),))
        said = {"yes": True, "own": own, "other": not own, "–": False}[WORK[act][role]]
        assert may_work(act, office, own=own) is (UNITS[unit][0] and said), (role, unit, own)


def test_contract_that_moves_needs_the_seat_in_both_departments() -> None:
    day = timedelta(days=1)
    one = Seat(1, "p", "finance", Role.RELEASING_CHIEF, NOW - day)
    other = Seat(2, "p", "industry", Role.RELEASING_CHIEF, NOW - day)
    assert not can_adopt(Office(TREE, (one,)), "p", "a", ("finance", "industry"), NOW)
    assert can_adopt(Office(TREE, (one, other)), "p", "a", ("finance", "industry"), NOW)


@pytest.mark.parametrize("act", TABLE)
def test_nobody_and_administrators_may_nothing(act: str) -> None:
    day = timedelta(days=1)
    for status, own, role in product(Status, (True, False), Role):
        ended = Office(TREE, (Seat(1, "p", "finance", role, NOW - day, NOW),))
        coming = Office(TREE, (Seat(1, "p", "finance", role, NOW + day),))
        keeper = (Seat(1, "p", "finance", role, NOW - day), Seat(2, "p", "finance", Role.ADMINISTRATOR, NOW - day))
        assert not any(may(act, o, status, own=own) for o in (ended, coming, Office(TREE, keeper), Office(TREE)))
