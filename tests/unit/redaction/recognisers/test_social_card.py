"""社保卡号、医保编号, in context only. All numbers are made up."""

import pytest

from tests.disguises import apart
from tests.looking import look, sure, weak
from tests.personal_data import id18

SURE = {
    "nine digits under the header": ("000012345", ["社保卡号"], "000012345"),
    "a letter and eight digits": ("A00001234", ["社会保障卡号"], "A00001234"),
    "beside its word": ("医保编号000012345，", [], "000012345"),
    "glued": ("社保卡A00001234", [], "A00001234"),
    "full-width": ("社保卡０００012345", [], "０００012345"),
    "in groups": ("社保卡 000 012 345", [], "000 012 345"),
    "regional, ten digits": ("0000123456", ["医保编号"], "0000123456"),
    "regional, twelve digits": ("000012345678", ["医保个人编号"], "000012345678"),
}
NONE = {
    "eight digits": ("社保卡00001234", []),
    "thirteen digits": ("社保卡0000123456789", []),
    "an amount": ("社保卡补贴100000000.00元", []),
    "an amount of yuan": ("社保卡发放100000000元", []),
    "another header": ("000012345", ["项目编号"]),
    "groups of a card": ("社保卡 000 012 345 678 901", []),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_social_card_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [("SOCIAL_CARD", found)]


@pytest.mark.parametrize(("text", "headers"), NONE.values(), ids=NONE.keys())
def test_find_no_social_card(text: str, headers: list[str]) -> None:
    assert "SOCIAL_CARD" not in [s.entity for s in look(text, *headers)]


def test_find_social_card_in_context_alone() -> None:
    assert look("000012345") == []
    assert sure(apart("社保卡", "000012345", 27)) == [("SOCIAL_CARD", "000012345")]
    assert "SOCIAL_CARD" not in [s.entity for s in look(apart("社保卡", "000012345", 31))]
    assert sure("000012345", "社保卡号") == [("SOCIAL_CARD", "000012345")]


def test_regional_number_beside_the_word_is_only_weak() -> None:
    assert weak("医保编号0000123456") == [("SOCIAL_CARD", "0000123456")]


def test_identity_number_under_the_header_is_an_identity_number() -> None:
    assert sure(id18(), "社保卡号（社会保障号码）") == [("CN_ID18", id18())]
