"""Who may do what, and where: default deny. `check_can_x` raises a named error, `can_x` answers. Pure: people's seats,
the tree of units and the release's case come in as values; whether a status allows the step is left to review/lifecycle.

A seat is (person, unit, role) with dates. It counts for a department's release if it is a seat of that department, or of
a higher unit, or of an office of a higher unit, which pools that role (rules/units.yaml, `pools`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.contract import Stage
from domain.errors import MingjingError, NotPermitted, ReviewerHasDecided, ReviewerIsSubmitter, TransitionRefused

SYSTEM = "system"  # scheduled runs and the shell of the installation's owner; never a person, never a decision


class Role(StrEnum):
    """What a seat lets one do."""

    OPERATOR = "operator"
    SECTION_REVIEWER = "section_reviewer"
    CONFIDENTIALITY_REVIEWER = "confidentiality_reviewer"
    LEGAL_REVIEWER = "legal_reviewer"
    RELEASING_CHIEF = "releasing_chief"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Act(StrEnum):
    """What can be done to a release, to its dataset's contract or to work under way, stages' decisions apart."""

    SEE = "see"
    SEE_QUARANTINE = "see_quarantine"
    LOOK = "look"
    PREPARE = "prepare"
    SUBMIT = "submit"
    PUBLISH = "publish"
    INSPECT = "inspect"
    ANSWER = "answer"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    SCHEDULE = "schedule"
    PROPOSE = "propose"
    ADOPT = "adopt"
    ANSWER_CASE = "answer_case"
    CLOSE_CASE = "close_case"


R = Role
REVIEWERS = frozenset({R.SECTION_REVIEWER, R.CONFIDENTIALITY_REVIEWER, R.LEGAL_REVIEWER, R.RELEASING_CHIEF})
ALONE = frozenset({R.AUDITOR, R.ADMINISTRATOR})  # whoever holds one of these holds nothing else

ROLES_OF: Mapping[Act, frozenset[Role]] = {
    Act.SEE: REVIEWERS | {R.OPERATOR, R.AUDITOR},
    Act.SEE_QUARANTINE: frozenset({R.OPERATOR, R.CONFIDENTIALITY_REVIEWER, R.AUDITOR}),
    Act.LOOK: frozenset({R.CONFIDENTIALITY_REVIEWER}),
    Act.PREPARE: frozenset({R.OPERATOR}),
    Act.SUBMIT: frozenset({R.OPERATOR}),
    Act.PUBLISH: frozenset({R.OPERATOR, R.RELEASING_CHIEF}),
    Act.INSPECT: frozenset({R.OPERATOR, R.CONFIDENTIALITY_REVIEWER, R.RELEASING_CHIEF}),
    Act.ANSWER: frozenset({R.CONFIDENTIALITY_REVIEWER, R.RELEASING_CHIEF}),
    Act.WITHDRAW: frozenset({R.CONFIDENTIALITY_REVIEWER, R.RELEASING_CHIEF}),
    Act.CANCEL: frozenset({R.OPERATOR}),
    Act.SCHEDULE: frozenset({R.OPERATOR}),
    Act.PROPOSE: frozenset({R.OPERATOR}),
    Act.ADOPT: frozenset({R.RELEASING_CHIEF}),
    Act.ANSWER_CASE: frozenset({R.OPERATOR, R.CONFIDENTIALITY_REVIEWER, R.RELEASING_CHIEF}),
    Act.CLOSE_CASE: frozenset({R.CONFIDENTIALITY_REVIEWER, R.RELEASING_CHIEF}),
}


OFFICE = "department"  # the kind of unit that can be an office


@dataclass(frozen=True, slots=True)
class Seat:
    """One membership. `deputy_of`: the person in whose seat this one sits (A/B角); it lapses with that person's own."""

    id: int
    person: str
    unit: str
    role: Role
    valid_from: datetime
    valid_to: datetime | None = None
    deputy_of: str = ""

    def is_valid(self, at: datetime) -> bool:
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


@dataclass(frozen=True, slots=True)
class Tree:
    """Units: code → parent, and code → roles that the unit pools for everyone below it; an office (a department of a
    higher unit) pools them for everyone below that higher unit."""

    parents: Mapping[str, str | None]
    pools: Mapping[str, frozenset[Role]] = field(default_factory=dict)
    offices: frozenset[str] = frozenset()

    def above(self, unit: str) -> tuple[str, ...]:
        """The unit's ancestors, nearest first; a circle ends where it closes."""
        found: list[str] = []
        parent = self.parents.get(unit)
        while parent is not None and parent not in found:
            found.append(parent)
            parent = self.parents.get(parent)
        return tuple(found)

    def lowest(self) -> tuple[str, ...]:
        """The units that are over no other: every department."""
        over = set(self.parents.values())
        return tuple(unit for unit in self.parents if unit not in over)

    def is_in_charge(self, unit: str, role: Role, department: str) -> bool:
        """Whether a seat (unit, role) counts for the department's releases."""
        if department not in self.parents or unit not in self.parents:
            return False
        if unit == department:
            return True
        above = self.above(department)
        is_over = unit in above or (unit in self.offices and self.parents[unit] in above)
        return is_over and role in self.pools.get(unit, frozenset())


@dataclass(frozen=True, slots=True)
class Office:
    """All units and all seats, past and coming ones included."""

    tree: Tree
    seats: tuple[Seat, ...] = ()

    def held(self, person: str, at: datetime) -> tuple[Seat, ...]:
        """The person's seats that are valid at that time, deputies' only while their principal's is."""
        mine = [s for s in self.seats if s.person == person and s.is_valid(at)]
        return tuple(s for s in mine if not s.deputy_of or self._has_principal(s, at))

    def _has_principal(self, seat: Seat, at: datetime) -> bool:
        return any(
            s.person == seat.deputy_of
            and (s.unit, s.role, s.deputy_of) == (seat.unit, seat.role, "")
            and s.is_valid(at)
            for s in self.seats
        )


@dataclass(frozen=True, slots=True)
class Case:
    """What permissions need to know of a release. `decided`: person → the stage that the person has decided on;
    `passed`: stages that said 公开 so far, in order. `opined`: who has spoken in the blind round that is under way."""

    release: str
    department: str
    stages: tuple[Stage, ...]
    submitters: frozenset[str] = frozenset()
    decided: Mapping[str, str] = field(default_factory=dict)
    passed: tuple[str, ...] = ()
    opined: frozenset[str] = frozenset()

    @property
    def current(self) -> Stage | None:
        """The stage that the release waits at; None after the last."""
        return self.stages[len(self.passed)] if len(self.passed) < len(self.stages) else None

    def stage(self, name: str) -> Stage | None:
        return next((s for s in self.stages if s.name == name), None)


def check_can(office: Office, person: str, act: Act, department: str | None, at: datetime) -> Seat:
    """A seat that lets the person do the act to what is the department's; None: to what belongs to no department, such as a
    catalogue of others that is watched, for which it takes seats for all of them. Raises NotPermitted."""
    held = office.held(person, at)
    _refuse_administrator(held, act.value)
    departments = office.tree.lowest() if department is None else (department,)
    seats = [_seat_for(office.tree, held, act, one) for one in departments]
    if seats and seats[0] is not None and None not in seats:
        return seats[0]
    needed = " or ".join(sorted(r.value for r in ROLES_OF[act]))
    where = f"{department} or in a unit in charge of it" if department else "units in charge of every department"
    raise NotPermitted(f"to {act.value.replace('_', ' ')} needs the role {needed} in {where}")


def _seat_for(tree: Tree, held: Iterable[Seat], act: Act, department: str) -> Seat | None:
    fits = (s for s in held if s.role in ROLES_OF[act] and tree.is_in_charge(s.unit, s.role, department))
    return next(fits, None)


def can(office: Office, person: str, act: Act, department: str | None, at: datetime) -> bool:
    return _answers(check_can, office, person, act, department, at)


def check_can_decide(office: Office, person: str, case: Case, stage_name: str, at: datetime) -> Seat:
    """The seat that lets the person decide on that stage now.

    Raises ReviewerIsSubmitter, ReviewerHasDecided (one person one stage), NotPermitted (no seat in the unit in charge
    of the stage), TransitionRefused (not this stage's turn).
    """
    if person in case.submitters:
        raise ReviewerIsSubmitter(f"{case.release} was submitted by this person; somebody else has to review it")
    if case.decided.get(person, stage_name) != stage_name:
        raise ReviewerHasDecided(
            f"this person has decided on another stage of {case.release}; one person holds one stage"
        )
    stage = case.stage(stage_name)
    if stage is None:
        names = ", ".join(s.name for s in case.stages)
        raise NotPermitted(f"{case.release} has no stage {stage_name!r}; its stages are {names}")
    seat = _seat_at(office, person, case.department, stage, at)
    if case.current != stage:
        waits = f"waits at stage {case.current.name}" if case.current else "has passed every stage"
        raise TransitionRefused(f"{case.release} {waits}, not at {stage_name}")
    if person in case.opined:
        raise ReviewerHasDecided(
            f"this person has spoken at the blind stage {stage_name} of {case.release}; another one has to"
        )
    return seat


def _seat_at(office: Office, person: str, department: str, stage: Stage, at: datetime) -> Seat:
    unit, role = stage.unit or department, Role(stage.role)
    held = office.held(person, at)
    _refuse_administrator(held, f"decide on stage {stage.name}")
    if office.tree.is_in_charge(unit, role, department):
        for seat in held:
            if (seat.unit, seat.role) == (unit, role):
                return seat
    raise NotPermitted(f"stage {stage.name} belongs to {role.value} of {unit}; this person holds no such seat today")


def check_can_look(office: Office, person: str, case: Case, at: datetime) -> Seat:
    """The seat that lets the person look at single cells as they came in: the one of the confidentiality stage where the
    release has that stage, else any in charge of the department. Raises ReviewerIsSubmitter, NotPermitted.
    """
    if person in case.submitters:
        raise ReviewerIsSubmitter(f"{case.release} was submitted by this person; somebody else looks at the original")
    seat = check_can(office, person, Act.LOOK, case.department, at)
    for stage in case.stages:
        if Role(stage.role) in ROLES_OF[Act.LOOK]:
            return _seat_at(office, person, case.department, stage, at)
    return seat


def can_look(office: Office, person: str, case: Case, at: datetime) -> bool:
    return _answers(check_can_look, office, person, case, at)


def check_can_answer_withdrawal(office: Office, person: str, case: Case, ordered_by: str, at: datetime) -> Seat:
    """The seat that lets the person confirm or reverse another's order to take the release off: who may order one, but
    not the one who did, nor the submitter. Raises ReviewerHasDecided, ReviewerIsSubmitter, NotPermitted.
    """
    if person == ordered_by:
        raise ReviewerHasDecided(f"this person ordered {case.release} off; a second one confirms or reverses")
    if person in case.submitters:
        raise ReviewerIsSubmitter(f"{case.release} was submitted by this person; somebody else confirms or reverses")
    return check_can(office, person, Act.WITHDRAW, case.department, at)


def can_answer_withdrawal(office: Office, person: str, case: Case, ordered_by: str, at: datetime) -> bool:
    return _answers(check_can_answer_withdrawal, office, person, case, ordered_by, at)


def check_can_adopt(office: Office, person: str, author: str, departments: Iterable[str], at: datetime) -> None:
    """Whether the person may adopt or refuse a contract that `author` proposed, for every department it touches.

    Raises ReviewerIsSubmitter, NotPermitted.
    """
    if person == author:
        raise ReviewerIsSubmitter("this person proposed the contract; somebody else adopts or refuses it")
    for department in departments:
        check_can(office, person, Act.ADOPT, department, at)


def can_adopt(office: Office, person: str, author: str, departments: Iterable[str], at: datetime) -> bool:
    return _answers(check_can_adopt, office, person, author, departments, at)


def holders(office: Office, department: str, stage: Stage, at: datetime) -> frozenset[str]:
    """Everyone whose seats fit the stage at that time, whatever they did to a release."""
    people = {s.person for s in office.seats}
    return frozenset(p for p in people if _answers(_seat_at, office, p, department, stage, at))


def can_decide(office: Office, person: str, case: Case, stage_name: str, at: datetime) -> bool:
    return _answers(check_can_decide, office, person, case, stage_name, at)


def check_can_manage(office: Office, person: str, unit: str | None, at: datetime) -> None:
    """Whether the person may write units, people and seats of `unit` (None: of everything). Raises NotPermitted.

    An administrator manages the own unit and those below it. SYSTEM is the owner's shell and may always.
    """
    if person == SYSTEM:
        return
    for seat in office.held(person, at):
        roots = [code for code, parent in office.tree.parents.items() if parent is None]
        below = unit is not None and (seat.unit == unit or seat.unit in office.tree.above(unit))
        if seat.role is Role.ADMINISTRATOR and (below or seat.unit in roots):
            return
    raise NotPermitted(f"people and units of {unit or 'the installation'} are an administrator's; ask one to do it")


def can_manage(office: Office, person: str, unit: str | None, at: datetime) -> bool:
    return _answers(check_can_manage, office, person, unit, at)


def check_can_hold(office: Office, person: str, unit: str, role: Role, at: datetime) -> None:
    """Whether the seat may be given to the person beside those already held. Raises NotPermitted.

    An auditor or administrator holds nothing else: who audits changes nothing, who seats people doesn't decide.
    """
    if unit not in office.tree.parents:
        raise NotPermitted(f"there is no unit {unit!r}; add it first: mingjing unit add")
    others = {s.role for s in office.seats if s.person == person and (s.valid_to is None or at < s.valid_to)} - {role}
    if others and (role in ALONE or others & ALONE):
        raise NotPermitted(
            f"{role.value} can't be combined with {', '.join(sorted(others))} in one person; seat another"
        )


def can_hold(office: Office, person: str, unit: str, role: Role, at: datetime) -> bool:
    return _answers(check_can_hold, office, person, unit, role, at)


def check_can_end_case(office: Office, person: str, department: str | None, answered_by: str, at: datetime) -> Seat:
    """The seat that lets the person close or reopen a case of the department (None: of none): never the one who answered it.

    Raises ReviewerHasDecided, NotPermitted.
    """
    seat = check_can(office, person, Act.CLOSE_CASE, department, at)
    if person == answered_by:
        raise ReviewerHasDecided("this person answered the case; somebody else closes or reopens it")
    return seat


def can_end_case(office: Office, person: str, department: str | None, answered_by: str, at: datetime) -> bool:
    return _answers(check_can_end_case, office, person, department, answered_by, at)


def _refuse_administrator(held: Iterable[Seat], act: str) -> None:
    if any(s.role is Role.ADMINISTRATOR for s in held):
        raise NotPermitted(f"an administrator can't {act}: people and units only")


def _answers(check: object, *args: object) -> bool:
    assert callable(check)
    try:
        check(*args)
    except MingjingError:
        return False
    return True
