"""Hide now, on a phone: three taps and a password; a second person confirms or reverses."""

from __future__ import annotations

import httpx
import pytest

from tests.browser import Window
from tests.integration.browser.conftest import Enter
from tests.review_desk import PASSWORD
from tests.served_town import GOOD, Town

pytestmark = [pytest.mark.slow, pytest.mark.server, pytest.mark.timeout(900)]


def files(town: Town, release: str) -> set[int]:
    """How the catalogue answers for each published file."""
    receipt = town.show(release)["receipt"]["resources"]
    return {httpx.get(r["url"], trust_env=False).status_code for r in receipt}


def hide(window: Window, release: str) -> None:
    """From the work list; counts what was tapped."""
    window.go("/queue").taps = 0
    window.follow("撤下")
    window.page.locator("tr", has_text=release).get_by_role("link").first.click()
    window.taps += 1
    window.page.get_by_label("密码").fill(PASSWORD)
    window.press("签字，立即撤下")
    assert window.taps == 3
    window.reads("已下令撤下", "已确认撤下")


def test_edition_is_hidden_by_three_taps_and_put_back_by_a_second_person(town: Town, enter: Enter) -> None:
    release = town.published("fund_hidden", "2026-01", GOOD)
    assert files(town, release) == {200}
    chief = enter("chief", phone=True)
    hide(chief, release)
    assert 200 not in files(town, release)
    chief.lacks("您是第二人")

    keeper = enter("conf", phone=True).go("/hide")
    keeper.page.locator("a.button", has_text="2026-01").first.click()
    keeper.reads("您是第二人")
    keeper.page.get_by_label("密码").first.fill(PASSWORD)
    keeper.press("签字撤销")
    keeper.reads("理由")  # a reason is needed
    keeper.page.get_by_label("理由（撤销须写）").fill("核实无误")
    keeper.page.get_by_label("密码").first.fill(PASSWORD)
    keeper.press("签字撤销")
    keeper.reads("已撤销下架令")
    town.await_status(release, "published")
    assert files(town, release) == {200}

    hide(chief, release)
    keeper.go(f"/releases/{release}/hide")
    keeper.page.get_by_label("密码").first.fill(PASSWORD)
    keeper.press("签字确认")
    keeper.reads("已确认撤下")
    assert 200 not in files(town, release)
    assert [line["actor"] for line in town.lines(release, "withdrawal-confirmed")] == ["conf"]
