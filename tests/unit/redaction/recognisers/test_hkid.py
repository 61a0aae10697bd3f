"""香港身份证: letters, six digits, a check character in brackets. All numbers are made up or specimens."""

from random import Random
from string import ascii_uppercase

import pytest

from redaction.recognisers import hkid
from tests.looking import look, sure, weak

SURE = {
    "alone": ("A123456(3)", [], "A123456(3)"),
    "two letters": ("AB987654(3)", [], "AB987654(3)"),
    "check character A": ("G123456(A)", [], "G123456(A)"),
    "under its header": ("A123456(3)", ["香港身份证号码"], "A123456(3)"),
    "beside its word": ("持香港身份证A123456(3)的", [], "A123456(3)"),
    "full-width brackets": ("A123456（3）", [], "A123456（3）"),
    "full-width": ("Ａ１２３４５６（３）", [], "Ａ１２３４５６（３）"),
    "lower case": ("a123456(3)", [], "a123456(3)"),
    "spaced": ("A 123456 (3)", [], "A 123456 (3)"),
    "in groups": ("A123 456(3)", [], "A123 456(3)"),
    "glued to letters, one letter": ("HKIDA123456(3)", [], "A123456(3)"),
    "glued to letters, two letters": ("HKIDAB987654(3)", [], "AB987654(3)"),
    "glued to its name, wrong check digit": ("HKIDA123456(4)", [], "A123456(4)"),
    "glued to its name, without brackets": ("HKIDA1234563", [], "A1234563"),
    "without brackets under its header": ("A1234563", ["香港身份证"], "A1234563"),
    "without brackets beside its word": ("香港居民身份证A123456-3", [], "A123456-3"),
    "among other documents": ("A1234563", ["证件号码"], "A1234563"),
    "wrong check digit beside its word": ("香港身份证A123456(4)", [], "A123456(4)"),
    "wrong check digit under its header": ("A1234564", ["香港身份证"], "A1234564"),
}
WEAK = {
    "wrong check digit": "A123456(4)",
}
NONE = {
    "without brackets": ("A1234563", []),
    "five digits": ("A12345(3)", []),
    "seven digits": ("A1234567(3)", []),
    "three letters": ("香港身份证ABC123456(4)", []),
    "two digits in brackets": ("A123456(12)", []),
    "glued, wrong check digit": ("香港XYZA123456(4)", []),
    "another header": ("A1234563", ["图号"]),
    "far from its word": ("香港身份证甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲甲A1234563", []),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_hkid_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [("HKID", found)]


@pytest.mark.parametrize("text", WEAK.values(), ids=WEAK.keys())
def test_find_hkid_without_context_is_only_weak(text: str) -> None:
    assert weak(text) == [("HKID", text)]
    assert sure(text) == []


@pytest.mark.parametrize(("text", "headers"), NONE.values(), ids=NONE.keys())
def test_find_no_hkid(text: str, headers: list[str]) -> None:
    assert "HKID" not in [s.entity for s in look(text, *headers)]


def official(head: str) -> str:
    """The check character that makes the weighted sum, itself included, a multiple of 11 (letters from 10, blank 36)."""
    total = 0
    for weight, char in zip(range(9, 1, -1), head.rjust(8), strict=True):
        total += weight * (36 if char == " " else ord(char) - 48 if char.isdigit() else ord(char) - 55)
    return next(c for c in "0123456789A" if (total + (10 if c == "A" else int(c))) % 11 == 0)


def test_check_character_agrees_with_its_definition() -> None:
    draw = Random(12)
    for _ in range(2_000):
        head = "".join(draw.choices(ascii_uppercase, k=draw.choice((1, 2)))) + f"{draw.randrange(10**6):06}"
        written = draw.choice("0123456789A")
        assert hkid.is_valid(f"{head}({written})") == hkid.is_valid(head + written) == (written == official(head))


def test_classes_of_hit_tell_whether_the_check_character_is_right() -> None:
    assert [s.valid for s in look("A123456(3)") + look("A123456(4)")] == [True, False]
