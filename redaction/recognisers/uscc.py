"""Unified social credit code of a legal person or other organisation (统一社会信用代码).

State Administration for Market Regulation; GB 32100-2015: registering department, kind, division, organisation code (with
its own check character, GB 11714), check character mod 31. Public information; the owner of a 92… firm isn't.

>>> is_valid("91350100M000100Y43"), is_valid("91350100M000100Y44")
(True, False)
"""

from __future__ import annotations

from random import Random

from redaction.shapes import GAP, compact, credit_digit, organisation_digit, spaced

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
CONTEXT = ("信用代码", "社会信用", "纳税人识别号", "税号", "uscc", "credit code")


def is_valid(text: str) -> bool:
    """Whether both check characters, the code's and the organisation code's within, are right."""
    code = compact(text)
    return credit_digit(code[:17]) == code[17] and organisation_digit(code[8:16]) == code[16]


def made_up(draw: Random) -> str:
    """An invented code of a division that doesn't exist."""
    inner = f"MA{draw.randrange(10**6):06}"
    head = "91119900" + inner + organisation_digit(inner)
    return head + credit_digit(head)
