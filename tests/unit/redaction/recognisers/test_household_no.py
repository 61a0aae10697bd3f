"""户号 and 驾驶证档案编号, in context only. All numbers are made up."""

import pytest

from tests.disguises import apart
from tests.looking import look, sure

SURE = {
    "nine digits under the header": ("000012345", ["户号"], "000012345"),
    "register": ("户口簿000012345", [], "000012345"),
    "household head's number": ("农户号：000012345", [], "000012345"),
    "licence file": ("驾驶证档案编号000012345678", [], "000012345678"),
    "licence file under the header": ("000012345678", ["驾驶证档案编号"], "000012345678"),
    "licence file of a driver": ("000012345678", ["驾驶人档案编号"], "000012345678"),
    "licence file in a sentence": ("驾驶员档案号：000012345678", [], "000012345678"),
    "full-width": ("户号０００012345", [], "０００012345"),
    "in groups": ("户号 000 012 345", [], "000 012 345"),
}
NONE = {
    "eight digits": ("户号00001234", []),
    "ten digits": ("户号0000123456", []),
    "an amount": ("户号见附件，补贴100000000.00", []),
    "an amount of yuan": ("户号见附件，补贴100000000元", []),
    "a file of the archive": ("000012345678", ["档案编号"]),
    "a piece of a code": ("户号2024-000012345", []),
    "another header": ("000012345", ["宗地代码"]),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_household_no_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [("HOUSEHOLD_NO", found)]


@pytest.mark.parametrize(("text", "headers"), NONE.values(), ids=NONE.keys())
def test_find_no_household_no(text: str, headers: list[str]) -> None:
    assert "HOUSEHOLD_NO" not in [s.entity for s in look(text, *headers)]


def test_find_household_no_in_context_alone() -> None:
    assert look("000012345") == []
    assert sure(apart("户口簿", "000012345", 27)) == [("HOUSEHOLD_NO", "000012345")]
    assert "HOUSEHOLD_NO" not in [s.entity for s in look(apart("户口簿", "000012345", 31))]
    assert sure("000012345", "户号") == [("HOUSEHOLD_NO", "000012345")]
