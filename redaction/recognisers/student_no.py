"""Student number (学籍号): a letter and the pupil's whole identity number.

Ministry of Education, 中小学生学籍管理办法 (教基一〔2013〕7号): G for a regular number, L for a temporary one; J and Y are met
too. Most belong to minors. The check character is the identity number's own.

>>> is_valid("G11010519491231002X"), is_valid("L110105194912310021")
(True, False)
"""

from __future__ import annotations

from random import Random

from redaction.recognisers import cn_id18
from redaction.shapes import GAP, ID18, LONG_NUMBER, RAW_ID18, compact, spaced

ENTITY = "STUDENT_NO"
SCORE = 1.0
_EDGE = "(?<![0-9A-Z])"  # behind a letter the G is a word's last one, and the number is found without it
PATTERNS = (
    ("plain", f"{_EDGE}[GJLY]{ID18}(?:(?<=X)|(?![0-9]))", 0.4),
    ("spaced", f"{_EDGE}{spaced('[GJLY]' + ID18)}(?:(?<=X)|(?![0-9]))", 0.1),
)
PREFILTER = f"[GJLYgjly]{GAP}{RAW_ID18}"
COARSE = (LONG_NUMBER,)
CONTEXT = ("学籍号", "学籍", "全国学籍", "student no")


def is_valid(text: str) -> bool:
    """Whether birthday and check character of the identity number are right."""
    return cn_id18.is_valid(compact(text)[1:])


def made_up(draw: Random) -> str:
    """A letter and an invented identity number."""
    return draw.choice("GJLY") + cn_id18.made_up(draw)
