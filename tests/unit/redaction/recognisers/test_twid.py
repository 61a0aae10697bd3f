"""台湾身份证: a letter, 1 or 2, eight digits. All numbers are made up or specimens."""

from random import Random

import pytest

from redaction.recognisers import twid
from tests.looking import look, sure, weak

SURE = {
    "under its header": ("A123456789", ["台湾身份证号"], "A123456789"),
    "among other documents": ("A123456789", ["证件号码"], "A123456789"),
    "beside its word": ("台湾居民身份证A123456789，", [], "A123456789"),
    "lower case": ("台湾身份证a123456789", [], "a123456789"),
    "full-width": ("台湾身份证Ａ１２３456789", [], "Ａ１２３456789"),
    "hyphen": ("台湾身份证A-123456789", [], "A-123456789"),
    "glued to ID, wrong check digit": ("IDA123456788", ["台湾身份证"], "A123456788"),
    "wrong check digit under its header": ("A123456788", ["台湾身份证号"], "A123456788"),
    "wrong check digit beside its word": ("台湾身份证A123456788", [], "A123456788"),
}
WEAK = {
    "right check digit": "A123456789",
}
NONE = {
    "wrong check digit": ("A123456788", []),
    "nine digits behind": ("A1234567890", ["台湾身份证"]),
    "no sex": ("A323456789", ["台湾身份证"]),
    "glued, wrong check digit": ("IDA123456788", []),
    "a suffix": ("A123456789-1", ["台湾身份证"]),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_twid_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [("TWID", found)]


@pytest.mark.parametrize("text", WEAK.values(), ids=WEAK.keys())
def test_find_twid_without_context_is_only_weak(text: str) -> None:
    assert weak(text) == [("TWID", text)]
    assert sure(text) == []


@pytest.mark.parametrize(("text", "headers"), NONE.values(), ids=NONE.keys())
def test_find_no_twid(text: str, headers: list[str]) -> None:
    assert "TWID" not in [s.entity for s in look(text, *headers)]


def test_find_twid_glued_to_letters_by_its_check_digit() -> None:
    assert weak("IDA123456789") == [("TWID", "A123456789")]
    assert sure("IDA123456789", "台湾身份证") == [("TWID", "A123456789")]


COUNTIES = {
    "A": 10, "B": 11, "C": 12, "D": 13, "E": 14, "F": 15, "G": 16, "H": 17, "I": 34, "J": 18, "K": 19, "L": 20, "M": 21,
    "N": 22, "O": 35, "P": 23, "Q": 24, "R": 25, "S": 26, "T": 27, "U": 28, "V": 29, "W": 32, "X": 30, "Y": 31, "Z": 33,
}  # fmt: skip


def test_check_digit_agrees_with_its_definition() -> None:
    draw = Random(13)
    for _ in range(2_000):
        letter, digits = draw.choice(list(COUNTIES)), draw.choice("12") + f"{draw.randrange(10**8):08}"
        tens, ones = divmod(COUNTIES[letter], 10)
        total = tens + 9 * ones + sum((8 - i) * int(d) for i, d in enumerate(digits[:8])) + int(digits[8])
        assert twid.is_valid(letter + digits) == (total % 10 == 0)
