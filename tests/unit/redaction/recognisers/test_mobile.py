"""MOBILE: text → what is found. All numbers are made up."""

import pytest

from tests.looking import sure, weak

ENTITY = "MOBILE"
PHONE = ["联系电话"]
SURE = {
    "bare": ("13900000000", [], "13900000000"),
    "glued": ("请拨13900000000转", [], "13900000000"),
    "three, four, four": ("139-0000-0000", [], "139-0000-0000"),
    "four, four, three": ("1390 0000 000", PHONE, "1390 0000 000"),
    "country in brackets": ("(+86)13900000000", [], "(+86)13900000000"),
    "decimals of a spreadsheet": ("13900000000.00", PHONE, "13900000000.00"),
    "power of ten": ("1.3900000001E10", PHONE, "1.3900000001E10"),
    "power of ten, a nought gone": ("1.390000012e+10", PHONE, "1.390000012e+10"),
    "thousands": ("13,900,000,000", PHONE, "13,900,000,000"),
    "thousands with decimals": ("13,900,000,000.00", PHONE, "13,900,000,000.00"),
    "full-width thousands": ("13，900，000，000", PHONE, "13，900，000，000"),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [(ENTITY, found)]


@pytest.mark.parametrize(
    "text",
    ["13900000000.56", "13900000000.00", "13,900,000,000", "1.3900000001E10", "1.39E+10", "12900000000", "113900000000", "13900000000年", "13,900,000,000,000"],
)  # fmt: skip
def test_find_none(text: str) -> None:
    assert sure(text) + weak(text) == []


@pytest.mark.parametrize("text", ["13900000000.00", "13,900,000,000.00", "1.3900000001E10"])
def test_find_none_in_amounts(text: str) -> None:
    assert sure(text, "金额（元）") + weak(text, "金额（元）") == []
