"""Internet address, version 6 (IPv6地址).

RFC 4291: eight groups in hexadecimal, or fewer around one `::`. Only blocks in use are looked for (2000::/3, fc00::/7,
fe80::/10, ff00::/8), so times, ratios and `std::vector` aren't taken for one.

>>> import re
>>> rx = re.compile(PATTERNS[0][1], re.I)
>>> [bool(rx.search(t)) for t in ("地址2001:db8::1", "fe80::1%eth0", "12:30:45", "1:2:3:4:5:6:7:8", "std::vector")]
[True, True, False, False, False]
"""

from __future__ import annotations

from ipaddress import AddressValueError, IPv6Address
from random import Random

ENTITY = "IPV6"
_FIRST = "(?:[23][0-9A-F]{3}|F[CDEF][0-9A-F]{2})"
PATTERNS = (
    (
        "in use",
        rf"(?<![0-9A-F])(?:(?<![0-9A-F]:)(?<!::)|(?<=IPV6:)){_FIRST}(?::[0-9A-F]{{1,4}}){{0,6}}"
        rf"(?:::(?:[0-9A-F]{{1,4}}(?::[0-9A-F]{{1,4}}){{0,5}})?|:[0-9A-F]{{1,4}})(?![0-9A-F:])",
        0.6,
    ),
)
PREFILTER = "(?i:(?:[23][0-9a-f]{3}|f[c-f][0-9a-f]{2})(?:[:：][0-9a-f]{1,4}){0,6}[:：][:：]|[23f][0-9a-f]{3}(?:[:：][0-9a-f]{1,4}){7})"
SIEVE = "ipv6"
CONTEXT = ("ipv6", "ip", "ip地址", "ip address")


def is_possible(text: str) -> bool:
    """An address with three groups at least, or with a letter: `2024::1` is none."""
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return len([g for g in text.split(":") if g]) >= 3 or any(c.isalpha() for c in text)


def made_up(draw: Random) -> str:
    """An invented address of the block kept for documentation (RFC 3849)."""
    return f"2001:db8::{draw.randrange(1, 2**16):x}"
