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

from redaction.shapes import LONG_NUMBER, MONTH_DAY, PROVINCE, are_days, are_provinces, is_day, two

ENTITY = "CN_ID15"
PATTERNS = (("plain", rf"(?<![0-9])(?<![0-9]\.){PROVINCE}[0-9]{{6}}{MONTH_DAY}[0-9]{{3}}(?![0-9])(?!\.[0-9])", 0.3),)
PREFILTER = "[1-8][0-9]{14}"
COARSE = (LONG_NUMBER,)
CONTEXT = ("身份证", "证件号", "公民身份", "身份号码", "id number", "idcard", "id card")


def is_possible(text: str) -> bool:
    """Whether the birthday, 19YY, is a day that was."""
    return is_day("19" + text[6:8], text[8:10], text[10:12])


def whole(digits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Classes of cells: nothing, a possible number."""
    if digits.shape[1] != 15:
        return np.full(len(digits), -1)
    born = are_days(1900 + two(digits, 6), two(digits, 8), two(digits, 10))
    return (are_provinces(digits) & born).astype(np.int64)


def made_up(draw: Random) -> str:
    """An invented number of a division that doesn't exist."""
    return f"1199{draw.randrange(90, 100)}{draw.randrange(40, 99)}{draw.randrange(1, 13):02}{draw.randrange(1, 29):02}{draw.randrange(1000):03}"
