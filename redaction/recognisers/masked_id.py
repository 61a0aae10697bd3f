"""Identity, telephone or card number half masked (部分遮盖的号码), and one that a spreadsheet rounded (1.30102E+17).

No authority: it is what careless masking leaves. First six and last four of an ID number leave some thousand people, a
known birth year a few dozen. The rounded form tells nothing, but the column is still one of identifiers: it counts under
a fitting header only.

>>> is_possible("1301**********0000"), is_possible("12****34")
(True, False)
"""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

ENTITY = "MASKED_ID"
PATTERNS = (
    ("stars", r"(?<![0-9])[0-9]{0,14}[*×●•■█#]{4,17}[0-9X]{0,8}(?![0-9])", 0.5),
    ("letters x", r"(?<![0-9A-Z])[0-9]{3,14}X{4,14}[0-9X]{0,8}(?![0-9A-Z])", 0.5),
    ("rounded", r"(?<![0-9.])[1-9](?:\.[0-9]{1,14})?E\+?1[4-9](?![0-9])", 0.1),
)
PREFILTER = r"[*＊×●•■█#]{4}|(?i:[0-9]{3}x{4})"
PREFILTER_IN_CONTEXT = r"(?i:[0-9]e\+?1[4-9])"
BY_MASK = True
CONTEXT = ("身份证", "证件号", "卡号", "账号", "帐号", "一卡通", "身份号码")


def is_possible(text: str) -> bool:
    """Three digits shown and eleven places at least, or a rounded number."""
    if "e" in text.lower():
        return True
    return len(text) >= 11 and sum(c.isdigit() for c in text) >= 3


def whole(digits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """One class: four X in a row aren't in a cell with one at most."""
    return np.zeros(len(digits), np.int64)


def made_up(draw: Random) -> str:
    """An invented mask."""
    return f"1199**********{draw.randrange(10**4):04}"
