"""Mainland mobile telephone number, 11 digits (移动电话号码).

Ministry of Industry and Information Technology, 电信网编号计划 (2017): 1[3-9] and nine digits, 86 before it or not. New
segments keep opening, so no prefix table. No check digit. A decimal part other than `.0` makes it an amount; what a
spreadsheet makes of a telephone number (13900000000.00, 1.39E10 with all its digits, 13,900,000,000) counts under a
header or beside a word of telephones.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t)) for t in ("电话13900000000", "139-0000-0000", "13900000000.56", "1390000000")]
[True, True, False, False]
"""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from redaction.shapes import EDGE, LONG_NUMBER, NO_DECIMALS

ENTITY = "MOBILE"
_MARK = r"[-‐–—\s.·•_/]"
_GAP = _MARK + "{1,3}"
_ONE_GAP = r"[-‐–— \r\n·•_/]{1,3}"  # a dot that stands alone begins decimals
_GROUPS = "|".join(
    (
        "[0-9]{9}",
        f"[0-9]{_GAP}[0-9]{{4}}{_GAP}[0-9]{{4}}",
        f"[0-9]{_ONE_GAP}[0-9]{{8}}",
        f"[0-9]{{5}}{_ONE_GAP}[0-9]{{4}}",
        f"[0-9]{_GAP}[0-9]{{3}}{_GAP}[0-9]{{5}}",
        f"[0-9]{{2}}{_GAP}[0-9]{{3}}{_GAP}[0-9]{{4}}",
        f"[0-9]{{3}}{_ONE_GAP}[0-9]{{6}}",
    )
)
_COUNTRY = r"(?:(?:\((?:\+|00)?86\)|(?:\+|00)?86\)?)[- ]?|0)?"
_NUMBER = f"{_COUNTRY}1[3-9](?:{_GROUPS}){NO_DECIMALS}(?!年)"  # the next line's year isn't its end
PATTERNS = (
    ("grouped", rf"(?<![0-9])(?<![0-9]\.){_NUMBER}", 0.5),
    ("behind a list number", f"{EDGE}{_NUMBER}", 0.3),  # `1.` may be the whole part of a fraction
    ("behind a line's list number", rf"(?<![0-9])(?:(?<=\n[1-9]\.)|(?<=\n[1-9][0-9]\.)){_NUMBER}", 0.5),
    # Two more digits apart on either side make it a piece of a longer number; one may be the row's.
    (
        "every digit apart",
        rf"(?<![0-9])(?<!(?<![0-9])[0-9]{_MARK}[0-9]{_MARK})1{_GAP}[3-9](?:{_GAP}[0-9]){{9}}{NO_DECIMALS}(?!{_MARK}[0-9]{_MARK}[0-9](?![0-9]))",
        0.5,
    ),
    (
        "in fours",
        f"{EDGE}{_COUNTRY}1[3-9][0-9]{{2}}{_ONE_GAP}[0-9]{{4}}{_ONE_GAP}[0-9]{{3}}{NO_DECIMALS}(?![-·_/])",
        0.25,
    ),
    ("with decimals", r"(?<![0-9.,])1[3-9][0-9]{9}\.0{2,}(?![0-9])", 0.1),
    ("power of ten", r"(?<![0-9.])1\.[3-9][0-9]{6,9}E\+?10(?![0-9])", 0.1),
    ("thousands", r"(?<![0-9.,])1[3-9](?:,[0-9]{3}){3}(?:\.0+)?(?![0-9,])(?!\.[0-9])", 0.1),
)
_POWER = r"1\.[3-9][0-9]{6,9}[Ee]\+?10"
PREFILTER = rf"1[-‐–—\s.·•_/／]{{0,3}}[3-9](?:[-‐–—\s.·•_/／]{{0,3}}[0-9]){{9}}|1[3-9](?:[,，][0-9]{{3}}){{3}}|{_POWER}"
COARSE = (LONG_NUMBER, _POWER)
CONTEXT = ("手机", "电话", "联系", "移动号", "mobile", "phone", "tel")


def whole(digits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Classes of cells: nothing, a number; what may begin with a country code is left to the patterns."""
    first, second = digits[:, 0], digits[:, 1]
    if digits.shape[1] == 11:
        classes: np.ndarray[Any, Any] = ((first == 1) & (second >= 3)).astype(np.int64)
        return classes
    return np.where((first == 0) | ((first == 8) & (second == 6)), -1, 0)


def made_up(draw: Random) -> str:
    """An invented number: the subscriber part begins with five zeros."""
    return f"1{draw.choice('3589')}{draw.randrange(10)}00000{draw.randrange(1000):03}"
