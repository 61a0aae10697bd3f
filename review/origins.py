"""Where a signature comes from: an address, or a browser in which its person signed in before. Told by whoever opens the door
(review/console/origin); what failures from there mean is review/signature's to say.

Kept as keyed digests alone: no address and no name that somebody typed can be read from them.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.utils.crypto import salted_hmac

DIGITS = 16  # hex digits of a digest
SIX_PREFIX = 64  # bits of an IPv6 address that tell its network: whoever has one of those addresses has them all


@dataclass(frozen=True, slots=True)
class Origin:
    """`place`: a digest. `is_known`: the person who is named signed in there before, so strangers' failures don't count."""

    place: str
    is_known: bool


Finding = Callable[[str], Origin]  # of the person who is named


def digest(kind: str, text: str) -> str:
    """What stands for a name or a place."""
    return salted_hmac(f"mingjing.{kind}", text).hexdigest()[:DIGITS]


def address_place(address: str) -> str:
    """The place that an address belongs to; all without one are one place."""
    return digest("address", network(address))


def network(address: str) -> str:
    """An IPv4 address as it is, of an IPv6 one its network; a text that is neither as it is.

    >>> network("2001:db8::ffff:2"), network("::ffff:192.0.2.1"), network("unix:")
    ('2001:db8::/64', '192.0.2.1', 'unix:')
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, SIX_PREFIX), strict=False))
    return str(getattr(found, "ipv4_mapped", None) or found)


def _here(_username: str) -> Origin:
    """At this machine's own command line: whoever is there has the files anyway."""
    return Origin("here", is_known=True)


_finding: ContextVar[Finding] = ContextVar("finding", default=_here)


def origin_of(username: str) -> Origin:
    """Where the signature of that name, which is being asked for now, comes from."""
    return _finding.get()(username)


@contextmanager
def coming_from(finding: Finding) -> Iterator[None]:
    """Signatures asked for within come from where `finding` says."""
    before = _finding.set(finding)
    try:
        yield
    finally:
        _finding.reset(before)
