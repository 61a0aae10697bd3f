"""An identity number with two digits behind it, and which word makes a tax number or a certificate of it. All made up."""

from random import Random

import numpy as np
import pytest

from redaction.recognisers import cn_id18, cn_id18_longer
from tests.disguises import wide
from tests.looking import look, sure, weak
from tests.personal_data import id18, id18_with_x

ID, IDX = id18(), id18_with_x()
WRONG = ID[:-1] + ("0" if ID[-1] != "0" else "1")
SURE = {
    "alone": (f"{ID}44", [], f"{ID}44"),
    "an X within": (f"{IDX}01", [], f"{IDX}01"),
    "lower-case x": (f"{IDX.lower()}01", [], f"{IDX.lower()}01"),
    "under the header of identity numbers": (f"{ID}44", ["身份证号"], f"{ID}44"),
    "wrong check digit under that header": (f"{WRONG}44", ["身份证号"], f"{WRONG}44"),
    "glued": (f"编号ID{ID}44号", [], f"{ID}44"),
    "full-width": (wide(f"{ID}44"), [], wide(f"{ID}44")),
    "spaced": (f"{ID[:6]}-{ID[6:14]}-{ID[14:]}44", [], f"{ID[:6]}-{ID[6:14]}-{ID[14:]}44"),
    "full-width slashes": (f"{ID[:6]}／{ID[6:14]}／{ID[14:]}44", [], f"{ID[:6]}／{ID[6:14]}／{ID[14:]}44"),
    "in a sentence": (f"经营者证号{ID}01，", [], f"{ID}01"),
}
NONE = {
    "a digit more": f"{ID}444",
    "a digit before": f"1{ID}44",
    "an order number": "13010220240315001244",
    "no such month": f"{ID[:10]}13{ID[12:]}44",
    "no such province": f"99{ID[2:]}44",
    "one digit behind": f"{ID}4",
}
OTHERS = {
    "tax number": ("TAXNO", f"纳税人识别号{ID}01", []),
    "tax number under its header": ("TAXNO", f"{ID}01", ["纳税人识别号"]),
    "tax number beside the word of identity numbers too": ("TAXNO", f"纳税人识别号{ID}01（含身份证号）", []),
    "disability certificate": ("DISABILITY_NO", f"残疾证{ID}44", []),
    "disability certificate under its header": ("DISABILITY_NO", f"{ID}44", ["残疾证号"]),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_identity_number_with_two_digits_behind(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [("CN_ID18", found)]


@pytest.mark.parametrize("text", NONE.values(), ids=NONE.keys())
def test_find_no_identity_number_with_two_digits_behind(text: str) -> None:
    assert not [f for e, f in sure(text) + weak(text) if e == "CN_ID18" and len(f) >= 20]


@pytest.mark.parametrize(("entity", "text", "headers"), OTHERS.values(), ids=OTHERS.keys())
def test_another_word_says_what_it_is(entity: str, text: str, headers: list[str]) -> None:
    number = f"{ID}01" if entity == "TAXNO" else f"{ID}44"
    assert sure(text, *headers) == [(entity, number)]


def test_wrong_check_digit_alone_is_not_told() -> None:
    assert look(f"{WRONG}44") == []
    assert look(f"{ID}44")[0].valid is True


def test_check_digit_is_that_of_the_identity_number() -> None:
    draw = Random(18)
    for _ in range(500):
        number = f"{draw.randrange(10**20):020}"
        assert cn_id18_longer.is_valid(number) == cn_id18.is_valid(number[:18])
        assert cn_id18_longer.is_valid(cn_id18_longer.made_up(draw))


def test_columns_leave_what_begins_as_an_identity_number_to_the_patterns() -> None:
    digits = np.array([[int(c) for c in text] for text in (f"{id18()[:17]}144", "9" * 20)], np.uint8)
    assert cn_id18_longer.whole(digits).tolist() == [-1, 0]
