"""学籍号: G, J, L or Y and a whole identity number. All numbers are made up."""

from random import Random

import pytest
from stdnum.cn import ric

from redaction.lens import Column
from tests.disguises import wide
from tests.looking import LENS, look, sure
from tests.personal_data import id18, id18_with_x

ID, IDX = id18(birthday="20120307"), id18_with_x()
WRONG = ID[:-1] + str((int(ID[-1]) + 1) % 10)
SURE = {
    "alone": (f"G{ID}", [], f"G{ID}"),
    "temporary": (f"L{IDX}", [], f"L{IDX}"),
    "J": (f"J{ID}", [], f"J{ID}"),
    "Y": (f"Y{ID}", [], f"Y{ID}"),
    "under its header": (f"G{ID}", ["全国学籍号"], f"G{ID}"),
    "glued to Chinese": (f"学籍号G{ID}，", [], f"G{ID}"),
    "letters behind an X": (f"G{IDX}abc", [], f"G{IDX}"),
    "lower case": (f"g{IDX}".lower(), [], f"g{IDX}".lower()),
    "full-width": (wide(f"G{ID}"), [], wide(f"G{ID}")),
    "spaced": (f"G {ID[:6]} {ID[6:14]} {ID[14:]}", [], f"G {ID[:6]} {ID[6:14]} {ID[14:]}"),
    "full-width slashes": (f"G{ID[:6]}／{ID[6:14]}／{ID[14:]}", [], f"G{ID[:6]}／{ID[6:14]}／{ID[14:]}"),
    "every digit apart": ("-".join(f"G{ID}"), [], "-".join(f"G{ID}")),
    "wrong check digit": (f"G{WRONG}", [], f"G{WRONG}"),
}
NONE = {
    "another letter": (f"K{ID}", ["学籍号"]),
    "an impossible month": ("G130102201213071234", ["学籍号"]),
    "a short number": ("G1301022012030712", ["学籍号"]),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_student_no_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [("STUDENT_NO", found)]


@pytest.mark.parametrize(("text", "headers"), NONE.values(), ids=NONE.keys())
def test_find_no_student_no(text: str, headers: list[str]) -> None:
    assert "STUDENT_NO" not in [s.entity for s in look(text, *headers)]


def test_identity_number_glued_to_a_word_is_still_found() -> None:
    assert sure(f"JPG{ID}") == [("CN_ID18", ID)]


def test_check_digit_is_the_identity_numbers() -> None:
    draw = Random(7)
    numbers = [
        id18(birthday=f"201{draw.randrange(10)}0{draw.randrange(1, 10)}15", serial=f"{draw.randrange(1000):03}")[:-1]
        + draw.choice("0123456789X")
        for _ in range(1_000)
    ]
    found = LENS.find([f"G{n}" for n in numbers], Column())
    assert [spans and [s.valid for s in spans] for spans in found] == [
        [ric.calc_check_digit(n) == n[-1]] for n in numbers
    ]
