"""Two people at one release: blind pairs, both at once, twice, too late. One decision stands and nothing typed is lost."""

from __future__ import annotations

import pytest

from tests.browser import Window, expect
from tests.integration.browser.conftest import Enter
from tests.integration.browser.steps import SIGN, dispose, open_groups, sign
from tests.review_desk import PASSWORD
from tests.served_town import GOOD, Town

pytestmark = [pytest.mark.slow, pytest.mark.server, pytest.mark.timeout(900)]
WORDS = "口径与上期不同，请核对"


def fill(window: Window, verdict: str, reason: str) -> None:
    """The decision's form, ready to be signed."""
    form = window.page.locator("#decide")
    form.get_by_role("radio", name=verdict, exact=True).check()
    form.locator("textarea[name=reason]").fill(reason)
    form.get_by_label("再输一次密码").fill(PASSWORD)


def test_third_person_resolves_a_conflict_of_the_blind_pair(town: Town, enter: Enter) -> None:
    release = town.submitted("fund_pair")
    first = enter("sec").go(f"/releases/{release}")
    first.reads("背靠背审查", "互不知对方意见")
    dispose(first)
    sign(first)
    first.reads("您已表态，意见密封")
    second = enter("sec2").go(f"/releases/{release}")
    second.reads("已有一人表态")
    open_groups(second)
    sign(second, "退回", WORDS)
    second.reads("须由第三人裁定")
    third = enter("sec3").go("/queue").follow_release(release)
    third.reads("两人意见不一，须由第三人裁定", WORDS)
    dispose(third)
    sign(third)
    third.reads("已签字")
    assert town.show(release)["stage"] == "confidentiality"
    assert len(town.lines(release, "conflicted")) == 1


def test_two_sign_at_once_and_one_decision_stands(town: Town, enter: Enter) -> None:
    release = town.submitted("fund_rush", "2026-01", GOOD)
    pair = [enter(person).go(f"/releases/{release}") for person in ("sec", "sec2")]
    for window in pair:
        fill(window, "退回", f"{WORDS}（{window.page.locator('.who a').last.inner_text()}）")
    for window in pair:  # both requests are under way before either answer is waited for
        window.page.locator("#decide button.main").click(no_wait_after=True)
    for window in pair:
        expect(window.page.locator(".said").first).to_be_visible()
    decided = town.lines(release, "decided")
    assert len(decided) == 1
    other = pair[0 if decided[0]["actor"] == "sec2" else 1]
    other.reads("状态已变", WORDS)


def test_double_click_signs_once_and_says_so(town: Town, enter: Enter) -> None:
    release = town.submitted("fund_rush", "2026-02", GOOD)
    section = enter("sec").go(f"/releases/{release}")
    fill(section, "公开", "")
    section.page.locator("#decide").get_by_role("button", name=SIGN).dblclick()
    section.reads("已签字，决定记入台账")
    expect(section.page.locator(".said.error")).to_have_count(0)
    assert len(town.lines(release, "decided")) == 1
    operator = enter("op").go(f"/releases/{town.checked('fund_rush', '2026-03', GOOD)}")
    operator.page.locator("#submit").get_by_label("再输一次密码").fill(PASSWORD)
    operator.page.locator("#submit button").dblclick()
    operator.reads("已提交，进入审查")
    expect(operator.page.locator(".said.error")).to_have_count(0)


def test_stale_page_is_told_and_its_words_are_kept(town: Town, enter: Enter) -> None:
    release = town.submitted("fund_rush", "2026-04", GOOD)
    stale = enter("sec").go(f"/releases/{release}")
    fill(stale, "退回", WORDS)
    other = enter("sec2").go(f"/releases/{release}")
    fill(other, "公开", "")
    other.press(SIGN)
    other.reads("已签字")
    stale.press(SIGN)
    stale.reads("状态已变", WORDS)
    assert [line["actor"] for line in town.lines(release, "decided")] == ["sec2"]


def test_release_that_changed_under_an_open_page_is_not_decided(town: Town, enter: Enter) -> None:
    release = town.submitted("fund_rush", "2026-05", GOOD)
    section = enter("sec").go(f"/releases/{release}")
    fill(section, "公开", "与上期比过")
    newer = town.checked("fund_rush", "2026-05", (*GOOD, ("A09", "东塘镇", "1", "")))
    town.submit(newer)
    section.press(SIGN)
    section.reads("已有更新的修订", newer, "与上期比过")
    assert town.lines(release, "decided") == []
    assert town.show(release)["status"] == "replaced"


def test_half_written_remark_survives(town: Town, enter: Enter) -> None:
    release = town.submitted("fund_rush", "2026-06", GOOD)
    section = enter("sec").go(f"/releases/{release}")
    box = section.page.locator("#remarks textarea")
    box.fill(f"{WORDS} 13900001234")
    section.press("留言")
    section.reads("您填的内容还在")
    expect(box).to_have_value(f"{WORDS} 13900001234")

    box.fill(WORDS)
    section.page.context.clear_cookies(name="sessionid")  # the session ended meanwhile
    section.press("留言")
    section.page.locator("input[name=username]").fill("sec")
    section.page.locator("input[name=password]").fill(PASSWORD)
    section.page.locator("main button").click()
    expect(section.page).to_have_url(f"{section.base}/releases/{release}#remarks")
    expect(box).to_have_value(WORDS)
    section.press("留言")
    section.reads("留言已记下")
    assert [line["actor"] for line in town.lines(release, "remarked")] == ["sec"]
