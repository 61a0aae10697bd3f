"""ORGCODE: text → what is found. All codes are made up, but for the example of the standard."""

import pytest
from stdnum.cn import uscc  # its inner code has no module of its own in stdnum

from redaction.recognisers.orgcode import is_valid
from redaction.shapes import organisation_digit
from tests.looking import sure, weak

ENTITY = "ORGCODE"
HEADER = ["组织机构代码"]
SURE = {
    "header": ("D2143569X", HEADER, "D2143569X"),
    "hyphen": ("D2143569-X", HEADER, "D2143569-X"),
    "word": ("机构代码D2143569-X，", [], "D2143569-X"),
    "lower case": ("d2143569-x", HEADER, "d2143569-x"),
    "full-width": ("Ｄ２１４３５６９－Ｘ", HEADER, "Ｄ２１４３５６９－Ｘ"),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [(ENTITY, found)]


def test_find_without_context_is_only_weak() -> None:
    assert weak("D2143569-X") == [(ENTITY, "D2143569-X")]


@pytest.mark.parametrize("text", ["D2143569X", "D2143569-1", "ABCDEFGHX", "1-D2143569-X"])
def test_find_none(text: str) -> None:
    assert [e for e, _ in sure(text) + weak(text) if e == ENTITY] == []


def test_check_digit_is_that_within_a_credit_code() -> None:
    code = "91350100M000100Y43"  # the example of GB 32100-2015
    assert uscc.is_valid(code)
    assert organisation_digit(code[8:16]) == code[16]
    assert is_valid(code[8:17])
