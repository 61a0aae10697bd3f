"""Every other end of a review, walked in a browser: returned, remedied, withheld, escalated, recalled."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from tests.browser import Window, expect
from tests.integration.browser.conftest import Enter
from tests.integration.browser.steps import dispose, hand_in, open_groups, sign, submit
from tests.review_desk import PASSWORD
from tests.served_town import GOOD, PHONE_NUMBER, Town

pytestmark = [pytest.mark.slow, pytest.mark.server, pytest.mark.timeout(900)]
REASON = "备注栏有联系方式，请删去后重报"


def test_returned_file_comes_back_corrected_and_goes_out(town: Town, enter: Enter) -> None:
    release = town.submitted("fund_back")
    section = enter("sec").go(f"/releases/{release}")
    open_groups(section)
    sign(section, "退回", REASON)
    section.reads("已退回", REASON)

    operator = enter("op").go("/queue")
    operator.follow_release(release).reads(REASON, "改好再来")
    with operator.page.expect_download() as coming:
        operator.follow("下载 XLSX")
    with zipfile.ZipFile(io.BytesIO(Path(coming.value.path()).read_bytes())) as book:
        told = b"".join(book.read(name) for name in book.namelist()).decode()
    assert "备注" in told
    assert PHONE_NUMBER not in told

    operator.follow("去数据集页")
    again = hand_in(operator, "finance.fund_back", str(town.file(GOOD)), "2026-01")
    operator.reads("第 1 期第 2 版", "没有须处置的发现")
    submit(operator)
    section.go(f"/releases/{release}").follow(again).reads("没有须处置的发现")
    sign(section)
    town.approve(again)
    town.await_status(again, "published")
    operator.go(f"/releases/{again}").reads("已发布", "看目录")


def test_remedy_makes_a_stricter_revision(town: Town, enter: Enter) -> None:
    release = town.submitted("fund_less")
    section = enter("sec").go(f"/releases/{release}")
    dispose(section, "属实，须再删减", "备注能认出个人")
    section.reads("须再删减，不能照此公开")
    expect(section.page.get_by_role("radio", name="公开", exact=True)).to_be_disabled()
    decision = section.page.locator("#decide")
    decision.locator("summary", has_text="删减后公开时另选").click()
    decision.locator("label", has_text="备注").locator("select").select_option("main.remark=drop")
    sign(section, "删减后公开", "整列备注不公开")
    section.reads("已退回", "删减后公开")
    town.await_revision("fund_less", 2)

    operator = enter("op").go(f"/releases/{release}")
    operator.follow(town.newest("fund_less"))
    operator.reads("这一版按审查意见比契约多删了", "整列删去，不公开")
    column = operator.page.locator("#content tr", has_text="备注").last
    expect(column).to_contain_text("整列删去")
    submit(operator)


def test_withheld_release_goes_nowhere(town: Town, enter: Enter) -> None:
    release = town.submitted("fund_kept")
    section = enter("sec").go(f"/releases/{release}")
    decision = section.page.locator("#decide")
    sign(section, "依申请公开，或不予公开", "公开后可能损害第三人合法权益")
    section.reads("您填的内容还在")  # code and basis are missing
    expect(decision.locator("textarea")).to_have_value("公开后可能损害第三人合法权益")
    if not decision.locator("select[name=reason_code]").is_visible():
        decision.locator("summary", has_text="不公开时另填").click()
    decision.locator("select[name=reason_code]").select_option(index=1)
    decision.locator("input[name=basis]").fill("政府信息公开条例第十五条")
    sign(section, "依申请公开，或不予公开")
    section.reads("不公开", "公开后可能损害第三人合法权益")
    section.go("/queue?scope=all").lacks(release)
    assert town.show(release)["status"] == "withheld"


def test_escalated_release_is_answered_and_goes_on(town: Town, enter: Enter) -> None:
    release = town.submitted("fund_asked")
    town.approve(release, upto="confidentiality")
    keeper = enter("conf").go(f"/releases/{release}")
    open_groups(keeper)
    sign(keeper, "不能确定，报审", "是否涉密不能确定，报保密行政管理部门")
    keeper.reads("已报审")
    form = keeper.page.locator("#answer")
    form.get_by_label("报送机关").fill("市国家保密局")
    form.get_by_label("文号").fill("市保函〔2026〕1号")
    form.get_by_label("答复").fill("经研究，不涉密")
    form.get_by_label("密码").fill("not the password")
    keeper.press("签字并登记", within=form)
    keeper.reads("您填的内容还在")
    expect(form.get_by_label("答复")).to_have_value("经研究，不涉密")
    form.get_by_label("密码").fill(PASSWORD)
    keeper.press("签字并登记", within=form)
    keeper.reads("答复已登记，审查继续", "市国家保密局", "经研究，不涉密")
    dispose(keeper)
    sign(keeper)
    keeper.reads("已签字")
    assert town.show(release)["stage"] == "legal"


def test_submission_is_recalled_until_somebody_has_decided(town: Town, enter: Enter) -> None:
    release = town.submitted("fund_taken")
    operator = enter("op").go(f"/releases/{release}")
    recall(operator)
    operator.reads("已收回", "待承办自查、提交")
    assert town.show(release)["status"] == "checked"
    submit(operator)
    section = enter("sec").go(f"/releases/{release}")
    dispose(section)
    sign(section)
    recall(operator)  # on a page that was opened before
    operator.reads("状态已变")
    operator.go(f"/releases/{release}")
    expect(operator.page.locator("#recall")).to_have_count(0)
    assert town.show(release)["status"] == "in_review"


def recall(window: Window) -> None:
    form = window.page.locator("#recall")
    form.get_by_label("密码").fill(PASSWORD)
    window.press("收回", within=form)
