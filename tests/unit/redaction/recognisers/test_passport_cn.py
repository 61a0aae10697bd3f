"""PASSPORT_CN: text → what is found. All numbers are made up."""

import pytest

from tests.looking import sure, weak

ENTITY = "PASSPORT_CN"
SURE = {
    "ordinary": ("E00001234", ["护照号码"], "E00001234"),
    "ordinary, two letters": ("护照：EA0001234", [], "EA0001234"),
    "older": ("护照G00001234，", [], "G00001234"),
    "diplomatic": ("护照DE0001234", [], "DE0001234"),
    "service": ("护照SE0001234", [], "SE0001234"),
    "public affairs": ("护照PE0001234", [], "PE0001234"),
    "Hong Kong": ("护照K00001234", [], "K00001234"),
    "Macau": ("护照MA0001234", [], "MA0001234"),
    "lower case": ("护照e00001234", [], "e00001234"),
    "full-width": ("护照Ｅ００００１２３４", [], "Ｅ００００１２３４"),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [(ENTITY, found)]


def test_find_without_context_is_only_weak() -> None:
    assert weak("E00001234") == [(ENTITY, "E00001234")]
    assert sure("E00001234") == []


@pytest.mark.parametrize("text", ["AE00001234", "E0000123", "EI0001234", "E00001234-1", "E000012345", "B00001234"])
def test_find_none(text: str) -> None:
    assert [e for e, _ in sure(text, "护照号码") + weak(text, "护照号码") if e == ENTITY] == []
