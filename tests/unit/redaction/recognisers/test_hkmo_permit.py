"""回乡证: H or M and eight digits. All numbers are made up."""

import pytest

from tests.looking import look, sure, weak

SURE = {
    "under its header": ("H00001234", ["回乡证号"], "H00001234"),
    "under the long header": ("M0000123401", ["港澳居民来往内地通行证号码"], "M0000123401"),
    "among other documents": ("H00001234", ["证件号码"], "H00001234"),
    "beside its word": ("回乡证H00001234，", [], "H00001234"),
    "times of issue in brackets": ("回乡证H00001234(02)", [], "H00001234(02)"),
    "in full-width brackets": ("回乡证H00001234（02）", [], "H00001234（02）"),
    "behind a hyphen": ("回乡证H00001234-02", [], "H00001234-02"),
    "lower case": ("回乡证h00001234", [], "h00001234"),
    "full-width": ("回乡证Ｈ００００1234", [], "Ｈ００００1234"),
    "in groups": ("回乡证H 0000 1234", [], "H 0000 1234"),
    "in groups with the times": ("回乡证H 0000 1234 02", [], "H 0000 1234 02"),
    "before an amount": ("3 H00001234 48.37", ["回乡证号"], "H00001234"),
    "a date beside the word": ("回乡证M20240315", [], "M20240315"),
}
WEAK = {
    "short": "H00001234",
    "long": "M0000123401",
}
NONE = {
    "a date": ("H20240315", []),
    "seven digits": ("H0000123", []),
    "nine digits": ("H000012345", []),
    "letters before": ("AH00001234", []),
    "a suffix of a contract": ("H00001234-2024", []),
    "another letter": ("K00001234", ["回乡证号"]),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_hkmo_permit_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [("HKMO_PERMIT", found)]


@pytest.mark.parametrize("text", WEAK.values(), ids=WEAK.keys())
def test_find_hkmo_permit_without_context_is_only_weak(text: str) -> None:
    assert weak(text) == [("HKMO_PERMIT", text)]
    assert sure(text) == []


@pytest.mark.parametrize(("text", "headers"), NONE.values(), ids=NONE.keys())
def test_find_no_hkmo_permit(text: str, headers: list[str]) -> None:
    assert "HKMO_PERMIT" not in [s.entity for s in look(text, *headers)]
