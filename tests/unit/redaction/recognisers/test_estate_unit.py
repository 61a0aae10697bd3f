"""ESTATE_UNIT: text → what is found. All units are made up."""

import pytest

from tests.innocent import hits_in_innocent
from tests.looking import sure, weak

ENTITY = "ESTATE_UNIT"
UNIT, LAND = "139901001001GB00001F00010001", "139901001001GB00001W00000000"
SURE = {
    "bare": (UNIT, [], UNIT),
    "bare under its header": (UNIT, ["不动产单元号"], UNIT),
    "beside its word": (f"不动产单元号：{UNIT}", [], UNIT),
    "glued to Chinese": (f"单元{UNIT}号", [], UNIT),
    "glued to Latin": (f"No.A{UNIT}x", [], UNIT),
    "lower case": (UNIT.lower(), [], UNIT.lower()),
    "full-width": ("１３９９０1001001GB00001F00010001", [], "１３９９０1001001GB00001F00010001"),
    "spaced": ("139901 001001 GB00001 F00010001", [], "139901 001001 GB00001 F00010001"),
    "wood": ("139901001001JE00001L00010001", [], "139901001001JE00001L00010001"),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [(ENTITY, found)]


def test_find_bare_land_is_never_sure() -> None:
    assert sure(LAND) + weak(LAND) == []
    assert (sure(LAND, "不动产单元号"), weak(LAND, "不动产单元号")) == ([], [(ENTITY, LAND)])


@pytest.mark.parametrize(
    "text",
    [UNIT[:-1], UNIT + "1", "99" + UNIT[2:], UNIT.replace("GB", "XB"), UNIT.replace("F", "K"), "139901001001GB00001"],
    ids=["too short", "too long", "no province", "no right", "no fixture", "parcel"],
)
def test_find_none_even_under_its_header(text: str) -> None:
    assert [f for e, f in sure(text, "不动产单元号") + weak(text, "不动产单元号") if e == ENTITY] == []


def test_find_none_in_innocent_text() -> None:
    assert hits_in_innocent(ENTITY) == []
