"""A sole trader's tax number: a whole identity number and two digits. All numbers are made up."""

from random import Random

import pytest
from stdnum.cn import ric

from tests.disguises import apart, wide
from tests.looking import LENS, look, sure
from tests.personal_data import id18, id18_with_x

ID, IDX = id18(birthday="20120307"), id18_with_x()
WRONG = ID[:-1] + str((int(ID[-1]) + 1) % 10)
SURE = {
    "under its header": (f"{ID}01", ["纳税人识别号"], f"{ID}01"),
    "beside its word": (f"税号{IDX}01，", [], f"{IDX}01"),
    "glued to letters": (f"税号NO{ID}01", [], f"{ID}01"),
    "full-width": (wide(f"{ID}01"), ["税号"], wide(f"{ID}01")),
    "lower case": (f"税务登记{IDX}01".lower(), [], f"{IDX}01".lower()),
    "spaced": (f"税号 {ID[:6]} {ID[6:14]} {ID[14:]} 01", [], f"{ID[:6]} {ID[6:14]} {ID[14:]} 01"),
    "digits of a disability certificate": (f"{ID}44", ["纳税人识别号"], f"{ID}44"),
    "wrong check digit": (f"{WRONG}01", ["纳税人识别号"], f"{WRONG}01"),
}
NONE = {
    "no word": (f"{ID}01", []),
    "another header": (f"{ID}01", ["编号"]),
    "a credit code": ("91130100MA0XKE3T0X", ["纳税人识别号"]),
    "fifteen digits": ("130102000012345", ["税号"]),
    "far from its word": (apart("税号", f"{ID}01", 31), []),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_taxno_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [("TAXNO", found)]


@pytest.mark.parametrize(("text", "headers"), NONE.values(), ids=NONE.keys())
def test_find_no_taxno(text: str, headers: list[str]) -> None:
    assert "TAXNO" not in [s.entity for s in look(text, *headers)]


def test_twenty_digits_alone_are_an_identity_number() -> None:
    assert sure(f"{ID}01") == [("CN_ID18", f"{ID}01")]
    assert sure(f"{ID}01", "身份证号") == [("CN_ID18", f"{ID}01")]


def test_identity_number_under_the_header_is_an_identity_number() -> None:
    assert sure(ID, "纳税人识别号") == [("CN_ID18", ID)]


def test_check_digit_is_the_identity_numbers() -> None:
    draw = Random(9)
    numbers = [
        id18(birthday=f"19{draw.randrange(100):02}0{draw.randrange(1, 10)}15", serial=f"{draw.randrange(1000):03}")[:-1]
        + draw.choice("0123456789X")
        for _ in range(1_000)
    ]
    found = LENS.find([f"{n}{draw.randrange(100):02}" for n in numbers], LENS.column("税号"))
    assert [spans and [s.valid for s in spans] for spans in found] == [
        [ric.calc_check_digit(n) == n[-1]] for n in numbers
    ]
