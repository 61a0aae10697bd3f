"""Every page of the console as a browser draws it, in both languages, on a desk and on a phone: no fault that the browser
logs, no request elsewhere, names, contrast, width; and the pages people work on by keyboard alone.
"""

from __future__ import annotations

import pytest

from tests.browser import Windows
from tests.integration.browser.conftest import Enter
from tests.integration.review.console.test_permission_matrix import PARAMS, ROLE_OF, documented
from tests.page_faults import faults_of, keyboard_faults_of
from tests.served_town import Town

pytestmark = [pytest.mark.slow, pytest.mark.server, pytest.mark.timeout(900)]
FILES = ("home", "note", "evidence")  # lead elsewhere, or are no page
ENGLISH = "en-GB"


@pytest.fixture(scope="module")
def shown(town: Town) -> dict[str, str]:
    """Parts of addresses: a release in review with a finding, and its dataset."""
    from review import desk, queries

    release = town.submitted("fund_shown")
    found = town.do(queries.findings, release)
    for person in ("sec", "conf", "auditor"):
        town.do(desk.open_findings, person, release, [f["id"] for f in found])
    return {"release": release, "finding": found[0]["id"], "dataset": "finance.fund_shown"}


def pages(shown: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """Person → (name, address) of each page, every one in the docs' table with the first role that may see it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, (method, where, roles) in documented().items():
        if method != "GET" or name in FILES:
            continue
        for key, value in (PARAMS | shown).items():
            where = where.replace(f"<{key}>", value)
        role = next(r for r in ROLE_OF if r in roles)
        found.setdefault(ROLE_OF[role], []).append((name, where))
    found.setdefault("sec", []).append(("decision", f"/releases/{shown['release']}"))
    found.setdefault("conf", []).append(("places", f"/releases/{shown['release']}/findings/{shown['finding']}"))
    found.setdefault("auditor", []).append(("all", "/queue?scope=all"))
    return found


@pytest.mark.parametrize(
    ("phone", "language"), [(True, "zh-CN"), (True, ENGLISH), (False, "zh-CN"), (False, ENGLISH)],
    ids=["phone-zh", "phone-en", "desk-zh", "desk-en"],
)  # fmt: skip
def test_pages_have_no_fault(enter: Enter, windows: Windows, shown: dict[str, str], phone: bool, language: str) -> None:
    faults = {}
    signed_out = windows.open(phone=phone, language=language).go("/sign-in")
    faults["sign_in"] = faults_of(signed_out.page)
    for person, addresses in pages(shown).items():
        window = enter(person, phone=phone, language=language)
        for name, where in addresses:
            window.go(where)
            faults[name] = faults_of(window.page)
        assert window.page.locator("html").get_attribute("lang") == ("en" if language == ENGLISH else "zh-CN")
    assert {name: found for name, found in faults.items() if found} == {}
    assert {"queue", "release", "decision", "hide", "original", "people", "list"} <= set(faults)


@pytest.mark.parametrize("name", ["queue", "release", "decision"])
def test_page_is_worked_by_keyboard_alone(enter: Enter, shown: dict[str, str], name: str) -> None:
    person, where = {
        "queue": ("auditor", "/queue?scope=all"),
        "release": ("op", f"/releases/{shown['release']}"),
        "decision": ("sec", f"/releases/{shown['release']}"),
    }[name]
    window = enter(person).go(where)
    assert keyboard_faults_of(window.page) == []
    assert window.page.locator("[data-reached]").count() > 20


FAULTY = """<!doctype html><html><head><style>:focus-visible { outline: 3px solid }</style></head><body style="margin: 0; background: #fff"><main>
<p style="color: #999">pale</p><div style="background: rgba(0, 0, 0, .6)"><p style="color: #333">dark on dark</p></div>
<details><summary>more</summary><input name="bare"><label>named <input name="named"></label></details>
<a href="/x" style="outline: none">no ring</a><button tabindex="-1">never reached</button><a href="/y"></a>
<div style="width: 1500px">wide</div></main></body></html>"""


def test_faults_are_found(windows: Windows) -> None:
    window = windows.open()
    window.page.set_content(FAULTY)
    assert sorted(faults_of(window.page)) == [
        "1500 px wide in 1280: DIV.", "A /y has no words", "INPUT bare has no label", "contrast 2.20: P.", "contrast 2.85: P.",
    ]  # fmt: skip
    assert keyboard_faults_of(window.page) == [
        "no ring: A no ring",
        "out of sight: A ",
        "never reached: BUTTON never reached",
    ]
    watched = windows.open().go("/sign-in")
    watched.page.evaluate(
        "document.body.append(Object.assign(document.createElement('img'), {src: 'http://127.0.0.1:9/x'}))"
    )
    watched.page.wait_for_timeout(200)
    assert windows.kept[-1][1].faults
    windows.kept[-1][1].faults.clear()  # seen here, so that closing doesn't tell it again
