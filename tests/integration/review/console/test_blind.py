"""A blind stage on the page: silence until both have spoken, then a conflict for a third."""

from __future__ import annotations

from pathlib import Path

from tests.console_visits import table_contract, table_release, text_of, visit
from tests.integration.review.console.test_release import address
from tests.review_desk import PASSWORD, decide

REASON = "口径不明需要核对"
CONTRACT = table_contract(
    review={"tier": "L2", "stages": [
        {"name": "section", "role": "section_reviewer", "blind": 2},
        {"name": "confidentiality", "role": "confidentiality_reviewer"}, {"name": "chief", "role": "releasing_chief"},
    ]}
)  # fmt: skip


def test_other_opinion_is_on_no_page_until_both_are_in(console: Path) -> None:
    from review import desk

    desk.add_user("sec3", PASSWORD, name="SEC3")
    desk.grant("sec3", "finance", "section_reviewer")
    release = table_release(CONTRACT)
    assert "互不知对方意见" in text_of(visit("sec").get(address(release)))
    decide(release, "sec", "section", "return", reason=REASON)
    for person in ("sec2", "conf", "op", "auditor"):
        page = visit(person).get(address(release))
        assert REASON not in page.content.decode(), person
        assert "已有一人表态" in text_of(page)
    assert "您已表态" in text_of(visit("sec").get(address(release)))
    assert not visit("sec").get(address(release)).context["turn"].decide
    assert not visit("op").get(address(release)).context["turn"].recall
    ledger = visit("auditor").get("/ledger").content.decode()
    assert REASON not in ledger
    decide(release, "sec2", "section")
    page = visit("sec3").get(address(release))
    assert "须由第三人裁定" in text_of(page)
    assert REASON in page.content.decode()
    assert page.context["turn"].decide
    assert not visit("sec").get(address(release)).context["turn"].decide
    decide(release, "sec3", "section")
    assert visit("conf").get(address(release)).context["turn"].decide
