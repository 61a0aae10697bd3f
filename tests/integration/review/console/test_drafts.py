"""A decision that isn't signed yet: kept for its writer alone, bound to the content, gone with the decision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.console_visits import table_release, text_of, visit
from tests.integration.review.console.test_blind import CONTRACT
from tests.integration.review.console.test_release import address, dispose_all, open_all, sign, status
from tests.review_desk import HOLD, PASSWORD, decide, events, hash_of

REASON = "口径还要再核对"


def drafts() -> int:
    from review.models import DecisionDraft

    return DecisionDraft.objects.count()


def begin(release: str, person: str = "sec", reason: str = REASON) -> Any:
    """Opens, disposes, types a reason, and signs nothing."""
    client = visit(person)
    open_all(client, release)
    dispose_all(client, release)
    said = {"keep": "1", "verdict": "return", "reason": reason, "release_hash": hash_of(release)}
    assert client.post(address(release, "decide"), said).status_code == 302
    return client


def shown(person: str, release: str) -> Any:
    """What a browser that was never used before gets of the draft."""
    return visit(person).get(address(release)).context["draft"]


def test_another_browser_finds_it_again_and_it_leaves_no_line(console: Path) -> None:
    release = table_release()
    before = events(release)
    begin(release).get("/sign-out")
    found = shown("sec", release)
    assert (found.verdict, found.reason) == ("return", REASON)
    assert found.dispositions == {HOLD.id: {"kind": "false_alarm", "basis": "", "reason": "字段为编号"}}
    assert [e for e in events(release) if e not in before] == ["opened"]
    page = visit("sec").get(address(release))
    assert "只有您看得到" in text_of(page)
    assert "nobody else sees it" in text_of(visit("sec", "en").get(address(release)))


def test_nobody_else_sees_it(console: Path) -> None:
    release = table_release(CONTRACT)
    begin(release)
    begin(release, "sec2", "另一人的话")
    assert shown("sec", release).reason == REASON
    assert shown("sec2", release).reason == "另一人的话"
    for person in ("sec2", "conf", "chief", "op", "auditor"):
        for path in (address(release), "/queue?scope=all", "/ledger", "/to-sign"):
            answer = visit(person).get(path)
            assert REASON not in answer.content.decode(), (person, path)
        assert "已有一人表态" not in text_of(visit(person).get(address(release))), "a draft is no opinion"
    assert visit("admin").get(address(release)).status_code == 403
    for person in ("admin", "auditor"):
        assert "decisiondraft" not in visit(person).get("/admin/").content.decode()
        assert visit(person).get("/admin/review/decisiondraft/").status_code == 404


def test_signing_removes_it_and_the_end_of_the_review_everybodys(console: Path) -> None:
    release = table_release()
    client = begin(release)
    begin(release, "sec2")
    assert sign(client, release).status_code == 302
    assert drafts() == 1, "the stage is over, the review isn't: the other one's words stay"
    assert shown("sec2", release).reason == REASON
    decide(release, "conf", "confidentiality", "return", reason="退")
    assert status(release) == "returned"
    assert drafts() == 0


def test_sealed_opinion_removes_ones_own_alone(console: Path) -> None:
    release = table_release(CONTRACT)
    client = begin(release)
    begin(release, "sec2")
    assert sign(client, release).status_code == 302
    assert shown("sec", release).reason == ""
    assert shown("sec2", release).reason == REASON
    assert sign(visit("sec2"), release, "return", reason="不同意").status_code == 302
    assert drafts() == 0


def test_signature_given_elsewhere_removes_it(console: Path) -> None:
    from django.utils import timezone

    from review import desk
    from review.ready import ready_of

    ready, told = table_release(), table_release(period="2025", run_key="t2")
    for release in (ready, told):
        begin(release)
    client = visit("sec")
    client.post(address(ready, "decide"), {"stage": "section", "release_hash": hash_of(ready), "verdict": "return", "reason": "退", "ready": "1"})  # fmt: skip
    assert drafts() == 2, "laid aside isn't signed"
    decide(told, "sec", "section", "return")
    assert shown("sec", told).reason == ""
    [row] = ready_of("sec", timezone.now())
    desk.sign_ready("sec", PASSWORD, {ready: row.mark})
    assert drafts() == 0


def test_recall_removes_it(console: Path) -> None:
    from review import desk

    release = table_release()
    begin(release)
    desk.recall(release, "op", PASSWORD)
    assert drafts() == 0


def test_refused_decision_and_second_click(console: Path) -> None:
    release = table_release()
    client = begin(release)
    assert sign(client, release, "return", reason=REASON, password="not the password").status_code == 403
    assert shown("sec", release).reason == REASON
    said = {"verdict": "return", "stage": "section", "release_hash": hash_of(release), "password": PASSWORD, "reason": REASON}  # fmt: skip
    for _ in range(2):
        assert client.post(address(release, "decide"), said).status_code == 302
    assert drafts() == 0
    assert events(release).count("decided") == 1


def test_words_no_decision_could_hold_come_back_and_are_not_kept(console: Path) -> None:
    release = table_release()
    client = begin(release)
    said = {"keep": "1", "verdict": "return", "reason": "电话13800000000", "release_hash": hash_of(release)}
    page = client.post(address(release, "decide"), said)
    assert page.status_code == 400
    assert "电话13800000000" in page.content.decode(), "for the writer to correct"
    assert shown("sec", release).reason == REASON
    forged = client.post(address(release, "decide"), {"keep": "1", "verdict": "publish at once", "reason": ""})
    assert forged.status_code == 400


def test_of_a_release_that_isnt_under_review_nothing_is_kept(console: Path) -> None:
    release = table_release(submit=False)
    client = visit("sec")
    open_all(client, release)
    dispose_all(client, release)
    assert drafts() == 0


@pytest.mark.parametrize("how", ["take", "drop"])
def test_older_draft_is_shown_and_taken_over_only_when_asked(console: Path, how: str) -> None:
    """A later revision takes the place of the one that the draft was about."""
    old = table_release(run_key="old")
    begin(old)
    new = table_release(run_key="new", findings=[HOLD])
    assert status(old) == "replaced"
    client = visit("sec")
    page = client.get(address(new))
    assert not page.context["draft"].dispositions
    assert page.context["draft"].reason == ""
    assert page.context["draft"].saved_at is None
    assert "您有一份旧稿，没有采用" in text_of(page)
    assert old in text_of(page)
    assert REASON in page.content.decode()
    assert REASON not in visit("sec2").get(address(new)).content.decode()
    assert visit("sec2").post(address(new, "draft"), {"do": how}).status_code == 302
    assert drafts() == 1, "another's draft isn't theirs"
    assert client.post(address(new, "draft"), {"do": how}).status_code == 302
    found = shown("sec", new)
    assert "旧稿，没有采用" not in text_of(client.get(address(new)))
    if how == "drop":
        assert drafts() == 0
        return
    assert (found.verdict, found.reason, list(found.dispositions)) == ("return", REASON, [HOLD.id])
    assert not client.get(address(new)).context["can_approve"], "opened anew by this person first"
    assert drafts() == 1


def test_new_words_go_before_old_ones(console: Path) -> None:
    from review.models import ReleaseRecord

    release = table_release()
    begin(release)
    ReleaseRecord.objects.filter(public_id=release).update(release_hash="0" * 64)  # as if its bytes had changed
    client = visit("sec")
    page = client.get(address(release))
    assert "是为这一件改动前的内容写的" in text_of(page)
    client.post(address(release, "decide"), {"keep": "1", "reason": "新写的", "release_hash": "0" * 64})
    assert drafts() == 2, "nothing that was written is lost"
    client.post(address(release, "draft"), {"do": "take"})
    found = shown("sec", release)
    assert (found.reason, found.verdict) == ("新写的", "return")
    assert found.release_hash == "0" * 64
    assert drafts() == 1


@pytest.mark.parametrize(("person", "code"), [("op", 403), ("admin", 403), ("stranger", 404), (None, 302)])
def test_for_reviewers_who_see_the_release(console: Path, person: str | None, code: int) -> None:
    release = table_release()
    begin(release)
    answer = visit(person).post(address(release, "draft"), {"do": "drop"})
    assert answer.status_code == code
    assert drafts() == 1


def test_two_windows_add_to_one_draft(console: Path) -> None:
    from review import drafts as kept
    from review.reading import find

    release = table_release()
    one = {"kind": "false_alarm", "basis": "", "reason": "甲"}
    kept.keep(find(release), "sec", dispositions={HOLD.id: one})
    kept.keep(find(release), "sec", dispositions={"f" * 16: one}, words={"reason": "乙"})
    found = kept.draft_of(find(release), "sec")
    assert set(found.dispositions) == {HOLD.id, "f" * 16}
    assert found.reason == "乙"
