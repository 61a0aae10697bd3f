"""Vehicle identification number, 17 characters (车辆识别代号、车架号).

GB 16735-2019, ISO 3779: maker, description with its check character at place 9 (mod 11), model year, plant, serial ending in
four digits; no I, O, Q. One number in eleven passes, so even a right check character is weak: a fitting header or word
makes it sure. Seventeen digits without a letter in the maker code are a timestamp or an order number.

>>> is_valid("1M8GDM9AXKP042788"), is_valid("1M8GDM9A1KP042788"), is_possible("20240115103000123")
(True, False, False)
"""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from redaction.shapes import compact, weighted

ENTITY = "VIN"
SCORE = 0.35
_CHARACTER = "[A-HJ-NPR-Z0-9]"
_WORD = "(?<=[A-Z])[A-Z]{1,2}[0-9]{15}"  # the end of one, glued to a long number
PATTERNS = (
    ("plain", f"(?<![0-9A-Z]){_CHARACTER}{{8}}[0-9X]{_CHARACTER}{{4}}[0-9]{{4}}(?![0-9A-Z])", 0.1),
    ("glued", f"(?<![0-9])(?!{_WORD}){_CHARACTER}{{8}}[0-9X]{_CHARACTER}{{4}}[0-9]{{4}}(?![0-9])", 0.05),
    (
        "in groups",
        rf"(?<![0-9A-Z])(?:{_CHARACTER}[\s-]?){{8}}[0-9X][\s-]?(?:{_CHARACTER}[\s-]?){{4}}(?:[0-9][\s-]?){{3}}[0-9](?![0-9A-Z])",
        0.05,
    ),
    ("other serial", f"(?<![0-9A-Z]){_CHARACTER}{{8}}[0-9X]{_CHARACTER}{{8}}(?![0-9A-Z])", 0.05),
)
PREFILTER = "(?i:(?:[A-Z][A-Z0-9]{2}|[0-9][A-Z][A-Z0-9]|[0-9]{2}[A-Z])[A-Z0-9]{10}[0-9]{4})"
PREFILTER_IN_CONTEXT = r"(?i:[A-Z0-9](?:[\s-]?[A-Z0-9]){16})"
CONTEXT = ("车架号", "车辆识别代号", "车辆识别码", "vin", "大架号")
_VALUES = dict(zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "012345678912345678123457923456789"), strict=True))
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def is_possible(text: str) -> bool:
    """A letter in the maker code, as every one in use has, and digits: neither a long number nor a long word."""
    return any(c.isalpha() for c in compact(text)[:3]) and sum(c.isdigit() for c in text) >= 4


def is_valid(text: str) -> bool:
    """Whether the check character is right."""
    number = compact(text)
    return check_character(number) == number[8]


def check_character(number: str) -> str:
    """What GB 16735 wants at place 9 of these 17 characters.

    >>> check_character("11111111111111111")
    '1'
    """
    rest = sum(_VALUES[c] * w for c, w in zip(number, _WEIGHTS, strict=True)) % 11
    return "X" if rest == 10 else str(rest)


def whole(digits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Classes of cells whose first 17 places are digits: by the check digit."""
    if digits.shape[1] < 17:
        return np.full(len(digits), -1)
    classes: np.ndarray[Any, Any] = (weighted(digits, _WEIGHTS) % 11 == digits[:, 8]).astype(np.int64)
    return classes


def made_up(draw: Random) -> str:
    """An invented number of the maker code LZZ that ends in a serial beginning with zeros."""
    number = f"LZZ0000A0{draw.choice('KLMNP')}A00{draw.randrange(10**4):04}"
    return number[:8] + check_character(number) + number[9:]
