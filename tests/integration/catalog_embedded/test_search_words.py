"""Finding by Chinese words of any length, by traits, in order, and fast."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ckanapi import CKANAPIError
from ckanapi.errors import SearchQueryError

from catalog.embedded import owners, writing
from catalog.embedded.call import Call
from catalog.embedded.dataset_actions import package_search
from catalog.embedded.holding import Holding
from catalog.embedded.packages import Site

SITE = Site("http://127.0.0.1", "目录", "Catalogue")
TITLES = {
    "budget": "2018年市本级一般公共预算收支表",
    "three": "部门“三公”经费预算",
    "land": "征地批次（城区）",
    "debt": "政府债务限额与余额",
    "buy": "Government Procurement Intentions 政府采购意向",
}


@pytest.fixture(scope="module")
def library(start: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A catalogue that holds exactly TITLES, and one private dataset."""
    with start(tmp_path_factory.mktemp("words") / "root") as running:
        action = running.trusted.action
        action.organization_create(name="finance", title="财政局")
        action.organization_create(name="land-bureau", title="自然资源局")
        for name, title in TITLES.items():
            running.package(
                name=name, title=title, owner_org="land-bureau" if name == "land" else "finance",
                notes="收入与支出" if name == "budget" else "", tags=[{"name": "财政"}] if name != "land" else [],
                extras=[
                    {"key": "frequency", "value": "annual" if name in ("budget", "three") else "monthly"},
                    {"key": "legal_basis", "value": "预算法第十四条"},
                    {"key": "title_en", "value": "Land requisition" if name == "land" else ""},
                    {"key": "evidence_id", "value": f"{name}0123456789abcdef"},
                    {"key": "fields_json", "value": '[{"name": "village", "title": "村名"}]' if name == "land" else "[]"},
                ],
                resources=[{"url": "https://example.org/x.csv", "format": "csv", "name": "2024年 表"}] if name == "debt" else [],
            )  # fmt: skip
        running.package(name="hidden", title="预算草案", private=True)
        yield running


def _names(library: Any, **query: Any) -> set[str]:
    return {r["name"] for r in library.anonymous.action.package_search(**query)["results"]}


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("预算", {"budget", "three"}),
        ("市本级", {"budget"}),
        ("收支表", {"budget"}),
        ("公共 预算", {"budget"}),
        ("预算 公共", {"budget"}),
        ("2018年市本级一般公共预算", {"budget"}),
        ("2018", {"budget"}),
        ("2018年", {"budget"}),
        ("018", set()),
        ("本级市", set()),
        ("预算 债务", set()),
        ("预算 OR 债务", {"budget", "three", "debt"}),
        ("预算 -公共", {"three"}),
        ("NOT 预算", {"land", "debt", "buy"}),
        ("(预算 OR 征地) 部门", {"three"}),
        ("三公经费", {"three"}),
        ("“三公”经费", {"three"}),
        ('"一般公共预算"', {"budget"}),
        ('"预算 公共"', set()),
        ("征", {"land"}),
        ("级", {"budget"}),
        ("procurement", {"buy"}),
        ("PROCUREMENT intention", {"buy"}),
        ("采购", {"buy"}),
        ("城区", {"land"}),
        ("次城", set()),
        ("村名", {"land"}),
        ("requisition", {"land"}),
        ("自然资源局", {"land"}),
        ("收入", {"budget"}),
        ("2024年", {"debt"}),
        ("２０１８", {"budget"}),
        ("title:预算", {"budget", "three"}),
        ("notes:预算", set()),
        ("name:budget", {"budget"}),
        ("name:bu*", {"budget", "buy"}),
        ("evidence_id:debt0123456789abcdef", {"debt"}),
        ("debt0123456789abcdef", {"debt"}),
        ("*:*", set(TITLES)),
        ("", set(TITLES)),
        ("，", set(TITLES)),
        ("草案", set()),
    ],
)
def test_words_find(library: Any, words: str, names: set[str]) -> None:
    assert _names(library, q=words, include_private=True) == names


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ("organization:land-bureau", {"land"}),
        ("-organization:land-bureau", set(TITLES) - {"land"}),
        ('tags:"财政" frequency:annual', {"budget", "three"}),
        ("+tags:财政 +frequency:monthly", {"debt", "buy"}),
        ("res_format:CSV", {"debt"}),
        ("name:(land OR debt)", {"land", "debt"}),
        ("extras_frequency:monthly AND NOT name:buy", {"land", "debt"}),
        ("metadata_modified:[2000-01-01T00:00:00Z TO *]", set(TITLES)),
        ("metadata_modified:[* TO 2000-01-01T00:00:00Z]", set()),
        ("groups:none", set()),
        ("dataset_type:dataset", set(TITLES)),
    ],
)
def test_filters_find(library: Any, filters: str, names: set[str]) -> None:
    assert _names(library, fq=filters) == names


def test_facets_count_what_is_found_and_public(library: Any) -> None:
    found = library.anonymous.action.package_search(
        **{"q": "预算", "facet.field": ["organization", "tags", "res_format"]}
    )
    assert found["facets"] == {"organization": {"finance": 2}, "tags": {"财政": 2}, "res_format": {}}
    items = found["search_facets"]["organization"]["items"]
    assert items == [{"name": "finance", "display_name": "财政局", "count": 2}]
    assert library.trusted.action.package_search(q="预算", include_private=True)["count"] == 3


def test_the_best_match_and_the_wanted_order_come_first(library: Any) -> None:
    action = library.anonymous.action
    assert [r["name"] for r in action.package_search(q="收入 OR 征地")["results"]] == ["land", "budget"]
    names = [r["name"] for r in action.package_search(sort="name asc", rows=2, start=1)["results"]]
    assert names == sorted(TITLES)[1:3]
    assert action.package_search(rows=0)["count"] == len(TITLES)


@pytest.mark.parametrize("query", [{"q": "("}, {"q": ")"}, {"sort": "evil; drop"}, {"q": "(" * 300}, {"q": "a " * 300}])
def test_a_query_that_is_none_is_refused(library: Any, query: dict[str, str]) -> None:
    with pytest.raises((SearchQueryError, CKANAPIError)):
        library.anonymous.action.package_search(**query)


@pytest.mark.parametrize(
    "words", ['"', "'", "a' OR 1=1 --", "NEAR(a b)", "title : ", "{title}:x", "^a", "a*b", "\x00", "%_", ":"]
)
def test_signs_break_nothing(library: Any, words: str) -> None:
    assert library.get("/dataset/", params={"q": words}).status_code == 200
    assert library.call("package_search", {"q": words}, token=None).status_code in (200, 400)


def test_renamed_departments_are_found_by_their_new_name(library: Any) -> None:
    library.trusted.action.organization_patch(id="land-bureau", title="国土局")
    assert (_names(library, q="国土局"), _names(library, q="自然资源局")) == ({"land"}, set())
    library.trusted.action.organization_patch(id="land-bureau", title="自然资源局")


@pytest.mark.slow
def test_search_stays_fast_with_many_datasets(tmp_path: Path) -> None:
    words = [
        "一般",
        "公共",
        "预算",
        "市本级",
        "政府",
        "采购",
        "征地",
        "批次",
        "惠民",
        "补贴",
        "债务",
        "限额",
        "三公",
        "经费",
        "支出",
        "收入",
        "公告",
        "合同",
        "土地",
        "基金",
    ]
    chance = random.Random(1)
    holding = Holding(tmp_path)
    with holding.changing() as change:
        owners.create(change, "organization", {"name": "finance", "title": "财政局"})
        for number in range(4000):
            values = {"name": f"d-{number}", "title": "".join(chance.sample(words, 4)), "owner_org": "finance"}
            tags = [{"name": word} for word in chance.sample(words, 2)]
            writing.create(change, values | {"notes": "".join(chance.choices(words, k=40)), "tags": tags}, SITE)
    facets = {"facet.field": ["organization", "tags", "res_format"], "rows": 20}
    for asked in ("预算", "公共 预算", "债务限额", "*:*"):
        spent = []
        for _ in range(5):
            began = time.process_time()
            assert package_search(Call(holding, SITE, {"q": asked, **facets}, False))["count"]
            spent.append(time.process_time() - began)
        assert min(spent) < 0.05, asked
    holding.close()
