"""Telephone number with a country code, other than a mainland mobile (国际、境外电话号码).

ITU-T E.164: plus, country code, 15 digits at most, separators as people set them. Behind 00 in place of the plus it looks like
any serial number and counts in context only. Mainland mobiles are MOBILE, fixed lines with their 0 LANDLINE.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t)) for t in ("Tel +44 20 7946 0000", "+1 (212) 555-0100", "+86 139 0000 0000", "+08:00")]
[True, True, False, False]
"""

from __future__ import annotations

import re
from random import Random
from typing import Any

import numpy as np

ENTITY = "PHONE_INTL"
_COUNTRY = (
    "(?:1|7|2(?:[07]|[1-689][0-9])|3(?:[0-469]|[578][0-9])|4(?:[013-9]|2[0-9])|5(?:[1-8]|[09][0-9])|6(?:[0-6]|[7-9][0-9])"
    r"|8(?:[1246]|[0578][0-9])|9(?:[0-58]|[679][0-9]))"
)
_GAP = r"[-\s—./()]{0,3}"
_REST = rf"{_COUNTRY}\)?(?:{_GAP}[0-9]){{5,13}}(?![0-9])(?![.,:][0-9])"
_NO_MOBILE = r"(?!86\)?[-\s]?1[3-9])"
PATTERNS = (
    ("plus", rf"(?<![0-9+])(?:\(\+|\+\s?\(?){_NO_MOBILE}{_REST}", 0.5),
    ("double zero", rf"(?<![0-9])(?<![0-9][-.,])00{_NO_MOBILE}{_REST}", 0.1),
)
_RAW = r"(?:[-\s—./()（）]{0,3}[0-9]){6}"
PREFILTER = rf"(?:\+\s?[(（]?|00)[1-9]{_RAW}"
CONTEXT = ("电话", "手机", "传真", "联系", "phone", "mobile", "tel", "fax", "whatsapp", "contact")


def is_possible(text: str) -> bool:
    """Digits enough for a number without separators; a single full stop is a decimal point; +1 has ten digits behind it."""
    digits = re.sub(r"[^0-9]", "", text).removeprefix("00")
    bare = re.fullmatch(r"(?:\+|00)[0-9]+", text) is not None
    if not (10 if bare else 8) <= len(digits) <= 15 or text.count(".") == 1:
        return False
    return digits[0] != "1" or re.fullmatch("1[2-9][0-9]{2}[2-9][0-9]{6}", digits) is not None


def whole(digits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Classes of cells: nothing; what begins like an international prefix is left to the pattern."""
    return np.where((digits[:, 0] == 0) & (digits[:, 1] == 0), -1, 0)


def made_up(draw: Random) -> str:
    """An invented number of a range kept for fiction (Ofcom)."""
    return f"+44 20 7946 0{draw.randrange(1000):03}"
