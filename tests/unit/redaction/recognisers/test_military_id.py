"""军官证、士兵证、警官证: 军字第…号. All numbers are made up."""

import pytest

from tests.looking import look, sure, weak

SURE = {
    "alone": ("军字第0001234号", [], "军字第0001234号"),
    "glued to its document": ("军官证军字第0001234号", [], "军字第0001234号"),
    "police": ("警官证武字第00012345号", [], "武字第00012345号"),
    "two letters of service": ("士兵证海军字第000123号", [], "海军字第000123号"),
    "without 第": ("军字0001234号", [], "军字0001234号"),
    "brackets": ("军字第(0001234)号", [], "军字第(0001234)号"),
    "full-width brackets": ("军字第（0001234）号", [], "军字第（0001234）号"),
    "spaced": ("军字第 0001234 号", [], "军字第 0001234 号"),
    "full-width digits": ("军字第０００1234号", [], "军字第０００1234号"),
    "few digits beside the word": ("军官证士字第1234号", [], "士字第1234号"),
    "without 字 beside the word": ("军官证空0001234号", [], "空0001234号"),
    "bare digits under the header": ("0001234", ["军官证号"], "0001234"),
    "bare digits beside the word": ("士兵证0001234", [], "0001234"),
}
WEAK = {
    "few digits": "士字第1234号",
}
NONE = {
    "a house": ("上海1234号", []),
    "a house with 第": ("上海第1234号", []),
    "a case number": ("（2024）冀01民初1234号", []),
    "a document number": ("石公消〔2024〕第0012号", []),
    "a bracketed year": ("公消验字[2012]第0001号", []),
    "bare digits": ("0001234", []),
    "another character": ("京字第0001234号", []),
    "far from its word": ("军官证甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲0001234", []),
    "an amount": ("军官证优待金100000元", []),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_military_id_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [("MILITARY_ID", found)]


@pytest.mark.parametrize("text", WEAK.values(), ids=WEAK.keys())
def test_find_military_id_without_context_is_only_weak(text: str) -> None:
    assert weak(text) == [("MILITARY_ID", text)]
    assert sure(text) == []


@pytest.mark.parametrize(("text", "headers"), NONE.values(), ids=NONE.keys())
def test_find_no_military_id(text: str, headers: list[str]) -> None:
    assert "MILITARY_ID" not in [s.entity for s in look(text, *headers)]


def test_date_beside_the_word_is_only_weak() -> None:
    assert weak("军官证有效期至20281231") == [("MILITARY_ID", "20281231")]
