"""IMEI: text → what is found; its check digit against stdnum. All numbers are made up."""

from random import Random

import pytest
from stdnum import imei as oracle

from redaction.recognisers import imei
from tests.innocent import hits_in_innocent
from tests.looking import look, sure, weak

ENTITY = "IMEI"
RIGHT, WRONG = "860000000000017", "860000000000014"
SURE = {
    "bare under its header": (RIGHT, ["IMEI"], RIGHT),
    "wrong digit under its header": (WRONG, ["手机串号"], WRONG),
    "beside its word": (f"IMEI：{RIGHT}", [], RIGHT),
    "glued to Chinese": (f"串号{RIGHT}的手机", [], RIGHT),
    "glued to Latin": (f"IMEI{RIGHT}x", [], RIGHT),
    "full-width": (f"串号８６{RIGHT[2:]}", [], f"８６{RIGHT[2:]}"),
    "spaced": ("IMEI 86 000000 000001 7", [], "86 000000 000001 7"),
    "hyphens": ("IMEI 86-000000-000001-7", [], "86-000000-000001-7"),
    "six, two, six, one": ("IMEI 860000-00-000001-7", [], "860000-00-000001-7"),
    "eight, six, one": ("IMEI 86000000/000001/7", [], "86000000/000001/7"),
    "long dashes": ("串号860000—00—000001—7", [], "860000—00—000001—7"),
    "line breaks": ("860000\n  00\n  000001\n  7", ["IMEI"], "860000\n  00\n  000001\n  7"),
    "every digit apart": (f"IMEI {'.'.join(RIGHT)}", [], ".".join(RIGHT)),
    "a spreadsheet's .0": (f"{RIGHT}.0", ["IMEI"], RIGHT),
    "behind a list number": (f"1.{RIGHT}", ["IMEI"], RIGHT),
    "other type code, every digit apart": (" ".join("490154203237518"), ["IMEI"], " ".join("490154203237518")),
    "other type code under its header": ("490154203237518", ["IMEI"], "490154203237518"),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [(ENTITY, found)]


def test_find_alone_is_weak_and_with_a_wrong_digit_nothing() -> None:
    assert (sure(RIGHT), weak(RIGHT)) == ([], [(ENTITY, RIGHT)])
    assert look(RIGHT)[0].valid is True
    assert look(WRONG) == []
    assert look(WRONG, "IMEI")[0].valid is False


def test_card_behind_its_word_is_none_under_the_header_of_devices() -> None:
    card = "370000000000002"
    assert sure(f"IMEI：{RIGHT}；银行卡号：{card}", "IMEI") == [(ENTITY, RIGHT), ("BANKCARD", card)]


@pytest.mark.parametrize("written", ["860000 00 000001 7", "-".join(RIGHT)], ids=["groups", "every digit apart"])
def test_find_in_groups_alone_is_weak(written: str) -> None:
    assert (sure(written), weak(written)) == ([], [(ENTITY, written)])


@pytest.mark.parametrize(
    "text",
    ["860000 00-000001,7", "8 6-" + "-".join(RIGHT[2:]), " ".join(RIGHT + "1")],
    ids=["groups", "digits", "sixteen"],
)
def test_find_none_where_the_gaps_differ_or_digits_follow(text: str) -> None:
    assert [f for e, f in sure(text, "IMEI") + weak(text, "IMEI") if e == ENTITY] == []


@pytest.mark.parametrize("text", [RIGHT[:14], RIGHT + "00", f"{RIGHT}.5"], ids=["too short", "too long", "amount"])
def test_find_none_even_under_its_header(text: str) -> None:
    assert [f for e, f in sure(text, "IMEI") + weak(text, "IMEI") if e == ENTITY] == []


def test_check_digit_agrees_with_stdnum() -> None:
    draw, right = Random(19), 0
    for _ in range(3_000):
        number = draw.choice(("35", "86", "01", "99", "49")) + "".join(draw.choices("0123456789", k=13))
        assert imei.is_valid(number) == oracle.is_valid(number)
        assert imei.is_valid(oracle.format(number)) == imei.is_valid(number)
        right += imei.is_valid(number)
    assert 200 < right < 400
    assert oracle.is_valid(RIGHT)
    assert not oracle.is_valid(WRONG)


def test_find_none_in_innocent_text() -> None:
    assert hits_in_innocent(ENTITY) == []
