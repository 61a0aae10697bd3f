"""Resident identity number with two more digits behind it (身份证号后加两位), of which the context doesn't say what it is.

Tax numbers of sole traders and disability certificates are built so; where a word says which of the two, taxno.py and
disability_no.py go before it, the word of identity numbers beside it or not: its own score lets them.

>>> is_valid("11010519491231002X01"), is_valid("11010519491231002101")
(True, False)
"""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from redaction.recognisers import cn_id18
from redaction.shapes import ID18, LONG_NUMBER, RAW_ID18, are_provinces, spaced

ENTITY = "CN_ID18"
SCORE = 0.45  # with every word and header that speaks for it less than those with their word
PATTERNS = (
    ("plain", f"(?<![0-9]){ID18}[0-9]{{2}}(?![0-9])", 0.1),
    ("spaced", f"(?<![0-9]){spaced(ID18)}[0-9]{{2}}(?![0-9])", 0.05),
)
PREFILTER = f"{RAW_ID18}[0-9]{{2}}"
COARSE = (LONG_NUMBER,)
CONTEXT = cn_id18.CONTEXT


def is_valid(text: str) -> bool:
    """Whether birthday and check character of the identity number are right."""
    return cn_id18.is_valid(text[:-2])


def whole(digits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Classes of cells: nothing; what begins as an identity number is left to the patterns."""
    return np.where(are_provinces(digits), -1, 0)


def made_up(draw: Random) -> str:
    """An invented identity number and two digits."""
    return f"{cn_id18.made_up(draw)}{draw.randrange(100):02}"
