"""往来港澳、台湾通行证: C, W, L, T and eight places. All numbers are made up."""

import pytest

from tests.looking import look, sure, weak

SURE = {
    "under its header": ("C00001234", ["往来港澳通行证号码"], "C00001234"),
    "a letter in the second place": ("CA0001234", ["通行证号"], "CA0001234"),
    "booklet": ("通行证W00001234", [], "W00001234"),
    "Taiwan, card": ("往来台湾通行证L00001234", [], "L00001234"),
    "Taiwan, booklet": ("T00001234", ["往来台湾通行证"], "T00001234"),
    "among other documents": ("C00001234", ["证件号码"], "C00001234"),
    "lower case": ("通行证c00001234", [], "c00001234"),
    "full-width": ("通行证Ｃ００００1234", [], "Ｃ００００1234"),
    "in groups": ("通行证C0000 1234", [], "C0000 1234"),
    "a hyphen": ("通行证C-00001234", [], "C-00001234"),
    "two hyphens": ("往来台湾通行证T-0000-1234", [], "T-0000-1234"),
    "documents to go abroad": ("C00001234", ["因私出国（境）证照号码"], "C00001234"),
    "documents at the border": ("C00001234", ["出入境证件"], "C00001234"),
    "a short name": ("港澳证C00001234", [], "C00001234"),
    "a short name, Taiwan": ("入台证T00001234", [], "T00001234"),
    "beside its endorsement": ("C00001234签注至年底", [], "C00001234"),
    "a date beside the word": ("通行证T20240315", [], "T20240315"),
}
WEAK = {
    "card": "C00001234",
    "card with a letter": "CA0001234",
    "booklet": "W00001234",
}
NONE = {
    "a date": ("T20240315", []),
    "seven digits": ("W0000123", []),
    "nine digits": ("L000012345", []),
    "letters before": ("AT00001234", []),
    "O in the second place": ("CO0001234", ["通行证号"]),
    "a suffix": ("C00001234-01", []),
    "a code with hyphens": ("C-0000-1234-01", ["通行证号"]),
    "a hyphen without a word": ("设备C-00001234", []),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_hk_exit_endorse_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [("HK_EXIT_ENDORSE", found)]


@pytest.mark.parametrize("text", WEAK.values(), ids=WEAK.keys())
def test_find_hk_exit_endorse_without_context_is_only_weak(text: str) -> None:
    assert weak(text) == [("HK_EXIT_ENDORSE", text)]
    assert sure(text) == []


@pytest.mark.parametrize(("text", "headers"), NONE.values(), ids=NONE.keys())
def test_find_no_hk_exit_endorse(text: str, headers: list[str]) -> None:
    assert "HK_EXIT_ENDORSE" not in [s.entity for s in look(text, *headers)]
