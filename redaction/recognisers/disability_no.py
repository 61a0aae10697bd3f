"""Number of a disabled person's certificate, 20 characters (残疾人证号): identity number, class 1–7, level 1–4, B and a digit.

China Disabled Persons' Federation, 残疾人证管理办法; `B1` tells the first reissue. It tells health and identity at once.
Twenty digits alone are an identity number with two more (cn_id18_longer.py): they count as a certificate beside a fitting
word, the reissued form anywhere. The check character is the identity number's own.

>>> is_valid("11010519491231002X44B1"), is_valid("11010519491231002144")
(True, False)
"""

from __future__ import annotations

from random import Random

from redaction.recognisers import cn_id18
from redaction.shapes import GAP, ID18, LONG_NUMBER, NO_DECIMALS, RAW_ID18, spaced

ENTITY = "DISABILITY_NO"
SCORE = 0.8
_COUNTED = "[岁周年月日天人户口名位次元万亿个号亩份件级类项期]"  # what counts something (`44岁`) isn't class and level
PATTERNS = (
    ("plain", f"(?<![0-9]){ID18}[1-7][1-4](?![0-9])", 0.2),
    ("reissued", f"(?<![0-9]){ID18}[1-7][1-4]B[1-9](?![0-9])", 0.4),
    (
        "spaced",
        rf"(?<![0-9]){spaced(ID18)}{GAP}[1-7]{GAP}[1-4](?:[-\s]?B[1-9])?{NO_DECIMALS}(?!\s?{_COUNTED})",
        0.1,
    ),
)
PREFILTER = "[0-9]{6}[0-9Xx][1-7][1-4][Bb][1-9]"
PREFILTER_IN_CONTEXT = f"{RAW_ID18}{GAP}[1-7]{GAP}[1-4]"
COARSE = (LONG_NUMBER,)
CONTEXT = ("残疾证", "残疾人证", "残疾人证号", "残疾证号")


def is_valid(text: str) -> bool:
    """Whether birthday and check character of the identity number are right."""
    return cn_id18.is_valid(text)  # which asks the first eighteen characters


def made_up(draw: Random) -> str:
    """An invented identity number with a class and a level."""
    return f"{cn_id18.made_up(draw)}{draw.randrange(1, 8)}{draw.randrange(1, 5)}{draw.choice(('', 'B1'))}"


def made_up_head(draw: Random) -> str:
    """The word beside which it counts."""
    return draw.choice(("残疾证号", "残疾人证号"))
