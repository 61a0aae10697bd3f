"""PLATE_MIL: text → what is found. All plates are made up."""

import pytest

from tests.innocent import hits_in_innocent
from tests.looking import sure, weak

ENTITY = "PLATE_MIL"
SURE = {
    "army": ("VA·00001", [], "VA·00001"),
    "army beside its word": ("军车VA·00001", [], "VA·00001"),
    "army without its dot, under its header": ("VA00001", ["军车号牌"], "VA00001"),
    "army, hyphen, under its header": ("VA-00001", ["车牌号"], "VA-00001"),
    "police force": ("WJ冀00001", [], "WJ冀00001"),
    "police force with a letter": ("WJ冀0001X", [], "WJ冀0001X"),
    "police force with a dot": ("WJ冀·00001", [], "WJ冀·00001"),
    "police force of no province": ("WJ·00001", [], "WJ·00001"),
    "police force without sign, under its header": ("WJ00001", ["车牌号"], "WJ00001"),
    "lower case": ("wj冀00001", [], "wj冀00001"),
    "full-width": ("ＷＪ冀００００１", [], "ＷＪ冀００００１"),
    "another dot": ("VA•00001", [], "VA•00001"),
    "spaced": ("VA · 00001", [], "VA · 00001"),
    "glued to Chinese": ("放行VA·00001一辆", [], "VA·00001"),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [(ENTITY, found)]


def test_find_without_dot_beside_its_word_is_weak() -> None:
    assert (sure("军车VA00001"), weak("军车VA00001")) == ([], [(ENTITY, "VA00001")])


@pytest.mark.parametrize(
    "text",
    ["VA00001", "WJ00001", "VI·00001", "XA·00001", "VA·000012", "AVA·00001", "VA·0001"],
    ids=["product", "product WJ", "letter I", "no service", "too long", "letter before", "too short"],
)
def test_find_none_alone(text: str) -> None:
    assert sure(text) + weak(text) == []


def test_find_none_in_innocent_text() -> None:
    assert hits_in_innocent(ENTITY) == []
