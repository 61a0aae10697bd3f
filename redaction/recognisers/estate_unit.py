"""Real-estate unit number, 28 characters (不动产单元号).

TD/T 1001-2012, GB/T 37346-2019: county, cadastral zone and block (12 digits), right and use (two letters), parcel, then the
fixture: F house, L forest, Q other with its number, W for bare land. With a house number it leads to a dwelling; bare land
is a parcel, which may go out after review, so it is only told.

>>> import re
>>> unit = re.compile(PATTERNS[0][1])
>>> [bool(unit.search(t)) for t in ("139901001001GB00001F00010001", "139901001001GB00001W00000000")]
[True, False]
"""

from __future__ import annotations

from random import Random

from redaction.shapes import PROVINCE

ENTITY = "ESTATE_UNIT"
_PARCEL = rf"(?<![0-9]){PROVINCE}[0-9]{{4}}\s?[0-9]{{3}}\s?[0-9]{{3}}\s?[GJZ][A-HLNWXY]\s?[0-9]{{5}}\s?"
PATTERNS = (
    ("fixture", rf"{_PARCEL}[FLQ]\s?[0-9]{{4}}\s?[0-9]{{4}}(?![0-9])", 0.6),
    ("land", rf"{_PARCEL}W\s?[0-9]{{4}}\s?[0-9]{{4}}(?![0-9])", 0.05),
)
PREFILTER = r"(?i:[0-9]\s?[GJZ][A-Z]\s?[0-9]{5}\s?[FLQW]\s?[0-9])"
CONTEXT = ("不动产单元号", "不动产单元", "单元代码")


def made_up(draw: Random) -> str:
    """An invented unit of a county that doesn't exist."""
    return f"1399{draw.randrange(1, 100):02}000000GB0000{draw.randrange(1, 10)}F0000{draw.randrange(10**4):04}"
