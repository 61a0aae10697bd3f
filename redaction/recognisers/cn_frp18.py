"""Number of the foreign permanent resident ID card of 2023, 18 characters (新版外国人永久居留身份证号码, 五星卡).

National Immigration Administration: 9, province, nationality (ISO 3166 digits), birthday, serial, check character ISO 7064
MOD 11-2 as on resident identity cards. A unified social credit code of digits alone may look the same; the overlap rule
decides: the right check characters, then the words beside it, then the pack's order, in which the person goes first.

>>> is_valid("911840198001011235"), is_valid("911840198001011236"), is_valid("911840198002301235")
(True, False, False)
"""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from redaction.shapes import BIRTHDAY, GAP, LONG_NUMBER, PROVINCE, compact, is_day, mod11_2, spaced

ENTITY = "CN_FRP18"
SCORE = 0.9  # as a credit code's: a word beside it tells them apart
_HEAD = f"9{PROVINCE}[0-9]{{3}}{BIRTHDAY}[0-9]{{3}}"
PATTERNS = (
    ("plain", f"(?<![0-9]){_HEAD}(?:[0-9](?![0-9])|X)", 0.3),
    ("spaced", f"(?<![0-9]){spaced(_HEAD + '[0-9X]')}(?:(?<=X)|(?![0-9]))", 0.1),
)
PREFILTER = f"9{GAP}[1-8](?:{GAP}[0-9]){{4}}{GAP}(?:1{GAP}[89]|2{GAP}0)(?:{GAP}[0-9]){{9}}{GAP}[0-9Xx]"
COARSE = (LONG_NUMBER,)
CONTEXT = ("永久居留", "永居证", "五星卡", "permanent resid")


def is_valid(text: str) -> bool:
    """Whether birthday and check character are right."""
    number = compact(text)
    return is_day(number[6:10], number[10:12], number[12:14]) and mod11_2(number[:17]) == number[17]


def whole(digits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Classes of cells: nothing; what begins as such a number is left to the patterns."""
    return np.where(digits[:, 0] == 9, -1, 0)


def made_up(draw: Random) -> str:
    """An invented number of a nationality that doesn't exist."""
    head = f"911999{draw.randrange(1940, 2010)}{draw.randrange(1, 13):02}{draw.randrange(1, 29):02}{draw.randrange(1000):03}"
    return head + mod11_2(head)
