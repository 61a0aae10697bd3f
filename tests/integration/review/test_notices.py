"""Notices: who is told of what, delivered over a real SMTP and a real HTTP connection, retried, and never in the way."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.errors import UsageInvalid
from flows.home import Home
from flows.notices import channels, deliver_due, overdue
from review.hiding import HideOrder, SignedOrder
from review.mail import mail_server
from tests.console_visits import CONTRACTS, open_console, propose_change, text_of, visit
from tests.integration.review.conftest import Model
from tests.receivers import MailSink, hook_sink, mail_sink
from tests.review_desk import BLOCK, PASSWORD, approved, checked, decide, hash_of, published, receive, submitted

SECRET = "a made-up secret of the test"


@pytest.fixture
def model(sqlite_model: Model) -> Model:
    """One database engine: nothing here depends on it."""
    return sqlite_model


def told(kind: str) -> set[str]:
    from review.models import NoticeFor

    return set(NoticeFor.objects.filter(notice__kind=kind).values_list("user__username", flat=True))


def tell(*ways: str) -> None:
    from review import desk

    while desk.tell(ways):
        pass


def blocked() -> str:
    from review import desk

    release = receive()
    desk.record_blocked(release, [BLOCK])
    return release


def decided(verdict: str) -> str:
    release = submitted()
    tell()
    decide(release, "sec", "section", verdict)
    return release


def inspected(*, ok: bool) -> str:
    from review import desk

    release = published()
    desk.record_inspection(release, {"ok": ok})
    return release


def hidden() -> str:
    from review import desk

    release = published()
    desk.withdraw(release, "chief", PASSWORD, "内容需要核实")
    return release


def expired() -> str:
    from review import desk

    release = published()
    desk.expire(release, 30, date(2027, 1, 1))
    return release


def outside(*, ordered_before: bool = False) -> str:
    """Taken down by a person on the publishing side; perhaps somebody here had ordered it off before."""
    from review import desk

    release = hidden() if ordered_before else published()
    order = HideOrder(release, hash_of(release), "finance.debt_limit", "wang", "误公开", "2026-11-25T08:00:00+00:00")
    desk.record_hidden(release, SignedOrder(order, "0" * 64, "0" * 128))
    return release


@pytest.mark.parametrize(
    ("ground", "kind", "people"),
    [
        (checked, "new_work", {"op", "op2", "both"}),
        (submitted, "new_work", {"sec", "sec2", "both"}),
        (lambda: decided("approve"), "new_work", {"sec", "sec2", "both", "conf"}),
        (lambda: decided("escalate"), "new_work", {"sec", "sec2", "both", "conf", "chief"}),
        (lambda: decided("return"), "returned", {"op", "op2", "both"}),
        (lambda: decided("withhold"), "withheld", {"op", "op2", "both"}),
        (blocked, "blocked", {"op", "op2", "both"}),
        (published, "published", {"op", "op2", "both", "sec", "conf", "law", "chief"}),
        (lambda: inspected(ok=False), "inspection_failed", {"op", "op2", "both", "conf", "chief"}),
        (lambda: inspected(ok=True), "inspection_failed", set()),
        (hidden, "hidden", {"conf", "both", "op", "op2"}),
        (expired, "taken_off", {"conf", "both", "op", "op2", "chief"}),
        (expired, "hidden", set()),
        (outside, "taken_off", {"conf", "both", "op", "op2", "chief"}),
        (outside, "hidden", set()),
        (lambda: outside(ordered_before=True), "taken_off", set()),
        (lambda: outside(ordered_before=True), "hidden", {"conf", "both", "op", "op2"}),
    ],
    ids=["checked", "submitted", "next-stage", "escalated", "returned", "withheld", "blocked", "published", "inspection", "inspected", "hidden", "expired", "expired-no-second-person", "outside", "outside-no-second-person", "both", "both-ordered-here"],
)  # fmt: skip
def test_people_are_told(home: Path, ground: Any, kind: str, people: set[str]) -> None:
    ground()
    tell()
    assert told(kind) == people


def test_each_line_is_told_once_and_the_past_not_at_all(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from review import notices
    from review.models import Notice

    submitted()
    monkeypatch.setattr(notices, "NEWS", timedelta(0))
    tell()
    assert not Notice.objects.exists()
    monkeypatch.undo()
    tell()
    number = Notice.objects.count()
    assert number == 1  # submitted; that it waited for its operator is over
    tell()
    assert Notice.objects.count() == number


def test_approved_that_never_became_public_and_order_without_proof_are_told(home: Path) -> None:
    """Over two networks a receipt may never be carried back."""
    from review import desk

    waiting, off = approved(run_key="w1", period="2031"), published()
    desk.withdraw(off, "chief", PASSWORD, "内容需要核实")
    site, today = Home(home, overdue_workdays=7, urgent_workdays=1), datetime.now(ZoneInfo("Asia/Shanghai")).date()

    def counted(start: date, end: date) -> int:
        return (end - start).days

    assert overdue(site, today + timedelta(days=1), counted) == []
    assert overdue(site, today + timedelta(days=2), counted) == [off]
    late = overdue(site, today + timedelta(days=8), counted)
    assert set(late) == {waiting, off}
    desk.tell_overdue(late)
    assert told("overdue") >= {"op", "chief", "conf"}
    desk.record_withdrawn(off, {"addresses": []})
    assert overdue(site, today + timedelta(days=8), counted) == [waiting]


def test_overdue_is_told_once_for_each_wait(home: Path) -> None:
    from review import desk
    from review.models import ReleaseRecord

    release = submitted()
    site = Home(home, overdue_workdays=7)
    counted = lambda first, last: (last - first).days  # noqa: E731 - a calendar without holidays
    today = datetime.now(ZoneInfo(site.timezone)).date()
    assert overdue(site, today + timedelta(days=7), counted) == []
    late = overdue(site, today + timedelta(days=8), counted)
    assert late == [release]
    assert overdue(site, today + timedelta(days=9), lambda _a, _b: None) == [release]
    assert desk.tell_overdue(late) == 3
    assert desk.tell_overdue(late) == 0
    assert told("overdue") == {"sec", "sec2", "both"}
    ReleaseRecord.objects.update(changed_at=datetime(2026, 1, 1, tzinfo=UTC))  # another wait
    assert desk.tell_overdue(late) == 3


# --- delivery ---


@pytest.fixture
def site(home: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("MINGJING_WEBHOOK_SECRET", SECRET)
    return Home(home, console_address="https://desk.example.gov.cn", mail_from="mingjing@example.gov.cn")


def with_mail(site: Home, sink: MailSink) -> Home:
    from review import desk

    desk.set_email("sec", "sec@example.gov.cn", actor="sec")
    return replace(site, mail_url=f"smtp://127.0.0.1:{sink.port}")


def states() -> list[tuple[str, str, int, str]]:
    from review.models import Delivery

    return list(Delivery.objects.order_by("pk").values_list("channel", "state", "attempts", "fault"))


def test_nothing_leaves_by_default(home: Path) -> None:
    submitted()
    tell(*channels(Home(home)))
    assert channels(Home(home)) == []
    assert states() == []


def test_mail_arrives_and_holds_no_value(site: Home) -> None:
    with mail_sink() as sink:
        site = with_mail(site, sink)
        release = submitted()
        tell(*channels(site))
        assert deliver_due(site) == {"taken": 1, "not": 0}
        assert deliver_due(site) == {"taken": 0, "not": 0}
    [(sender, to, mail)] = sink.mails
    assert (sender, to) == ("mingjing@example.gov.cn", ["sec@example.gov.cn"])
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    text = payload.decode()
    assert "政府债务限额" in text
    assert f"https://desk.example.gov.cn/releases/{release}" in text
    assert "备注列" not in text  # a finding's note
    assert states() == [("mail", "sent", 1, "")]


def test_webhook_is_signed_and_names_no_person(site: Home) -> None:
    with hook_sink() as sink:
        site = replace(site, webhook_url=sink.url)
        release = submitted()
        tell(*channels(site))
        assert deliver_due(site) == {"taken": 1, "not": 0}
        decide(release, "sec", "section")
        tell(*channels(site))
        assert deliver_due(site) == {"taken": 1, "not": 0}
    headers, body = sink.posts[0]
    signed = headers["x-mingjing-timestamp"].encode() + b"." + body
    assert headers["x-mingjing-signature"] == "sha256=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    said = json.loads(body)
    assert set(said) == {
        "notice",
        "kind",
        "at",
        "release",
        "dataset",
        "period",
        "status",
        "proposal",
        "catalogue",
        "case",
        "url",
    }
    assert (said["kind"], said["release"], said["dataset"]) == ("new_work", release, "finance.debt_limit")
    assert len({h["x-mingjing-delivery"] for h, _ in sink.posts}) == 2


@pytest.mark.parametrize(
    ("answer", "fault"), [({"status": 500}, "http-500"), ({"status": 302, "location": "http://127.0.0.1:1/"}, "http-302")]
)  # fmt: skip
def test_refused_webhook_is_tried_again_until_it_is_taken(site: Home, answer: dict[str, Any], fault: str) -> None:
    with hook_sink() as sink:
        site = replace(site, webhook_url=sink.url)
        checked()
        tell("webhook")
        vars(sink).update(answer)
        assert deliver_due(site) == {"taken": 0, "not": 1}
        assert states() == [("webhook", "waiting", 1, fault)]
        assert deliver_due(site) == {"taken": 0, "not": 0}  # not before its time
        vars(sink).update(status=204, location="")
        assert deliver_due(site, datetime.now(UTC) + timedelta(minutes=2)) == {"taken": 1, "not": 0}
    assert states() == [("webhook", "sent", 2, "")]
    assert len(sink.posts) == 2


@pytest.mark.parametrize("case", ["refused", "hangs", "nobody-listens", "no-secret", "faulty-setting"])
def test_failure_is_named_by_kind_and_stops_nothing(site: Home, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from review import mail

    monkeypatch.setattr(mail, "SECONDS", 0.5)
    with mail_sink() as sink, hook_sink() as hook:
        site = replace(with_mail(site, sink), webhook_url=hook.url)
        release = submitted()
        tell(*channels(site))
        if case == "refused":
            sink.refuse = "550 no such mailbox sec@example.gov.cn"
        elif case == "hangs":
            sink.hang = 3.0
        elif case == "nobody-listens":
            site = replace(site, mail_url="smtp://127.0.0.1:1")
        elif case == "no-secret":
            monkeypatch.delenv("MINGJING_WEBHOOK_SECRET")
        else:
            site = replace(site, mail_url="pigeon://127.0.0.1")
        done = deliver_due(site)
    assert done == ({"taken": 1, "not": 1})
    expected = {
        "refused": "smtp-recipient", "hangs": "disconnected", "nobody-listens": "unreachable", "no-secret": "settings",
        "faulty-setting": "settings",
    }  # fmt: skip
    assert {fault for _, _, _, fault in states()} - {""} == {expected[case]}
    assert decide(release, "sec", "section") == "in_review"  # the road goes on


def test_delivery_is_given_up_and_the_administrator_sees_it(site: Home) -> None:
    from review import desk
    from review.models import Delivery

    checked()
    tell("webhook")
    row = Delivery.objects.get()
    tries = [desk.record_delivery(row.pk, ok=False, fault="http-500") for _ in range(6)]
    assert tries == ["waiting"] * 5 + ["failed"]
    assert told("delivery_failed") == {"admin"}
    assert Delivery.objects.count() == 1  # what tells of a failure isn't sent in turn
    page = visit("admin").get("/notices").content.decode()
    assert "http-500" in page
    assert "试了 6 次" in page
    assert "R-2026" not in page  # an administrator sees no release
    assert "http-500" not in visit("chief").get("/notices").content.decode()


def test_header_counts_until_they_are_read(home: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    open_console(tmp_path_factory.mktemp("store"))
    submitted()
    tell()
    client = visit("sec")
    assert client.get("/queue").context["frame"]["unseen"] == 1
    assert client.get("/notices").context["unseen"] == 1
    assert client.post("/notices/seen").status_code == 302
    assert client.get("/queue").context["frame"]["unseen"] == 0
    assert visit("sec2").get("/notices").context["unseen"] == 1  # each person's own


def test_notice_of_a_release_that_isnt_the_readers_any_more_names_nothing(home: Path) -> None:
    from review import desk, queries

    submitted()
    tell()
    seat = next(u for u in queries.users() if u["username"] == "sec")["seats"][0]["seat"]
    desk.grant("sec", "industry", "section_reviewer")
    desk.revoke(seat)
    assert "政府债务限额" not in visit("sec").get("/notices").content.decode()


def test_email_is_ones_own_or_an_administrators_to_set(home: Path) -> None:
    from domain.errors import NotPermitted
    from review import desk
    from review.models import User

    assert visit("sec").post("/notices/email", {"email": "sec@example.gov.cn"}).status_code == 302
    assert User.objects.get(username="sec").email == "sec@example.gov.cn"
    assert visit("sec").post("/notices/email", {"email": "no address"}).status_code == 400
    desk.set_email("sec", "", actor="admin")
    with pytest.raises(NotPermitted):
        desk.set_email("sec", "x@example.gov.cn", actor="chief")


@pytest.mark.parametrize(
    ("url", "sender"),
    [("smtp://a:b@h:25", "a@b"), ("http://h", "a@b"), ("smtp://", "a@b"), ("smtp://h", ""), ("smtp://h/x", "a@b")],
)
def test_mail_settings_are_refused(url: str, sender: str) -> None:
    with pytest.raises(UsageInvalid):
        mail_server(url, sender)


def test_mail_about_a_person_names_no_release(site: Home) -> None:
    from flows.notices import mail_of
    from review import desk, notices
    from tests.second_factor import enrol

    desk.set_email("sec", "sec@example.gov.cn", actor="sec")
    enrol("sec")
    desk.reset_factor("sec", actor="admin")
    tell("mail", "webhook")
    first, parcel = notices.due(datetime.now(UTC))
    assert (first.kind, first.address) == ("factor_set", "sec@example.gov.cn")
    assert "若不是您设置的" in mail_of(site, first)[0]
    subject, text = mail_of(site, parcel)
    assert (parcel.channel, parcel.release, parcel.address) == ("mail", "", "sec@example.gov.cn")
    assert "动态口令已被管理员撤销" in subject
    assert "()" not in text
    assert "（）" not in text


def test_every_kind_that_leaves_has_words_for_its_mail() -> None:
    from flows.notices import WORDS
    from review.console import words
    from review.kinds import Kind
    from review.notices import INSIDE

    assert set(WORDS) == {kind.value for kind in Kind} - {kind.value for kind in INSIDE}
    assert set(words.NOTICES) == set(Kind)


# --- proposed contracts ---


@pytest.fixture
def bench(site: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    open_console(tmp_path_factory.mktemp("store"))
    return site


def answer(number: int, verdict: str) -> None:
    from review import desk
    from review.models import ContractProposal

    if verdict == "refuse":
        return desk.refuse_contract("chief", PASSWORD, number, "不应公开")
    if verdict == "retract":
        return desk.retract_contract("op", number)
    row = ContractProposal.objects.get(pk=number)
    seen = {"contract_sha256": row.contract_sha256, "in_force_sha256": row.base_sha256}
    desk.adopt_contract("chief", PASSWORD, number, **seen)
    return None


def test_whoever_may_adopt_a_contract_is_told_and_its_author_of_the_answer(bench: Home) -> None:
    first = propose_change()
    tell()
    assert told("contract_proposed") == {"chief", "both"}
    answer(first, "refuse")
    tell()
    assert (told("contract_refused"), told("contract_adopted")) == ({"op"}, set())
    answer(propose_change(), "adopt")
    tell()
    assert told("contract_adopted") == {"op"}


@pytest.mark.parametrize("again", [False, True], ids=["failed", "failed, then in force"])
def test_author_is_told_that_an_adopted_contract_did_not_come_into_force(bench: Home, again: bool) -> None:
    from review import desk, queries
    from review.models import Notice

    number = propose_change()
    answer(number, "adopt")
    tell()

    def ended(*, ok: bool) -> None:
        work = desk.claim("test")
        assert work is not None
        assert work["kind"] == "contract"
        desk.finish(work["id"], "test", ok=ok, result={} if ok else {"error": "content-changed"})

    ended(ok=False)
    if again:  # before anybody was told
        desk.ask("contract", {"proposal": number, "dataset": "finance.debt_limit", "department": "finance"}, "chief")
        ended(ok=True)
    tell("webhook")
    assert told("contract_failed") == (set() if again else {"op", "chief"})
    if not again:
        notice = Notice.objects.get(kind="contract_failed")
        assert (notice.proposal, notice.release) == (number, "")
        page = text_of(visit("op").get("/notices"))
        assert "契约已批准，但没有生效" in page
        tell()
        assert Notice.objects.filter(kind="contract_failed").count() == 1
    assert queries.releases() == []


@pytest.mark.parametrize("ok", [True, False])
def test_end_of_other_work_tells_of_no_contract(bench: Home, ok: bool) -> None:
    from review import desk

    desk.ask("prepare", {"dataset": "finance.debt_limit", "department": "finance", "order": ""}, "op")
    work = desk.claim("test")
    assert work is not None
    desk.finish(work["id"], "test", ok=ok, result={})
    tell()
    assert told("contract_failed") == set()


def test_author_who_could_adopt_is_not_asked_to(bench: Home) -> None:
    propose_change("both")
    tell()
    assert told("contract_proposed") == {"chief"}


@pytest.mark.parametrize("verdict", ["retract", "adopt", "refuse"])
def test_answered_before_anybody_was_told_asks_nobody(bench: Home, verdict: str) -> None:
    answer(propose_change(), verdict)
    tell()
    assert told("contract_proposed") == set()


def test_department_that_loses_a_dataset_is_not_enough_to_be_asked(bench: Home) -> None:
    """A contract that moves between departments needs both chiefs' seats; here nobody holds both."""
    from review import desk
    from tests.console_visits import contract_yaml
    from tests.review_desk import make_contract

    before = CONTRACTS["finance.debt_limit"]
    desk.grant("op", "industry", "operator")
    now = make_contract(version=2, department="industry")
    desk.propose_contract("op", now, contract_yaml(now), in_force=before, base_sha256=before.sha256)
    tell()
    assert told("contract_proposed") == set()


def test_notice_of_a_proposal_leads_to_it_and_holds_nothing_typed(bench: Home) -> None:
    from review import desk

    with mail_sink() as sink, hook_sink() as hook:
        site = replace(bench, mail_url=f"smtp://127.0.0.1:{sink.port}", webhook_url=hook.url)
        desk.set_email("chief", "chief@example.gov.cn", actor="chief")
        number = propose_change(title={"zh": "改过的标题", "en": "A changed title"})
        tell(*channels(site))
        assert deliver_due(site) == {"taken": 2, "not": 0}
    [(_, to, mail)] = sink.mails
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert to == ["chief@example.gov.cn"]
    assert f"https://desk.example.gov.cn/proposals/{number}" in payload.decode()
    assert f"finance.debt_limit（#{number}）" in payload.decode()
    [(_, body)] = hook.posts
    said = json.loads(body)
    assert (said["kind"], said["proposal"], said["release"]) == ("contract_proposed", number, "")
    assert (said["dataset"], said["url"]) == ("finance.debt_limit", f"https://desk.example.gov.cn/proposals/{number}")
    for text in (payload.decode(), body.decode(), text_of(visit("chief").get("/notices"))):
        assert "改过的标题" not in text
    page = visit("chief").get("/notices")
    assert f'href="/proposals/{number}"' in page.content.decode()
    assert "有契约要批准" in text_of(page)


def test_notice_of_a_proposal_that_isnt_the_readers_any_more_names_nothing(bench: Home) -> None:
    from review import desk, queries

    number = propose_change()
    tell()
    seat = next(u for u in queries.users() if u["username"] == "chief")["seats"][0]["seat"]
    desk.grant("chief", "industry", "releasing_chief")
    desk.revoke(seat)
    page = visit("chief").get("/notices")
    assert "有契约要批准" in text_of(page)
    assert f"/proposals/{number}" not in page.content.decode()
