"""Unified social credit code of a legal person or other organisation (统一社会信用代码).

State Administration for Market Regulation; GB 32100-2015: registering department, kind, division, organisation code (with
its own check character, GB 11714), check character mod 31. Public information; the owner of a 92… firm isn't.

>>> is_valid("91350100M000100Y43"), is_valid("91350100M000100Y44")
(True, False)
"""

from __future__ import annotations

import re
from random import Random
from typing import Any

import numpy as np

from redaction.shapes import (
    CREDIT_ALPHABET,
    GAP,
    compact,
    credit_digit,
    organisation_digit,
    spaced,
    two,
    weighted,
)

ENTITY = "USCC_STRICT"
SCORE = 0.9
_CODE = (  # department and kind as the standard pairs them, then a province or 10 for the state
    "(?:1[1239]|2[19]|3[123459]|4[19]|5[1239]|6[129]|7[129]|8[19]|9[123]|A[19]|N[1239]|Y1)"
    "(?:10|1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])[0-9]{4}[0-9A-HJ-NPQRTUWXY]{10}"
)
PATTERNS = (
    ("plain", f"(?<![0-9]){_CODE}(?![0-9])", 0.2),  # a wrong check character without context says nothing
    ("spaced", f"(?<![0-9]){spaced(_CODE)}(?![0-9])", 0.05),
)
PREFILTER = f"(?i:[1-9ANY]{GAP}[1-9A-Y](?:{GAP}[0-9]){{6}}(?:{GAP}[0-9A-Y]){{10}})"
COARSE = (f"[0-9A-Za-z]{GAP}[0-9A-Za-z](?:{GAP}[0-9]){{6}}(?:{GAP}[0-9A-Za-z]){{10}}",)
CONTEXT = ("信用代码", "社会信用", "纳税人识别号", "税号", "uscc", "credit code")


def is_valid(text: str) -> bool:
    """Whether both check characters, the code's and the organisation code's within, are right."""
    code = compact(text)
    return credit_digit(code[:17]) == code[17] and organisation_digit(code[8:16]) == code[16]


_HEADS = np.array([bool(re.match(_CODE[: _CODE.index(")") + 1], f"{n:02}")) for n in range(110)])
_PLACES = np.array(
    [bool(re.fullmatch("10|1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]", f"{n:02}")) for n in range(110)]
)


def whole(digits: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Classes of cells of 18 places: nothing, the shape; a right code is left to the patterns, its division counts too."""
    if digits.shape[1] != 18:
        return np.full(len(digits), -1)
    shape = _HEADS[two(digits, 0)] & _PLACES[two(digits, 2)]
    last = np.where(digits[:, 17] == 10, CREDIT_ALPHABET.index("X"), digits[:, 17])
    inner = 11 - weighted(digits, (3, 7, 9, 10, 5, 8, 4, 2), 8) % 11
    inner = np.where(inner == 11, 0, inner)  # ten is an X, which no digit equals
    right = (-weighted(digits, [pow(3, at, 31) for at in range(17)]) % 31 == last) & (inner == digits[:, 16])
    classes: np.ndarray[Any, Any] = np.where(shape & right, -1, shape)
    return classes


def made_up(draw: Random) -> str:
    """An invented code of a division that doesn't exist."""
    inner = f"MA{draw.randrange(10**6):06}"
    head = "91119900" + inner + organisation_digit(inner)
    return head + credit_digit(head)
