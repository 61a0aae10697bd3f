"""Exit permit of mainland residents to Hong Kong, Macau (往来港澳通行证) or Taiwan (往来台湾通行证): C, W, L, T and 8 places.

National Immigration Administration; C and L on cards, W and T on booklets. No check digit: weak without a fitting header or
word, and less where the digits are a date.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t)) for t in ("通行证C00000001", "CA0000001", "W0000001", "AT00000001", "T20240315")]
[True, True, False, False, False]
"""

from __future__ import annotations

from random import Random

from redaction.shapes import DATE8

ENTITY = "HK_EXIT_ENDORSE"
_BEGIN, _END = "(?<![0-9A-Z])", "(?![0-9A-Z]|-[0-9])"
PATTERNS = (
    ("number", f"{_BEGIN}(?![CWLT]{DATE8})(?:C[0-9A-HJ-NP-Z][0-9]{{7}}|[WLT][0-9]{{8}}){_END}", 0.3),
    ("like a date", f"{_BEGIN}[CWLT]{DATE8}{_END}", 0.2),
    (
        "in groups",
        f"{_BEGIN}(?:C[ -]?[0-9A-HJ-NP-Z][0-9]{{3}}|[WLT][ -]?[0-9]{{4}})[ -]?[0-9]{{4}}{_END}(?! [0-9])",
        0.2,
    ),
)
PREFILTER = r"(?:^|[^0-9A-Za-z])(?i:C[\s‐-―-]?[0-9A-HJ-NP-Z][0-9]{3}|[WLT][\s‐-―-]?[0-9]{4})[\s‐-―-]?[0-9]{4}"
SIEVE = "prefixes"
CONTEXT = ("往来港澳", "往来台湾", "港澳通行证", "通行证", "exit permit")


def made_up(draw: Random) -> str:
    """An invented number that begins with four zeros."""
    return f"{draw.choice('CWLT')}0000{draw.randrange(10**4):04}"


def made_up_head(draw: Random) -> str:
    """A word that makes it sure."""
    return draw.choice(("往来港澳通行证", "往来台湾通行证号"))
