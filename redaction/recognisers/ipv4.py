"""Internet address, version 4 (IP地址).

RFC 791; the address of a person's device is personal information (GB/T 35273-2020), an office network's own address is
nobody's business either. Section and version numbers look alike: 192.168 and 172.16–31 are sure alone, an address
with a three-digit part is weak, any other counts beside its word or under its header, and behind 版本 or V none is sure.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t)) for t in ("服务器192.168.1.10:80", "版本192.168.1.10", "1.192.168.1.10", "192.168.1.256")]
[True, False, False, False]
"""

from __future__ import annotations

from random import Random

from redaction.shapes import behind, not_behind

ENTITY = "IPV4"
_PART = "(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_VERSION = not_behind(
    ("版本", "版", "固件", "驱动", "VERSION", "VER", "FIRMWARE", "BUILD", "RELEASE", "V"),
    ("", ":", " ", ": ", r"\.", r"\. ", "号", "号:", "为", " V", ":V", "V"),
)
_OPEN = rf"(?<![0-9])(?<![0-9]\.){_VERSION}"
_CLOSE = r"(?![0-9])(?!\.[0-9])(?!\s?版)"
_QUOTED = [mark + quote for mark in ("", ":") for quote in "\"'“「(["]
_TOLD = behind(
    ("IP", "IP地址", "IPV4", "IPV4地址", "IP ADDRESS"),
    ("", ":", " ", ": ", "为", "是", "为:", "=", '": "', '":"', *_QUOTED),
)
PATTERNS = (
    ("local", rf"{_OPEN}(?:192\.168|172\.(?:1[6-9]|2[0-9]|3[01]))\.{_PART}\.{_PART}{_CLOSE}", 0.5),
    ("beside its word", rf"(?=[0-9])(?<![0-9]){_TOLD}(?:{_PART}\.){{3}}{_PART}{_CLOSE}", 0.5),
    (
        "three digits",
        rf"(?=[0-9]){_OPEN}(?=(?:[0-9]{{1,2}}\.){{0,3}}[12][0-9]{{2}})(?:{_PART}\.){{3}}{_PART}{_CLOSE}",
        0.3,
    ),
    ("any", rf"(?<![0-9])(?<![0-9]\.)(?:{_PART}\.){{3}}{_PART}(?![0-9])(?!\.[0-9])", 0.1),
)
PREFILTER = r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]"
CONTEXT = ("ip", "ip地址", "ipv4", "ip address", "网段", "网关")


def is_possible(text: str) -> bool:
    """Not the machine's own address, the same on every one (RFC 1122 keeps all of 127 for it, machines use 127.0)."""
    return not text.startswith(("127.0.", "0."))


def made_up(draw: Random) -> str:
    """An invented address of a local network."""
    return f"192.168.{draw.randrange(256)}.{draw.randrange(256)}"
