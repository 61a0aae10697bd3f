"""An approval is judged from ledger lines alone, under the rules of that moment."""

from __future__ import annotations

import json
from typing import Any

import pytest

from domain.errors import ReleaseNotApproved
from domain.release import Status
from review.replay import approvals, replay

HASH, HOLD = "a" * 64, "f" * 16
Line = dict[str, Any]


def line(event: str, actor: str, release: str = "R-1", **data: Any) -> Line:
    return {"event": event, "actor": actor, "release": release, "data": data}


def granted(number: int, user: str, role: str, unit: str = "finance", deputy_of: str = "") -> Line:
    start = "2026-01-01T00:00:00.000000Z"
    return line(
        "granted",
        "admin",
        "",
        seat=number,
        user=user,
        unit=unit,
        role=role,
        valid_from=start,
        valid_to=None,
        deputy_of=deputy_of,
    )


def decided(actor: str, stage: str, verdict: str = "approve", **changes: Any) -> Line:
    said = {"release_hash": HASH, "stage": stage, "verdict": verdict, "dispositions": {HOLD: "false_alarm"}}
    return line("decided", actor, **(said | changes))


def opened(actor: str, release_hash: str = HASH) -> Line:
    return line("opened", actor, release_hash=release_hash, findings=[HOLD])


UNIT = {"kind": "department", "parent": None, "pools": []}
STAGES = [
    {"name": "section", "role": "section_reviewer", "unit": "finance"},
    {"name": "chief", "role": "releasing_chief", "unit": "finance"},
]
ROAD: list[Line] = [
    line("units-loaded", "system", "", units=[UNIT | {"code": "finance"}, UNIT | {"code": "industry"}]),
    granted(1, "op", "operator"),
    granted(2, "sec", "section_reviewer"),
    granted(3, "chief", "releasing_chief"),
    granted(4, "stranger", "section_reviewer", "industry"),
    granted(5, "sec", "releasing_chief"),
    line("received", "system", dataset="finance.debt", unit="finance", stages=STAGES, contract_sha256="c" * 64),
    line("checked", "system", release_hash=HASH, holds=[HOLD], blocks=[]),
    line("submitted", "op", release_hash=HASH),
    opened("sec"),
    decided("sec", "section"),
    opened("chief"),
    decided("chief", "chief"),
]
SECTION, CHIEF = 10, 12


def judge(road: list[Line]) -> tuple[str, ...]:
    lines = []
    for seq, said in enumerate(road, start=1):
        full = {**said, "seq": seq, "at": f"2026-11-24T00:00:{seq:02}.000000Z"}
        lines.append((json.dumps(full), f"{seq:064}"))
    return approvals(replay("R-1", lines))


def put(at: int, *lines: Line) -> list[Line]:
    """The road with a line replaced."""
    return [*ROAD[:at], *lines, *ROAD[at + 1 :]]


def test_judge_sound_road() -> None:
    assert judge(ROAD) == (f"{SECTION + 1:064}", f"{CHIEF + 1:064}")


@pytest.mark.parametrize(
    "road",
    [
        ROAD[:CHIEF],
        put(SECTION),
        put(SECTION, decided("stranger", "section")),
        put(SECTION, decided("op", "section")),
        put(SECTION, opened("stranger"), decided("stranger", "section")),
        put(SECTION, decided("sec", "section", release_hash="b" * 64)),
        put(SECTION, decided("sec", "section", dispositions={})),
        put(SECTION, decided("sec", "section", "return")),
        put(SECTION, decided("sec", "section", "withhold")),
        put(SECTION, decided("sec", "section", "escalate")),
        put(SECTION - 1),
        put(SECTION - 1, opened("sec", "b" * 64)),
        put(CHIEF, opened("sec"), decided("sec", "chief")),
        put(CHIEF, decided("chief", "section")),
        put(8),
        put(8, line("submitted", "stranger", release_hash=HASH)),
        put(8, line("submitted", "op", release_hash="b" * 64)),
        put(7),
        put(6),
        put(6, ROAD[6], ROAD[6]),
        put(7, line("blocked", "system", release_hash=HASH, holds=[], blocks=[HOLD])),
        put(2, granted(2, "sec", "section_reviewer", "industry")),
        put(2, granted(2, "sec", "section_reviewer", deputy_of="nobody")),
        put(SECTION, line("revoked", "admin", "", seat=2), ROAD[SECTION]),
        put(SECTION, line("user-closed", "admin", "", user="sec"), ROAD[SECTION]),
        put(SECTION, ROAD[SECTION], line("recalled", "op", release_hash=HASH)),
        put(SECTION, ROAD[SECTION], line("replaced", "op", release_hash=HASH)),
        [*ROAD, line("withdrawn", "chief", release_hash=HASH)],
        [*ROAD, line("blocked", "system", release_hash=HASH, holds=[], blocks=[HOLD])],
        [*ROAD, line("replaced", "op", release_hash=HASH)],
        [ROAD[0], *ROAD[6:], *ROAD[1:6]],
        [],
    ],
)  # fmt: skip
def test_judge_refuses(road: list[Line]) -> None:
    with pytest.raises(ReleaseNotApproved):
        judge(road)


def test_judge_keeps_a_decision_of_one_who_left_later() -> None:
    assert judge([*ROAD, line("user-closed", "admin", "", user="chief"), line("revoked", "admin", "", seat=2)])


def test_judge_passes_over_other_releases() -> None:
    assert judge([*ROAD, decided("nobody", "chief") | {"release": "R-2"}])


def test_replay_follows_to_publication() -> None:
    after = [line("published", "system", release_hash=HASH), line("inspected", "system"), line("superseded", "system")]
    lines = [
        (json.dumps({**said, "seq": n, "at": f"2026-11-24T00:00:{n:02}.000000Z"}), f"{n:064}")
        for n, said in enumerate([*ROAD, *after], 1)
    ]
    assert replay("R-1", lines).status is Status.SUPERSEDED


CASE = line("case-opened", "system", case="Q-1", kind="inspection", release_hash=HASH)
SEATS = [granted(6, "conf", "confidentiality_reviewer"), granted(7, "chief2", "releasing_chief")]


def said(event: str, actor: str, case: str = "Q-1") -> Line:
    return line(f"case-{event}", actor, case=case)


@pytest.mark.parametrize(
    "lines",
    [
        [CASE],
        [CASE, said("continued", "system")],
        [CASE, said("answered", "op"), said("closed", "conf")],
        [CASE, said("answered", "conf"), said("reopened", "chief"), said("answered", "op"), said("closed", "conf")],
        [CASE, said("answered", "op"), said("closed", "conf"), said("reopened", "chief2")],
    ],
    ids=["opened", "continued", "closed", "reopened", "reopened after the end"],
)
def test_cases_that_followed_the_rules_stand(lines: list[Line]) -> None:
    assert judge([*ROAD[:6], *SEATS, *ROAD[6:], *lines])


@pytest.mark.parametrize(
    "lines",
    [
        [{**CASE, "actor": "op"}],
        [CASE, CASE],
        [{**CASE, "data": {**CASE["data"], "release_hash": "b" * 64}}],
        [said("answered", "op")],
        [CASE, said("answered", "op", "Q-2")],
        [CASE, said("answered", "stranger")],
        [CASE, said("answered", "sec2")],
        [CASE, said("closed", "conf")],
        [CASE, said("answered", "conf"), said("closed", "conf")],
        [CASE, said("answered", "conf"), said("reopened", "conf")],
        [CASE, said("answered", "conf"), said("closed", "op")],
        [CASE, said("answered", "op"), said("closed", "conf"), said("answered", "op")],
        [CASE, said("continued", "op")],
        [CASE, line("case-settled", "system", case="Q-1", adopted_on="2026-11-20")],
    ],
    ids=[
        "opened by a person", "twice", "other bytes", "unknown", "another", "stranger", "no seat", "unanswered",
        "closed by who answered", "reopened by who answered", "closed by an operator", "answered after the end",
        "continued by a person", "settled though no catalogue of others",
    ],
)  # fmt: skip
def test_cases_that_broke_a_rule_do_not(lines: list[Line]) -> None:
    with pytest.raises(ReleaseNotApproved):
        judge([*ROAD[:6], *SEATS, *ROAD[6:], *lines])
