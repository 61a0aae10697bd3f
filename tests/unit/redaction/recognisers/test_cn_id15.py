"""CN_ID15: text → what is found. All numbers are made up."""

import pytest

from tests.looking import sure, weak

ENTITY, NUMBER = "CN_ID15", "130102900307123"
SURE = {
    "header": (NUMBER, ["身份证号"], NUMBER),
    "word": (f"旧身份证{NUMBER}。", [], NUMBER),
    "spaced": ("130102 900307 123", ["身份证号"], "130102 900307 123"),
    "full-width": ("１３０１０２９００３０７１２３", ["身份证号"], "１３０１０２９００３０７１２３"),
    "zero-width": ("\u200b".join(NUMBER), ["身份证号"], "\u200b".join(NUMBER)),
    "Excel's text prefix": (f"'{NUMBER}", ["身份证号"], NUMBER),
    "a spreadsheet's float": (f"{NUMBER}.0", ["身份证号"], NUMBER),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [(ENTITY, found)]


def test_find_without_context_is_only_weak() -> None:
    assert weak(NUMBER) == [(ENTITY, NUMBER)]
    assert sure(NUMBER) == []


@pytest.mark.parametrize(
    "text", ["130102900230123", "990102900307123", f"{NUMBER}.56", f"1{NUMBER}1", "130102901307123"]
)
def test_find_none(text: str) -> None:
    assert [e for e, _ in sure(text, "身份证号") if e == ENTITY] == []
