"""Pages for everybody: no script but HTMX, every control a native one with a name, one heading a page, tables with headers,
contrast of the sheet's colours AA or better.
"""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from domain.finding import Finding, Place, Severity
from tests.cities import ROOT
from tests.console_visits import table_release, visit
from tests.integration.review.console.test_permission_matrix import ROLE_OF, address, documented
from tests.review_desk import HOLD, HOLD2, WARN

SHEET = Path(__file__).resolve().parents[4] / "review/console/static/console/look.css"
CONTROLS = {"input", "select", "textarea"}
VOID = {"meta", "link", "input", "br", "img", "hr"}


class Page(HTMLParser):
    """What a page is made of, and what is wrong with it."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.tags: Counter[str] = Counter()
        self.faults: list[str] = []
        self.ids: Counter[str] = Counter()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.tags[tag] += 1
        if said.get("id"):
            self.ids[str(said["id"])] += 1
        around = {t for t, _ in self.open}
        if tag in CONTROLS and said.get("type") != "hidden" and not ("label" in around or said.get("aria-label")):
            self.faults.append(f"{tag} {said.get('name')} has no label")
        if tag == "th" and not said.get("scope"):
            self.faults.append("a header cell without scope")
        if tag == "form" and not (
            said.get("method") or said.get("role") == "search" or "filters" in (said.get("class") or "")
        ):
            self.faults.append("a form without method")
        if (
            tag == "svg"
            and not (said.get("role") == "img" and said.get("aria-label"))
            and said.get("aria-hidden") != "true"
        ):
            self.faults.append("a drawing without words")
        ours = tag == "script" and said == {"src": "/static/console/htmx.min.js", "defer": None}
        if (tag in ("script", "style", "iframe", "object") and not ours) or any(
            k.startswith("on") or k == "style" for k in said
        ):
            self.faults.append(f"{tag} {sorted(said)}: script or inline style")
        if said.get("tabindex") not in (None, "0"):
            self.faults.append("an order of its own for the keyboard")
        if any((said.get(k) or "").startswith(("http:", "https:", "//", "javascript:")) for k in ("src", "action")):
            self.faults.append(f"{tag} fetches or sends elsewhere")
        if tag == "form" and said.get("method") == "post":
            self.tags["post"] += 1
        if said.get("name") == "csrfmiddlewaretoken":
            self.tags["token"] += 1
        if tag not in VOID:
            self.open.append((tag, said))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][0] in ("a", "button", "h1"):
            self.text += data


@pytest.mark.parametrize("role", sorted(ROLE_OF))
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_are_accessible(console: Path, role: str, language: str) -> None:
    two = [Finding("personal-data", Severity.HOLD, 2, (Place("main", c, 1, locator=f"S!{c}"),), None, "手机号", "MOBILE", remedy="span-replaced") for c in ("note", "region")]  # fmt: skip
    release = table_release(findings=[HOLD, HOLD2, WARN, *two])
    fresh = table_release(submit=False, run_key="f", period="f")
    client = visit(ROLE_OF[role], language)
    client.post(f"/releases/{release}/open", {"finding": [HOLD.id, *(f.id for f in two)]})
    for name, (method, where, roles) in documented().items():
        if method != "GET" or role not in roles or name in ("home", "note", "evidence"):
            continue
        for one in (release, fresh) if "<release>" in where else (release,):
            response = client.get(address(name, one), follow=True)
            page = Page()
            page.feed(response.content.decode())
            assert page.faults == [], name
            assert page.tags["h1"] == page.tags["main"] == page.tags["title"] == 1, name
            assert [i for i, n in page.ids.items() if n > 1] == [], name
            assert page.tags["post"] == page.tags["token"], name
            assert 'href="#main"' in response.content.decode()


def tokens() -> dict[str, str]:
    root = re.search(r":root {(.*?)}", SHEET.read_text("utf-8"), re.S)
    assert root is not None
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", root[1]))


def luminance(colour: str) -> float:
    text = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = [int(text[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


ON_GROUNDS = [
    (text, ground)
    for text in ("ink", "ink-2", "ink-3", "accent", "block", "hold", "ok", "warn")
    for ground in ("sheet", "ground")
]
ON_SOFT = [(t, f"{t}-soft") for t in ("block", "hold", "warn", "ok")] + [("accent-2", "accent-soft"), ("ink", "ok-soft"), ("ink", "block-soft"), ("ink", "hold-soft"), ("ink-2", "block-soft")]  # fmt: skip
FILLED = [("on-accent", "accent"), ("on-accent", "accent-2"), ("on-mark", "mark"), ("on-accent", "block")]


@pytest.mark.parametrize(("text", "ground"), [*ON_GROUNDS, *ON_SOFT, *FILLED])
def test_text_has_contrast_aa(text: str, ground: str) -> None:
    assert contrast(tokens()[text], tokens()[ground]) >= 4.5


@pytest.mark.parametrize("edge", ["line-2", "focus"])
def test_edges_of_controls_have_contrast(edge: str) -> None:
    """Borders of inputs and the focus ring: 3 to 1 (WCAG 1.4.11)."""
    assert contrast(tokens()[edge], tokens()["sheet"]) >= 3


def test_htmx_is_the_published_file_and_told_to_keep_nothing() -> None:
    import hashlib
    import json

    folder = ROOT / "review/console/static/console"
    digest = hashlib.sha256((folder / "htmx.min.js").read_bytes()).hexdigest()
    assert (
        digest == "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"
    )  # of htmx.org 2.0.11 as its registry has it
    assert "Zero-Clause BSD" in (folder / "htmx.LICENSE.txt").read_text("utf-8")
    base = (ROOT / "review/console/templates/base.html").read_text("utf-8")
    told = json.loads(re.findall(r"name=\"htmx-config\" content='([^']+)'", base)[0])
    assert told == {
        "allowEval": False, "allowScriptTags": False, "includeIndicatorStyles": False, "selfRequestsOnly": True,
        "historyCacheSize": 0, "refreshOnHistoryMiss": True,
    }  # fmt: skip
