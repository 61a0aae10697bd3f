"""PLATE: text → what is found. All plates are made up."""

import pytest

from tests.innocent import hits_in_innocent
from tests.looking import sure, weak

ENTITY = "PLATE"
SURE = {
    "bare under its header": ("冀A00001", ["车牌号"], "冀A00001"),
    "beside its word": ("车牌：冀A·00001", [], "冀A·00001"),
    "glued to Chinese": ("驾驶小型轿车冀A00001行驶", [], "冀A00001"),
    "glued to Latin": ("Plate冀A00001", [], "冀A00001"),
    "full-width": ("车牌冀Ａ００００１", [], "冀Ａ００００１"),
    "lower case": ("车牌冀a0000b", [], "冀a0000b"),
    "another dot": ("车牌冀A•00001", [], "冀A•00001"),
    "Japanese dot": ("车牌冀A・00001", [], "冀A・00001"),
    "spaced dot": ("车牌冀A · 00001", [], "冀A · 00001"),
    "hyphen": ("车牌冀A-00001", [], "冀A-00001"),
    "space": ("号牌冀A 00001", [], "冀A 00001"),
    "province apart, under its header": ("冀 A00001", ["号牌号码"], "冀 A00001"),
    "new-energy small": ("车牌冀AD00001", [], "冀AD00001"),
    "new-energy small, second letter": ("车牌冀AFA0001", [], "冀AFA0001"),
    "new-energy large": ("车牌冀A00001D", [], "冀A00001D"),
    "trailer": ("车牌冀A0001挂", [], "冀A0001挂"),
    "driving school": ("车牌冀A0001学", [], "冀A0001学"),
    "police": ("车牌冀A0001警", [], "冀A0001警"),
    "Hong Kong": ("车牌粤Z0001港", [], "粤Z0001港"),
    "Macau": ("车牌粤Z·0001澳", [], "粤Z·0001澳"),
    "emergency": ("车牌冀X·0001应急", [], "冀X·0001应急"),
    "consulate": ("车牌沪A0001领", [], "沪A0001领"),
    "embassy": ("车牌使000001", [], "使000001"),
    "embassy with a dot": ("车牌使000·001", [], "使000·001"),
    "embassy behind": ("车牌000·001使", [], "000·001使"),
    "in JSON": ('{"车牌":"冀A00001"}', [], "冀A00001"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [(ENTITY, found)]


@pytest.mark.parametrize("text", ["冀A00001", "京AD00001", "使000001"], ids=["petrol", "new-energy", "embassy"])
def test_find_alone_is_weak(text: str) -> None:
    assert (sure(text), weak(text)) == ([], [(ENTITY, text)])


@pytest.mark.parametrize(
    "text",
    ["石A00001", "冀I00001", "冀A0000I", "冀A000012", "云A计划", "新ABCDE", "冀A0001"],
    ids=["no province", "letter I", "I behind", "too long", "plan", "no digit", "too short"],
)
def test_find_none_beside_its_word(text: str) -> None:
    assert [f for e, f in sure(f"车牌 {text}") + weak(f"车牌 {text}") if e == ENTITY] == []


def test_find_none_in_innocent_text() -> None:
    assert hits_in_innocent(ENTITY) == []
