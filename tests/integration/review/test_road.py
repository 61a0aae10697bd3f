"""The desk's road from receipt to publication and off again, and every refusal on it, on both databases."""

from __future__ import annotations

import json

import pytest

from domain.errors import (
    ContentChanged,
    DispositionMissing,
    FindingBlocks,
    NotPermitted,
    ReleaseNotApproved,
    ReleaseNotFound,
    ReviewerHasDecided,
    ReviewerIsSubmitter,
    SignatureRefused,
    TransitionRefused,
    UsageInvalid,
)
from domain.release import Disposition, DispositionKind, Verdict
from tests.review_desk import (
    BLOCK,
    HOLD,
    HOLD2,
    PASSWORD,
    WARN,
    approve,
    approved,
    checked,
    decide,
    dispose,
    events,
    hash_of,
    holds,
    last_refusal,
    make_contract,
    make_manifest,
    published,
    receipt,
    receive,
    submitted,
)

pytestmark = pytest.mark.usefixtures("home")


def test_publish_release_of_every_stage() -> None:
    from review import desk, ledger, queries

    release = approved()
    approval = desk.approval_for(release)
    assert approval.release_hash == hash_of(release)
    assert queries.is_minted(approval)
    assert len(approval.decisions) == 4
    assert desk.record_published(release, receipt(release)) == "published"
    shown = queries.show(release)
    assert shown["status"] == "published"
    assert shown["findings"] == {"block": 0, "hold": 1, "warn": 1, "info": 0}
    assert [d["stage"] for d in shown["decisions"]] == ["section", "confidentiality", "legal", "chief"]
    assert queries.last_published("finance.debt_limit")["release_hash"] == approval.release_hash  # type: ignore[index]
    assert ledger.verify().ok
    assert set(queries.releases()[0]) == {
        "release", "dataset", "period", "status", "findings", "release_hash", "public_url",
    }  # fmt: skip


def test_receive_twice_with_one_run_key() -> None:
    first = receive()
    assert receive() == first
    assert events(first) == ["received"]


def test_receive_numbers_editions_and_revisions() -> None:
    from review import queries

    made = [receive(period=p, run_key=k) for p, k in (("2025", "a"), ("2026", "b"), ("2025", "c"))]
    shown = [queries.show(r) for r in made]
    assert [(s["edition"], s["revision"]) for s in shown] == [(1, 1), (2, 1), (1, 2)]
    assert made[0].endswith("-0001")


@pytest.mark.parametrize("actor", ["stranger", "sec", "auditor", "admin"])
def test_receive_by_wrong_person(actor: str) -> None:
    from review import desk

    with pytest.raises(NotPermitted):
        desk.receive(make_contract(), "2026", "run-9", actor)
    assert last_refusal() == {"actor": actor, "release": "", "act": "receive", "error": "not-permitted"}


def test_receive_by_pooled_operator_of_data_bureau() -> None:
    from review import desk

    desk.add_user("bureau", PASSWORD)
    desk.grant("bureau", "data_bureau", "operator")
    assert desk.receive(make_contract(), "2026", "run-9", "bureau")


def test_check_with_block_finding_blocks() -> None:
    from review import desk, queries

    release = checked(findings=[BLOCK, HOLD])
    assert queries.show(release)["status"] == "blocked"
    with pytest.raises(TransitionRefused):
        desk.submit(release, "op", PASSWORD)
    assert last_refusal()["error"] == "transition-refused"


def test_check_twice_is_one_line() -> None:
    from review import desk, queries

    release = receive()
    manifest = make_manifest(queries.show(release), make_contract(), [WARN])
    assert desk.record_checked(release, manifest, [WARN]) == desk.record_checked(release, manifest, [WARN]) == "checked"
    assert events(release) == ["received", "checked"]


@pytest.mark.parametrize("wrong", ["contract", "findings", "period"])
def test_check_with_other_content(wrong: str) -> None:
    from review import desk, queries

    release = receive()
    record = queries.show(release)
    contract = make_contract(version=2) if wrong == "contract" else make_contract()
    manifest = make_manifest(record | ({"period": "1999"} if wrong == "period" else {}), contract, [WARN])
    with pytest.raises(ContentChanged):
        desk.record_checked(release, manifest, [HOLD] if wrong == "findings" else [WARN])
    assert last_refusal() == {
        "actor": "system",
        "release": release,
        "act": "record_checked",
        "error": "content-changed",
    }


def test_submit_replaces_earlier_revision() -> None:
    from review import desk, queries

    old = submitted()
    new = checked(run_key="run-2")
    desk.submit(new, "op", PASSWORD)
    assert queries.show(old)["status"] == "replaced"
    assert queries.show(old)["replaced_by"] == new
    with pytest.raises(TransitionRefused):
        decide(old, "sec", "section")


def test_submit_older_revision_after_newer() -> None:
    from review import desk

    old, new = checked(), checked(run_key="run-2")
    desk.submit(new, "op", PASSWORD)
    with pytest.raises(TransitionRefused):
        desk.submit(old, "op", PASSWORD)


@pytest.mark.parametrize(
    ("person", "password", "error"),
    [
        ("op", "wrong password", SignatureRefused),
        ("nobody", PASSWORD, SignatureRefused),
        ("sec", PASSWORD, NotPermitted),
        ("stranger", PASSWORD, NotPermitted),
        ("admin", PASSWORD, NotPermitted),
    ],
)
def test_submit_refused(person: str, password: str, error: type[Exception]) -> None:
    from review import desk, queries

    release = checked()
    with pytest.raises(error):
        desk.submit(release, person, password)
    refusal = last_refusal()
    assert refusal["actor"] == ("unknown" if person == "nobody" else person)
    assert (refusal["release"], refusal["act"]) == (release, "submit")
    assert queries.show(release)["status"] == "checked"


def test_sign_after_five_failures() -> None:
    from review import desk

    release = checked()
    for _ in range(7):
        with pytest.raises(SignatureRefused):
            desk.submit(release, "op", "wrong password")
    assert events().count("refused") == 5
    with pytest.raises(SignatureRefused):
        desk.submit(release, "op", PASSWORD)
    assert desk.submit(release, "op2", PASSWORD) == "in_review"


@pytest.mark.parametrize(
    ("person", "stage", "error"),
    [
        ("op", "section", ReviewerIsSubmitter),
        ("stranger", "section", NotPermitted),
        ("conf", "section", NotPermitted),
        ("auditor", "section", NotPermitted),
        ("admin", "section", NotPermitted),
        ("conf", "confidentiality", TransitionRefused),
        ("chief", "chief", TransitionRefused),
        ("law", "legal", TransitionRefused),
        ("law", "none", NotPermitted),
    ],
)
def test_decide_by_wrong_person_or_out_of_turn(person: str, stage: str, error: type[Exception]) -> None:
    from review import desk, queries

    release = submitted(findings=[])
    with pytest.raises(error):
        desk.decide(release, person, PASSWORD, stage, Verdict.APPROVE, release_hash=hash_of(release))
    refusal = last_refusal()
    assert (refusal["actor"], refusal["release"], refusal["act"]) == (person, release, "decide")
    assert queries.show(release)["decisions"] == []
    with pytest.raises(ReleaseNotApproved):
        desk.approval_for(release)


def test_decide_by_submitter_who_is_reviewer_too() -> None:
    from review import desk

    release = checked()
    desk.submit(release, "both", PASSWORD)
    with pytest.raises(ReviewerIsSubmitter):
        decide(release, "both", "section")


def test_decide_two_stages_by_one_person() -> None:
    from review import desk

    desk.grant("sec", "finance", "releasing_chief")
    release = submitted()
    decide(release, "sec", "section")
    decide(release, "conf", "confidentiality")
    with pytest.raises(ReviewerHasDecided):
        decide(release, "sec", "chief")
    assert last_refusal()["error"] == "reviewer-has-decided"


def test_decide_on_stale_page() -> None:
    release = submitted()
    with pytest.raises(ContentChanged):
        decide(release, "sec", "section", release_hash="0" * 64)


def test_approve_without_opening() -> None:
    from review import desk

    release = submitted()
    with pytest.raises(DispositionMissing, match="opened"):
        desk.decide(
            release,
            "sec",
            PASSWORD,
            "section",
            Verdict.APPROVE,
            release_hash=hash_of(release),
            dispositions=dispose(release),
        )


def test_decide_opens_what_was_shown() -> None:
    from review import desk

    release = submitted()
    said = {"release_hash": hash_of(release), "dispositions": dispose(release), "shown": holds(release)}
    desk.decide(release, "sec", PASSWORD, "section", Verdict.APPROVE, **said)
    assert events(release)[-2:] == ["opened", "decided"]


@pytest.mark.parametrize(
    ("person", "password", "error"),
    [("sec", "wrong password", SignatureRefused), ("conf", PASSWORD, NotPermitted)],
    ids=["signature", "seat"],
)
def test_decide_refused_leaves_the_refusal_alone(person: str, password: str, error: type[Exception]) -> None:
    from review import desk, queries

    release = submitted()
    before, said = events(), {"dispositions": dispose(release), "shown": holds(release)}
    with pytest.raises(error):
        desk.decide(release, person, password, "section", Verdict.APPROVE, release_hash=hash_of(release), **said)
    assert events() == [*before, "refused"]
    assert not any(f["opened"] for f in queries.findings(release, opened_by=person))


def test_approve_after_somebody_else_opened() -> None:
    from review import desk

    release = submitted()
    decide(release, "sec", "section")
    with pytest.raises(DispositionMissing, match="opened"):
        desk.decide(
            release, "conf", PASSWORD, "confidentiality", Verdict.APPROVE, release_hash=hash_of(release),
            dispositions=dispose(release),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("disposition", "error"),
    [
        ([], DispositionMissing),
        ([Disposition(HOLD.id, DispositionKind.KEEP_BY_LAW)], DispositionMissing),
        ([Disposition(HOLD.id, DispositionKind.FALSE_ALARM)], DispositionMissing),
        ([Disposition(HOLD.id, DispositionKind.REDACT_AS_PROPOSED)], DispositionMissing),  # HOLD2 is left
        ([Disposition(HOLD2.id, DispositionKind.REDACT_AS_PROPOSED)], DispositionMissing),  # nothing was redacted
        ([Disposition(HOLD.id, DispositionKind.FALSE_ALARM, reason="编号")] * 2, UsageInvalid),
        ([Disposition("f" * 16, DispositionKind.FALSE_ALARM, reason="编号")], UsageInvalid),
        ([Disposition(HOLD.id, DispositionKind.FALSE_ALARM, reason="见 110101199003070000")], UsageInvalid),
    ],
    ids=["none", "no-basis", "no-reason", "one-of-two", "no-remedy", "twice", "unknown", "number"],
)
def test_approve_with_incomplete_disposition(disposition: list[Disposition], error: type[Exception]) -> None:
    release = submitted(findings=[HOLD, HOLD2])
    with pytest.raises(error):
        decide(release, "sec", "section", dispositions=disposition)


def test_approve_while_block_stands() -> None:
    from review.models import FindingRecord, ReleaseRecord

    release = submitted(findings=[WARN])
    record = ReleaseRecord.objects.get(public_id=release)
    FindingRecord.objects.create(
        release=record,
        ordinal=9,
        finding=BLOCK.id,
        code=BLOCK.code,
        severity="block",
        body=json.loads(json.dumps(BLOCK.to_dict())),
    )
    with pytest.raises(FindingBlocks):
        decide(release, "sec", "section")


def test_block_release_in_review() -> None:
    from review import desk, queries

    release = submitted()
    assert desk.record_blocked(release, [BLOCK]) == "blocked"
    assert queries.show(release)["findings"] == {"block": 1, "hold": 1, "warn": 1, "info": 0}
    with pytest.raises(TransitionRefused):
        decide(release, "sec", "section")


@pytest.mark.parametrize(
    ("verdict", "how", "error"),
    [
        ("return", {"reason": " "}, UsageInvalid),
        ("escalate", {"reason": ""}, UsageInvalid),
        ("withhold", {"reason_code": "A99-9"}, UsageInvalid),
        ("withhold", {"reason_code": ""}, UsageInvalid),
        ("withhold", {"basis": ""}, UsageInvalid),
        ("return", {"reason_code": "A15-1"}, UsageInvalid),
        ("return", {"reason": "电话 139 1234 5678 有误"}, UsageInvalid),
    ],
)
def test_decide_without_what_the_verdict_needs(verdict: str, how: dict[str, str], error: type[Exception]) -> None:
    release = submitted()
    with pytest.raises(error):
        decide(release, "sec", "section", verdict, **how)


@pytest.mark.parametrize(("verdict", "status"), [("return", "returned"), ("withhold", "withheld")])
def test_returned_or_withheld_is_never_reopened(verdict: str, status: str) -> None:
    from review import desk, queries

    release = submitted()
    assert decide(release, "sec", "section", verdict) == status
    for act in (
        lambda: desk.submit(release, "op", PASSWORD),
        lambda: decide(release, "conf", "confidentiality"),
        lambda: desk.record_published(release, receipt(release)),
        lambda: desk.withdraw(release, "chief", PASSWORD, "不应公开"),
    ):
        with pytest.raises(TransitionRefused):
            act()
    with pytest.raises(ReleaseNotApproved):
        desk.approval_for(release)
    assert queries.show(release)["status"] == status
    corrected = checked(run_key="run-2")
    assert queries.show(corrected)["revision"] == 2


def test_escalate_and_answer() -> None:
    from review import desk, queries

    release = submitted()
    decide(release, "sec", "section")
    assert decide(release, "conf", "confidentiality", "escalate") == "escalated"
    with pytest.raises(TransitionRefused):
        decide(release, "conf", "confidentiality")
    said = {"authority": "市国家保密局", "answer": "不属于国家秘密，可以公开", "document": "石保函〔2026〕8号"}
    with pytest.raises(ReviewerIsSubmitter):
        desk.answer_escalation(release, "op", PASSWORD, **said)
    with pytest.raises(NotPermitted):
        desk.answer_escalation(release, "sec", PASSWORD, **said)
    assert desk.answer_escalation(release, "conf", PASSWORD, **said) == "in_review"
    decide(release, "conf", "confidentiality")
    decide(release, "law", "legal")
    assert decide(release, "chief", "chief") == "approved"
    assert len(desk.approval_for(release).decisions) == 4
    assert [d["round"] for d in queries.show(release)["decisions"]] == [1, 1, 2, 2, 2]


def test_recall_before_a_decision() -> None:
    from review import desk

    release = submitted()
    with pytest.raises(TransitionRefused):
        desk.recall(release, "op2", PASSWORD)
    assert desk.recall(release, "op", PASSWORD) == "checked"
    desk.submit(release, "op2", PASSWORD)
    decide(release, "sec", "section")
    with pytest.raises(TransitionRefused):
        desk.recall(release, "op2", PASSWORD)
    desk.grant("op", "finance", "confidentiality_reviewer")
    with pytest.raises(ReviewerIsSubmitter):
        decide(release, "op", "confidentiality")


def test_replace_by_hand() -> None:
    from review import desk, queries

    old = submitted()
    new = desk.revise(make_contract(), old, "run-2", "op")
    assert queries.show(new)["revision"] == 2
    with pytest.raises(UsageInvalid):
        desk.replace(new, old)
    assert desk.replace(old, new, "op") == "replaced"


@pytest.mark.parametrize("change", ["hash", "read_back"])
def test_record_published_refuses_receipt(change: str) -> None:
    from review import desk

    release = approved()
    wrong = {"hash": {"release_hash": "0" * 64}, "read_back": {"read_back": False}}[change]
    with pytest.raises((ContentChanged, ReleaseNotApproved)):
        desk.record_published(release, receipt(release, **wrong))


def test_publish_correction_supersedes() -> None:
    from review import desk, queries

    old = published()
    new = checked(run_key="run-2")
    assert queries.show(new)["supersedes"] == hash_of(old)
    desk.submit(new, "op", PASSWORD)
    assert queries.show(old)["status"] == "published"
    approve(new)
    desk.record_published(new, receipt(new))
    assert queries.show(old)["status"] == "superseded"
    assert queries.last_published("finance.debt_limit")["release"] == new  # type: ignore[index]
    assert [p["release"] for p in queries.published()] == [new]


def test_publication_refused_is_in_the_ledger() -> None:
    from review import desk, queries

    release = approved()
    desk.record_publication_refused(release, ContentChanged("bytes differ"))
    assert last_refusal() == {"actor": "system", "release": release, "act": "publish", "error": "content-changed"}
    assert queries.show(release)["status"] == "approved"


@pytest.mark.parametrize("person", ["chief", "conf"])
def test_withdraw_alone_and_at_once(person: str) -> None:
    from review import desk, queries

    release = published()
    assert desk.withdraw(release, person, PASSWORD, "发现应当遮盖的内容") == "withdrawn"
    desk.record_withdrawn(release, {"ok": True, "removed": 1})
    desk.record_withdrawn(release, {"ok": True, "removed": 1})
    desk.record_inspection(release, {"ok": True})
    assert events(release)[-3:] == ["withdrawn", "taken-down", "inspected"]
    assert queries.last_published("finance.debt_limit") is None


@pytest.mark.parametrize(
    ("person", "password", "reason", "error"),
    [
        ("sec", PASSWORD, "不应公开", NotPermitted),
        ("op", PASSWORD, "不应公开", NotPermitted),
        ("stranger", PASSWORD, "不应公开", NotPermitted),
        ("chief", "wrong password", "不应公开", SignatureRefused),
        ("chief", PASSWORD, "", UsageInvalid),
    ],
)
def test_withdraw_refused(person: str, password: str, reason: str, error: type[Exception]) -> None:
    from review import desk, queries

    release = published()
    with pytest.raises(error):
        desk.withdraw(release, person, password, reason)
    assert queries.show(release)["status"] == "published"
    assert last_refusal()["act"] == "withdraw"


def test_show_to_another_department() -> None:
    from review import queries

    release = submitted()
    with pytest.raises(ReleaseNotFound):
        queries.show(release, as_user="stranger")
    with pytest.raises(ReleaseNotFound):
        queries.findings(release, as_user="admin")
    assert queries.releases(as_user="stranger") == []
    assert [r["release"] for r in queries.releases(as_user="auditor")] == [release]
    assert queries.show(release, as_user="law")["release"] == release


def test_queue_names_the_stage() -> None:
    from review import queries

    release, waiting = submitted(), checked(period="2027", run_key="run-2")
    assert [(r["release"], r["stage"]) for r in queries.queue_for("sec")] == [(release, "section")]
    assert queries.queue_for("conf") == []
    assert [(r["release"], r["stage"]) for r in queries.queue_for("op")] == [(waiting, None)]
    decide(release, "sec", "section")
    assert queries.queue_for("sec") == []
    assert [(r["release"], r["stage"]) for r in queries.queue_for("conf")] == [(release, "confidentiality")]


def test_open_findings_once_per_person() -> None:
    from review import desk, queries

    release = submitted()
    assert desk.open_findings("sec", release, [HOLD.id]) == 1
    assert desk.open_findings("sec", release, [HOLD.id]) == 0
    assert [f["opened"] for f in queries.findings(release, opened_by="sec")] == [True, False]
    with pytest.raises(UsageInvalid):
        desk.open_findings("sec", release, ["f" * 16])
    with pytest.raises(NotPermitted):
        desk.open_findings("stranger", release, [HOLD.id])
    assert events(release).count("opened") == 1
