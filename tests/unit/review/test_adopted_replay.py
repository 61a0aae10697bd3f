"""Cases about a catalogue of others are judged from ledger lines alone, under the rules of that moment."""

from __future__ import annotations

import json
from typing import Any

import pytest

from domain.errors import ReleaseNotApproved
from review.adopted_replay import replay_cases
from review.case_replay import Cases
from review.case_steps import CaseStatus
from review.case_subject import of_catalogue, said_of

URL, FIRST, AGAIN = "https://data.city.test", "2026-11-01T00:00:00+00:00", "2026-11-20T00:00:00+00:00"
BUDGET, LAND = said_of(URL, "budget"), said_of(URL, "land")
Line = dict[str, Any]


def line(event: str, actor: str, **data: Any) -> Line:
    return {"event": event, "actor": actor, "release": "", "data": data}


def unit(code: str, parent: str | None, *pools: str) -> Line:
    return {"code": code, "kind": "department" if parent else "city", "parent": parent, "pools": list(pools)}


def granted(number: int, user: str, role: str, where: str) -> Line:
    start = "2026-01-01T00:00:00.000000Z"
    seat = {"seat": number, "user": user, "unit": where, "role": role}
    return line("granted", "admin", **seat, valid_from=start, valid_to=None, deputy_of="")


UNITS = [
    unit("city", None), unit("bureau", "city", "operator"), unit("office", "city", "confidentiality_reviewer"), unit("finance", "city"),
]  # fmt: skip
PEOPLE = [
    line("units-loaded", "system", units=UNITS),
    granted(1, "op", "operator", "bureau"),
    granted(2, "conf", "confidentiality_reviewer", "office"),
    granted(3, "conf2", "confidentiality_reviewer", "office"),
    granted(4, "own", "operator", "finance"),
    granted(5, "head", "releasing_chief", "finance"),
]
OPENED = line("case-opened", "system", case="Q-1", kind="adopted", adopted_on=FIRST, **BUDGET)


def said(event: str, actor: str, case: str = "Q-1", **data: Any) -> Line:
    return line(f"case-{event}", actor, case=case, **(BUDGET | data))


def more(on: str = FIRST, **data: Any) -> Line:
    return said("continued", "system", kind="adopted", adopted_on=on, **data)


def settled(actor: str = "system", on: str = AGAIN) -> Line:
    return said("settled", actor, adopted_on=on)


def judge(*lines: Line) -> Cases:
    road = [
        (json.dumps({**one, "seq": seq, "at": f"2026-11-24T00:00:{seq:02}.000000Z"}), f"{seq:064}")
        for seq, one in enumerate([*PEOPLE, *lines], start=1)
    ]
    return replay_cases(URL, road)


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([OPENED], CaseStatus.OPEN),
        ([OPENED, more()], CaseStatus.OPEN),
        ([OPENED, said("answered", "op")], CaseStatus.ANSWERED),
        ([OPENED, said("answered", "op"), said("closed", "conf")], CaseStatus.CLOSED),
        ([OPENED, said("answered", "conf2"), said("reopened", "conf")], CaseStatus.OPEN),
        ([OPENED, said("answered", "op"), more()], CaseStatus.OPEN),
        ([OPENED, settled()], CaseStatus.ANSWERED),
        ([OPENED, settled(), said("closed", "conf")], CaseStatus.CLOSED),
        ([OPENED, settled(), more(AGAIN)], CaseStatus.OPEN),
        ([OPENED, said("answered", "op"), said("closed", "conf"), said("reopened", "conf2")], CaseStatus.OPEN),
    ],
    ids=[
        "opened", "continued", "answered", "closed", "reopened", "more after an answer", "settled", "closed when settled",
        "more under the new baseline", "reopened after the end",
    ],
)  # fmt: skip
def test_cases_that_followed_the_rules_stand(lines: list[Line], status: CaseStatus) -> None:
    assert judge(*lines).status == {"Q-1": status}


@pytest.mark.parametrize(
    "lines",
    [
        [{**OPENED, "actor": "op"}],
        [OPENED, OPENED],
        [said("answered", "op")],
        [OPENED, said("answered", "own")],
        [OPENED, said("answered", "stranger")],
        [OPENED, said("answered", "system")],
        [OPENED, said("closed", "conf")],
        [OPENED, said("answered", "op"), said("closed", "head")],
        [OPENED, said("answered", "conf"), said("closed", "conf")],
        [OPENED, said("answered", "op"), said("closed", "op")],
        [OPENED, said("answered", "op", **LAND)],
        [OPENED, {**more(), "actor": "op"}],
        [OPENED, settled("conf")],
        [OPENED, settled(on=FIRST)],
        [OPENED, settled(), settled()],
        [OPENED, said("answered", "op"), said("closed", "conf"), settled()],
        [OPENED, line("revoked", "admin", seat=1), said("answered", "op")],
    ],
    ids=[
        "opened by a person", "twice", "unknown", "answered from one department", "no seat", "answered by the platform", "unanswered",
        "closed from one department", "closed by who answered", "closed by an operator", "of another dataset",
        "continued by a person", "settled by a person", "settled without a new baseline", "settled twice by one", "settled after the end",
        "answered after the seat ended",
    ],
)  # fmt: skip
def test_cases_that_broke_a_rule_do_not(lines: list[Line]) -> None:
    with pytest.raises(ReleaseNotApproved):
        judge(*lines)


def test_cases_of_other_catalogues_and_of_releases_are_passed_over() -> None:
    other = {**OPENED, "data": {**OPENED["data"], "catalogue": "https://other.test"}}
    of_ours = {**said("closed", "nobody"), "release": "R-1"}
    assert judge(other, other, of_ours, OPENED).status == {"Q-1": CaseStatus.OPEN}


def test_the_ledger_names_a_dataset_of_others_by_a_hash_alone() -> None:
    about = of_catalogue(URL, "budget")
    assert about.said == BUDGET != LAND
    assert "budget" not in json.dumps(dict(about.said))
    assert (about.title, of_catalogue(URL, "").title[0]) == (("budget", "budget"), "整个目录")
