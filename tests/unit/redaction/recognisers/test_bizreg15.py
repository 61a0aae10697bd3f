"""工商注册号: fifteen digits, ISO 7064 MOD 11,10, public. All numbers are made up."""

from random import Random

import pytest
from stdnum.iso7064 import mod_11_10
from stdnum.luhn import is_valid as is_luhn

from redaction.recognisers import bizreg15
from tests.disguises import apart, wide
from tests.looking import look, sure, weak
from tests.personal_data import id18


def registered(head: str) -> str:
    return head + mod_11_10.calc_check_digit(head)


NUMBER = registered("13010200000001")
WRONG = NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10)
BOTH = registered("13010290030712")  # a birthday stands in it too
SURE = {
    "under its header": (NUMBER, ["注册号"], NUMBER),
    "full-width": (wide(NUMBER), ["工商注册号"], wide(NUMBER)),
    "glued to letters": (f"No{NUMBER}", ["营业执照注册号"], NUMBER),
    "in a sentence": (f"注册号为{NUMBER}。", ["注册号"], NUMBER),
    "shaped like an identity number": (BOTH, ["注册号"], BOTH),
    "authority and serial apart": (f"{NUMBER[:6]} - {NUMBER[6:]}", ["注册号"], f"{NUMBER[:6]} - {NUMBER[6:]}"),
    "a line break": (f"{NUMBER[:6]}\r\n{NUMBER[6:]}", ["注册号"], f"{NUMBER[:6]}\r\n{NUMBER[6:]}"),
    "full-width slash": (f"{NUMBER[:6]}／{NUMBER[6:]}", ["注册号"], f"{NUMBER[:6]}／{NUMBER[6:]}"),
    "every digit apart": (".".join(NUMBER), ["注册号"], ".".join(NUMBER)),
    "a spreadsheet's .0": (f"{NUMBER}.0", ["注册号"], NUMBER),
    "behind a list number": (f"1.{NUMBER}", ["注册号"], NUMBER),
    "before the word of the next number": (f"注册号{NUMBER}，身份证号码见附件1", ["注册号"], NUMBER),
}
NONE = {
    "alone": (NUMBER, []),
    "another header": (NUMBER, ["编号"]),
    "wrong check digit": (WRONG, ["注册号"]),
    "fourteen digits": (NUMBER[:14], ["注册号"]),
    "sixteen digits": (NUMBER + "1", ["注册号"]),
    "decimals": (NUMBER + ".5", ["注册号"]),
    "far from its word": (apart("注册号", NUMBER, 31), []),
    "behind the word of identity numbers": (f"注册号见附件，身份证号码为{BOTH}", ["注册号"]),
    "before the word of identity numbers": (f"{BOTH}（身份证）", ["注册号"]),
    "before that word and a number": (f"{BOTH}（身份证）13900000000", ["注册号"]),
    "before that word without a mark": (f"{BOTH}身份证13900000000", ["注册号"]),
    "every digit apart, more of them": (" ".join(NUMBER + "1"), ["注册号"]),
    "two kinds of gap": (f"{NUMBER[0]} {'-'.join(NUMBER[1:])}", ["注册号"]),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_bizreg15_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [("BIZREG15", found)]


@pytest.mark.parametrize(("text", "headers"), NONE.values(), ids=NONE.keys())
def test_find_no_bizreg15(text: str, headers: list[str]) -> None:
    assert "BIZREG15" not in [s.entity for s in look(text, *headers)]


def test_beside_its_word_it_is_told_and_no_identity_number() -> None:
    assert weak(f"注册号{BOTH}") == [("BIZREG15", BOTH)]


def test_alone_an_identity_number_goes_first() -> None:
    assert weak(BOTH) == [("CN_ID15", BOTH)]
    assert sure(BOTH, "身份证号") == [("CN_ID15", BOTH)]
    assert sure(f"法定代表人身份证{BOTH}，注册号见附件") == [("CN_ID15", BOTH)]
    assert sure(f"注册号见附件，身份证号码为{BOTH}", "注册号") == [("CN_ID15", BOTH)]


def test_right_behind_its_word_the_next_numbers_word_does_not_speak_for_it() -> None:
    person, amex = id18(), registered("34010200000000")
    while not is_luhn(amex):
        amex = registered(f"{int(amex[:-1]) + 1}")
    assert sure(f"注册号{BOTH}，本人身份证{person}") == [("BIZREG15", BOTH), ("CN_ID18", person)]
    assert ("BIZREG15", amex) in sure(f"注册号：{amex}；银行卡号：6222000000000000004")
    assert sure(f"身份证{BOTH}，本人身份证{person}") == [("CN_ID15", BOTH), ("CN_ID18", person)]


@pytest.mark.parametrize("word", ["银行卡号：", "账号", "帐户 ", "信用卡（尾号见附件）："])
def test_right_behind_a_word_of_cards_it_is_a_card_whatever_the_header_says(word: str) -> None:
    both = next(n for k in range(10**4) if is_luhn(n := registered(f"3702463209{k:04}")))
    assert sure(f"注册号：{BOTH}；{word}{both}", "工商注册号") == [("BIZREG15", BOTH), ("BANKCARD", both)]
    assert sure(f"{word}{BOTH}", "工商注册号") == [("BIZREG15", BOTH)]  # no card begins like this
    assert sure(f"{word}6222000000000000004，注册号{both}", "工商注册号")[1:] == [("BIZREG15", both)]


def test_wrong_check_digit_is_left_to_identity_numbers() -> None:
    wrong = BOTH[:-1] + str((int(BOTH[-1]) + 1) % 10)
    assert weak(wrong, "注册号") == [("CN_ID15", wrong)]
    assert ("CN_ID15", wrong) in sure(f"注册号{wrong}，本人身份证{id18()}")


def test_check_digit_agrees_with_stdnum() -> None:
    draw = Random(14)
    for _ in range(2_000):
        number = f"{draw.randrange(10**15):015}"
        assert bizreg15.is_valid(number) == mod_11_10.is_valid(number)
        assert bizreg15.is_valid(registered(number[:14]))
