"""The scripted people of the demo and what they do with a release. They exist only in a home that the demo made."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from domain.contract import Contract
from domain.errors import MingjingError
from domain.release import Disposition, DispositionKind, Verdict
from flows.home import Home

USERS_FILE = "demo-users.json"
DEPARTMENTS = {
    "finance": "财政局",
    "natural_resources": "自然资源和规划局",
    "industry": "工业和信息化局",
    "civil_affairs": "民政局",
}


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up official: user name, name on the record, unit and role."""

    user: str
    name: str
    unit: str
    role: str


def people() -> tuple[Person, ...]:
    """Three in each department; one person for confidentiality and one for law, seated in every department."""
    found = [
        person
        for unit, office in DEPARTMENTS.items()
        for person in (
            Person(f"{unit}_operator", f"{office}承办人（演示）", unit, "operator"),
            Person(f"{unit}_section", f"{office}科室负责人（演示）", unit, "section_reviewer"),
            Person(f"{unit}_chief", f"{office}分管领导（演示）", unit, "releasing_chief"),
        )
    ]
    shared = [
        person
        for unit in DEPARTMENTS
        for person in (
            Person("confidentiality", "保密审查员（演示）", unit, "confidentiality_reviewer"),
            Person("legal", "法制审查员（演示）", unit, "legal_reviewer"),
        )
    ]
    return (*found, *shared, Person("auditor", "审计员（演示）", "city", "auditor"))


def seat_everybody(home: Home) -> dict[str, str]:
    """Create the people with random passwords; the list goes to HOME/demo-users.json (0600). Returns user → password."""
    from review import desk

    passwords = {}
    for person in people():
        if person.user not in passwords:
            passwords[person.user] = secrets.token_urlsafe(12)
            desk.add_user(person.user, passwords[person.user], name=person.name)
        desk.grant(person.user, person.unit, person.role)
    path = home.root / USERS_FILE
    path.touch(mode=0o600)
    listed = [
        {"user": p.user, "name": p.name, "unit": p.unit, "role": p.role, "password": passwords[p.user]}
        for p in people()
    ]
    path.write_text(json.dumps(listed, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return passwords


def reviewer_of(stage: str, department: str) -> str:
    """Who decides a stage in the demo."""
    return {"section": f"{department}_section", "chief": f"{department}_chief"}.get(stage, stage)


def dispositions_for(findings: Iterable[dict[str, Any]], contract: Contract) -> tuple[Disposition, ...]:
    """What a careful reviewer says: what was redacted stays redacted, the rest is kept with the contract's legal basis."""
    basis = "；".join(str(c) for c in contract.legal_basis)
    said = []
    for finding in findings:
        if finding["severity"] != "hold":
            continue
        if finding["remedy"]:
            said.append(Disposition(finding["id"], DispositionKind.REDACT_AS_PROPOSED))
        else:
            said.append(Disposition(finding["id"], DispositionKind.KEEP_BY_LAW, basis=basis))
    return tuple(said)


def submit(release: str, passwords: dict[str, str]) -> None:
    """The department's operator submits."""
    from review import desk, queries

    operator = f"{queries.show(release)['department']}_operator"
    desk.submit(release, operator, passwords[operator])


@dataclass(frozen=True, slots=True)
class Saying:
    """What the story's people say of a release: the first stage the verdict; every stage, where it is approve."""

    contract: Contract
    verdict: Verdict = Verdict.APPROVE
    reason: str = ""
    reason_code: str = ""
    basis: str = ""


def decide(waiting: Mapping[str, Saying], passwords: dict[str, str]) -> None:
    """Decide submitted releases, stage by stage: whoever has the turn opens, disposes of and finishes each by itself, then
    signs all that is finished with one password. Raises what the desk refuses.
    """
    from review import desk

    while turns := whose_turn(waiting):
        for user, releases in turns.items():
            marks = finish(user, {release: waiting[release] for release in releases})
            for said in desk.sign_ready(user, passwords[user], marks).values():
                if isinstance(said, MingjingError):
                    raise said


def whose_turn(waiting: Mapping[str, Saying]) -> dict[str, list[str]]:
    """Who has to decide on which of the releases now."""
    from review import queries

    turns: dict[str, list[str]] = {}
    for release, said in waiting.items():
        record = queries.show(release)
        if record["status"] == "in_review":
            turns.setdefault(reviewer_of(record["stage"], said.contract.department), []).append(release)
    return turns


def finish(user: str, releases: Mapping[str, Saying]) -> dict[str, str]:
    """Open the hold findings of each, dispose of them and lay the decision aside; release → the mark to sign it by."""
    from review import desk, queries
    from review.ready import ready_of

    for release, said in releases.items():
        record = queries.show(release)
        is_approval = said.verdict is Verdict.APPROVE
        given = dispositions_for(queries.findings(release), said.contract) if is_approval else ()
        desk.open_findings(user, release, [d.finding for d in given])
        desk.make_ready(
            release, user, record["stage"], said.verdict, release_hash=record["release_hash"], reason=said.reason,
            reason_code=said.reason_code, basis=said.basis, dispositions=given,
        )  # fmt: skip
    return {r.record.public_id: r.mark for r in ready_of(user, datetime.now(UTC)) if r.record.public_id in releases}


def review(release: str, contract: Contract, passwords: dict[str, str]) -> str:
    """Every stage approves one release. Returns the status."""
    from review import queries

    decide({release: Saying(contract)}, passwords)
    return str(queries.show(release)["status"])
