"""USCC_STRICT: text → what is found. All codes are made up, but for the example of the standard."""

from random import Random

import pytest
from stdnum.cn import uscc

from redaction.recognisers.uscc import is_valid, made_up
from tests.looking import sure, weak

ENTITY, CODE = "USCC_STRICT", "91350100M000100Y43"
SURE = {
    "bare": (CODE, CODE),
    "glued": (f"代码{CODE}号", CODE),
    "glued to letters": (f"USCC{CODE}", CODE),
    "lower case": (CODE.lower(), CODE.lower()),
    "spaced": (f"{CODE[:6]} {CODE[6:14]} {CODE[14:]}", f"{CODE[:6]} {CODE[6:14]} {CODE[14:]}"),
    "zero-width": ("\u200b".join(CODE), "\u200b".join(CODE)),
    "in JSON": (f'{{"code":"{CODE}"}}', CODE),
}


@pytest.mark.parametrize(("text", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, found: str) -> None:
    assert sure(text) == [(ENTITY, found)]


@pytest.mark.parametrize("text", ["91350100M000100Y44", "91350100M000100Y4", f"1{CODE}", "91350100I000100Y43"])
def test_find_none_is_sure(text: str) -> None:
    assert [e for e, _ in sure(text) + weak(text) if e == ENTITY] == []


def test_check_digit_agrees_with_stdnum() -> None:
    draw = Random(7)
    for _ in range(500):
        code = made_up(draw)
        assert is_valid(code)
        assert uscc.is_valid(code) or uscc.calc_check_digit(code[:17]) == code[17]
        other = code[:-1] + ("0" if code[-1] != "0" else "1")
        assert not is_valid(other)
