"""Travel permit of Hong Kong and Macau residents to the mainland (港澳居民来往内地通行证, 回乡证): H or M and 8 digits.

National Immigration Administration; two digits behind tell how often it was issued, in brackets perhaps. No check digit:
weak without a fitting header or word, and less where the digits are a date.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t)) for t in ("回乡证H00000001", "M0000000102", "H0000001", "AH00000001", "H20240315")]
[True, True, False, False, False]
"""

from __future__ import annotations

from random import Random

from redaction.shapes import DATE8

ENTITY = "HKMO_PERMIT"
_TIMES = r"(?:[0-9]{2}|-[0-9]{2}|\([0-9]{2}\))?"
_END = "(?![0-9A-Z]|-[0-9])"
PATTERNS = (
    ("number", rf"(?<![0-9A-Z])(?![HM]{DATE8})[HM][0-9]{{8}}{_TIMES}{_END}", 0.3),
    ("like a date", f"(?<![0-9A-Z])[HM]{DATE8}{_END}", 0.2),
    (
        "in groups",
        rf"(?<![0-9A-Z])[HM] ?[0-9]{{4}} ?[0-9]{{4}}(?: [0-9]{{2}}(?! ?[0-9]|\.[0-9])|{_TIMES}){_END}(?! [0-9])",
        0.2,
    ),
)
PREFILTER = r"(?:^|[^0-9A-Za-z])(?i:[HM])\s?[0-9]{4}\s?[0-9]{4}"
CONTEXT = ("回乡证", "来往内地通行证", "港澳居民来往", "home return permit", "home-return")


def made_up(draw: Random) -> str:
    """An invented number that begins with four zeros."""
    return f"{draw.choice('HM')}0000{draw.randrange(10**4):04}{draw.choice(('', '01'))}"


def made_up_head(draw: Random) -> str:
    """A word that makes it sure."""
    return draw.choice(("回乡证", "来往内地通行证号"))
