"""病历号、住院号、门诊号, in context only. All numbers are made up."""

import pytest

from tests.disguises import apart
from tests.looking import look, sure, weak

SURE = {
    "six digits": ("000123", ["病历号"], "000123"),
    "twelve digits": ("000012345678", ["住院号"], "000012345678"),
    "letters before": ("ZY00001234", ["门诊号"], "ZY00001234"),
    "a letter and a hyphen": ("住院号M-00001234", [], "M-00001234"),
    "beside its word": ("住院号000123，已出院", [], "000123"),
    "which stay": ("住院号000123-2", [], "000123-2"),
    "full-width": ("病案号００0123", [], "００0123"),
    "lower case": ("门诊号zy00001234", [], "zy00001234"),
    "a date under the header": ("20240315", ["住院号"], "20240315"),
}
NONE = {
    "five digits": ("住院号00123", []),
    "thirteen digits": ("住院号0000123456789", []),
    "an amount": ("住院号见附件，费用123456.78", []),
    "an amount of yuan": ("住院号见附件，费用123456元", []),
    "ten thousand yuan": ("住院号见附件，共计1000000 万元", []),
    "another header": ("000123", ["批次"]),
    "a diagnosis": ("诊断编码000123", []),
    "a case number": ("住院号（2024）冀01民初1234号", []),
    "a GB/T code": ("住院号按GB/T 35273-2020编制", []),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_medical_no_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [("MEDICAL_NO", found)]


@pytest.mark.parametrize(("text", "headers"), NONE.values(), ids=NONE.keys())
def test_find_no_medical_no(text: str, headers: list[str]) -> None:
    assert "MEDICAL_NO" not in [s.entity for s in look(text, *headers)]


def test_find_medical_no_in_context_alone() -> None:
    assert look("000123") == []
    assert sure(apart("住院号", "000123", 27)) == [("MEDICAL_NO", "000123")]
    assert "MEDICAL_NO" not in [s.entity for s in look(apart("住院号", "000123", 31))]
    assert sure("000123", "住院号") == [("MEDICAL_NO", "000123")]


def test_date_beside_the_word_is_only_weak() -> None:
    assert weak("住院号见附件，出院20240315") == [("MEDICAL_NO", "20240315")]


def test_mobile_beside_the_word_stays_a_mobile() -> None:
    assert sure("住院号见附件，致电13900000000") == [("MOBILE", "13900000000")]
