"""LONLAT: text → what is found. Places in a desert."""

import pytest

from tests.innocent import hits_in_innocent
from tests.looking import sure, weak

ENTITY = "LONLAT"
LINE = "84.12341 38.12341, 84.12351 38.12351, 84.12361 38.12361"
SURE = {
    "pair": ("84.12341,38.12341", [], "84.12341,38.12341"),
    "pair under its header": ("84.12341,38.12341", ["坐标"], "84.12341,38.12341"),
    "latitude first": ("38.12341, 84.12341", [], "38.12341, 84.12341"),
    "Chinese comma": ("84.12341，38.12341", [], "84.12341，38.12341"),
    "spaced": ("84.12341  38.12341", [], "84.12341  38.12341"),
    "glued to Chinese": ("位于84.12341、38.12341处", [], "84.12341、38.12341"),
    "glued to Latin": ("POINT(84.12341 38.12341)", [], "84.12341 38.12341"),
    "words": ("东经84.12341°，北纬38.12341°", [], "84.12341°，北纬38.12341"),
    "words with colons": ("经度：84.12341 纬度：38.12341", [], "84.12341 纬度：38.12341"),
    "letters": ("E84.12341°, N38.12341°", [], "84.12341°, N38.12341"),
    "JSON": ('{"lng":84.12341,"lat":38.12341}', [], '84.12341,"lat":38.12341'),
    "GeoJSON": ('"coordinates": [84.12341, 38.12341]', [], "84.12341, 38.12341"),
    "full-width": ("８４．１２３４１，３８．１２３４１", [], "８４．１２３４１，３８．１２３４１"),
    "a trailing zero dropped": ("84.12341,38.123", [], "84.12341,38.123"),
    "a line of pairs": (LINE, [], LINE),
    "a line of pairs, latitude first": ("38.12341,84.12341;38.12351,84.12351", [], "38.12341,84.12341;38.12351,84.12351"),
    "degrees, minutes, seconds": ("东经84°07′24.3″，北纬38°07′24.3″", [], "84°07′24.3″，北纬38°07′24.3″"),
    "degrees in Chinese": ("东经84度7分24秒北纬38度7分24秒", [], "84度7分24秒北纬38度7分24秒"),
    "degrees in ASCII": ("84°07'24\"E 38°07'24\"N", [], "84°07'24\"E 38°07'24\""),
    "one longitude under its header": ("84.12341", ["经度"], "84.12341"),
    "one latitude under its header": ("38.12341", ["纬度"], "38.12341"),
    "one latitude under a Latin header": ("38.12341", ["lat"], "38.12341"),
    "one angle under its header": ("38°07′24″", ["纬度"], "38°07′24″"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [(ENTITY, found)]


def test_find_three_decimals_are_never_sure() -> None:
    for text in ("84.123,38.123", "38.123 84.123"):
        assert sure(text) + weak(text) == []
        assert (sure(text, "坐标"), weak(text, "坐标")) == ([], [(ENTITY, text)])


@pytest.mark.parametrize(
    "text",
    [
        "84.12341",
        "384.12341,38.12341",
        "84.12341,68.12341",
        "84.12,38.12",
        "84.12341元，38.12341万元",
        "84°07′",
        "1,084.12341,38.12341",
        "38°C 84.1",
    ],
    ids=["one number", "not on earth", "not in China", "coarse", "amounts", "minutes", "thousands", "temperature"],
)
def test_find_none(text: str) -> None:
    assert sure(text) + weak(text) == []


@pytest.mark.parametrize("header", ["platform", "along", "latest"])
def test_find_no_lone_number_under_a_header_that_holds_the_word_by_chance(header: str) -> None:
    assert sure("38.12341", header) + weak("38.12341", header) == []


def test_find_none_in_innocent_text() -> None:
    assert hits_in_innocent(ENTITY) == []
