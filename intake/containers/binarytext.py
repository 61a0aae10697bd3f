"""Readable texts inside binary records whose layout isn't known: runs of UTF-16 and of single-byte characters.

A superset on purpose: it is only scanned, never shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_WIDE = re.compile(rb"(?:[\x20-\x7e]\x00|[\x00-\xff][\x4e-\x9f\xff\x30])" rb"{2,}")
_NARROW = re.compile(rb"[\x20-\x7e]{4,}")
_HAN = re.compile(rb"(?:[\x81-\xfe][\x40-\xfe]|[\x20-\x7e]){4,}")


def texts_in(data: bytes, *, codepage: str | None = None) -> Iterator[str]:
    """Texts of at least two wide or four narrow characters. `codepage`: also look for runs in this encoding."""
    for offset in (0, 1):
        for found in _WIDE.finditer(data[offset:]):
            yield found[0].decode("utf-16-le", "replace")
        if not data:
            break
    for found in _NARROW.finditer(data):
        yield found[0].decode("ascii")
    if codepage:
        for found in _HAN.finditer(data):
            yield found[0].decode(codepage, "replace")
