"""Hong Kong identity card number (香港身份证号码): one or two letters, six digits, a check character in brackets.

Hong Kong Immigration Department; mod 11 with weights 9 to 2, a missing first letter counts as 36. One in eleven passes:
the bracket makes it sure, without it the number counts in context only.

>>> is_valid("A123456(3)"), is_valid("A1234563"), is_valid("A123456(4)")
(True, True, False)
"""

from __future__ import annotations

import re
from random import Random

ENTITY = "HKID"
SCORE = 0.6
_BEGIN = "(?<![0-9])(?:(?<![A-Z])|(?<=ID))"  # HKID may be glued before it
_SIX = r"[-\s]?[0-9]{3}[-\s]?[0-9]{3}"
_CHECK = r"\s?\(\s?[0-9A]\s?\)"
PATTERNS = (
    ("in brackets", f"{_BEGIN}[A-Z]{{1,2}}{_SIX}{_CHECK}", 0.3),
    # glued to a word its last letter may or may not be the number's: only a right check character tells
    ("glued, one letter", f"(?<=[A-Z])[A-Z]{_SIX}{_CHECK}", 0.01),
    ("glued, two letters", f"(?<=[A-Z])[A-Z]{{2}}{_SIX}{_CHECK}", 0.01),
    ("without brackets", f"{_BEGIN}[A-Z]{{1,2}}{_SIX}[-\\s]?[0-9A](?![0-9A-Z]|-[0-9A-Z]|[.][0-9])", 0.2),
)
_RAW_HEAD = r"(?i:[A-Z])[-\s]?[0-9]{3}[-\s]?[0-9]{3}"
PREFILTER = rf"{_RAW_HEAD}\s?[(（]\s?[0-9Aa]\s?[)）]"
PREFILTER_IN_CONTEXT = rf"{_RAW_HEAD}[-\s]?[0-9Aa]"
CONTEXT = ("香港身份证", "香港居民身份证", "香港永久性居民", "香港居民证件", "hkid", "hong kong id")


def check_character(head: str) -> str:
    """For one or two letters and six digits.

    >>> check_character("A123456"), check_character("AB987654")
    ('3', '3')
    """
    values = [36] * (8 - len(head)) + [int(c, 36) for c in head]
    rest = -sum(v * w for v, w in zip(values, range(9, 1, -1), strict=True)) % 11
    return "A" if rest == 10 else str(rest)


def is_valid(text: str) -> bool:
    """Whether the check character is right."""
    number = re.sub(r"[-\s()]", "", text).upper()
    return check_character(number[:-1]) == number[-1]


def made_up(draw: Random) -> str:
    """An invented number that begins with three zeros."""
    head = f"{draw.choice('ABCDEFGHK')}000{draw.randrange(1000):03}"
    return f"{head}({check_character(head)})"
