"""The scripted people of the demo and what they do with a release. They exist only in a home that the demo made."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from domain.contract import Contract
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


def review(release: str, contract: Contract, passwords: dict[str, str]) -> str:
    """Every stage approves, each after opening and disposing of the hold findings. Returns the status."""
    from review import desk, queries

    while (record := queries.show(release))["status"] == "in_review":
        user = reviewer_of(record["stage"], contract.department)
        said = dispositions_for(queries.findings(release), contract)
        desk.open_findings(user, release, [d.finding for d in said])
        desk.decide(
            release,
            user,
            passwords[user],
            record["stage"],
            Verdict.APPROVE,
            release_hash=record["release_hash"],
            dispositions=said,
        )
    return str(record["status"])


def refuse(
    release: str,
    contract: Contract,
    passwords: dict[str, str],
    verdict: Verdict,
    reason: str,
    *,
    reason_code: str = "",
    basis: str = "",
) -> str:
    """The first stage gives a verdict other than approve. Returns the status."""
    from review import desk, queries

    record = queries.show(release)
    user = reviewer_of(record["stage"], contract.department)
    desk.decide(
        release, user, passwords[user], record["stage"], verdict, release_hash=record["release_hash"],
        reason=reason, reason_code=reason_code, basis=basis,
    )  # fmt: skip
    return str(queries.show(release)["status"])
