"""MAC: text → what is found; shapes against stdnum. All addresses are made up (RFC 7042)."""

from random import Random

import pytest
from stdnum import mac

from tests.innocent import hits_in_innocent
from tests.looking import look, sure, weak

ENTITY = "MAC"
SURE = {
    "colons": ("00:00:5e:00:53:01", [], "00:00:5e:00:53:01"),
    "under its header": ("00-00-5E-00-53-01", ["MAC地址"], "00-00-5E-00-53-01"),
    "beside its word": ("MAC：00:00:5E:00:53:01", [], "00:00:5E:00:53:01"),
    "glued to Latin": ("MAC00:00:5E:00:53:01x", [], "00:00:5E:00:53:01"),
    "glued to Chinese": ("网卡00-00-5E-00-53-01的设备", [], "00-00-5E-00-53-01"),
    "full-width": ("００：００：５Ｅ：００：５３：０１", [], "００：００：５Ｅ：００：５３：０１"),
    "dotted words": ("0000.5e00.5301", [], "0000.5e00.5301"),
    "digits alone beside its word": ("MAC 00:00:54:00:53:01", [], "00:00:54:00:53:01"),
    "digits alone behind its colon": ("MAC：00:00:54:00:53:01", [], "00:00:54:00:53:01"),
    "characters glued to its word": ("MAC00005E005301", ["MAC"], "00005E005301"),
    "digits and hyphens under its header": ("00-00-54-00-53-01", ["物理地址"], "00-00-54-00-53-01"),
    "bare characters under its header": ("00005E005301", ["MAC"], "00005E005301"),
    "in JSON": ('{"mac":"00:00:5E:00:53:01"}', [], "00:00:5E:00:53:01"),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [(ENTITY, found)]


@pytest.mark.parametrize(
    "text", ["12-10-24-01-15-30", "00005E005301", "1234.5678.9012", "00:00:5E:00:53", "00:11:2A:33:44:55:66:77"]
)
def test_find_none_without_context(text: str) -> None:
    assert sure(text) + weak(text) == []


def test_find_agrees_with_stdnum_on_shapes() -> None:
    draw, right = Random(13), 0
    for _ in range(1_000):
        text = draw.choice(":-").join(
            "".join(draw.choices("0123456789ABCDEFabcdef" + draw.choice(["", "", "Gz"]), k=2)) for _ in range(6)
        )
        found = any(s.whole and s.entity == ENTITY for s in look(text, "MAC地址"))
        assert found == mac.is_valid(text, validate_manufacturer=False)
        right += found
    assert 500 < right < 1_000


def test_find_none_in_innocent_text() -> None:
    assert hits_in_innocent(ENTITY) == []
