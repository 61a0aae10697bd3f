"""台胞证: any eight digits, so the word decides. All numbers are made up."""

import pytest

from tests.disguises import apart
from tests.looking import look, sure, weak

SURE = {
    "under its header": ("00001234", ["台胞证号"], "00001234"),
    "under the long header": ("0000123401", ["台湾居民来往大陆通行证号码"], "0000123401"),
    "beside its word": ("持台胞证00001234的", [], "00001234"),
    "word behind": ("00001234（台胞证）", [], "00001234"),
    "old form with its issue": ("台胞证0000123401(B)", [], "0000123401(B)"),
    "issue in full-width brackets": ("台胞证0000123401（02）", [], "0000123401（02）"),
    "after No": ("台胞证No00001234", [], "00001234"),
    "full-width": ("台胞证００００１２３４", [], "００００１２３４"),
    "behind a list number": ("台胞证：\n1.00001234\n2.", [], "00001234"),
    "in a row": ("7,00001234,350.70", ["台胞证号"], "00001234"),
    "in groups": ("台胞证 0000 1234", [], "0000 1234"),
    "zero-width": ("台胞证0000\u200b1234", [], "0000\u200b1234"),
    "ideographic space": ("台胞证0000\u30001234", [], "0000\u30001234"),
    "a date under the header": ("20240315", ["台胞证号"], "20240315"),
}
NONE = {
    "nine digits": ("台胞证000012345", []),
    "eleven digits": ("台胞证00001234567", []),
    "an amount": ("台胞证办理费00001234.50", []),
    "an amount of yuan": ("台胞证补贴20000000元", []),
    "a piece of a code": ("台胞证受理号2024-00001234", []),
    "a piece of a longer code": ("台胞证受理号AB00001234", []),
    "decimals": ("台胞证占比31.00001234", []),
    "years": ("台胞证2023-2024年度", []),
    "another header": ("00001234", ["备案号"]),
    "a case number": ("台胞证（2024）冀01民初1234号", []),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_tw_permit_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [("TW_PERMIT", found)]


@pytest.mark.parametrize(("text", "headers"), NONE.values(), ids=NONE.keys())
def test_find_no_tw_permit(text: str, headers: list[str]) -> None:
    assert "TW_PERMIT" not in [s.entity for s in look(text, *headers)]


def test_find_tw_permit_in_context_alone() -> None:
    assert look("00001234") == []
    assert sure(apart("台胞证", "00001234", 27)) == [("TW_PERMIT", "00001234")]
    assert "TW_PERMIT" not in [s.entity for s in look(apart("台胞证", "00001234", 31))]
    assert sure("00001234", "台胞证号") == [("TW_PERMIT", "00001234")]


def test_date_beside_the_word_is_only_weak() -> None:
    assert weak("台胞证有效期至20281231") == [("TW_PERMIT", "20281231")]
