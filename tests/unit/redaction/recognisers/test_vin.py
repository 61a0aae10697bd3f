"""VIN: text → what is found; its check character against a reference of its own. All numbers are made up."""

from random import Random

import pytest

from redaction.recognisers import vin
from tests.innocent import hits_in_innocent
from tests.looking import look, sure, weak

ENTITY = "VIN"
RIGHT, WRONG = "LZZ0000A3KA000001", "LZZ0000A9KA000001"
WIDE = str.maketrans("0123456789ALKZ", "０１２３４５６７８９ＡＬＫＺ")
SURE = {
    "bare under its header": (RIGHT, ["车架号"], RIGHT),
    "wrong check under its header": (WRONG, ["车辆识别代号"], WRONG),
    "under VIN": (RIGHT, ["VIN"], RIGHT),
    "beside its word": (f"车架号：{RIGHT}", [], RIGHT),
    "glued to Chinese": (f"车架号{RIGHT}的车", [], RIGHT),
    "glued to Latin": (f"VIN:{RIGHT}x, VIN", [], RIGHT),
    "lower case": (f"车架号{RIGHT.lower()}", [], RIGHT.lower()),
    "full-width": (f"车架号{RIGHT.translate(WIDE)}", [], RIGHT.translate(WIDE)),
    "spaced": ("车架号LZZ 0000A3 KA 000001", [], "LZZ 0000A3 KA 000001"),
    "hyphens": ("车架号LZZ-0000A3-KA-000001", [], "LZZ-0000A3-KA-000001"),
    "in JSON": (f'{{"vin":"{RIGHT}"}}', [], RIGHT),
    "three letters, glued to a word": ("车架号abcLZZ00000000000001", [], "LZZ00000000000001"),
    "foreign maker": ("车架号1M8GDM9AXKP042788", [], "1M8GDM9AXKP042788"),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [(ENTITY, found)]


def test_find_alone_is_weak_and_says_whether_the_check_character_is_right() -> None:
    assert (sure(RIGHT), weak(RIGHT)) == ([], [(ENTITY, RIGHT)])
    assert look(RIGHT)[0].valid is True
    assert look(WRONG) == []
    assert (look(WRONG, "车架号")[0].valid, look(RIGHT, "车架号")[0].valid) == (False, True)


@pytest.mark.parametrize(
    "text",
    ["20240115103000123", RIGHT[:16], RIGHT + "7", RIGHT.replace("Z", "O"), "COMMUNICATIONS TEXT", "111" + RIGHT[3:]],
    ids=["moment", "too short", "too long", "letter O", "words", "no maker"],
)
def test_find_none_even_under_its_header(text: str) -> None:
    assert [f for e, f in sure(text, "车架号") + weak(text, "车架号") if e == ENTITY] == []


def test_end_of_a_word_and_a_long_number_is_none() -> None:
    """One such text in eleven has a right check character: the card or device number goes first."""
    texts = [f"code{5187101374790000 + n}" for n in range(40)] + [f"NUM{350000000000000 + n}" for n in range(40)]
    assert [s for t in texts for s in look(t) if s.entity == ENTITY] == []


def test_check_character_agrees_with_a_reference() -> None:
    """GB 16735 table 3 written anew: letters count from 1 in three rows, S begins at 2."""
    value = {str(d): d for d in range(10)}
    for row, first in (("ABCDEFGH", 1), ("JKLMN", 1), ("P", 7), ("R", 9), ("STUVWXYZ", 2)):
        value |= {letter: first + i for i, letter in enumerate(row)}
    weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
    draw, right = Random(17), 0
    for _ in range(5_000):
        number = "".join(draw.choices("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", k=17))
        number = number[:8] + draw.choice("0123456789X") + number[9:]
        rest = sum(value[c] * w for c, w in zip(number, weights, strict=True)) % 11
        expected = number[8] == ("X" if rest == 10 else str(rest))
        assert vin.is_valid(number) == vin.is_valid(number.lower()) == expected
        right += expected
    assert 300 < right < 600
    assert vin.is_valid("1M8GDM9AXKP042788")
    assert vin.is_valid("11111111111111111")


def test_find_none_in_innocent_text() -> None:
    assert hits_in_innocent(ENTITY) == []
