"""Which hosts reading a foreign catalogue may reach."""

from __future__ import annotations

import socket

import pytest

from domain.errors import SourceUnavailable, UsageInvalid
from intake.connectors.gate import Gate, OtherHost

NAMES = {
    "public.example": "93.184.216.34", "private.example": "10.1.2.3", "files.example": "93.184.216.35", "inner.example": "192.168.3.4",
    "rebind.example": "127.0.0.1", "meta.example": "169.254.169.254", "nat.example": "64:ff9b::a01:203",
}  # fmt: skip


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        if (address := NAMES.get(host.lower(), host)) == host and host.endswith(".example"):
            raise OSError("unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)


@pytest.mark.parametrize("url", ["https://public.example", "http://public.example/ckan/", "https://PUBLIC.example:443"])
def test_own_host_is_reached_at_its_usual_ports(url: str) -> None:
    gate = Gate.of(url, {})
    assert gate("public.example", 443) == gate("Public.Example", 80) == "93.184.216.34"


@pytest.mark.parametrize(("host", "port"), [("public.example", 22), ("files.example", 443), ("xpublic.example", 443)])
def test_another_host_or_port_is_not_the_catalogue(host: str, port: int) -> None:
    with pytest.raises(OtherHost):
        Gate.of("https://public.example", {})(host, port)


def test_other_hosts_are_reached_where_wanted() -> None:
    gate = Gate.of("https://public.example", {}, others=True)
    assert gate("files.example", 443) == "93.184.216.35"
    assert Gate.of("https://private.example", {}, others=True)("inner.example", 443) == "192.168.3.4"


@pytest.mark.parametrize(
    "host",
    ["private.example", "inner.example", "rebind.example", "meta.example", "nat.example", "10.0.0.1", "127.0.0.1"],
)
def test_a_public_catalogue_never_leads_inside(host: str) -> None:
    with pytest.raises(UsageInvalid) as refused:
        Gate.of("https://public.example", {"MINGJING_ALLOW_LOOPBACK_SOURCES": "1"}, others=True)(host, 443)
    assert not isinstance(refused.value, OtherHost)


def test_this_machine_is_reached_where_its_address_says_so() -> None:
    assert Gate.of("http://127.0.0.1:5000", {})("127.0.0.1", 5000) == "127.0.0.1"
    with pytest.raises(UsageInvalid, match="this machine"):
        Gate.of("http://rebind.example:5000", {})("rebind.example", 5000)
    with pytest.raises(OtherHost):
        Gate.of("http://127.0.0.1:5000", {})("127.0.0.1", 5432)


def test_a_private_catalogue_is_a_citys_own() -> None:
    assert Gate.of("http://private.example", {})("private.example", 80) == "10.1.2.3"


def test_a_name_without_an_address_is_said() -> None:
    with pytest.raises(SourceUnavailable):
        Gate.of("http://nowhere.example", {})("nowhere.example", 80)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "file:///etc/passwd",
        "ftp://h",
        "http://",
        "https://user:pw@h/",
        "https://h/?q=1",
        "https://h/#x",
        "https://[::1",
        "https://h:x",
    ],
)
def test_addresses_that_are_no_catalogues_are_refused(url: str) -> None:
    with pytest.raises(UsageInvalid) as refused:
        Gate.of(url, {})
    assert "pw" not in str(refused.value)
