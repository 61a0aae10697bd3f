"""What the public sees: escaped, without script, in two languages, private things left out, tombstones kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest

from catalog.embedded.words import WORDS

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}'
VOID = {"meta", "link", "input", "img", "br"}


class Checker(HTMLParser):
    """Collects links and whatever a page must not have."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.faults: list[str] = []
        self.labels: set[str] = set()
        self.inputs: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self.headings: list[int] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag not in VOID:
            self._open.append(tag)
        if (
            tag in ("iframe", "object", "style")
            or (tag == "script" and values != {"type": "application/ld+json"})  # data, which no browser runs
            or "style" in values
            or any(k.startswith("on") for k in values)
        ):
            self.faults.append(f"{tag} {sorted(values)}")
        if tag == "img" and "alt" not in values:
            self.faults.append("img without alt")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.links += [v for k, v in attrs if k in ("href", "src", "action") and v]
        self.ids += [v for k, v in attrs if k == "id" and v]
        if tag == "label":
            self.labels.add(values.get("for") or "")
        if tag in ("input", "select") and values.get("type") != "hidden":
            self.inputs.append(values)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")


def check(html: str) -> Checker:
    """Parse a page and assert what holds of every page."""
    page = Checker()
    page.feed(html)
    assert page.faults == []
    assert page._open == []
    assert len(page.ids) == len(set(page.ids))
    assert page.headings.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(page.headings, page.headings[1:], strict=False))
    assert all(i.get("id") in page.labels for i in page.inputs)
    assert not [link for link in page.links if link.lower().startswith(("javascript:", "data:", "//"))]
    return page


@pytest.fixture(scope="module")
def shop(start: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Two editions and a withdrawn one; a dataset full of markup; a private one."""
    with start(tmp_path_factory.mktemp("pages") / "root", "--title", "目录", "--title-en", "Catalogue") as running:
        running.trusted.action.organization_create(name="finance", title="财政局", description=EVIL)
        fields = [
            {"table": "main", "name": "amount", "title": "金额", "title_en": "Amount", "type": "number", "unit": "万元"}
        ]
        extras = {
            "title_en": "Debt", "frequency": "annual", "evidence_id": "e" * 64, "contact_name": "债务科", "legal_basis": "预算法",
            "fields_json": json.dumps(fields), "temporal_start": "2025-01-01", "temporal_end": "2025-12-31",
        }  # fmt: skip
        made = running.package(
            name="debt", title="政府债务", notes="各地区限额。\n\nLimits by region.", license_id="cc-by",
            extras=[{"key": k, "value": v} for k, v in extras.items()],
        )  # fmt: skip
        for period, state in (("2023", "current"), ("2024", "current"), ("2025", "current")):
            made = running.add(
                made, {f"{period}.csv": period.encode()}, edition=period, edition_label=f"{period}年", edition_state=state,
                release_hash=period * 16, published_on=f"{period}-03-01", rows=1234,
            )  # fmt: skip
        first = next(r for r in made["resources"] if r["edition"] == "2023")
        running.trusted.action.resource_patch(
            id=first["id"], clear_upload=True, url=f"{running.url}/dataset/debt", edition_state="withdrawn",
            withdrawn_on="2026-05-06", withdrawn_reason="含有个人信息",
        )  # fmt: skip
        running.package(
            name="evil", title=EVIL, notes=EVIL, version=EVIL, maintainer=EVIL, tags=[{"name": "标签"}],
            extras=[{"key": k, "value": EVIL} for k in ("title_en", "frequency", "contact_name", "contact_phone",
                    "contact_email", "legal_basis", "evidence_id", "contract_id", "license_title", "temporal_start",
                    "publication_until")]
            + [{"key": "fields_json", "value": json.dumps([{"name": EVIL, "title": EVIL, "type": EVIL, "unit": EVIL}])}],
            resources=[
                {"url": "javascript:alert(1)", "name": EVIL, "format": EVIL, "description": EVIL, "edition": EVIL},
                {"url": "https://example.org/\"onclick=1", "name": EVIL, "edition": "2025", "edition_label": EVIL,
                 "edition_state": "withdrawn", "withdrawn_reason": EVIL, "withdrawn_on": EVIL},
                {"url": "data:text/html,x", "format": "CSV", "size": -1},
            ],
        )  # fmt: skip
        running.package(
            name="odd",
            title="怪",
            extras=[{"key": "fields_json", "value": '{"a": 1}'}, {"key": "tables_json", "value": "["}],
        )
        running.add(running.package(name="draft", title="未公开草案", private=True), {"a.csv": b"x"})
        yield running


PATHS = ["/", "/dataset/", "/dataset/?q=债务", "/dataset/?q=nothing-at-all", "/dataset/?organization=finance&tags=标签&page=7",
         "/dataset/debt", "/dataset/evil", "/dataset/odd", "/organization/", "/organization/finance", "/about", "/about/api",
         "/dataset/nothing", "/nothing"]  # fmt: skip


@pytest.mark.parametrize("language", ["", "/en"], ids=["zh", "en"])
@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_sound(shop: Any, path: str, language: str) -> None:
    answer = shop.get(language + path)
    assert answer.status_code == (404 if "nothing" in path.partition("?")[0] else 200)
    page = check(answer.text)
    assert "alert(1)<" not in answer.text
    assert "49" not in re.findall(r"\{\{7\*7\}\}|>49<", answer.text)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "unsafe" not in policy
    for name in ("x-content-type-options", "x-frame-options", "referrer-policy"):
        assert name in answer.headers
    assert f'<html lang="{"en" if language else "zh-CN"}">' in answer.text
    assert all(not link.startswith("http") or link.startswith("https://creativecommons.org/") or "example.org" in link
               for link in page.links)  # fmt: skip
    assert "未公开草案" not in answer.text


@pytest.mark.parametrize("language", ["", "/en"], ids=["zh", "en"])
def test_every_link_leads_somewhere(shop: Any, language: str) -> None:
    todo, seen = [f"{language}/", f"{language}/dataset/debt"], set()
    while todo:
        path = todo.pop().partition("#")[0]
        if path in seen or not path.startswith("/") or "&" in path:  # filters of filters are more of the same
            continue
        seen.add(path)
        answer = shop.get(path)
        assert answer.status_code == 200, path
        if answer.headers["content-type"].startswith("text/html"):
            todo += check(answer.text).links
    assert len(seen) > 15


def test_the_dataset_page_tells_what_it_must(shop: Any) -> None:
    text = shop.get("/dataset/debt").text
    for said in ("政府债务", "各地区限额。", "Limits by region.", "2025年", "最新一期", "往期（1）", "2024年", "1,234 行", "已撤回",
                 "含有个人信息", "2026年5月6日", "金额", "万元", "债务科", "预算法", "每年", "e" * 64, "知识共享 署名", "财政局",
                 "2025年1月1日 至 2025年12月31日", "2025年3月1日公开"):  # fmt: skip
        assert said in text, said
    newest = next(r for r in shop.anonymous.action.package_show(id="debt")["resources"] if r["edition"] == "2025")
    assert newest["hash"].removeprefix("sha256:") in text
    assert text.index("最新一期") < text.index("往期（1）") < text.index("含有个人信息")


def test_english_is_complete(shop: Any) -> None:
    assert [key for key, pair in WORDS.items() if not pair[0].strip() or not pair[1].strip()] == []
    text = shop.get("/en/dataset/debt").text
    for said in ("Debt", "Newest edition", "Earlier editions (1)", "1,234 rows", "Withdrawn on 6 May 2026", "Amount", "Yearly",
                 "Creative Commons Attribution", "1 Jan 2025 to 31 Dec 2025"):  # fmt: skip
        assert said in text, said
    own_words = [zh for zh, en in WORDS.values() if len(zh) > 3 and "{" not in zh and zh != en]
    assert [word for word in own_words if f">{word}<" in text] == []


@pytest.mark.parametrize(
    ("asked", "led"),
    [("/dataset/debt?lang=en", "/en/dataset/debt"), ("/en/dataset/?q=a&lang=zh", "/dataset/?q=a"), ("//evil.example/?lang=en", "/en/evil.example/")],
)  # fmt: skip
def test_lang_leads_to_the_page_in_that_language(shop: Any, asked: str, led: str) -> None:
    import http.client

    connection = http.client.HTTPConnection(shop.url.removeprefix("http://"), timeout=10)
    connection.request("GET", asked)
    answer = connection.getresponse()
    assert (answer.status, answer.headers["location"]) == (302, led)
    connection.close()


def test_addresses_by_id_lead_to_the_name(shop: Any) -> None:
    package = shop.anonymous.action.package_show(id="debt")
    answer = shop.get(f"/dataset/{package['id']}", allow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (302, "/dataset/debt")
    file = package["resources"][0]["id"]
    answer = shop.get(f"/dataset/debt/resource/{file}", allow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (302, f"/dataset/debt#file-{file}")


def test_private_pages_look_as_if_not_there(shop: Any) -> None:
    resource = shop.trusted.action.package_show(id="draft")["resources"][0]["id"]
    for path in ("/dataset/draft", f"/dataset/draft/resource/{resource}"):
        assert shop.get(path).status_code == 404


def test_an_empty_catalogue_says_what_comes(start: Any, tmp_path: Any) -> None:
    with start(tmp_path / "root") as empty:
        for path in [*PATHS[:5], "/organization/", "/about"]:
            assert check(empty.get(path).text)
        assert "还没有公开任何数据集" in empty.get("/").text
