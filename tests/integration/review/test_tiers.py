"""The highest tier for a first publication and for a loosened policy: decided on receipt, told in the ledger and on the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from domain.contract import Contract
from tests.review_desk import approve, checked, hash_of, make_contract, published, receipt, submitted

FIELDS: list[dict[str, Any]] = [
    {"name": "region", "title": "地区"},
    {"name": "card", "title": "账号", "sensitivity": "identifier", "redaction": {"operator": "drop"}},
]
STRICT = make_contract(tables=[{"name": "main", "fields": FIELDS}])
LOOSE = make_contract(
    tables=[{"name": "main", "fields": [FIELDS[0], {**FIELDS[1], "redaction": {"operator": "mask"}}]}]
)
STRICTER = make_contract(tables=[{"name": "main", "fields": FIELDS[:1]}])
OWN = ["section", "confidentiality", "chief"]
ALL = ["section", "confidentiality", "legal", "chief"]


def told(release: str) -> tuple[str, list[str], list[str]]:
    """Tier, stages and what raised it."""
    from review import queries

    shown = queries.show(release)
    return shown["tier"], [s["name"] for s in shown["stages"]], [r["why"] for r in shown["raised"]]


def take(contract: Contract, period: str, before: Contract | None = None) -> str:
    from review import desk

    return desk.receive(contract, period, f"run-{period}", before=before.content if before else None)


def test_first_publication_is_reviewed_at_the_highest_tier_once_per_contract(home: Path) -> None:
    from review import desk

    one = submitted(contract=STRICT, period="2025", run_key="a")
    other = checked(contract=STRICT, period="2026", run_key="b")
    assert told(one) == told(other) == ("L3", ALL, ["first"]), "nothing is public yet"
    approve(one)
    desk.record_published(one, receipt(one))
    assert told(take(STRICT, "2027")) == ("L2", OWN, [])
    desk.withdraw(one, "chief", "correct horse battery", "更正")
    assert told(take(STRICT, "2028")) == ("L2", OWN, []), "what was withdrawn was published once"
    another = make_contract(id="finance.other")
    assert told(take(another, "2027b")) == ("L3", ALL, ["first"])


def test_contracts_own_stages_stay_beside_those_of_the_raised_tier(home: Path) -> None:
    from review import queries

    stages = [
        {"name": n, "role": r, "unit": "finance"}
        for n, r in (("section", "section_reviewer"), ("chief", "releasing_chief"))
    ]
    release = take(make_contract(review={"tier": "L1", "stages": stages}), "2026")
    assert told(release)[1] == ALL
    assert {s["unit"] for s in queries.show(release)["stages"]} == {"finance"}


def test_loosened_policy_forces_the_highest_tier_and_says_why(home: Path) -> None:
    from review import queries

    published(contract=STRICT, period="2025", run_key="a")
    release = take(LOOSE, "2026", STRICT)
    assert told(release) == ("L3", ALL, ["loosened"])
    why = {"why": "loosened", "what": "operator", "where": "main.card", "before": "drop", "now": "mask"}
    assert queries.timeline(release)[0]["data"]["raised"] == [why]
    assert queries.contract_before(STRICT.id) == STRICT.sha256
    assert told(take(STRICTER, "2027", STRICT)) == ("L2", OWN, [])


def test_changed_contract_that_can_not_be_compared_counts_as_loosened(home: Path) -> None:
    published(contract=STRICT, period="2025", run_key="a")
    assert told(take(STRICTER, "2026")) == ("L3", ALL, ["unread"])
    assert told(take(STRICTER, "2027", LOOSE)) == ("L3", ALL, ["unread"]), "bytes of another contract"


def test_edition_after_a_remedied_one_counts_as_loosened(home: Path) -> None:
    from domain.masking import Redaction
    from domain.release import Disposition, DispositionKind, Verdict
    from domain.remedy import Override
    from review import desk
    from tests.review_desk import HOLD, PASSWORD, holds

    old = submitted(contract=LOOSE, period="2025", run_key="a")
    desk.open_findings("sec", old, holds(old))
    desk.decide(
        old, "sec", PASSWORD, "section", Verdict.REMEDY, release_hash=hash_of(old), reason="账号不宜公开", contract=LOOSE,
        dispositions=[Disposition(HOLD.id, DispositionKind.REDACT_MORE)],
        overrides=[Override("main", "card", Redaction(operator="drop"))],
    )  # fmt: skip
    published(contract=LOOSE, period="2025", run_key="b")
    assert told(take(LOOSE, "2026")) == ("L3", ALL, ["loosened"])
    assert told(take(LOOSE, "2025")) == ("L2", OWN, []), "a correction of that edition carries the remedy"


def test_contract_check_asks_for_the_stages_of_the_first_publication(home: Path) -> None:
    from review import desk, queries, reading

    law = next(s["seat"] for u in queries.users() if u["username"] == "law" for s in u["seats"])
    assert reading.stages_fillable(STRICT) == []
    desk.revoke(law)
    assert any("legal" in line for line in reading.stages_fillable(STRICT))
