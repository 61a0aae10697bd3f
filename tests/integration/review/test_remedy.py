"""A remedy at the desk: what orders one, what it leaves behind, and that nothing goes out without it afterwards."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from domain.contract import Contract, stored_contract
from domain.errors import (
    ContentChanged,
    DispositionMissing,
    MingjingError,
    NotPermitted,
    ReleaseNotApproved,
    ReviewerIsSubmitter,
    TransitionRefused,
    UsageInvalid,
)
from domain.masking import Redaction
from domain.release import Disposition, DispositionKind, Manifest, Verdict
from domain.remedy import Override
from tests.review_desk import (
    HOLD,
    HOLD2,
    PASSWORD,
    RULES,
    WARN,
    approved,
    checked,
    dispose,
    events,
    hash_of,
    holds,
    last_refusal,
    make_contract,
    make_manifest,
    submitted,
)

FIELDS: list[dict[str, Any]] = [
    {"name": "region", "title": "地区"},
    {"name": "note", "title": "备注", "sensitivity": "free_text"},
    {"name": "card", "title": "账号", "sensitivity": "identifier", "redaction": {"operator": "mask"}},
]
CONTRACT = make_contract(tables=[{"name": "main", "fields": FIELDS}])
DROP_NOTE = Override("main", "note", Redaction(operator="drop"))
BOTH = [HOLD, HOLD2, WARN]


def order(release: str, person: str = "sec", *, opened: bool = True, **how: Any) -> str:
    """Open everything and order that the remark goes."""
    from review import desk

    if opened:
        desk.open_findings(person, release, holds(release))
    said = {
        "reason": "备注列能认出个人",
        "release_hash": hash_of(release),
        "dispositions": [
            Disposition(HOLD.id, DispositionKind.REDACT_MORE),
            Disposition(HOLD2.id, DispositionKind.FALSE_ALARM, reason="空表"),
        ],
        "overrides": [DROP_NOTE],
        "contract": CONTRACT,
    } | how
    return str(desk.decide(release, person, PASSWORD, "section", Verdict.REMEDY, **said))


def in_review() -> str:
    return submitted(contract=CONTRACT, findings=BOTH)


def test_remedy_returns_the_release_and_asks_for_a_revision_at_once(home: Path) -> None:
    from review import desk, queries

    release = in_review()
    assert order(release) == "returned"
    assert events(release)[-2:] == ["decided", "asked"]
    assert queries.timeline(release)[-2]["data"]["overrides"] == [DROP_NOTE.to_dict()]
    said = queries.decisions(release)[-1]
    assert (said["verdict"], said["overrides"]) == ("remedy", [DROP_NOTE.to_dict()])
    row = desk.claim("runner")
    assert row is not None
    assert (row["kind"], row["params"], row["asked_by"]) == ("remedy", {"release": release}, "sec")
    ordered = queries.remedy_of(release)
    assert ordered is not None
    assert ordered["work"] == row["id"]
    with pytest.raises(TransitionRefused):
        order(release)


def test_new_revision_carries_it_and_starts_at_the_first_stage(home: Path) -> None:
    from review import desk, queries

    old = in_review()
    order(old)
    new = checked(contract=CONTRACT, run_key="r2", findings=[HOLD2, WARN])
    manifest = queries.manifest(new)
    assert manifest.overrides == (DROP_NOTE.to_dict(),)
    assert replace(manifest, overrides=()).release_hash != manifest.release_hash
    assert Manifest.from_dict(manifest.to_dict()).release_hash == manifest.release_hash
    assert queries.timeline(new)[0]["data"]["overrides"] == [DROP_NOTE.to_dict()]
    desk.submit(new, "op", PASSWORD)
    assert queries.show(new)["stage"] == "section"
    assert queries.show(new)["revision"] == 2
    last = queries.dispositions_before(new)
    assert last is not None
    assert last["same_rules"]
    assert last["dispositions"] == {HOLD2.id: {"kind": "false_alarm", "basis": "", "reason": "空表"}}
    assert last["release"] == old
    assert queries.show(old)["status"] == "returned"


def test_nothing_passes_without_the_remedy_afterwards(home: Path) -> None:
    """Neither a revision prepared before the order, nor one prepared by hand."""
    from review import desk, queries

    release = in_review()
    waiting = checked(contract=CONTRACT, run_key="r2", findings=BOTH)
    order(release)
    with pytest.raises(ContentChanged):
        desk.submit(waiting, "op", PASSWORD)
    late = desk.receive(CONTRACT, "2026", "r3")
    manifest = replace(make_manifest(queries.show(late), CONTRACT, BOTH), overrides=())
    with pytest.raises(ContentChanged):
        desk.record_checked(late, manifest, BOTH)
    assert queries.show(late)["status"] == "received"
    other = checked(contract=CONTRACT, run_key="r4", period="2027", findings=BOTH)
    assert queries.manifest(other).overrides == (), "another edition is the contract's own again"


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"overrides": []}, UsageInvalid),
        ({"overrides": [Override("main", "card", Redaction(operator="keep_ends", prefix=1))]}, UsageInvalid),
        ({"overrides": [Override("main", "note", Redaction(operator="keep_ends", prefix=1))]}, UsageInvalid),
        ({"overrides": [Override("main", "none", Redaction(operator="drop"))]}, UsageInvalid),
        ({"reason": ""}, UsageInvalid),
        ({"contract": make_contract()}, ContentChanged),
        ({"contract": None}, ContentChanged),
        ({"dispositions": [Disposition(HOLD.id, DispositionKind.FALSE_ALARM, reason="编号")]}, DispositionMissing),
        ({"opened": False}, DispositionMissing),
        ({"release_hash": "0" * 64}, ContentChanged),
        ({"person": "op"}, ReviewerIsSubmitter),
        ({"person": "op2"}, NotPermitted),
        ({"person": "chief"}, NotPermitted),
    ],
    ids=["no-column", "weaker", "label-shown", "unknown", "no-reason", "other-contract", "no-contract", "no-finding",
         "unopened", "stale", "submitter", "operator", "other-stage"],
)  # fmt: skip
def test_remedy_is_refused(home: Path, how: dict[str, Any], error: type[MingjingError]) -> None:
    from review import queries

    release = in_review()
    with pytest.raises(error):
        order(release, **how)
    assert queries.show(release)["status"] == "in_review"
    assert queries.remedy_of(release) is None
    assert queries.work_list() == []
    assert last_refusal()["act"] == "decide"


def test_redact_more_is_never_approved_and_columns_belong_to_a_remedy(home: Path) -> None:
    from review import desk

    release = in_review()
    desk.open_findings("sec", release, holds(release))
    said: dict[str, Any] = {"release_hash": hash_of(release)}
    more = [Disposition(HOLD.id, DispositionKind.REDACT_MORE), *[d for d in dispose(release) if d.finding != HOLD.id]]
    with pytest.raises(DispositionMissing):
        desk.decide(release, "sec", PASSWORD, "section", Verdict.APPROVE, dispositions=more, **said)
    with pytest.raises(UsageInvalid):
        desk.decide(
            release, "sec", PASSWORD, "section", Verdict.APPROVE, dispositions=dispose(release), overrides=[DROP_NOTE],
            contract=CONTRACT, **said,
        )  # fmt: skip


def test_second_remedy_has_to_be_stricter_than_the_first(home: Path) -> None:
    from review import queries

    order(in_review(), overrides=[Override("main", "note", Redaction(operator="mask"))])
    again = submitted(contract=CONTRACT, run_key="r2", findings=BOTH)
    with pytest.raises(UsageInvalid):
        order(again, overrides=[Override("main", "note", Redaction(operator="mask"))])
    order(again)
    assert queries.overrides(CONTRACT.id, "2026") == (DROP_NOTE.to_dict(),)


def test_approved_revision_is_published_with_its_overrides(home: Path) -> None:
    from review import desk

    order(in_review())
    release = approved(contract=CONTRACT, run_key="r2", findings=[HOLD2])
    assert desk.approval_for(release).release_hash == hash_of(release)


def test_ledger_in_which_a_finding_to_be_redacted_more_was_approved_is_not_believed(home: Path) -> None:
    """Replay refuses it, whatever wrote the line."""
    import json

    from review.models import LedgerEntry
    from review.replay import replay

    release = approved(contract=CONTRACT, findings=BOTH)
    lines = list(LedgerEntry.objects.order_by("seq").values_list("body", "hash"))
    forged = []
    for body, digest in lines:
        line = json.loads(body)
        if line["event"] == "decided":
            line["data"]["dispositions"][HOLD.id] = "redact_more"
        forged.append((json.dumps(line), digest))
    assert replay(release, lines).status == "approved"
    with pytest.raises(ReleaseNotApproved):
        replay(release, forged)


@pytest.mark.parametrize("path", sorted((RULES.parent / "datasets").glob("*/*.yaml")), ids=lambda p: p.stem)
def test_stored_contract_is_the_contract(path: Path) -> None:
    from domain.contract_file import load_contract

    contract = load_contract(path.read_text("utf-8"), path.name)
    stored: Contract = stored_contract(contract.content)
    assert stored.sha256 == contract.sha256


def test_evidence_of_both_revisions_tells_of_the_remedy(home: Path, tmp_path: Path) -> None:
    from review import keys
    from review.evidence.bundle import read_zip
    from review.evidence.export import export
    from review.evidence.verify import verify
    from tests.review_desk import STORE

    old = in_review()
    order(old)
    new = approved(contract=CONTRACT, run_key="r2", findings=[HOLD2])
    said = {}
    for release in (old, new):
        out = export(release, STORE, tmp_path / f"{release}.zip")
        assert verify(out, keys.public_key(home)).release == release
        said[release] = b"".join(d for n, d in read_zip(out).items() if n.endswith(".html")).decode()
    assert "删减（去标识）后公开" in said[old]
    assert "真阳性-须再删减" in said[old]
    assert "按审查意见在契约之外删减：main.note drop" in said[new]
    assert "备注、" not in said[new].partition("字段")[2][:80]


def test_vocabulary_of_the_register_is_whole() -> None:
    from review.evidence import register

    assert set(register.VERDICTS) == {v.value for v in Verdict}
    assert set(register.KINDS) == {k.value for k in DispositionKind}
