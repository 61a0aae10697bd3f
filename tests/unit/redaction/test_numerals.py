"""Numbers in Chinese numerals, circled, raised or bracketed digits, and × for an X, are found where they stand."""

import polars as pl
import pytest
from hypothesis import given, settings
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


IDS = [id18(), id18_with_x()]
MISREAD = {
    "every nought an O": str.maketrans("0", "O"), "every nought an o": str.maketrans("0", "o"),
    "every one an l": str.maketrans("1", "l"), "every one an I": str.maketrans("1", "I"),
}  # fmt: skip


@pytest.mark.parametrize("table", MISREAD.values(), ids=MISREAD.keys())
def test_find_number_with_letters_for_noughts_and_ones(table: dict[int, int]) -> None:
    identity, mobile = id18().translate(table), "13812310231".translate(table)
    assert sure(f"证号{identity}，") == [("CN_ID18", identity)]
    assert sure(f"手机：{mobile}") == [("MOBILE", mobile)]
    assert sure(identity, "身份证号") == [("CN_ID18", identity)]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([*IDS, MOBILE.replace("0000", "2345")]), st.sets(st.integers(0, 17), max_size=7), st.booleans())
def test_guard_passes_every_number_with_a_few_letters(number: str, places: set[int], lower: bool) -> None:
    letters = {"0": "o" if lower else "O", "1": "l" if lower else "I"}
    places = set(sorted(places)[: 7 if len(number) == 18 else 4])
    text = "".join(letters.get(c, c) if n in places else c for n, c in enumerate(number))
    if text != number:
        assert with_digits(f"（{text}）") == f"（{number}）"
        assert pl.Series([f"（{text}）", text]).str.contains(NUMERAL_GUARD).all()
        assert [found for _, found in sure(f"（{text}）")] == [text]


@pytest.mark.parametrize(
    "text",
    ["LOL130102", "型号O1023O45678", "1OOO00000OO", "13OOOOO0001", "Il0000000000", f"A{id18().replace('0', 'O')}", f"{id18().replace('0', 'O')}Z", "l3800001234l", "No13800001234"],
)  # fmt: skip
def test_letters_of_other_words_and_codes_stay(text: str) -> None:
    assert with_digits(text) is None


def test_letters_make_no_number_of_one_whose_check_digit_is_wrong_elsewhere() -> None:
    """A serial of the same length is no identity number: no such province or day."""
    assert sure("99O1O2199OO3O71233") == []
    assert sure("13O1O219991332123O") == []
