"""IPV4: text → what is found. Addresses of local networks and of documentation (RFC 5737)."""

import pytest

from tests.innocent import hits_in_innocent
from tests.looking import sure, weak

ENTITY = "IPV4"
SURE = {
    "local": ("192.168.1.10", [], "192.168.1.10"),
    "local, other block": ("172.16.0.1", [], "172.16.0.1"),
    "under its header": ("203.0.113.7", ["IP地址"], "203.0.113.7"),
    "small parts under its header": ("10.1.2.3", ["登录IP"], "10.1.2.3"),
    "under IP": ("8.8.4.4", ["IP"], "8.8.4.4"),
    "beside its word": ("IP：203.0.113.7", [], "203.0.113.7"),
    "small parts beside its word": ("IP地址为1.2.3.4", [], "1.2.3.4"),
    "glued to its word": ("登录IP10.1.2.3成功", [], "10.1.2.3"),
    "beside another word": ("服务器203.0.113.7:8080", [], "203.0.113.7"),
    "glued to Latin": ("host192.168.1.10x", [], "192.168.1.10"),
    "full-width": ("１９２．１６８．１．１０", [], "１９２．１６８．１．１０"),
    "with a full stop behind": ("地址192.168.1.10.", [], "192.168.1.10"),
    "in quotes beside its word": ("IP：“10.1.2.3”", [], "10.1.2.3"),
    "loopback block's other addresses": ("127.1.2.3", ["IP地址"], "127.1.2.3"),
    "with its mask": ("192.168.1.0/24", [], "192.168.1.0"),
    "in JSON": ('{"ip": "198.51.100.1"}', [], "198.51.100.1"),
    "in a link": ("http://192.168.1.10/a", [], "192.168.1.10"),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [(ENTITY, found)]


@pytest.mark.parametrize("text", ["203.0.113.7", "内网10.1.2.3"], ids=["public alone", "small parts beside a word"])
def test_find_is_weak(text: str) -> None:
    assert (sure(text), [e for e, _ in weak(text)]) == ([], [ENTITY])


@pytest.mark.parametrize(
    "text",
    ["版本192.168.1.10", "V192.168.1.10", "v 203.0.113.7", "固件版本：203.0.113.7", "203.0.113.7版", "Version 203.0.113.7", "IP协议栈版本 203.0.113.7"],
)  # fmt: skip
def test_find_version_is_not_sure(text: str) -> None:
    assert sure(text) == []


def test_find_under_a_header_of_versions_is_not_sure() -> None:
    assert sure("203.0.113.7", "软件版本") + weak("203.0.113.7", "软件版本") == []


@pytest.mark.parametrize(
    "text",
    [
        "1.2.3.4",
        "1.2.3.4 建设内容",
        "见10.1.2.3节",
        "192.168.1.256",
        "1.192.168.1.10",
        "192.168.1",
        "2024.1.15.1",
        "127.0.0.1",
        "0.0.0.0/8",
    ],
)
def test_find_none(text: str) -> None:
    assert sure(text) + weak(text) == []


def test_find_none_in_innocent_text() -> None:
    assert hits_in_innocent(ENTITY) == []
