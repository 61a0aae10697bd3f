"""ESTATE_OLD: text → what is found. All certificates are made up."""

import pytest

from tests.innocent import hits_in_innocent
from tests.looking import sure, weak

ENTITY = "ESTATE_OLD"
SURE = {
    "house": ("石房权证裕字第000000001号", [], "石房权证裕字第000000001号"),
    "house under its header": ("石房权证裕字第000000001号", ["房产证号"], "石房权证裕字第000000001号"),
    "house with a year": ("石房权证（2009）字第000001号", [], "石房权证（2009）字第000001号"),
    "house with a numbered street sign": ("京房权证朝私06字第000001号", [], "京房权证朝私06字第000001号"),
    "house without its last sign": ("石房权证裕字第000000001", [], "石房权证裕字第000000001"),
    "Guangdong's": ("粤房地权证穗字第0000000001号", [], "粤房地权证穗字第0000000001号"),
    "collective land": ("正集用（2009）第0001号", [], "正集用（2009）第0001号"),
    "collective land of a county": ("正定县集用（2009）第0001号", [], "正定县集用（2009）第0001号"),
    "collectively owned": ("正集有(2009)第0001号", [], "正集有(2009)第0001号"),
    "state land": ("石国用（2010）第00001号", [], "石国用（2010）第00001号"),
    "state land, year bare": ("石国用2010字第00001号", [], "石国用2010字第00001号"),
    "state land with a sign": ("裕国用字第00001号", [], "裕国用字第00001号"),
    "with a sub-number": ("石房权证裕字第000001-1号", [], "石房权证裕字第000001-1号"),
    "full-width": ("石房权证裕字第０００００１号", [], "石房权证裕字第０００００１号"),
    "glued to Latin": ("No石房权证裕字第000001号x", [], "石房权证裕字第000001号"),
    "spaced": ("石房权证裕字第 000001 号", [], "石房权证裕字第 000001 号"),
    "the number alone under its header": ("裕字第000001号", ["土地证号"], "裕字第000001号"),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [(ENTITY, found)]


def test_find_in_a_sentence_takes_little_of_what_stands_before() -> None:
    (hit,) = sure("张某某持有石房权证裕字第000001号房屋")
    assert hit == (ENTITY, "石房权证裕字第000001号")


@pytest.mark.parametrize(
    "text",
    ["全国用电2020年12号", "全国用地指标第3号", "中国用户12345号", "裕字第000001号", "房权证1本", "石政〔2010〕123号"],
    ids=["electricity", "land plan", "user", "the number alone", "count", "document"],
)
def test_find_none(text: str) -> None:
    assert sure(text) + weak(text) == []


def test_find_none_in_innocent_text() -> None:
    assert hits_in_innocent(ENTITY) == []
