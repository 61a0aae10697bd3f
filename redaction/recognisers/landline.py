"""Fixed telephone number with its area code (固定电话).

Ministry of Industry and Information Technology, 电信网编号计划: 010, 02x and 0[3-9]xx, then seven or eight digits, an
extension perhaps. No check digit: weak without a fitting header or word. Numbers without area code aren't looked for.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t)) for t in ("(0311)86000000", "010-66000000-801", "2019-02-1514")]
[True, True, False]
"""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from redaction.shapes import EDGE, NO_DECIMALS

ENTITY = "LANDLINE"


def _area(code: str) -> str:
    return rf"(?:\({code}\)|{code}\)?)"  # an opening bracket alone is the sentence's


PATTERNS = (
    (
        "with area code",
        rf"{EDGE}(?<![0-9]-)(?:(?:\+|00)?86[- ]?)?(?:{_area('0(?:10|2[0-9])')}[-\s—]{{0,2}}[2-9][0-9]{{3}}[-\s]?[0-9]{{4}}"
        rf"|{_area('0[3-9][0-9]{2}')}[-\s—]{{0,2}}[2-9][0-9]{{2}}(?:[0-9][-\s]?[0-9]{{4}}|[-\s]?[0-9]{{4}}))(?:[-—转][0-9]{{1,6}})?{NO_DECIMALS}",
        0.3,
    ),
)
PREFILTER = r"0[0-9]{2,3}[)）]?[-\s—]{0,2}[2-9][0-9]{2,3}[-\s]?[0-9]{3,4}"
COARSE = (f"(?:^|[^0-9]|86)[(（]?{PREFILTER}",)
SIEVE = "prefixes"
CONTEXT = ("电话", "传真", "联系", "热线", "座机", "phone", "tel", "fax")


def whole(digits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Classes of cells: nothing; what begins like an area or country code is left to the pattern."""
    first, second = digits[:, 0], digits[:, 1]
    return np.where((first == 0) | ((first == 8) & (second == 6)), -1, 0)


def made_up(draw: Random) -> str:
    """An invented number of the unused area code 0399."""
    return f"0399-2{draw.randrange(10**6):06}"
