"""工商注册号 right behind its own word, before the word of another number. All numbers are made up."""

import re

import pytest
from stdnum.iso7064 import mod_11_10

from redaction.recognisers import bizreg15, bizreg15_told
from tests.disguises import wide
from tests.looking import look, sure, weak
from tests.personal_data import card, id18


def registered(head: str) -> str:
    return head + mod_11_10.calc_check_digit(head)


BOTH = registered("13010290030712")  # an identity number of fifteen digits as well
WRONG = BOTH[:-1] + str((int(BOTH[-1]) + 1) % 10)
PERSON, CARD = id18(), card()
TOLD = {
    "its word, then an identity number": f"注册号{BOTH}，身份证{PERSON}",
    "a colon": f"注册号：{BOTH}，身份证{PERSON}",
    "a verb": f"营业执照号为{BOTH}，法人身份证{PERSON}",
    "a semicolon": f"注册号{BOTH}；本人证件号码{PERSON}",
    "a blank": f"注册号 {BOTH} 身份证 {PERSON}",
    "full-width": f"注册号{wide(BOTH)}，身份证{PERSON}",
}
PERSONS = {
    "the word of identity numbers right before": f"身份证{BOTH}，身份证{PERSON}",
    "another word between": f"注册号见附件，身份证{BOTH}，身份证{PERSON}",
    "wrong check digit": f"注册号{WRONG}，身份证{PERSON}",
}


@pytest.mark.parametrize("text", TOLD.values(), ids=TOLD.keys())
def test_find_registration_number_behind_its_own_word(text: str) -> None:
    assert [e for e, _ in sure(text)] == ["BIZREG15", "CN_ID18"]
    assert look(text)[0].valid is True


@pytest.mark.parametrize("text", PERSONS.values(), ids=PERSONS.keys())
def test_elsewhere_it_is_a_persons_number(text: str) -> None:
    assert [e for e, _ in sure(text)] == ["CN_ID15", "CN_ID18"]


def test_find_registration_number_before_a_card() -> None:
    assert [e for e, _ in sure(f"注册号{BOTH}；卡号：{CARD}")] == ["BIZREG15", "BANKCARD"]


def test_without_another_number_behind_it_is_left_to_its_twin() -> None:
    pattern = bizreg15_told.PATTERNS[0][1]
    assert re.search(pattern, f"注册号{BOTH}，身份证1")
    assert not re.search(pattern, f"注册号{BOTH}，身份证见附件")
    assert not re.search(pattern, f"注册号{BOTH}，另见附件1")
    assert weak(f"注册号{BOTH}") == [("BIZREG15", BOTH)]


def test_shape_and_check_digit_are_its_twins() -> None:
    assert bizreg15_told.is_valid is bizreg15.is_valid
    assert bizreg15_told.is_possible is bizreg15.is_possible
    assert bizreg15_told.is_valid(BOTH)
    assert not bizreg15_told.is_valid(WRONG)
