"""出生医学证明: a letter and nine digits, in context only. All numbers are made up."""

import pytest

from tests.disguises import apart
from tests.looking import look, sure

SURE = {
    "under its header": ("P000012345", ["出生医学证明编号"], "P000012345"),
    "beside its word": ("出生医学证明P000012345。", [], "P000012345"),
    "the short word": ("出生证号：P000012345", [], "P000012345"),
    "lower case": ("出生证p000012345", [], "p000012345"),
    "spaced": ("出生证P 000012345", [], "P 000012345"),
    "full-width": ("出生证Ｐ０００012345", [], "Ｐ０００012345"),
    "shaped like a Taiwan number": ("A123456788", ["出生医学证明"], "A123456788"),
}
NONE = {
    "eight digits": ("出生证P00001234", []),
    "ten digits": ("出生证P0000123456", []),
    "two letters": ("出生证PQ000012345", []),
    "a suffix": ("出生证P000012345-01", []),
    "another header": ("P000012345", ["合同号"]),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_birth_cert_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [("BIRTH_CERT", found)]


@pytest.mark.parametrize(("text", "headers"), NONE.values(), ids=NONE.keys())
def test_find_no_birth_cert(text: str, headers: list[str]) -> None:
    assert "BIRTH_CERT" not in [s.entity for s in look(text, *headers)]


def test_find_birth_cert_in_context_alone() -> None:
    assert look("P000012345") == []
    assert sure(apart("出生医学证明", "P000012345", 24)) == [("BIRTH_CERT", "P000012345")]
    assert "BIRTH_CERT" not in [s.entity for s in look(apart("出生医学证明", "P000012345", 31))]
    assert sure("P000012345", "出生证编号") == [("BIRTH_CERT", "P000012345")]
