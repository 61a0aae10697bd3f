"""Every function that the desk offers leaves a line in the ledger, and so does its refusal. No list of exceptions."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.errors import ContentChanged, MingjingError
from domain.pack import load_pack
from domain.release import Verdict
from review.adopted_look import Look
from review.hiding import HideOrder, SignedOrder
from tests.review_desk import (
    BLOCK,
    HOLD,
    PASSWORD,
    RULES,
    WARN,
    approved,
    checked,
    decide,
    hash_of,
    last_refusal,
    make_contract,
    make_manifest,
    published,
    receipt,
    receive,
    submitted,
)


def pack(name: str) -> Any:
    return load_pack((RULES / f"{name}.yaml").read_text("utf-8"), name)


def escalated() -> str:
    release = submitted()
    decide(release, "sec", "section", "escalate")
    return release


def left_with_words() -> str:
    from domain.withdrawal import Cause
    from review import desk

    release = published()
    desk.withdraw(release, "chief", PASSWORD, "内容需要核实", cause=Cause.VERIFY)
    desk.record_withdrawn(release, {"addresses": [], "keeps_words": True})
    return release


def withdrawn() -> str:
    from review import desk

    release = published()
    desk.withdraw(release, "chief", PASSWORD, "不应公开")
    return release


def opened() -> str:
    from review import desk

    release = submitted()
    desk.open_findings("conf", release, [HOLD.id])
    return release


def outside(release: str) -> SignedOrder:
    """What a person on the publishing side ordered."""
    order = HideOrder(release, hash_of(release), "finance.test", "wang", "误公开", "2026-11-25T08:00:00+00:00")
    return SignedOrder(order, "0" * 64, "0" * 128)


def off() -> str:
    from review import desk

    release = withdrawn()
    desk.record_withdrawn(release, {"addresses": []})
    return release


def parcel() -> int:
    """A delivery that waits."""
    from review import desk
    from review.models import Delivery

    submitted()
    desk.tell(["webhook"])
    return int(Delivery.objects.latest("pk").pk)


def taken() -> str:
    from review import desk

    release = submitted()
    desk.take(release, "sec")
    return release


def claimed() -> int:
    from review import desk

    work = desk.ask("publish", {})
    desk.claim("runner")
    return work


def proposed() -> int:
    """A changed contract that waits to be adopted."""
    from review import desk

    before, now = make_contract(), make_contract(version=2, domain="other")
    return desk.propose_contract("op", now, "text", in_force=before, base_sha256=before.sha256)


def drafted() -> int:
    from review import desk

    return desk.save_draft(
        "op", "finance.debt_limit", "第三列: 不应公开", in_force=make_contract(), base_sha256="", seen=0
    )


def claimed_preparation() -> int:
    from review import desk

    work = desk.ask("prepare", {"department": "finance"}, "op")
    desk.claim("runner")
    return work


def adopted() -> int:
    from review import desk

    number = proposed()
    desk.adopt_contract("chief", PASSWORD, number, **seen_of(number))
    return number


def seen_of(number: int) -> dict[str, str]:
    """What the page of a proposal showed."""
    from review.models import ContractProposal

    row = ContractProposal.objects.get(pk=number)
    return {"contract_sha256": row.contract_sha256, "in_force_sha256": row.base_sha256}


def stopping() -> int:
    from review import desk

    work = desk.ask("prepare", {"department": "finance"}, "op")
    desk.claim("runner")
    desk.cancel("op", work, "finance")
    return work


def reported() -> str:
    from review import desk
    from review.case_steps import CaseKind

    return desk.open_case(CaseKind.REPORT, published(), date(2026, 12, 1), text="市民写的话", about="report:1")


def adopted_look() -> Look:
    change = {
        "key": "a" * 16, "code": "adopted-missing", "severity": "hold", "dataset": "budget", "field": None, "file": None,
    }  # fmt: skip
    return Look("https://data.city.test", "2026-11-01T00:00:00+00:00", {"files": 1}, [change])


def answered() -> str:
    from review import desk

    case = reported()
    desk.answer_case(case, "op", PASSWORD, "第三列已更正")
    return case


def soon() -> dict[str, Any]:
    from django.utils import timezone

    return {"valid_from": timezone.now() + timedelta(hours=1), "valid_to": timezone.now() + timedelta(days=1)}


def seat_of(person: str) -> int:
    from review import queries

    return int(next(u for u in queries.users() if u["username"] == person)["seats"][0]["seat"])


def _decided() -> Callable[[], Any]:
    from review import desk

    release = submitted(findings=[])
    return lambda: desk.decide(release, "sec", PASSWORD, "section", Verdict.APPROVE, release_hash=hash_of(release))


def ready() -> dict[str, str]:
    """A decision that was laid aside: release → the mark under which it is listed."""
    from django.utils import timezone

    from review import desk
    from review.ready import ready_of

    release = submitted(findings=[])
    said = {"release_hash": hash_of(release), "reason": "第三列口径不同"}
    desk.make_ready(release, "sec", "section", Verdict.RETURN, **said)
    return {release: ready_of("sec", timezone.now())[0].mark}


class _Codes:
    """Signs with the next recovery code at each call: one is spent though the act then fails."""

    def __init__(self, act: Callable[..., Any]) -> None:
        self.act = act

    def __call__(self, codes: list[str]) -> Any:
        return self.act("law", PASSWORD, code=codes.pop())


def begun() -> str:
    """The code that confirms a factor which `law` is setting up."""
    from review import desk
    from tests.second_factor import code_of

    return code_of(desk.begin_factor("law", PASSWORD).secret)


def enrolled() -> list[str]:
    """Recovery codes of `law`, who has a second factor."""
    from review import desk

    return desk.confirm_factor("law", begun())


def scenarios() -> dict[str, Callable[[], Callable[[], Any]]]:
    """Name of a desk function → what lays the ground and returns the call."""
    from review import desk, queries
    from review.case_steps import CaseKind

    def on(prepare: Callable[[], Any], call: Callable[[Any], Any]) -> Callable[[], Callable[[], Any]]:
        def lay() -> Callable[[], Any]:
            ground = prepare()
            return lambda: call(ground)

        return lay

    def nothing() -> None:
        return None

    def check(release: str) -> Any:
        return desk.record_checked(release, make_manifest(queries.show(release), make_contract(), [WARN]), [WARN])

    def opened_case(release: str) -> str:
        return desk.open_case(CaseKind.INSPECTION, release, date(2026, 12, 1), [HOLD])

    answer = {"authority": "市国家保密局", "answer": "可以公开"}
    unit = {"title_zh": "市水利局", "title_en": "Water Bureau", "kind": "department", "parent": "city"}
    later = lambda: (submitted(), checked(run_key="run-2"))  # noqa: E731 - one line of a table
    return {
        "adopt_contract": on(proposed, lambda n: desk.adopt_contract("chief", PASSWORD, n, **seen_of(n))),
        "cancel": on(claimed_preparation, lambda w: desk.cancel("op", w, "finance")),
        "drop_draft": on(drafted, lambda _: desk.drop_draft("op", "finance.debt_limit")),
        "pause_schedule": on(nothing, lambda _: desk.pause_schedule("op", "finance.debt_limit", "finance")),
        "propose_contract": lambda: proposed,
        "record_cancelled": on(stopping, lambda w: desk.record_cancelled(w)),
        "record_in_force": on(adopted, lambda n: desk.record_in_force(n)),
        "refuse_contract": on(proposed, lambda n: desk.refuse_contract("chief", PASSWORD, n, "不应公开")),
        "resume_schedule": on(
            lambda: desk.pause_schedule("op", "finance.debt_limit", "finance"),
            lambda _: desk.resume_schedule("op", "finance.debt_limit", "finance"),
        ),
        "retract_contract": on(proposed, lambda n: desk.retract_contract("op", n)),
        "save_draft": lambda: drafted,
        "add_unit": on(nothing, lambda _: desk.add_unit("water", **unit)),
        "add_user": on(nothing, lambda _: desk.add_user("newcomer", PASSWORD)),
        "answer_escalation": on(escalated, lambda r: desk.answer_escalation(r, "conf", PASSWORD, **answer)),
        "approval_for": on(approved, desk.approval_for),
        "ask": on(nothing, lambda _: desk.ask("inspect", {"department": "finance"}, "op")),
        "claim": on(lambda: desk.ask("prepare", {}), lambda _: desk.claim("runner")),
        "close_user": on(nothing, lambda _: desk.close_user("law")),
        "decide": _decided,
        "confirm_withdrawal": on(withdrawn, lambda r: desk.confirm_withdrawal(r, "conf", PASSWORD, "不应公开")),
        "reverse_withdrawal": on(off, lambda r: desk.reverse_withdrawal(r, "conf", PASSWORD, "不应公开")),
        "deputise": on(
            nothing, lambda _: desk.deputise("law", "sec", "finance", "section_reviewer", **soon(), actor="sec")
        ),
        "make_ready": on(
            lambda: submitted(findings=[]),
            lambda r: desk.make_ready(r, "sec", "section", Verdict.APPROVE, release_hash=hash_of(r)),
        ),
        "drop_ready": on(ready, lambda marks: desk.drop_ready(next(iter(marks)), "sec")),
        "sign_ready": on(ready, lambda marks: desk.sign_ready("sec", PASSWORD, marks)),
        "return_several": on(
            submitted, lambda r: desk.return_several("sec", PASSWORD, {r: ("section", hash_of(r))}, "第三列口径不同")
        ),
        "begin_factor": on(nothing, lambda _: desk.begin_factor("law", PASSWORD)),
        "confirm_factor": on(begun, lambda code: desk.confirm_factor("law", code)),
        "new_recovery_codes": on(enrolled, _Codes(desk.new_recovery_codes)),
        "reset_factor": on(enrolled, lambda _: desk.reset_factor("law", actor="admin")),
        "extend_claim": on(claimed, lambda w: desk.extend_claim(w, "runner")),
        "finish": on(claimed, lambda w: desk.finish(w, "runner", ok=True, result={})),
        "give_back": on(taken, lambda r: desk.give_back(r, "sec")),
        "grant": on(nothing, lambda _: desk.grant("law", "finance", "operator", actor="admin")),
        "hand_over": on(taken, lambda _: desk.hand_over("sec", "sec2", "finance", "section_reviewer")),
        "load_reason_codes": on(nothing, lambda _: desk.load_reason_codes(pack("reason_codes"))),
        "load_units": on(nothing, lambda _: desk.load_units(pack("units"))),
        "look": on(opened, lambda r: desk.look(r, "conf", HOLD.id, 1, "核对误报", release_hash=hash_of(r))),
        "open_findings": on(submitted, lambda r: desk.open_findings("sec", r, [HOLD.id])),
        "record_delivery": on(parcel, lambda d: desk.record_delivery(d, ok=False, fault="timeout")),
        "see_notices": on(parcel, lambda _: desk.see_notices("sec")),
        "set_email": on(nothing, lambda _: desk.set_email("sec", "sec@example.gov.cn", actor="sec")),
        "tell": on(submitted, lambda _: desk.tell()),
        "tell_overdue": on(submitted, lambda r: desk.tell_overdue([r])),
        "recall": on(submitted, lambda r: desk.recall(r, "op", PASSWORD)),
        "receive": on(nothing, lambda _: receive()),
        "record_blocked": on(submitted, lambda r: desk.record_blocked(r, [BLOCK])),
        "record_checked": on(receive, check),
        "record_inspection": on(published, lambda r: desk.record_inspection(r, {"ok": False})),
        "record_unreached": on(published, lambda r: desk.record_unreached(r, "catalogue-unreachable")),
        "record_publication_refused": on(approved, lambda r: desk.record_publication_refused(r, ContentChanged("x"))),
        "record_published": on(approved, lambda r: desk.record_published(r, receipt(r))),
        "record_withdrawn": on(withdrawn, lambda r: desk.record_withdrawn(r, {"ok": True})),
        "remark": on(submitted, lambda r: desk.remark(r, "op", "第三列口径已核对")),
        "replace": on(later, lambda pair: desk.replace(*pair, "op")),
        "revise": on(submitted, lambda r: desk.revise(make_contract(), r, "run-2")),
        "revoke": on(lambda: seat_of("law"), lambda seat: desk.revoke(seat, actor="admin")),
        "set_password": on(nothing, lambda _: desk.set_password("law", PASSWORD + "!")),
        "sign_in": on(nothing, lambda _: desk.sign_in("law", PASSWORD)),
        "submit": on(checked, lambda r: desk.submit(r, "op", PASSWORD)),
        "take": on(submitted, lambda r: desk.take(r, "sec")),
        "expire": on(published, lambda r: desk.expire(r, 30, date(2027, 1, 1))),
        "record_hidden": on(published, lambda r: desk.record_hidden(r, outside(r))),
        "open_case": on(published, opened_case),
        "answer_case": on(reported, lambda c: desk.answer_case(c, "op", PASSWORD, "第三列已更正")),
        "close_case": on(answered, lambda c: desk.close_case(c, "conf", PASSWORD, "第三列已核对")),
        "reopen_case": on(answered, lambda c: desk.reopen_case(c, "conf", PASSWORD, "第三列还有错")),
        "tell_overdue_cases": on(reported, lambda c: desk.tell_overdue_cases([c])),
        "plan_inspections": on(
            nothing, lambda _: desk.plan_inspections("2026-11b", "seed", 30, [("a.b", None)], ["a.b"])
        ),
        "end_plan": on(nothing, lambda _: desk.end_plan("2026-11b", 3, 1)),
        "begin_rescan": on(nothing, lambda _: desk.begin_rescan("0" * 64, ["personal"], 3)),
        "record_rescan": on(published, lambda r: desk.record_rescan(r, "0" * 64, {"block": 0}, {})),
        "record_adopted": on(nothing, lambda _: desk.record_adopted(adopted_look(), date(2026, 12, 1))),
        "forget_adopted": on(
            lambda: desk.record_adopted(adopted_look(), date(2026, 12, 1)), lambda _: desk.forget_adopted(())
        ),
        "suspend": on(published, lambda r: desk.suspend(r, CaseKind.INSPECTION, "Q-2026-0001")),
        "suspend_words": on(left_with_words, lambda r: desk.suspend_words(r, CaseKind.RULE_CHANGE, "Q-2026-0001")),
        "withdraw": on(published, lambda r: desk.withdraw(r, "chief", PASSWORD, "不应公开")),
    }


ROOM = Path(__file__).resolve().parents[3] / "review"


def public_functions(path: Path) -> list[str]:
    """Names of the public functions that a file defines."""
    return [
        n.name for n in ast.parse(path.read_text("utf-8")).body if isinstance(n, ast.FunctionDef) and n.name[0] != "_"
    ]


NAMES = sorted(n for p in (ROOM / "desk.py", *sorted((ROOM / "acts").glob("*.py"))) for n in public_functions(p))


TYPED = (
    PASSWORD,
    "不应公开",
    "可以公开",
    "市国家保密局",
    "备注列",
    "误报",
    "example.gov.cn",
    "第三列",
    "字段为编号",
    "保护法",
    "市民写的话",
)  # by people; never in the ledger


def test_desk_offers_every_act_and_each_is_tried(home: object) -> None:
    from review import desk

    assert sorted(desk.__all__) == NAMES == sorted(scenarios())


def test_models_are_written_by_acts_alone() -> None:
    """Nothing but the acts, the ledger, a transaction's last step and drafts of decisions (which count for nothing, and no other
    table) calls what writes a table; a migration fills a new column."""
    verbs = {"create", "bulk_create", "update", "update_or_create", "get_or_create", "save", "delete", "bulk_update"}
    writing = {
        p.relative_to(ROOM).as_posix()
        for p in ROOM.rglob("*.py")
        if "migrations" not in p.parts
        for n in ast.walk(ast.parse(p.read_text("utf-8")))
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr in verbs
        and "globals" not in ast.dump(n.func)
        and not (isinstance(n.func.value, ast.Name) and n.func.value.id == "store")  # of artefacts
    }  # fmt: skip
    assert {w for w in writing if not w.startswith("acts/")} == {"drafts.py", "ledger.py", "transaction.py"}
    tables = {n.value.id for n in ast.walk(ast.parse((ROOM / "drafts.py").read_text("utf-8"))) if isinstance(n, ast.Attribute) and n.attr == "objects" and isinstance(n.value, ast.Name)}  # fmt: skip
    assert tables == {"DecisionDraft", "FindingRecord", "User"}, "the last two are read"


@pytest.mark.parametrize("name", NAMES)
def test_act_leaves_a_line_in_the_same_transaction(home: object, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from review import ledger
    from review.models import LedgerEntry

    call = scenarios()[name]()
    before, state = LedgerEntry.objects.count(), snapshot()

    def fail(*_: object, **__: object) -> None:
        raise MingjingError("the ledger can't be written")

    with monkeypatch.context() as patch:
        patch.setattr(ledger, "append", fail)
        with pytest.raises(MingjingError):
            call()
    assert snapshot() == state, "something was written without its line"
    call()
    assert LedgerEntry.objects.count() > before
    assert ledger.verify().ok
    written = list(LedgerEntry.objects.values_list("body", flat=True))
    assert not [typed for typed in TYPED if typed in " ".join(written)]
    assert all(json.loads(body)["actor"] for body in written)


def snapshot() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of the room."""
    from django.apps import apps

    return {
        m.__name__: list(m.objects.order_by("pk").values_list()) for m in apps.get_app_config("review").get_models()
    }


def test_refusal_of_unknown_person_tells_no_name(home: object) -> None:
    from review import desk

    with pytest.raises(MingjingError):
        desk.sign_in(PASSWORD, "swapped fields")
    assert last_refusal() == {"actor": "unknown", "release": "", "act": "sign_in", "error": "signature-refused"}
