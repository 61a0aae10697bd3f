"""IBAN: text → what is found; length and check digits against stdnum. Accounts from the registry's own examples."""

import re
from random import Random

import pytest
from stdnum import iban as oracle
from stdnum import numdb

from redaction.recognisers import iban, vin
from tests.innocent import hits_in_innocent
from tests.looking import look, sure, weak

ENTITY = "IBAN"
RIGHT, WRONG = "DE89370400440532013000", "DE88370400440532013000"
SURE = {
    "bare": (RIGHT, [], RIGHT),
    "under its header": (RIGHT, ["IBAN"], RIGHT),
    "wrong check under its header": (WRONG, ["账号"], WRONG),
    "beside its word": (f"IBAN: {RIGHT}", [], RIGHT),
    "glued to Latin": (f"IBAN{RIGHT}EUR", [], RIGHT),
    "glued to Chinese": (f"账号{RIGHT}的款项", [], RIGHT),
    "in fours": ("DE89 3704 0044 0532 0130 00", [], "DE89 3704 0044 0532 0130 00"),
    "in fours before a word": ("DE89 3704 0044 0532 0130 00 EURO", [], "DE89 3704 0044 0532 0130 00"),
    "hyphens": ("DE89-3704-0044-0532-0130-00", [], "DE89-3704-0044-0532-0130-00"),
    "lower case": (RIGHT.lower(), [], RIGHT.lower()),
    "full-width": ("ＤＥ８９370400440532013000", [], "ＤＥ８９370400440532013000"),
    "with letters": ("GB82 WEST 1234 5698 7654 32", [], "GB82 WEST 1234 5698 7654 32"),
    "shortest": ("NO9386011117947", [], "NO9386011117947"),
    "in JSON": (f'{{"iban":"{RIGHT}"}}', [], RIGHT),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [(ENTITY, found)]


def test_no_and_a_number_is_no_account_of_norway() -> None:
    """With a letter behind, chance makes the check digits of this one right."""
    assert sure("No057175537598ok", "联系电话") == [("LANDLINE", "057175537598")]


def test_find_wrong_check_digits_is_nothing_alone_and_weak_beside_a_word() -> None:
    assert look(WRONG) == []
    assert (sure(f"汇款至{WRONG}"), weak(f"汇款至{WRONG}")) == ([], [(ENTITY, WRONG)])
    assert (look(RIGHT)[0].valid, look(WRONG, "账号")[0].valid) == (True, False)


@pytest.mark.parametrize("text", [RIGHT[:-1], RIGHT + "0", "XX" + RIGHT[2:], "HT2026001130000000000000"])
def test_find_none(text: str) -> None:
    assert [f for e, f in sure(text) + weak(text) if e == ENTITY] == []


def test_lengths_and_check_digits_agree_with_stdnum() -> None:
    draw, right = Random(23), 0
    registry = numdb.get("iban")
    for country, length in iban.COUNTRIES.items():
        structure = registry.info(country)[0][1]["bban"]
        for _ in range(20):
            account = "".join(
                "".join(draw.choices({"n": "0123456789", "a": "ABCDEFXYZ", "c": "0123456789AZ"}[kind], k=int(count)))
                for count, kind in (part.split("!") for part in split(structure))
            )
            good = country + oracle.calc_check_digits(f"{country}00{account}") + account
            other = country + f"{draw.randrange(2, 99):02}" + account
            for number in (good, other):
                assert iban.is_valid(number) == oracle.is_valid(number, check_country=False)
            assert len(good) == length
            right += iban.is_valid(good)
            assert look(good)[0].entity == ENTITY
    assert right == 20 * len(iban.COUNTRIES) > 1_500


def split(structure: str) -> list[str]:
    """`8!n10!n` as `8!n`, `10!n`."""
    return [part + kind for part, kind in zip(*[iter(re.split("([nac])", structure))] * 2, strict=False)]


def right_by_chance() -> str:
    """Two made-up vehicle numbers side by side, from inside the first an account whose check digits are right."""
    for number in range(10**6):
        text = " ".join(made_vin(f"LZZ0000A0KSA{serial:05}") for serial in (70_000 + number % 100, number % 10_000))
        account = text[10:35]
        if iban.is_valid(f"SA{account[2:]}") and account.startswith("SA"):
            return text
    raise AssertionError("no such pair")


def made_vin(number: str) -> str:
    return number[:8] + vin.check_character(number) + number[9:]


def test_find_none_across_two_vehicle_numbers() -> None:
    text = right_by_chance()
    assert iban.is_valid(text[10:35])
    assert weak(text) == [("VIN", text[:17]), ("VIN", text[18:])]
    assert sure(text) == []
    assert sure(text, "车架号") == [("VIN", text[:17]), ("VIN", text[18:])]
    assert sure(text[10:35]) == [(ENTITY, text[10:35])]  # alone it is one


@pytest.mark.parametrize("gap", [" ", "\n", "-"])
@pytest.mark.parametrize("at", range(2, len(RIGHT)))
def test_find_account_in_two_parts_wherever_it_is_parted(gap: str, at: int) -> None:
    parted = RIGHT[:at] + gap + RIGHT[at:]
    assert sure(parted) == sure(f"IBAN{parted}的") == [(ENTITY, parted)]


def test_find_none_in_innocent_text() -> None:
    assert hits_in_innocent(ENTITY) == []
