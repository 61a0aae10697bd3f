"""Number of a household register (户号, 户口簿号), 9 digits, and of a driving licence's file (驾驶证档案编号), 12 digits.

Ministry of Public Security. No check digit: it counts under a fitting header or beside a fitting word only.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t)) for t in ("户号000000001", "000000000001", "0000000001", "000000001.5")]
[True, True, False, False]
"""

from __future__ import annotations

from random import Random

from redaction.shapes import CODE_BEGINS, CODE_ENDS

ENTITY = "HOUSEHOLD_NO"
PATTERNS = (
    ("plain", f"{CODE_BEGINS}(?:[0-9]{{9}}|[0-9]{{12}}){CODE_ENDS}", 0.2),
    ("in groups", f"{CODE_BEGINS}(?<![0-9] )(?:[0-9]{{3}} ){{2,3}}[0-9]{{3}}{CODE_ENDS}(?! [0-9])", 0.2),
)
PREFILTER = None
PREFILTER_IN_CONTEXT = r"[0-9]{3}\s?[0-9]{3}\s?[0-9]{3}"
CONTEXT = ("户号", "户口簿", "户口本", "户籍编号", "驾驶证", "驾照", "household no")


def made_up(draw: Random) -> str:
    """An invented number that begins with four zeros."""
    return f"0000{draw.randrange(10**5):05}{draw.choice(('', '001'))}"


def made_up_head(draw: Random) -> str:
    """The word beside which it counts."""
    return draw.choice(("户号", "户口簿", "驾驶证档案编号"))
