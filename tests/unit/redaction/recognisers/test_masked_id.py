"""MASKED_ID: text → what is found. All numbers are made up."""

import pytest

from tests.innocent import hits_in_innocent
from tests.looking import sure, weak

ENTITY = "MASKED_ID"
SURE = {
    "identity number, middle": ("1301**********0000", [], "1301**********0000"),
    "identity number, end": ("13010219900307****", [], "13010219900307****"),
    "identity number, birthday shown": ("130102199003******", [], "130102199003******"),
    "identity number, three signs": ("13010219900307***X", [], "13010219900307***X"),
    "identity number, two signs": ("1301021990030712**", [], "1301021990030712**"),
    "identity number, one sign": ("13010219900307123*", [], "13010219900307123*"),
    "mobile, one sign": ("1380000012*", [], "1380000012*"),
    "last character cut off": ("13010219900307123", ["身份证号"], "13010219900307123"),
    "last character cut off, beside its word": ("身份证号：13010219900307123，", [], "13010219900307123"),
    "last character mistyped": ("13010219900307123Y", ["身份证号"], "13010219900307123"),
    "identity number, two gaps": ("1301**1990****0012", [], "1301**1990****0012"),
    "identity number, spaced": ("130102 ******** 0000", [], "130102 ******** 0000"),
    "mobile": ("138****0000", [], "138****0000"),
    "mobile, hyphens": ("138-****-0000", [], "138-****-0000"),
    "mobile, spaced letters": ("138 XXXX 0000", [], "138 XXXX 0000"),
    "mobile, end": ("1380000****", [], "1380000****"),
    "card": ("6228********1234", [], "6228********1234"),
    "card in fours": ("6228 **** **** **** 123", [], "6228 **** **** **** 123"),
    "beginning": ("**************1234", [], "**************1234"),
    "multiplication signs": ("138××××0000", [], "138××××0000"),
    "dots": ("138●●●●0000", [], "138●●●●0000"),
    "rings": ("138○○○○0000", [], "138○○○○0000"),
    "full-width stars": ("138＊＊＊＊0000", [], "138＊＊＊＊0000"),
    "hashes": ("138####0000", [], "138####0000"),
    "x": ("138xxxx0000", [], "138xxxx0000"),
    "X": ("138XXXX0000", [], "138XXXX0000"),
    "glued to Chinese": ("电话138****0000转", [], "138****0000"),
    "glued to Latin": ("TEL138****0000", [], "138****0000"),
    "x glued to Latin": ("ID130102xxxxxxxx0000", [], "130102xxxxxxxx0000"),
    "full-width digits": ("１３８****００００", [], "１３８****００００"),
    "in HTML": ("<td>13010219900307****</td>", [], "13010219900307****"),
    "in HTML in JSON": ('{"a":"<b>1301**********0000<\\/b>"}', [], "1301**********0000"),
    "identity number, both ends": ("**01021990030712**", [], "01021990030712**"),
    "after bold": ("**13010219900307**12", [], "13010219900307**12"),
    "rounded under its header": ("1.30102E+17", ["身份证号"], "1.30102E+17"),
    "all places of a double": ("1.3010219900307123E17", ["身份证号"], "1.3010219900307123E17"),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [(ENTITY, found)]


@pytest.mark.parametrize(
    "text",
    [
        "***",
        "张**",
        "待定****",
        "12****34",
        "2026XXXXXXX",
        "合同编号2026****",
        "3#楼",
        "1200×800",
        "#########",
        "1.30102E+17",
        "2024 *** 15",
        "DN100XX",
        "13010219900307123",
        "130102199003071*",
        "*1380000012*",
        "12345678901234567*",
        "**202601150001234**",
        "**HM2026000001**",
        "＊＊202601150001234＊＊",
    ],
)
def test_find_none(text: str) -> None:
    assert sure(text) + weak(text) == []


def test_find_none_in_innocent_text() -> None:
    assert hits_in_innocent(ENTITY) == []
