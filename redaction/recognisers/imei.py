"""Serial number of a mobile device, 15 digits (IMEI, 手机串号).

3GPP TS 23.003, GSMA TS.06: type code, serial, Luhn digit. GB/T 35273-2020 counts it as personal information. One number in
ten passes Luhn, so even a right check digit is weak without a fitting header or word. Other first digits than those of
phones sold here count in context only.

>>> is_valid("35-209900-176148-1"), is_valid("352099001761482")
(True, False)
"""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from redaction.shapes import (
    EDGE,
    FIFTEEN_APART,
    GAP,
    GAP_HERE,
    LONG_NUMBER,
    NO_DECIMALS,
    are_luhn,
    compact,
    luhn_digit,
    not_behind,
    two,
)

ENTITY = "IMEI"
SCORE = 0.3
_NO_CARD = not_behind(("卡号", "账号", "帐号"), ("", ":", ": "))  # Amex cards have fifteen digits and Luhn too
PATTERNS = (
    ("plain", f"{EDGE}(?:35|86|01|99)[0-9]{{13}}{NO_DECIMALS}", 0.1),
    ("any", f"{EDGE}(?=[0-9]){_NO_CARD}[0-9]{{15}}{NO_DECIMALS}", 0.1),
    ("in groups", f"{EDGE}(?<![0-9]-)[0-9]{{2}}{GAP}[0-9]{{6}}{GAP_HERE}[0-9]{{6}}{GAP_HERE}[0-9]{NO_DECIMALS}", 0.1),
    ("six, two, six, one", f"{EDGE}[0-9]{{6}}({GAP_HERE})[0-9]{{2}}\\1[0-9]{{6}}\\1[0-9]{NO_DECIMALS}", 0.1),
    (
        "one gap",
        f"{EDGE}(?<![0-9]-)(?:[0-9]{{2}}{GAP_HERE}[0-9]{{13}}|[0-9]{{6}}{GAP_HERE}[0-9]{{9}}){NO_DECIMALS}",
        0.1,
    ),
    ("every digit apart", f"{EDGE}{FIFTEEN_APART}{NO_DECIMALS}", 0.1),
)
PREFILTER = f"(?:3{GAP}5|8{GAP}6|0{GAP}1|9{GAP}9)(?:{GAP}[0-9]){{13}}"
PREFILTER_IN_CONTEXT = f"[0-9](?:{GAP}[0-9]){{14}}"
COARSE = (LONG_NUMBER,)
CONTEXT = ("imei", "串号", "设备识别码", "移动设备识别")


def is_valid(text: str) -> bool:
    """Whether the Luhn digit is right."""
    number = compact(text)
    return luhn_digit(number[:-1]) == number[-1]


def whole(digits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Classes of cells of 15 digits: by the reporting body's prefix and by Luhn digit."""
    if digits.shape[1] != 15:
        return np.full(len(digits), -1)
    head = two(digits, 0)
    known = (head == 35) | (head == 86) | (head == 1) | (head == 99)
    classes: np.ndarray[Any, Any] = known * 2 + are_luhn(digits)
    return classes


def made_up(draw: Random) -> str:
    """An invented number of the test type code 86000000."""
    head = f"86000000{draw.randrange(10**6):06}"
    return head + luhn_digit(head)
