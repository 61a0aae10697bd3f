"""Resident identity number of the first generation, 15 digits (一代身份证号码), issued until 1999.

Ministry of Public Security; GB 11643-1989: division code, birthday without century, serial; no check digit, so the shape
alone is weak: a fitting header or word, or a column full of them, makes it sure.

>>> is_possible("110105491231002"), is_possible("110105490231002")
(True, False)
"""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from redaction.shapes import (
    EDGE,
    GAP,
    LONG_NUMBER,
    MONTH_DAY,
    NO_DECIMALS,
    PROVINCE,
    are_days,
    are_provinces,
    compact,
    is_day,
    spaced,
    two,
)

ENTITY = "CN_ID15"
_NUMBER = f"{PROVINCE}[0-9]{{6}}{MONTH_DAY}[0-9]{{3}}"
_PARTS = (
    "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])[0-9]{6}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}"
)
PATTERNS = (
    ("plain", f"(?<![0-9])(?<![0-9]\\.){_NUMBER}{NO_DECIMALS}", 0.3),
    ("behind a list number", f"{EDGE}{_NUMBER}{NO_DECIMALS}", 0.2),  # `1.` may be the whole part of a fraction
    ("spaced", f"{EDGE}{spaced(_PARTS)}{NO_DECIMALS}", 0.2),
)
PREFILTER = "[1-8][0-9]{14}"
COARSE = (LONG_NUMBER,)
PREFILTER_IN_CONTEXT = f"[1-8](?:{GAP}[0-9]){{14}}"  # rows of amounts look like it
CONTEXT = ("身份证", "证件号", "公民身份", "身份号码", "id number", "idcard", "id card")


def is_possible(text: str) -> bool:
    """Whether the birthday, 19YY, is a day that was."""
    number = compact(text)
    return is_day("19" + number[6:8], number[8:10], number[10:12])


def whole(digits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Classes of cells: nothing, a possible number."""
    if digits.shape[1] != 15:
        return np.full(len(digits), -1)
    born = are_days(1900 + two(digits, 6), two(digits, 8), two(digits, 10))
    return (are_provinces(digits) & born).astype(np.int64)


def made_up(draw: Random) -> str:
    """An invented number of a division that doesn't exist."""
    return f"1199{draw.randrange(90, 100)}{draw.randrange(40, 99)}{draw.randrange(1, 13):02}{draw.randrange(1, 29):02}{draw.randrange(1000):03}"
