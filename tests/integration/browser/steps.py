"""What people do at a release, step by step, as the walks share it."""

from __future__ import annotations

from tests.browser import Window, expect
from tests.review_desk import PASSWORD

SIGN = "签字并提交"


def hand_in(window: Window, dataset: str, file: str, period: str) -> str:
    """Upload a file on the dataset's page and follow the run until its release is there; the release."""
    window.go(f"/datasets/{dataset}")
    form = window.page.locator("form[enctype]")
    form.locator("input[type=file]").set_input_files(file)
    form.locator("input[name=period]").fill(period)
    window.press("交文件，开始检查")
    expect(window.page).to_have_url(f"{window.base}/runs")
    newest = window.page.locator("tbody tr").first
    expect(newest.get_by_text("完成", exact=True)).to_be_visible(timeout=60_000)  # the page looks again by itself
    link = newest.locator("a[href^='/releases/']")
    release = str(link.inner_text())
    link.click()
    expect(window.page).to_have_url(f"{window.base}/releases/{release}")
    window.settled()
    return release


def submit(window: Window) -> None:
    """承办自查 on the page that is open."""
    form = window.page.locator("#submit")
    form.get_by_label("再输一次密码").fill(PASSWORD)
    window.press("我已自查，提交审查", within=form)
    window.reads("已提交，进入审查")


def open_groups(window: Window) -> None:
    """Open every finding that has to be."""
    buttons = window.page.get_by_role("button", name="打开，看在哪里")
    for left in range(buttons.count(), 0, -1):
        buttons.first.click()
        window.settled()
        expect(buttons).to_have_count(left - 1)


def dispose(window: Window, kind: str = "属实，照此删去", reason: str = "") -> None:
    """Open and dispose of every group in the same way."""
    open_groups(window)
    for number in range(window.page.locator("article.finding.hold").count()):
        group = window.page.locator("article.finding.hold").nth(number)
        if not group.get_by_role("button", name="记下处置").is_visible():
            group.locator("summary").first.click()
        group.get_by_role("radio", name=kind).check()
        if reason:
            group.locator("input[name=reason]").fill(reason)
        window.press("记下处置", within=group)


def sign(window: Window, verdict: str = "公开", reason: str = "", password: str = PASSWORD) -> None:
    """Fill in the decision's form on the page that is open and sign it."""
    form = window.page.locator("#decide")
    form.get_by_role("radio", name=verdict, exact=True).check()
    if reason:
        form.locator("textarea[name=reason]").fill(reason)
    form.get_by_label("再输一次密码").fill(password)
    window.press(SIGN, within=form)


def approve(window: Window, release: str) -> None:
    """From the work list through the findings to the signature."""
    window.go("/queue")
    window.follow_release(release)
    dispose(window)
    sign(window)
    window.reads("已签字，决定记入台账")
