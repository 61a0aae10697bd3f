"""A file's whole way, walked in a browser: from the operator's desk through every stage to the public's download."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.browser import Windows, expect
from tests.integration.browser.conftest import Enter
from tests.integration.browser.steps import approve, hand_in, open_groups, sign, submit
from tests.served_town import HELD, PHONE_NUMBER, Town

pytestmark = [pytest.mark.slow, pytest.mark.server, pytest.mark.timeout(900)]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_file_goes_from_upload_to_the_catalogue(town: Town, windows: Windows, enter: Enter, script: bool) -> None:
    period = "2026-01" if script else "2026-02"
    operator = enter("op", script=script)
    release = hand_in(operator, "finance.fund_out", str(town.file()), period)
    operator.reads("须处置的发现", "将公开的内容", "查过什么").lacks(PHONE_NUMBER)
    open_groups(operator)
    submit(operator)

    approve(enter("sec", script=script), release)

    keeper = enter("conf", script=script)
    keeper.go(f"/releases/{release}")
    open_groups(keeper)
    keeper.page.locator("article.finding.hold").get_by_role("link", name="逐处看").last.click()
    keeper.follow("看这一格原文")
    keeper.lacks(PHONE_NUMBER)
    keeper.page.get_by_label("为什么要看").fill("核对是否为办公电话")
    keeper.press("记入台账，看这一格")
    keeper.reads(PHONE_NUMBER, "请勿抄录")
    keeper.follow("看完了").lacks(PHONE_NUMBER)
    looks = town.lines(release, "looked")
    assert [line["actor"] for line in looks] == ["conf"]
    assert PHONE_NUMBER not in str(looks)
    approve(keeper, release)

    if town.show(release)["stage"] == "legal":
        approve(enter("law", script=script), release)
    approve(enter("chief", script=script), release)
    town.await_status(release, "published")

    operator.go(f"/releases/{release}")
    address = operator.page.get_by_role("link", name="看目录").get_attribute("href")
    assert address
    citizen = windows.open(town.catalogue, script=script).go(address)
    citizen.reads("补助资金一", "2026年1月" if script else "2026年2月").lacks(PHONE_NUMBER)
    with citizen.page.expect_download() as coming:
        citizen.page.locator("a[download][href$='.csv']").first.click()
    path = Path(coming.value.path())
    text = path.read_text("utf-8-sig")
    assert PHONE_NUMBER not in text
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[0] for row in rows[1:]] == [row[0] for row in HELD]
    expect(citizen.page.locator("body")).to_contain_text("SHA-256")


def test_second_edition_is_confirmed_as_last_time_in_one_step(town: Town, enter: Enter) -> None:
    first = town.published("fund_twice", "2026-01")
    second = town.submitted("fund_twice", "2026-02")
    section = enter("sec").go("/queue").follow_release(second)
    section.lacks("照上次处置")  # it has to be opened first
    open_groups(section)
    section.press("照上次处置").reads("全部处置完")
    sign(section)
    section.reads("已签字", f"其中 1 项照 {first}")
    (line,) = town.lines(second, "decided")
    assert line["data"]["confirmed_from"]["release"] == first
    assert town.show(second)["stage"] == "chief", "the highest tier was for the first publication"
