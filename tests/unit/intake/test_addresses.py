"""Which addresses a source may have."""

from __future__ import annotations

import ipaddress

import pytest

from domain.errors import SourceUnavailable, UsageInvalid
from intake.connectors.addresses import LOOPBACK_SWITCH, allowed_address, refusal

NEVER = [
    "0.0.0.0", "169.254.169.254", "169.254.0.23", "100.100.100.200", "168.63.129.16", "192.0.0.192", "224.0.0.1",
    "255.255.255.255", "::", "fe80::1", "ff02::1", "fd00:ec2::254", "fd20:ce::254", "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1",
]  # fmt: skip
LOOPBACK = ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]
ALWAYS = ["10.0.0.5", "172.16.3.4", "192.168.1.1", "100.64.1.1", "fd12::1", "8.8.8.8", "2001:db8::1", "::ffff:10.0.0.1"]
OPEN = {LOOPBACK_SWITCH: "1"}


@pytest.mark.parametrize("text", NEVER)
def test_reserved_address_is_refused_whatever_is_set(text: str) -> None:
    assert refusal(ipaddress.ip_address(text), {})
    assert refusal(ipaddress.ip_address(text), OPEN)


@pytest.mark.parametrize("text", LOOPBACK)
def test_loopback_needs_the_switch(text: str) -> None:
    assert LOOPBACK_SWITCH in (refusal(ipaddress.ip_address(text), {LOOPBACK_SWITCH: "yes"}) or "")
    assert refusal(ipaddress.ip_address(text), OPEN) is None


@pytest.mark.parametrize("text", ALWAYS)
def test_city_and_public_networks_are_allowed(text: str) -> None:
    assert refusal(ipaddress.ip_address(text), {}) is None


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "2130706433", "0x7f000001", "127.1", "::1"])
def test_every_spelling_of_this_machine_is_seen(host: str) -> None:
    with pytest.raises(UsageInvalid, match="this machine itself"):
        allowed_address(host, 80, {})


def test_one_forbidden_answer_among_good_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(2, 1, 6, "", ("10.0.0.1", 80)), (2, 1, 6, "", ("169.254.169.254", 80))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: answers)
    with pytest.raises(UsageInvalid, match="metadata"):
        allowed_address("rebinding.example", 80, OPEN)


@pytest.mark.parametrize("fault", [OSError("no such name"), UnicodeError("label too long")])
def test_name_without_address_is_unavailable(monkeypatch: pytest.MonkeyPatch, fault: Exception) -> None:
    def fail(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr("socket.getaddrinfo", fail)
    with pytest.raises(SourceUnavailable, match="no address"):
        allowed_address("nowhere.example", 80, {})
