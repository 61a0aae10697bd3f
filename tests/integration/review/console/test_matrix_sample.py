"""Cells of the printed permission matrix through the real pages: allowed ones work, refused ones change nothing.

Every act in the status where it belongs, for every role, in the department and outside it, as submitter and not; other
statuses by a fixed sample. The whole matrix is held against permissions in tests/unit/review/test_matrix.py.
"""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from domain.errors import MingjingError
from domain.finding import Finding, Place, Severity
from domain.release import Status
from review.case_steps import CaseKind
from review.permissions import Role
from tests.console_visits import ORIGINALS, visit
from tests.integration.review.conftest import Model
from tests.permission_table import Line, printed
from tests.review_desk import BLOCK, PASSWORD, checked, decide, hash_of, make_contract, receipt, receive

TABLE = printed()
STAGES = (("sec", "section"), ("conf", "confidentiality"), ("law", "legal"), ("chief", "chief"))
CELL = Finding("free-text", Severity.HOLD, 1, (Place("main", "region", 1),), None, "备注列", "PERSON")
FIRST = {act: next(iter(sorted(line.statuses))) if line.statuses else "in_review" for act, line in TABLE.items()}
FIRST |= {"withdraw": "published"}


def chosen() -> list[tuple[str, str, str, str, bool]]:
    """(act, role, unit, status, own): each act × role in its own status and department, and 40 others."""
    cells = [(act, role.value, "finance", FIRST[act], False) for act in TABLE for role in Role]
    rest = [
        (act, role.value, unit, status.value, own)
        for act in TABLE for role in Role for unit in ("finance", "industry") for status in Status for own in (True, False)
    ]  # fmt: skip
    rest = [
        c for c in rest if not c[4] or c[3] not in ("received", "checked", "blocked", "cancelled")
    ]  # nobody has submitted those
    return cells + random.Random(5).sample(rest, 40)


def laid(act: str, status: str, person: str, own: bool, run: str) -> str:
    """A release of that status, at the stage that the act is about; submitted by the person if `own`."""
    from review import desk

    contract = make_contract(review={"tier": "L3"})
    if status == "cancelled":
        release = receive(contract, run_key=run, period=run)
        work = desk.ask("prepare", {"department": "finance"})
        while desk.claim("runner")["id"] != work:
            pass
        desk.cancel("op", work, "finance")
        desk.record_cancelled(work, run)
        return release
    if status in ("received", "blocked"):
        release = receive(contract, run_key=run, period=run)
        return release if status == "received" else (desk.record_blocked(release, [BLOCK]), release)[1]
    release = checked(contract, findings=[CELL], run_key=run, period=run)
    if status == "checked":
        return release
    seat = desk.grant(person, "finance", "operator") if own else None
    desk.submit(release, person if own else "op", PASSWORD)
    if seat is not None:
        desk.revoke(seat)
    verdicts = {"returned": "return", "withheld": "withhold", "escalated": "escalate"}
    if status in verdicts:
        decide(release, "sec", "section", verdicts[status])
        return release
    if status == "replaced":
        later = checked(contract, findings=[CELL], run_key=f"{run}+", period=run)
        desk.replace(release, later)
        return release
    upto = act.removeprefix("decide-")
    for who, stage in STAGES:
        if status == "in_review" and stage == (upto if act.startswith("decide-") else "section"):
            return release
        decide(release, who, stage)
    if status == "approved":
        return release
    desk.record_published(release, receipt(release))
    if status == "withdrawn":
        desk.withdraw(release, "chief", PASSWORD, "内容需要核实")
        desk.record_withdrawn(release, {"addresses": []})
    if status == "superseded":
        again = checked(contract, findings=[CELL], run_key=f"{run}+", period=run)
        desk.submit(again, "op", PASSWORD)
        for who, stage in STAGES:
            decide(again, who, stage)
        desk.record_published(again, receipt(again))
    return release


def do(act: str, client: Any, release: str, person: str) -> Any:
    """The act as the page sends it."""
    from review import desk, queries

    at, signed = f"/releases/{release}", {"password": PASSWORD, "release_hash": hash_of(release)}
    match act:
        case "see":
            return client.get(at)
        case "open":
            return client.post(f"{at}/open", {"finding": [CELL.id]})
        case "remark":
            return client.post(f"{at}/remark", {"text": "第三列口径已核对"})
        case "look":
            with suppress(MingjingError):  # opening is an act of its own: whoever can't open can't look
                desk.open_findings(person, release, [CELL.id])
            show = queries.show(release)
            if show["release_hash"]:
                ORIGINALS[queries.manifest(release).sources[0].sha256] = "x"
            return client.post(f"{at}/findings/{CELL.id}/places/1/look", {"reason": "核对误报"} | signed)
        case "answer":
            return client.post(f"{at}/answer", {"authority": "市国家保密局", "answer": "可以公开"} | signed)
        case "withdraw":
            return client.post(f"{at}/withdraw", {"reason": "内容需要核实"} | signed)
        case "confirm" | "reverse":
            return client.post(f"{at}/{act}", {"why": "核实无误"} | signed)
        case "submit" | "recall":
            return client.post(f"{at}/{act}", signed)
        case "answer-case" | "close-case" | "reopen-case":
            about = f"{act}:{release}:{person}"
            case = desk.open_case(CaseKind.REPORT, release, date(2026, 12, 1), text="第三行有误", about=about)
            if act != "answer-case":
                desk.answer_case(case, "op", PASSWORD, "已核对，无误")
            said = {"text": "已核对", "password": PASSWORD}
            return client.post(f"/cases/{case}/{act.removesuffix('-case')}", said)
        case _:
            stage = act.removeprefix("decide-")
            return client.post(f"{at}/decide", {"verdict": "return", "reason": "口径不同", "stage": stage} | signed)


def is_allowed(line: Line, cell: tuple[str, str, str, str, bool]) -> bool:
    _, role, unit, status, own = cell
    return unit == "finance" and line.allows(role, status, own=own)


@pytest.fixture
def model(sqlite_model: Model) -> Model:
    """One database engine: what is asked here is decided before any is."""
    return sqlite_model


@pytest.mark.parametrize("act", TABLE)
def test_sampled_cells_through_the_pages(console: Path, act: str) -> None:
    from review import desk, queries
    from review.models import LedgerEntry

    wrong, untouched = [], dict[str, str]()  # a refusal changes nothing, so the next cell finds the release as it was
    for number, cell in enumerate(c for c in chosen() if c[0] == act):
        _, role, unit, status, own = cell
        person = f"p{number}"
        desk.add_user(person, PASSWORD)
        release = laid(act, status, person, own, f"{act}-{number}") if own else ""
        desk.grant(person, unit, role)
        release = release or untouched.pop(status, "") or laid(act, status, person, own, f"{act}-{number}")
        assert queries.show(release)["status"] == status
        last = LedgerEntry.objects.latest("seq").seq
        answer = do(act, visit(person), release, person)
        lines = LedgerEntry.objects.filter(seq__gt=last, release=release, actor=person)
        done = (
            set(lines.values_list("event", flat=True)) - {"refused", "asked"} - ({"opened"} if act == "look" else set())
        )
        worked = answer.status_code == 200 if act == "see" else answer.status_code == 302 and bool(done)
        if worked is not is_allowed(TABLE[act], cell) or (not worked and done):
            wrong.append((*cell, answer.status_code, sorted(done)))
        if not own and not done:
            untouched[status] = release
    assert wrong == []
