"""Number plate of an armed-forces or armed-police vehicle (军车、武警车号牌).

Central Military Commission, 2012 series of army plates: two letters, dot, five digits; armed police WJ, province, four digits
and a digit or letter. No published standard, so certainty M. Without its dot or province sign it is two letters and five
digits, as product codes are: it counts in context only.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t)) for t in ("VY·00000", "WJ冀0000X", "VY00000", "AVY·00000")]
[True, True, False, False]
"""

from __future__ import annotations

from random import Random

from redaction.shapes import PROVINCE_SIGNS

ENTITY = "PLATE_MIL"
_DOT = "[·•‧・∙⋅]"
_ARMY = "[ABCEGHJKLNSVY][A-HJ-NP-Y]"
PATTERNS = (
    (
        "with sign or dot",
        rf"(?<![A-Z0-9])(?:WJ\s?(?:[{PROVINCE_SIGNS}]\s?{_DOT}?|{_DOT})\s?[0-9]{{4}}[0-9A-Z]|{_ARMY}\s?{_DOT}\s?[0-9]{{5}})(?![A-Z0-9])",
        0.45,
    ),
    ("in context", rf"(?<![A-Z0-9])(?:WJ[\s-]?[0-9]{{4}}[0-9A-Z]|{_ARMY}[\s-]?[0-9]{{5}})(?![A-Z0-9])", 0.1),
)
PREFILTER = (
    rf"(?i:WJ)\s?(?:[{PROVINCE_SIGNS}]\s?{_DOT}?|{_DOT})\s?[0-9]{{4}}|(?i:[ABCEGHJKLNSVY][A-Z])\s?{_DOT}\s?[0-9]{{5}}"
)
PREFILTER_IN_CONTEXT = r"(?i:[ABCEGHJKLNSVYW][A-Z])[\s-]?[0-9]{4}"
CONTEXT = ("军车", "军牌", "武警车", "车牌", "号牌")


def made_up(draw: Random) -> str:
    """An invented plate that begins with two zeros."""
    return f"VY·00{draw.randrange(1000):03}"
