"""Identity number of Taiwan (台湾身份证统一编号): a letter, 1 or 2 for the sex, eight digits.

Taiwan's household registration; the letter is a county and counts as two digits, weights 1 9 8 … 1 1 mod 10. One in ten
passes and many codes have this shape: even a right check digit is weak without a fitting header or word.

>>> is_valid("A123456789"), is_valid("A123456788")
(True, False)
"""

from __future__ import annotations

import re
from random import Random

ENTITY = "TWID"
SCORE = 0.35
_DIGITS = r"[-\s]?[12][0-9]{8}"
PATTERNS = (
    ("plain", f"(?<![0-9])(?:(?<![A-Z])|(?<=ID))[A-Z]{_DIGITS}(?![0-9A-Z]|-[0-9])", 0.2),
    ("glued", "(?<![0-9])[A-Z][12][0-9]{8}(?![0-9]|-[0-9])", 0.05),
)
PREFILTER = r"(?i:[A-Z])[-\s]?[12][0-9]{8}"
COARSE = (r"[A-Za-z][-\s]?[12][0-9]{8}(?:[^0-9]|$)",)
SIEVE = "places"
CONTEXT = ("台湾身份证", "台湾居民身份证", "台湾身分证", "台湾证件", "taiwan id")
_COUNTIES = "ABCDEFGHJKLMNPQRSTUVXYWZIO"  # in the order of their numbers, from 10


def check_digit(head: str) -> str:
    """For the letter and eight digits.

    >>> check_digit("A12345678")
    '9'
    """
    county = 10 + _COUNTIES.index(head[0])
    digits = [county // 10, county % 10, *map(int, head[1:])]
    return str(-sum(d * w for d, w in zip(digits, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1), strict=True)) % 10)


def is_valid(text: str) -> bool:
    """Whether the check digit is right."""
    number = re.sub(r"[-\s]", "", text).upper()
    return check_digit(number[:-1]) == number[-1]


def made_up(draw: Random) -> str:
    """An invented number whose digits begin with four zeros."""
    head = f"{draw.choice('ABCDEF')}{draw.choice('12')}0000{draw.randrange(1000):03}"
    return head + check_digit(head)
