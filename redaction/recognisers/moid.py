"""Macau identity card number (澳门身份证号码): 1, 2, 5 or 7, six digits, one more in brackets or behind slashes.

Macau Identification Services Bureau; how the last digit comes about isn't published. The bracket makes a weak hit, eight
digits without it count under a fitting header or beside a fitting word only.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t)) for t in ("澳门身份证1000000(1)", "5/000000/1", "3000000(1)", "11000000(1)")]
[True, True, False, False]
"""

from __future__ import annotations

from random import Random

from redaction.shapes import CODE_BEGINS, CODE_ENDS, DATE8, LISTED, NOT_A_DATE

ENTITY = "MOID"
PATTERNS = (
    (
        "in brackets",
        rf"(?<![0-9])(?:(?<![0-9][-./])|{LISTED})[1257](?:[0-9]{{6}}\s?\(\s?[0-9]\s?\)|/[0-9]{{6}}/[0-9](?![0-9/]))",
        0.3,
    ),
    ("eight digits", f"{CODE_BEGINS}{NOT_A_DATE}[1257][0-9]{{6}}-?[0-9]{CODE_ENDS}", 0.2),
    ("like a date", f"{CODE_BEGINS}{DATE8}{CODE_ENDS}", 0.1),
)
PREFILTER = r"[1257](?:[0-9]{6}\s?[(（]\s?[0-9]\s?[)）]|[/／][0-9]{6}[/／][0-9])"
PREFILTER_IN_CONTEXT = "[1257][0-9]{6}-?[0-9]"
SIEVE = "places"
CONTEXT = ("澳门身份证", "澳门居民身份证", "澳门永久性居民", "澳门居民证件", "macau id", "macao id")


def made_up(draw: Random) -> str:
    """An invented number that begins with three zeros."""
    return f"{draw.choice('157')}000{draw.randrange(1000):03}({draw.randrange(10)})"


def made_up_head(draw: Random) -> str:
    """A word that makes it sure."""
    return draw.choice(("澳门身份证", "澳门居民身份证号"))
