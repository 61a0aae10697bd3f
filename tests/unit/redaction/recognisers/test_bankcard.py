"""BANKCARD: cards of other brands in foreign text, in context only. Test numbers of the card organisations."""

import pytest

from tests.innocent import hits_in_innocent
from tests.looking import sure, weak

ENTITY = "BANKCARD"
SURE = {
    "Visa beside its word": ("credit card 4111 1111 1111 1111", [], "4111 1111 1111 1111"),
    "Mastercard of the new range": ("card number 2223003122003222", [], "2223003122003222"),
    "Mastercard of the new range in fours": ("card number 2223 0031 2200 3222", [], "2223 0031 2200 3222"),
    "Discover": ("credit card 6510000000000000", [], "6510000000000000"),
    "Amex in groups": ("credit card 3782-822463-10005", [], "3782-822463-10005"),
    "Diners": ("Credit Card: 30569309025904", [], "30569309025904"),
    "Diners in groups": ("Credit Card: 3056 930902 5904", [], "3056 930902 5904"),
    "under an English header": ("5555555555554444", ["Card number"], "5555555555554444"),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [(ENTITY, found)]


@pytest.mark.parametrize("text", ["2223003122003222", "30569309025904", "2223 0031 2200 3222"])
def test_find_brands_that_look_like_orders_only_in_context(text: str) -> None:
    assert sure(text) + weak(text) == []


def test_find_none_in_innocent_text() -> None:
    assert hits_in_innocent(ENTITY) == []
