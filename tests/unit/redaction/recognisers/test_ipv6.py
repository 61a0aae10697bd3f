"""IPV6: text → what is found. Addresses of documentation (RFC 3849)."""

import pytest

from tests.innocent import hits_in_innocent
from tests.looking import sure, weak

ENTITY = "IPV6"
FULL = "2001:db8:0:0:8:800:200c:417a"
SURE = {
    "compressed": ("2001:db8::1", [], "2001:db8::1"),
    "full": (FULL, [], FULL),
    "under its header": ("fe80::1", ["IPv6地址"], "fe80::1"),
    "beside its word": ("IP地址：2001:db8::8:1", [], "2001:db8::8:1"),
    "right behind its word": ("IPv6:2001:db8::1", [], "2001:db8::1"),
    "glued to Chinese": ("主机2001:db8::1掉线", [], "2001:db8::1"),
    "upper case": ("2001:DB8::1", [], "2001:DB8::1"),
    "full-width": ("２００１：ｄｂ８：：１", [], "２００１：ｄｂ８：：１"),
    "zone": ("fe80::1%eth0", [], "fe80::1"),
    "prefix": ("2001:db8::/32", [], "2001:db8::"),
    "local": ("fd00:1:2::3", [], "fd00:1:2::3"),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [(ENTITY, found)]


@pytest.mark.parametrize(
    "text",
    ["12:30:45", "1:2:3:4:5:6:7:8", "2024::1", "2024:10:15", "a::b", "2001:db8:::1", "2001:db8::1::2", "2001:db8:1:2:3", "add::bed"],
)  # fmt: skip
def test_find_none(text: str) -> None:
    assert sure(text) + weak(text) == []


def test_find_none_in_innocent_text() -> None:
    assert hits_in_innocent(ENTITY) == []
