"""澳门身份证: seven digits and one in brackets. All numbers are made up."""

import pytest

from tests.looking import look, sure, weak

SURE = {
    "under its header": ("1000123(4)", ["澳门身份证号码"], "1000123(4)"),
    "beside its word": ("澳门居民身份证5000123(4)", [], "5000123(4)"),
    "full-width brackets": ("澳门身份证7000123（4）", [], "7000123（4）"),
    "full-width": ("澳门身份证１０００１２３（４）", [], "１０００１２３（４）"),
    "old form": ("澳门身份证5/000123/4", [], "5/000123/4"),
    "full-width slashes": ("澳门身份证5／000123／4", [], "5／000123／4"),
    "spaced": ("澳门身份证1000123 (4)", [], "1000123 (4)"),
    "without brackets": ("10001234", ["澳门身份证号"], "10001234"),
    "behind a list number": ("澳门身份证：\n1.1000123(4)\n2.", [], "1000123(4)"),
    "without brackets behind a list number": ("澳门身份证：\n1.10001234\n2.", [], "10001234"),
    "in a row": ("7,1000123(4),350.70", ["澳门身份证号"], "1000123(4)"),
    "hyphen": ("澳门身份证1000123-4", [], "1000123-4"),
}
WEAK = {
    "in brackets": "1000123(4)",
    "old form": "5/000123/4",
    "old form, full-width": "5／000123／4",
    "full-width brackets": "1000123（4）",
}
NONE = {
    "eight digits": ("10001234", []),
    "another first digit": ("3000123(4)", ["澳门身份证"]),
    "more digits": ("11000123(4)", ["澳门身份证"]),
    "a note of two digits": ("1000123(12)", []),
    "a date of slashes": ("2024/000123/4", []),
    "decimals": ("12.1000123(4)", []),
    "an amount with a note": ("1000123(4)", ["金额（元）"]),
    "far from its word": ("澳门身份证甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲10001234", []),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_moid_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [("MOID", found)]


@pytest.mark.parametrize("text", WEAK.values(), ids=WEAK.keys())
def test_find_moid_without_context_is_only_weak(text: str) -> None:
    assert weak(text) == [("MOID", text)]
    assert sure(text) == []


@pytest.mark.parametrize(("text", "headers"), NONE.values(), ids=NONE.keys())
def test_find_no_moid(text: str, headers: list[str]) -> None:
    assert "MOID" not in [s.entity for s in look(text, *headers)]
