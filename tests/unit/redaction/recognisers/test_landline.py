"""LANDLINE: text → what is found. All numbers are made up."""

import pytest

from tests.innocent import hits_in_innocent
from tests.looking import sure, weak

ENTITY = "LANDLINE"
SURE = {
    "header": ("0311-86000000", ["联系电话"], "0311-86000000"),
    "word": ("传真：0311-86000000", [], "0311-86000000"),
    "brackets": ("电话(0311)86000000", [], "(0311)86000000"),
    "extension": ("电话0311-86000000-801", [], "0311-86000000-801"),
    "spaced": ("热线 010 6600 0000", [], "010 6600 0000"),
    "seven digits": ("电话0310-3000000", [], "0310-3000000"),
    "full-width": ("电话０３１１－８６００００００", [], "０３１１－８６００００００"),
    "country": ("电话86-0311-86000000", [], "86-0311-86000000"),
    "no separator": ("031186000000", ["传真"], "031186000000"),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [(ENTITY, found)]


@pytest.mark.parametrize("text", ["0311-86000000", "（010）66000000"])
def test_find_without_context_is_only_weak(text: str) -> None:
    assert weak(text) == [(ENTITY, text)]
    assert sure(text) == []


@pytest.mark.parametrize(
    "text", ["0311-06000000", "0111-86000000", "2019-02-15140000", "10311-86000000", "0311-86000000.5"]
)
def test_find_none(text: str) -> None:
    assert sure(text, "联系电话") == []


def test_find_none_in_innocent_text() -> None:
    assert hits_in_innocent(ENTITY) == []
