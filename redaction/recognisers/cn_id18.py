"""Resident identity number, 18 characters (居民身份证号码, 公民身份号码), also of residence permits for HK, Macau, Taiwan.

Ministry of Public Security; GB 11643-1999: division code (GB/T 2260), birthday, serial, check character ISO 7064
MOD 11-2. Numbers that put more behind a whole identity number are left to modules of their own.

>>> is_valid("11010519491231002X"), is_valid("110105194912310021"), is_valid("11010519490231002X")
(True, False, False)
"""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from redaction.shapes import (
    BIRTHDAY,
    GAP,
    LONG_NUMBER,
    PROVINCE,
    are_days,
    are_mod11_2,
    are_provinces,
    compact,
    is_day,
    mod11_2,
    spaced,
    two,
)

ENTITY = "CN_ID18"
SCORE = 1.0
_HEAD = f"{PROVINCE}[0-9]{{4}}{BIRTHDAY}[0-9]{{3}}"
_HEAD_PARTS = (
    "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])[0-9]{4}(?:18|19|20)[0-9]{2}"
    "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}"
)
PATTERNS = (
    ("plain", f"(?<![0-9]){_HEAD}(?:[0-9](?![0-9])|X)", 0.4),  # an X ends the number whatever follows
    ("spaced", f"(?<![0-9]){spaced(_HEAD_PARTS + '[0-9X]')}(?:(?<=X)|(?![0-9]))", 0.1),
)
PREFILTER = f"[1-8](?:{GAP}[0-9]){{16}}{GAP}[0-9Xx]"
COARSE = (LONG_NUMBER,)
CONTEXT = ("身份证", "证件号", "公民身份", "社会保障号", "居住证", "身份号码", "id number", "idcard", "id card")


def is_valid(text: str) -> bool:
    """Whether birthday and check character are right."""
    number = compact(text)[:18]
    return is_day(number[6:10], number[10:12], number[12:14]) and mod11_2(number[:17]) == number[17]


def whole(digits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Classes of cells: nothing, the shape, a right number; longer ones are left to the patterns."""
    if digits.shape[1] != 18:
        return np.full(len(digits), -1)
    century, month, day = two(digits, 6), two(digits, 10), two(digits, 12)
    shape = are_provinces(digits) & (century >= 18) & (century <= 20)
    shape &= (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    right = are_days(century * 100 + two(digits, 8), month, day) & are_mod11_2(digits)
    return shape * (1 + right)


def made_up(draw: Random) -> str:
    """An invented number of a division that doesn't exist."""
    head = (
        f"1199{draw.randrange(90, 100)}{draw.randrange(1940, 2010)}{draw.randrange(1, 13):02}{draw.randrange(1, 29):02}"
    )
    head += f"{draw.randrange(1000):03}"
    return head + mod11_2(head)
