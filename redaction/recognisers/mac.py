"""MAC address of a device's network card (MAC地址, 物理地址).

IEEE 802, EUI-48: six bytes in hexadecimal, with colons, hyphens or Cisco's dots. GB/T 35273-2020 counts it as personal
information. Digits alone with hyphens or dots are dates and lottery numbers, twelve bare characters any code: both count in
context only.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t, re.I)) for t in ("MAC00:00:5e:00:53:01", "00-00-5E-00-53-01", "01-05-12-18-22-30", "12:30:45")]
[True, True, False, False]
"""

from __future__ import annotations

from random import Random

ENTITY = "MAC"
_BYTE = "[0-9A-F]{2}"
_OPEN = f"(?<![0-9])(?<!{_BYTE}[:-]{_BYTE}[:-])"  # `MAC:` is itself a byte and a colon
_CLOSE = "(?![0-9A-F]|[:-][0-9A-F]{2}(?![0-9A-Z]))"
_HAS_LETTER = r"(?=[0-9:.\-]{0,16}[A-F])"
PATTERNS = (
    ("bytes", f"{_HAS_LETTER}{_OPEN}(?:(?:{_BYTE}:){{5}}|(?:{_BYTE}-){{5}}){_BYTE}{_CLOSE}", 0.6),
    ("words", rf"(?<![0-9A-F.]){_HAS_LETTER}[0-9A-F]{{4}}\.[0-9A-F]{{4}}\.[0-9A-F]{{4}}(?![0-9A-F.])", 0.5),
    ("digits and colons", f"{_OPEN}(?:[0-9]{{2}}:){{5}}[0-9]{{2}}{_CLOSE}", 0.3),
    (
        "in context",
        rf"(?<![0-9])(?<!{_BYTE}-{_BYTE}-)(?:(?:[0-9]{{2}}-){{5}}[0-9]{{2}}|[0-9]{{4}}\.[0-9]{{4}}\.[0-9]{{4}}|[0-9A-F]{{12}}){_CLOSE}",
        0.1,
    ),
)
PREFILTER = (
    r"(?i:[0-9A-F]{2}[:：][0-9A-F]{2}[:：][0-9A-F]{2}[:：][0-9A-F]{2}[:：][0-9A-F]{2}[:：][0-9A-F]{2}"
    r"|[0-9A-F]{2}-[0-9A-F]{2}-[0-9A-F]{2}-[0-9A-F]{2}-[0-9A-F]{2}-[0-9A-F]{2}"
    r"|[0-9A-F]{4}\.[0-9A-F]{4}\.[0-9A-F]{4})"
)
PREFILTER_IN_CONTEXT = "(?i:[0-9A-F]{12})"
CONTEXT = ("mac", "mac地址", "物理地址", "网卡", "mac address")


def made_up(draw: Random) -> str:
    """An invented address of the range kept for documentation (RFC 7042)."""
    return f"00:00:5E:00:53:{draw.randrange(256):02X}"
