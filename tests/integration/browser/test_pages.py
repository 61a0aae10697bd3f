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

pytestmark = [pytest.mark.slow, pytest.mark.server]
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
    faults, seen = {}, 0
    signed_out = windows.open(phone=phone, language=language).go("/sign-in")
    faults["sign_in"] = faults_of(signed_out.page)
    for person, addresses in pages(shown).items():
        window = enter(person, phone=phone, language=language)
        for name, where in addresses:
            window.go(where)
            faults[name] = faults_of(window.page)
            seen += 1
        assert window.page.locator("html").get_attribute("lang") == ("en" if language == ENGLISH else "zh-CN")
    assert {name: found for name, found in faults.items() if found} == {}
    assert seen > 25


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
