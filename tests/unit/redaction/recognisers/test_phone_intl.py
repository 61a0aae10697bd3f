"""PHONE_INTL: text → what is found; plans of other countries against phonenumbers' examples."""

import phonenumbers
import pytest

from tests.innocent import hits_in_innocent
from tests.looking import sure, weak

ENTITY = "PHONE_INTL"
SURE = {
    "bare": ("+44 20 7946 0001", [], "+44 20 7946 0001"),
    "under its header": ("+442079460001", ["电话"], "+442079460001"),
    "beside its word": ("Tel: +44 20 7946 0001", [], "+44 20 7946 0001"),
    "brackets": ("+1 (212) 555-0100", [], "+1 (212) 555-0100"),
    "country in brackets": ("(+44) 20 7946 0001", [], "(+44) 20 7946 0001"),
    "full stops": ("+1.212.555.0100", [], "+1.212.555.0100"),
    "hyphens": ("+852-5555-0001", [], "+852-5555-0001"),
    "glued to Chinese": ("联系+886 2 5555 0001转", [], "+886 2 5555 0001"),
    "glued to Latin": ("Tel+442079460001ext", [], "+442079460001"),
    "full-width": ("＋４４ ２０ ７９４６ ０００１", [], "＋４４ ２０ ７９４６ ０００１"),
    "mainland fixed line without its 0": ("+86 10 6600 0001", [], "+86 10 6600 0001"),
    "double zero under its header": ("0044 20 7946 0001", ["联系电话"], "0044 20 7946 0001"),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [(ENTITY, found)]


def test_find_double_zero_beside_its_word_is_weak_and_alone_nothing() -> None:
    assert weak("电话0044 20 7946 0001") == [(ENTITY, "0044 20 7946 0001")]
    assert sure("0044 20 7946 0001") + weak("0044 20 7946 0001") == []


def test_find_mainland_mobile_is_a_mobile() -> None:
    assert sure("+86 139 0000 0000") == [("MOBILE", "+86 139 0000 0000")]


@pytest.mark.parametrize(
    "text",
    ["+12345678.90", "+1234567890", "+12,345,678", "+4420", "+1 212 55", "2024-01-15T10:30:00+0800", "1+8613", "增长+12345678", "A+B"],
)  # fmt: skip
def test_find_none(text: str) -> None:
    assert sure(text) + weak(text) == []


def test_find_examples_of_every_region() -> None:
    missed = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        number = phonenumbers.example_number(region)
        for form in (phonenumbers.PhoneNumberFormat.INTERNATIONAL, phonenumbers.PhoneNumberFormat.E164):
            text = phonenumbers.format_number(number, form)
            if len(text) > 10 and [e for e, _ in sure(text)] not in ([ENTITY], ["LANDLINE"]):
                missed.append((region, form))
    assert missed == []


def test_find_none_in_innocent_text() -> None:
    assert hits_in_innocent(ENTITY) == []
