"""残疾人证: a whole identity number, class, level, B and a digit. All numbers are made up."""

from random import Random

import pytest
from stdnum.cn import ric

from tests.disguises import apart, wide
from tests.looking import LENS, look, sure
from tests.personal_data import id18, id18_with_x

ID, IDX = id18(birthday="20120307"), id18_with_x()
WRONG = ID[:-1] + str((int(ID[-1]) + 1) % 10)
SURE = {
    "under its header": (f"{ID}44", ["残疾证号"], f"{ID}44"),
    "beside its word": (f"残疾人证{IDX}23，", [], f"{IDX}23"),
    "reissued, alone": (f"{ID}44B1", [], f"{ID}44B1"),
    "reissued, lower case": (f"{IDX}44B1".lower(), [], f"{IDX}44B1".lower()),
    "reissued, beside its word": (f"残疾证{ID}71B2", [], f"{ID}71B2"),
    "glued to letters": (f"ID{ID}44B1", [], f"{ID}44B1"),
    "full-width": (wide(f"{ID}44B1"), [], wide(f"{ID}44B1")),
    "full-width under the header": (wide(f"{ID}44"), ["残疾人证号"], wide(f"{ID}44")),
    "spaced": (f"残疾证 {ID[:6]} {ID[6:14]} {ID[14:]} 44", [], f"{ID[:6]} {ID[6:14]} {ID[14:]} 44"),
    "gaps before class and level": (f"残疾证{' '.join(f'{ID}44')}", [], " ".join(f"{ID}44")),
    "long dashes": (f"残疾证{ID[:6]}—{ID[6:14]}—{ID[14:]}—44", [], f"{ID[:6]}—{ID[6:14]}—{ID[14:]}—44"),
    "line breaks": (f"{ID}\r\n 44", ["残疾证号"], f"{ID}\r\n 44"),
    "spaced before a Chinese word": (f"残疾证{ID} 44已核对", [], f"{ID} 44"),
    "wrong check digit under the header": (f"{WRONG}44", ["残疾证号"], f"{WRONG}44"),
    "wrong check digit beside the word": (f"残疾证{WRONG}44", [], f"{WRONG}44"),
    "wrong check digit, reissued": (f"{WRONG}44B1", [], f"{WRONG}44B1"),
}
NONE = {
    "class 8": (f"{ID}84", ["残疾证号"]),
    "level 5": (f"{ID}45", ["残疾证号"]),
    "no word": (f"{ID}44", []),
    "another header": (f"{ID}44", ["编号"]),
    "far from its word": (apart("残疾证", f"{ID}44", 31), []),
    "an order number": ("13010220240315001244", []),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_disability_no_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [("DISABILITY_NO", found)]


@pytest.mark.parametrize(("text", "headers"), NONE.values(), ids=NONE.keys())
def test_find_no_disability_no(text: str, headers: list[str]) -> None:
    assert "DISABILITY_NO" not in [s.entity for s in look(text, *headers)]


def test_twenty_digits_alone_are_an_identity_number() -> None:
    assert sure(f"{ID}44") == [("CN_ID18", f"{ID}44")]
    assert look(f"{ID}44")[0].valid is True
    assert sure(apart("残疾证", f"{ID}44", 31)) == [("CN_ID18", f"{ID}44")]


def test_age_behind_an_identity_number_is_left() -> None:
    assert sure(f"残疾证{ID} 44岁") == [("CN_ID18", ID)]
    assert sure(f"残疾证{ID}，44.50") == [("CN_ID18", ID)]


def test_word_of_identity_numbers_beside_it_changes_nothing() -> None:
    other = id18(birthday="19800101")
    found = [("DISABILITY_NO", f"{ID}44"), ("CN_ID18", other)]
    assert sure(f"残疾证{ID}44，身份证{other}") == found
    assert sure(f"残疾证{ID}44，身份证{other}", "身份证号码") == found
    assert sure(f"身份证{ID}44") == [("CN_ID18", f"{ID}44")]


def test_check_digit_is_the_identity_numbers() -> None:
    draw = Random(8)
    numbers = [
        id18(birthday=f"19{draw.randrange(100):02}0{draw.randrange(1, 10)}15", serial=f"{draw.randrange(1000):03}")[:-1]
        + draw.choice("0123456789X")
        for _ in range(1_000)
    ]
    found = LENS.find([f"{n}{draw.randrange(1, 8)}{draw.randrange(1, 5)}" for n in numbers], LENS.column("残疾证号"))
    assert [spans and [s.valid for s in spans] for spans in found] == [
        [ric.calc_check_digit(n) == n[-1]] for n in numbers
    ]
