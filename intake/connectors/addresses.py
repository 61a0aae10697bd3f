"""Which network addresses a source may have: the guard against a location that makes the platform ask itself or the
cloud's metadata service for secrets. A city's own network is private addresses, so those are allowed.

Called for the first address and for every redirect; the connection then goes to the very address that was checked.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping

from domain.errors import SourceUnavailable, UsageInvalid

LOOPBACK_SWITCH = "MINGJING_ALLOW_LOOPBACK_SOURCES"
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
FORBIDDEN = tuple(
    ipaddress.ip_network(n)
    for n in (
        "0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "fe80::/10", "ff00::/8", "::/128",
        "100.100.100.200/32",  # Alibaba Cloud's metadata service
        "168.63.129.16/32",  # Azure's
        "192.0.0.192/32",  # Oracle Cloud's
        "fd00:ec2::254/128",  # Amazon's over IPv6
        "fd20:ce::254/128",  # Google's over IPv6
    )
)  # fmt: skip
NAT64 = ipaddress.ip_network("64:ff9b::/96")


def allowed_address(host: str, port: int, environ: Mapping[str, str]) -> str:
    """An address of `host` to connect to. Every address it resolves to must be allowed, else UsageInvalid;
    SourceUnavailable where the name has none."""
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise SourceUnavailable(
            f"the name {host} has no address; check the spelling and the name service", transient=True
        ) from None
    texts = list(dict.fromkeys(str(answer[4][0]).partition("%")[0] for answer in answers))
    for text in texts:
        if reason := refusal(ipaddress.ip_address(text), environ):
            raise UsageInvalid(f"{host} {reason}")
    return texts[0]


def refusal(address: Address, environ: Mapping[str, str]) -> str | None:
    """Why no source may have this address, or None.

    >>> refusal(ipaddress.ip_address("10.1.2.3"), {}) is None
    True
    >>> refusal(ipaddress.ip_address("::ffff:169.254.169.254"), {})
    'has a link-local, metadata or reserved address; a source never has one'
    """
    inner = _embedded(address)
    if any(inner in network for network in FORBIDDEN if network.version == inner.version):
        return "has a link-local, metadata or reserved address; a source never has one"
    if inner.is_loopback and environ.get(LOOPBACK_SWITCH) != "1":
        return f"is this machine itself; set {LOOPBACK_SWITCH}=1 if the source really runs here"
    return None


def is_public(address: Address) -> bool:
    """Whether the whole internet may have it: not private, not reserved, in whatever form it is written.

    >>> is_public(ipaddress.ip_address("64:ff9b::a00:1")), is_public(ipaddress.ip_address("8.8.8.8"))
    (False, True)
    """
    return _embedded(address).is_global


def _embedded(address: Address) -> Address:
    """The IPv4 address that an IPv6 form carries inside, else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
