"""Judge a release from ledger lines alone: replay who held which seat and what was decided, in the ledger's order.

Pure. The desk mints an approval from it, evidence is verified with it; the tables beside the ledger aren't believed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from dataclasses import replace as changed
from functools import partial
from typing import Any

from domain.contract import Stage
from domain.errors import MingjingError, ReleaseNotApproved
from domain.release import DispositionKind, Status, Verdict
from domain.withdrawal import Cause, is_stricter
from review import lifecycle, seals
from review.case_replay import Cases
from review.case_steps import LINES, CaseEvent
from review.lifecycle import Event, event_of
from review.moments import moment
from review.permissions import (
    OFFICE,
    SYSTEM,
    Act,
    Case,
    Office,
    Role,
    Seat,
    Tree,
    check_can,
    check_can_answer_withdrawal,
    check_can_decide,
    check_can_look,
)

PEOPLE_EVENTS = ("units-loaded", "unit-added", "granted", "revoked", "user-closed")

PLAIN: Mapping[str, Event] = {
    "recalled": Event.RECALL,
    "answered": Event.ANSWER,
    "replaced": Event.REPLACE,
    "published": Event.PUBLISH,
    "superseded": Event.SUPERSEDE,
    "inspected": Event.INSPECT,
    "cancelled": Event.CANCEL,
}


@dataclass
class Replay:
    """What the lines read so far add up to."""

    release: str
    parents: dict[str, str | None] = field(default_factory=dict)
    pools: dict[str, frozenset[Role]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    seats: dict[int, Seat] = field(default_factory=dict)
    status: Status | None = None
    dataset: str = ""
    department: str = ""
    stages: tuple[Stage, ...] = ()
    contract_sha256: str = ""
    release_hash: str = ""
    holds: frozenset[str] = frozenset()
    blocks: frozenset[str] = frozenset()
    submitters: frozenset[str] = frozenset()
    decided: dict[str, str] = field(default_factory=dict)
    approvals: dict[str, str] = field(default_factory=dict)  # stage → hash of the deciding line
    opened: dict[str, set[str]] = field(default_factory=dict)
    ordered_by: str = ""  # who ordered it off, while that order waits for a second person
    ordered_from: Status | None = None  # what it was then
    is_off: bool = False  # whether the catalogue confirmed that order
    cause: str = ""  # the code under which it is off
    opinions: dict[str, str] = field(default_factory=dict)  # person → seal, of the blind round under way
    is_conflict: bool = False
    cases: Cases = field(default_factory=Cases)

    @property
    def case(self) -> Case:
        return Case(
            self.release,
            self.department,
            self.stages,
            self.submitters,
            self.decided,
            tuple(self.approvals),
            frozenset(self.opinions),
        )

    @property
    def office(self) -> Office:
        offices = frozenset(code for code, kind in self.kinds.items() if kind == OFFICE)
        return Office(Tree(self.parents, self.pools, offices), tuple(self.seats.values()))

    def step(self, event: Event) -> None:
        if self.status is None:
            raise ReleaseNotApproved(f"the ledger doesn't say how {self.release} came in")
        self.status = lifecycle.step(self.status, event)


def replay(release: str, lines: Iterable[tuple[str, str]]) -> Replay:
    """Replay (body, hash) lines in order: those of PEOPLE_EVENTS and those of the release; others are passed over.

    Raises ReleaseNotApproved where a line tells of something that the rules forbade at that moment.
    """
    state = Replay(release)
    for body, digest in lines:
        line = json.loads(body)
        line["hash"] = digest
        if line["event"] in PEOPLE_EVENTS:
            follow_people(state, line)
        elif line["release"] == release:
            _follow(state, line)
    return state


def follow_people(state: Replay, line: dict[str, Any]) -> None:
    """Take in a line of PEOPLE_EVENTS: units, and who holds which seat."""
    _PEOPLE[line["event"]](state, line)


def _follow(state: Replay, line: dict[str, Any]) -> None:
    try:
        if line["event"] in _RELEASE:
            _RELEASE[line["event"]](state, line)
        elif line["event"] in PLAIN:
            state.step(PLAIN[line["event"]])
    except MingjingError as fault:
        raise ReleaseNotApproved(f"ledger line {line['seq']} ({line['event']}) doesn't stand: {fault}") from None


def approvals(state: Replay) -> tuple[str, ...]:
    """Hashes of the deciding lines, in stage order, of a release that stands approved.

    Raises ReleaseNotApproved where it isn't approved by every stage, each for the same bytes.
    """
    if state.status is not Status.APPROVED or state.blocks:
        status = state.status.value if state.status else "unknown to the ledger"
        raise ReleaseNotApproved(f"{state.release} is {status}; only an approved release can be published")
    if not state.stages or tuple(state.approvals) != tuple(s.name for s in state.stages):
        raise ReleaseNotApproved(f"{state.release} lacks a decision of every stage; have it reviewed")
    return tuple(state.approvals.values())


def _unit(state: Replay, unit: dict[str, Any]) -> None:
    state.parents[unit["code"]] = unit["parent"]
    state.pools[unit["code"]] = frozenset(Role(r) for r in unit["pools"])
    state.kinds[unit["code"]] = unit["kind"]


def _units(state: Replay, line: dict[str, Any]) -> None:
    for unit in line["data"]["units"]:
        _unit(state, unit)


def _granted(state: Replay, line: dict[str, Any]) -> None:
    said = line["data"]
    until = moment(said["valid_to"]) if said["valid_to"] else None
    state.seats[said["seat"]] = Seat(
        said["seat"],
        said["user"],
        said["unit"],
        Role(said["role"]),
        moment(said["valid_from"]),
        until,
        said["deputy_of"],
    )


def _revoked(state: Replay, line: dict[str, Any]) -> None:
    seat = state.seats.get(line["data"]["seat"])
    if seat is None:
        return  # evidence leaves out the seats of people who did nothing to the release
    state.seats[seat.id] = changed(seat, valid_to=moment(line["at"]))


def _closed(state: Replay, line: dict[str, Any]) -> None:
    at = moment(line["at"])
    for seat in list(state.seats.values()):
        if seat.person == line["data"]["user"] and (seat.valid_to is None or seat.valid_to > at):
            state.seats[seat.id] = changed(seat, valid_to=at)


_Reader = Callable[[Replay, dict[str, Any]], None]
_PEOPLE: Mapping[str, _Reader] = {
    "units-loaded": _units,
    "unit-added": lambda state, line: _unit(state, line["data"]),
    "granted": _granted,
    "revoked": _revoked,
    "user-closed": _closed,
}


def _received(state: Replay, line: dict[str, Any]) -> None:
    said = line["data"]
    if state.status is not None:
        raise ReleaseNotApproved("a release comes in once")
    state.status, state.dataset, state.department = lifecycle.FIRST, said["dataset"], said["unit"]
    state.stages = tuple(Stage(**s) for s in said["stages"])
    state.contract_sha256 = said["contract_sha256"]


def _checked(state: Replay, line: dict[str, Any]) -> None:
    said = line["data"]
    state.step(Event.CHECK)
    state.release_hash = said["release_hash"]
    state.holds, state.blocks = frozenset(said["holds"]), frozenset(said["blocks"])


def _blocked(state: Replay, line: dict[str, Any]) -> None:
    said = line["data"]
    state.step(Event.BLOCK)
    state.release_hash = state.release_hash or said["release_hash"] or ""
    state.holds, state.blocks = state.holds | set(said["holds"]), state.blocks | set(said["blocks"])


def _submitted(state: Replay, line: dict[str, Any]) -> None:
    _same_bytes(state, line)
    check_can(state.office, line["actor"], Act.SUBMIT, state.department, moment(line["at"]))
    state.step(Event.SUBMIT)
    state.submitters |= {line["actor"]}


def _opened(state: Replay, line: dict[str, Any]) -> None:
    _same_bytes(state, line)
    state.opened[line["actor"]] = state.opened.get(line["actor"], set()) | set(line["data"]["findings"])


def _looked(state: Replay, line: dict[str, Any]) -> None:
    _same_bytes(state, line)
    check_can_look(state.office, line["actor"], state.case, moment(line["at"]))
    state.step(Event.LOOK)


def _decided(state: Replay, line: dict[str, Any]) -> None:
    _same_bytes(state, line)
    said, person = line["data"], line["actor"]
    verdict, stage = Verdict(said["verdict"]), said["stage"]
    check_can_decide(state.office, person, state.case, stage, moment(line["at"]))
    if _is_blind(state):
        _check_pair(state, said)
    repeated = set(said.get("confirmed_from", {}).get("findings", ()))
    if repeated - set(said["dispositions"]) or repeated - state.opened.get(person, set()):
        raise ReleaseNotApproved("something was confirmed that wasn't opened, or not disposed of")
    if verdict is Verdict.APPROVE:
        seen, disposed = state.opened.get(person, set()), set(said["dispositions"])
        more = DispositionKind.REDACT_MORE.value in said["dispositions"].values()
        if state.blocks or more or state.holds - seen or state.holds - disposed:
            raise ReleaseNotApproved("a finding wasn't opened, or not disposed of")
    state.step(event_of(verdict, is_last=len(state.approvals) + 1 == len(state.stages)))
    state.decided[person] = stage
    state.opinions, state.is_conflict = {}, False
    if verdict is Verdict.APPROVE:
        state.approvals[stage] = line["hash"]


def _withdrawn(state: Replay, line: dict[str, Any]) -> None:
    """An order to take it off; of what is off already, one that takes the words off that were left. That makes nothing
    reversible: what it came out of is what the order came out of whose place it takes."""
    said, person = line["data"], line["actor"]
    if state.status is not Status.WITHDRAWN:
        state.ordered_from, state.cause = state.status, said.get("code") or said.get("rule", "")
        state.step(Event.WITHDRAW)
    else:
        _same_bytes(state, line)
        state.step(Event.SHARPEN)
        if person != SYSTEM:
            check_can(state.office, person, Act.WITHDRAW, state.department, moment(line["at"]))
            if not is_stricter(said["code"], state.cause):
                raise ReleaseNotApproved("an order took the place of one that was as strict")
            state.cause = said["code"]
        if not state.ordered_by:
            state.ordered_from = Status.WITHDRAWN
    state.ordered_by, state.is_off = person, False


def _expired(state: Replay, line: dict[str, Any]) -> None:
    del line
    state.step(Event.EXPIRE)
    state.cause = Cause.EXPIRED.value


def _taken_down(state: Replay, line: dict[str, Any]) -> None:
    del line
    state.step(Event.TAKE_DOWN)
    state.is_off = True


def _hidden(state: Replay, line: dict[str, Any]) -> None:
    """Taken down by a person in another network: nobody here can reverse that."""
    _same_bytes(state, line)
    if state.status is not Status.WITHDRAWN:
        state.cause = Cause.HIDDEN.value
    state.step(Event.HIDE)
    state.ordered_by = ""


def _answered_withdrawal(state: Replay, line: dict[str, Any], event: Event) -> None:
    _same_bytes(state, line)
    if not state.ordered_by:
        raise ReleaseNotApproved("no order to take it off waits for a second person")
    check_can_answer_withdrawal(state.office, line["actor"], state.case, state.ordered_by, moment(line["at"]))
    if event is Event.REVERSE and (state.ordered_from not in lifecycle.REVERSIBLE or not state.is_off):
        raise ReleaseNotApproved("only what was on its way out, and is off, can be put out again")
    state.step(event)
    state.ordered_by = ""


def _case_opened(state: Replay, line: dict[str, Any]) -> None:
    _same_bytes(state, line)
    state.cases.open(line)


def _case_step(state: Replay, line: dict[str, Any], event: CaseEvent) -> None:
    state.cases.follow(line, event, state.office, state.department)


def _is_blind(state: Replay) -> bool:
    return state.case.current is not None and state.case.current.blind == seals.PAIR


def _opined(state: Replay, line: dict[str, Any]) -> None:
    _same_bytes(state, line)
    said, person = line["data"], line["actor"]
    check_can_decide(state.office, person, state.case, said["stage"], moment(line["at"]))
    if state.status is not Status.IN_REVIEW or not _is_blind(state) or len(state.opinions) >= seals.PAIR:
        raise ReleaseNotApproved("nobody was to speak there behind a seal")
    state.opinions[person], state.decided[person] = said["seal"], said["stage"]


def _conflicted(state: Replay, line: dict[str, Any]) -> None:
    _same_bytes(state, line)
    said = line["data"]["opinions"]
    _check_seals(state, said)
    if len(said) != seals.PAIR or seals.agree(*said.values()):
        raise ReleaseNotApproved("the two opinions don't differ")
    state.is_conflict = True


def _check_pair(state: Replay, said: dict[str, Any]) -> None:
    """A blind stage is decided by two who said the same, or by a third after a conflict."""
    if state.is_conflict:
        return  # whoever spoke before can't decide now
    beside = said.get("beside", {})
    if len(state.opinions) != 1:
        raise ReleaseNotApproved("a blind stage needs two who speak")
    _check_seals(state, beside)
    ((person, other),) = beside.items()
    if not seals.agree(other, {"overrides": [], **said}):
        raise ReleaseNotApproved("the two opinions differ, and no third person resolved it")
    if said["verdict"] == Verdict.APPROVE and state.holds - state.opened.get(person, set()):
        raise ReleaseNotApproved("the first of the pair didn't open every finding")


def _check_seals(state: Replay, said: dict[str, Any]) -> None:
    if {person: seals.seal(one) for person, one in said.items()} != state.opinions:
        raise ReleaseNotApproved("an opinion isn't the one that was sealed")


def _same_bytes(state: Replay, line: dict[str, Any]) -> None:
    if not state.release_hash or line["data"]["release_hash"] != state.release_hash:
        raise ReleaseNotApproved("it was said of other bytes")


_RELEASE: Mapping[str, _Reader] = {
    "received": _received,
    "checked": _checked,
    "blocked": _blocked,
    "submitted": _submitted,
    "opened": _opened,
    "looked": _looked,
    "decided": _decided,
    "withdrawn": _withdrawn,
    "expired": _expired,
    "hidden": _hidden,
    "taken-down": _taken_down,
    "withdrawal-confirmed": lambda state, line: _answered_withdrawal(state, line, Event.CONFIRM),
    "withdrawal-reversed": lambda state, line: _answered_withdrawal(state, line, Event.REVERSE),
    "opined": _opined,
    "conflicted": _conflicted,
    "case-opened": _case_opened,
    **{name: partial(_case_step, event=event) for event, name in LINES.items()},
}
