"""Numbers in Chinese numerals, circled, raised or bracketed digits, and × for an X, are found where they stand."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redaction.numerals import NUMERAL_GUARD, SIGNS, with_digits
from tests.looking import look, sure
from tests.personal_data import id18, id18_with_x

MOBILE = "13900001234"
ALPHABETS = {
    "Chinese": "〇一二三四五六七八九", "Chinese with another nought": "零一二三四五六七八九", "a round nought": "○一二三四五六七八九",
    "as said on the telephone": "零幺二三四五六七八九", "of cheques": "零壹贰叁肆伍陆柒捌玖", "of old cheques": "零壹貳參肆伍陸柒捌玖",
    "Suzhou": "〇〡〢〣〤〥〦〧〨〩", "circled": "⓪①②③④⑤⑥⑦⑧⑨", "circled, white on black": "⓿❶❷❸❹❺❻❼❽❾", "raised": "⁰¹²³⁴⁵⁶⁷⁸⁹",
    "lowered": "₀₁₂₃₄₅₆₇₈₉", "in brackets": "0⑴⑵⑶⑷⑸⑹⑺⑻⑼", "with a full stop": "🄀⒈⒉⒊⒋⒌⒍⒎⒏⒐", "bracketed Chinese": "〇㈠㈡㈢㈣㈤㈥㈦㈧㈨",
}  # fmt: skip


def written(number: str, alphabet: str) -> str:
    return "".join(alphabet[int(c)] if c.isdigit() else c for c in number)


@pytest.mark.parametrize("alphabet", ALPHABETS.values(), ids=ALPHABETS.keys())
@pytest.mark.parametrize("number", [id18(), MOBILE], ids=["identity number", "telephone"])
def test_find_number_in_other_signs(number: str, alphabet: str) -> None:
    text = written(number, alphabet)
    assert [found for _, found in sure(f"号码{text}，见附件")] == [text]


def test_find_number_of_mixed_and_separated_signs() -> None:
    text = f"139 {written('0000', ALPHABETS['Chinese'])} {written('1234', ALPHABETS['circled'])}"
    assert sure(f"电话：{text}") == [("MOBILE", text)]


def test_find_number_in_escaped_numerals() -> None:
    text = "".join(f"\\u{ord(c):04x}" for c in written(MOBILE, ALPHABETS["Chinese"]))
    assert sure(f'{{"电话": "{text}"}}') == [("MOBILE", text)]


@pytest.mark.parametrize("cross", "×✕✖⨯✗✘╳叉乂Ⓧⓧ")
def test_find_id18_with_a_cross_for_its_x(cross: str) -> None:
    number = id18_with_x()
    text = number[:-1] + cross
    assert sure(f"号码{text}。") == [("CN_ID18", text)]
    assert sure(f"{number[:6]} {number[6:14]} {number[14:-1]}{cross}")[0][0] == "CN_ID18"


@pytest.mark.parametrize(
    "text",
    [
        "二〇二四年十二月三十一日", "①项", "第一、第二、第三", "①②③④⑤⑥⑦⑧⑨⑩", "一二三四五六七八九十", "面积120×80", "5㎡²", "120×80×60毫米",
        "甲一乙二丙三", "二〇二四－二〇二五年度", "10⁸个", "一九九〇年至二〇二〇年", "壹拾贰万叁仟肆佰伍拾陆元整", "〇〇〇〇",
    ],
)  # fmt: skip
def test_find_nothing_in_ordinary_numerals(text: str) -> None:
    assert look(text) == []


def test_a_list_number_before_a_telephone_number_is_none_of_its_digits() -> None:
    assert sure(f"①{MOBILE}②{MOBILE}") == [("MOBILE", MOBILE)] * 2


@given(st.text(st.sampled_from([*"0123456789", *sorted(SIGNS), *"× -x张", "✕"]), max_size=30))
def test_with_digits_keeps_every_place_and_its_guard_lets_it_through(text: str) -> None:
    plain = with_digits(text)
    if plain is None:
        return
    assert len(plain) == len(text)
    assert pl.Series([text]).str.contains(NUMERAL_GUARD)[0]
