"""Who may do what, as truth tables: role × unit × act, dates, deputies, submitters, stages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.contract import Contract, Stage, Tier
from domain.errors import MingjingError, NotPermitted, ReviewerHasDecided, ReviewerIsSubmitter, TransitionRefused
from review.permissions import (
    ROLES_OF,
    SYSTEM,
    Act,
    Case,
    Office,
    Role,
    Seat,
    Tree,
    can,
    can_decide,
    can_hold,
    can_manage,
    check_can_decide,
)
from review.stages import stage_faults, stages_of, standard_stages, unfillable
from tests.review_desk import make_contract

NOW = datetime(2026, 11, 24, tzinfo=UTC)
DAY = timedelta(days=1)
TREE = Tree(
    {"city": None, "finance": "city", "industry": "city", "office": "city", "county": "city", "town": "county"},
    {
        "city": frozenset({Role.AUDITOR, Role.LEGAL_REVIEWER}),
        "office": frozenset({Role.CONFIDENTIALITY_REVIEWER}),
        "county": frozenset({Role.AUDITOR}),
    },
    frozenset({"finance", "industry", "office"}),
)
STAGES = (
    Stage(name="section", role="section_reviewer", unit="finance"),
    Stage(name="confidentiality", role="confidentiality_reviewer", unit="office"),
    Stage(name="chief", role="releasing_chief", unit="finance"),
)
CASE = Case("R-2026-0001", "finance", STAGES)


def seat(person: str, unit: str, role: Role, number: int = 1, **dates: object) -> Seat:
    return replace(Seat(number, person, unit, role, NOW - DAY), **dates)  # type: ignore[arg-type]


def office(*seats: Seat) -> Office:
    return Office(TREE, seats)


@pytest.mark.parametrize("act", list(Act), ids=str)
@pytest.mark.parametrize("role", list(Role), ids=str)
def test_act_in_own_unit(role: Role, act: Act) -> None:
    assert can(office(seat("p", "finance", role)), "p", act, "finance", NOW) is (role in ROLES_OF[act])


@pytest.mark.parametrize("act", list(Act), ids=str)
@pytest.mark.parametrize("role", list(Role), ids=str)
def test_act_in_another_department(role: Role, act: Act) -> None:
    assert not can(office(seat("p", "industry", role)), "p", act, "finance", NOW)


@pytest.mark.parametrize("unit", ["city", "office", "county"])
@pytest.mark.parametrize("role", list(Role), ids=str)
def test_see_from_a_higher_unit_by_pooled_role_alone(role: Role, unit: str) -> None:
    pooled = role in TREE.pools[unit] and unit != "county"  # the county isn't above finance
    assert can(office(seat("p", unit, role)), "p", Act.SEE, "finance", NOW) is pooled


@pytest.mark.parametrize(
    ("unit", "role", "act", "everywhere"),
    [
        ("city", Role.AUDITOR, Act.SEE, True),
        ("office", Role.CONFIDENTIALITY_REVIEWER, Act.ANSWER_CASE, True),
        ("city", Role.AUDITOR, Act.ANSWER_CASE, False),
        ("county", Role.AUDITOR, Act.SEE, False),
        ("finance", Role.CONFIDENTIALITY_REVIEWER, Act.ANSWER_CASE, False),
        ("city", Role.ADMINISTRATOR, Act.SEE, False),
    ],
)
def test_everywhere_is_every_department(unit: str, role: Role, act: Act, everywhere: bool) -> None:
    assert can(office(seat("a", unit, role)), "a", act, None, NOW) is everywhere
    assert not can(office(seat("a", unit, role)), "b", act, None, NOW)


def test_everywhere_takes_several_seats_and_no_administrator() -> None:
    leaves = ("finance", "industry", "office", "town")
    seats = [seat("a", unit, Role.OPERATOR, n) for n, unit in enumerate(leaves)]
    assert can(office(*seats), "a", Act.ANSWER_CASE, None, NOW)
    assert not can(office(*seats[1:]), "a", Act.ANSWER_CASE, None, NOW)
    assert not can(office(*seats, seat("a", "city", Role.ADMINISTRATOR, 9)), "a", Act.ANSWER_CASE, None, NOW)
    assert not can(Office(Tree({})), "a", Act.ANSWER_CASE, None, NOW), "where there is no department, nothing is theirs"


def test_see_town_from_county_and_city() -> None:
    for unit in ("county", "city"):
        assert can(office(seat("p", unit, Role.AUDITOR)), "p", Act.SEE, "town", NOW)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, *(r for r in Role if r is not Role.ADMINISTRATOR)], ids=str)
def test_administrator_does_nothing_to_releases(role: Role) -> None:
    both = office(seat("p", "finance", Role.ADMINISTRATOR), seat("p", "finance", role, 2))
    assert not any(can(both, "p", act, "finance", NOW) for act in Act)
    assert not can_decide(both, "p", CASE, "section", NOW)


@pytest.mark.parametrize(
    ("start", "end", "valid"),
    [(-1, None, True), (0, None, True), (1, None, False), (-2, -1, False), (-2, 0, False), (-2, 1, True)],
)
def test_seat_holds_between_its_dates(start: int, end: int | None, valid: bool) -> None:
    until = None if end is None else NOW + end * DAY
    one = seat("p", "finance", Role.OPERATOR, valid_from=NOW + start * DAY, valid_to=until)
    assert can(office(one), "p", Act.SUBMIT, "finance", NOW) is valid


@pytest.mark.parametrize(
    ("principal", "valid"),
    [
        (seat("a", "finance", Role.SECTION_REVIEWER), True),
        (seat("a", "finance", Role.SECTION_REVIEWER, valid_to=NOW), False),
        (seat("a", "finance", Role.RELEASING_CHIEF), False),
        (seat("a", "industry", Role.SECTION_REVIEWER), False),
        (seat("a", "finance", Role.SECTION_REVIEWER, deputy_of="c"), False),
    ],
    ids=["valid", "ended", "other-role", "other-unit", "deputy-of-deputy"],
)
def test_deputy_sits_while_the_principal_does(principal: Seat, valid: bool) -> None:
    deputy = seat("b", "finance", Role.SECTION_REVIEWER, 2, deputy_of="a", valid_to=NOW + DAY)
    assert can_decide(office(principal, deputy), "b", CASE, "section", NOW) is valid


SEATED = {
    "section": seat("p", "finance", Role.SECTION_REVIEWER),
    "confidentiality": seat("p", "office", Role.CONFIDENTIALITY_REVIEWER),
    "chief": seat("p", "finance", Role.RELEASING_CHIEF),
}


@pytest.mark.parametrize("held", SEATED)
@pytest.mark.parametrize("stage", SEATED)
def test_decide_needs_the_stage_seat(stage: str, held: str) -> None:
    case = replace(CASE, passed=tuple(list(SEATED)[: list(SEATED).index(stage)]))
    assert can_decide(office(SEATED[held]), "p", case, stage, NOW) is (stage == held)


@pytest.mark.parametrize(
    ("case", "seats", "stage", "error"),
    [
        (replace(CASE, submitters=frozenset({"p"})), [SEATED["section"]], "section", ReviewerIsSubmitter),
        (replace(CASE, decided={"p": "section"}, passed=("section",)), list(SEATED.values()), "confidentiality", ReviewerHasDecided),
        (CASE, [SEATED["confidentiality"]], "confidentiality", TransitionRefused),
        (replace(CASE, passed=("section", "confidentiality", "chief")), [SEATED["chief"]], "chief", TransitionRefused),
        (CASE, [], "section", NotPermitted),
        (CASE, list(SEATED.values()), "legal", NotPermitted),
        (CASE, [seat("p", "city", Role.SECTION_REVIEWER)], "section", NotPermitted),
        (CASE, [seat("p", "industry", Role.SECTION_REVIEWER)], "section", NotPermitted),
        (replace(CASE, department="unknown"), [SEATED["section"]], "section", NotPermitted),
        (replace(CASE, passed=("section",)), [seat("p", "finance", Role.CONFIDENTIALITY_REVIEWER)], "confidentiality", NotPermitted),
    ],
    ids=["submitter", "decided", "early", "late", "nobody", "no-stage", "city-not-pooled", "wrong-unit", "no-unit", "pool-elsewhere"],
)  # fmt: skip
def test_decide_refused_by_name(case: Case, seats: list[Seat], stage: str, error: type[MingjingError]) -> None:
    with pytest.raises(error):
        check_can_decide(office(*seats), "p", case, stage, NOW)


def test_decide_same_stage_again_after_an_answer() -> None:
    assert can_decide(office(SEATED["section"]), "p", replace(CASE, decided={"p": "section"}), "section", NOW)


def test_stage_in_a_unit_that_isnt_in_charge() -> None:
    stages = (Stage(name="section", role="section_reviewer", unit="industry"),)
    assert not can_decide(
        office(seat("p", "industry", Role.SECTION_REVIEWER)), "p", replace(CASE, stages=stages), "section", NOW
    )


@pytest.mark.parametrize(
    ("unit", "target", "allowed"),
    [("city", None, True), ("city", "town", True), ("county", "town", True), ("county", "finance", False), ("finance", None, False)],
)  # fmt: skip
def test_manage_own_subtree(unit: str, target: str | None, allowed: bool) -> None:
    assert can_manage(office(seat("p", unit, Role.ADMINISTRATOR)), "p", target, NOW) is allowed
    assert not can_manage(office(seat("p", unit, Role.RELEASING_CHIEF)), "p", target, NOW)
    assert can_manage(office(), SYSTEM, target, NOW)


@pytest.mark.parametrize("new", list(Role), ids=str)
@pytest.mark.parametrize("old", list(Role), ids=str)
def test_hold_auditor_and_administrator_alone(old: Role, new: Role) -> None:
    alone = {Role.AUDITOR, Role.ADMINISTRATOR}
    allowed = old is new or not ({old, new} & alone)
    assert can_hold(office(seat("p", "finance", old)), "p", "finance", new, NOW) is allowed
    assert not can_hold(office(), "p", "nowhere", new, NOW)


@pytest.mark.parametrize(("tier", "number"), [(Tier.L1, 2), (Tier.L2, 3), (Tier.L3, 4)])
def test_standard_stages_of_tier(tier: Tier, number: int) -> None:
    assert len({s.role for s in standard_stages(tier)}) == number


def contract(tier: str, *stages: dict[str, str]) -> Contract:
    return make_contract(review={"tier": tier, "stages": list(stages)})


SECTION = {"name": "section", "role": "section_reviewer"}
CHIEF = {"name": "chief", "role": "releasing_chief"}
LEGAL = {"name": "legal", "role": "legal_reviewer"}


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        (contract("L1"), 0),
        (contract("L1", SECTION, CHIEF), 0),
        (contract("L1", SECTION, LEGAL, CHIEF), 0),
        (contract("L2", SECTION, CHIEF), 1),
        (contract("L1", CHIEF, SECTION), 1),
        (contract("L1", SECTION, SECTION, CHIEF), 1),
        (contract("L1", SECTION, CHIEF | {"role": "section_reviewer"}), 1),
    ],
    ids=["standard", "spelled-out", "more", "fewer", "order", "twice", "wrong-role"],
)
def test_stages_fall_short_of_tier(given: Contract, faults: int) -> None:
    assert len(stage_faults(given)) == faults


def test_stages_name_their_unit() -> None:
    assert {s.unit for s in stages_of(contract("L3"))} == {"finance"}


def test_unfillable_counts_different_people() -> None:
    chief, section, op = (
        seat("a", "finance", Role.RELEASING_CHIEF),
        seat("a", "finance", Role.SECTION_REVIEWER, 2),
        seat("b", "finance", Role.OPERATOR, 3),
    )
    assert unfillable(contract("L1"), office(chief, section, op), NOW) != []
    assert unfillable(contract("L1"), office(chief, replace(section, person="c"), op), NOW) == []
    assert unfillable(contract("L1"), office(chief, replace(section, person="b"), op), NOW) != []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (contract("L1"), "nobody holds"),
        (contract("L1", SECTION | {"unit": "industry"}, CHIEF), "isn't in charge"),
        (make_contract(department="nowhere"), "no unit"),
        (contract("L2", SECTION, CHIEF), "demands"),
    ],
    ids=["nobody", "wrong-unit", "no-unit", "fewer"],
)
def test_unfillable_says_why(given: Contract, said: str) -> None:
    assert said in " ".join(unfillable(given, office(), NOW))


def test_unfillable_with_pool_of_a_higher_unit() -> None:
    pool = {"name": "legal", "role": "legal_reviewer", "unit": "city"}
    conf = {"name": "confidentiality", "role": "confidentiality_reviewer", "unit": "office"}
    people = office(
        seat("o", "finance", Role.OPERATOR), seat("s", "finance", Role.SECTION_REVIEWER, 2),
        seat("k", "office", Role.CONFIDENTIALITY_REVIEWER, 3), seat("l", "city", Role.LEGAL_REVIEWER, 4),
        seat("c", "finance", Role.RELEASING_CHIEF, 5),
    )  # fmt: skip
    assert unfillable(contract("L3", SECTION, conf, pool, CHIEF), people, NOW) == []
    assert len(unfillable(contract("L3"), people, NOW)) == 2


def test_tree_ends_in_a_circle() -> None:
    assert Tree({"a": "b", "b": "a"}).above("a") == ("b", "a")
