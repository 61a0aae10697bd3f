"""Taxpayer number of a sole trader, 20 digits: the owner's whole identity number and two more (个体工商户纳税人识别号).

State Taxation Administration, in use until the unified social credit code took its place and still in old lists. It
counts beside a word of taxes only; without one the same twenty digits are an identity number (cn_id18_longer.py). The
check character is the identity number's own.

>>> is_valid("11010519491231002X01"), is_valid("11010519491231002101")
(True, False)
"""

from __future__ import annotations

from random import Random

from redaction.recognisers import cn_id18
from redaction.shapes import ID18, RAW_ID18, spaced

ENTITY = "TAXNO"
SCORE = 0.8  # with a word beside it more than an identity number and two digits, without one nothing
PATTERNS = (
    ("plain", f"(?<![0-9]){ID18}[0-9]{{2}}(?![0-9])", 0.2),
    ("spaced", rf"(?<![0-9]){spaced(ID18)}[-\s]?[0-9]{{2}}(?![0-9])", 0.1),
)
PREFILTER = None
PREFILTER_IN_CONTEXT = rf"{RAW_ID18}[-\s]?[0-9]{{2}}"
CONTEXT = ("纳税人识别号", "纳税识别号", "税号", "税务登记", "taxpayer")


def is_valid(text: str) -> bool:
    """Whether birthday and check character of the owner's identity number are right."""
    return cn_id18.is_valid(text[:-2])


def made_up(draw: Random) -> str:
    """An invented identity number and two digits, set apart: so written no other module finds the whole."""
    return f"{cn_id18.made_up(draw)}-0{draw.randrange(10)}"


def made_up_head(draw: Random) -> str:
    """The word beside which it counts."""
    return draw.choice(("税号", "纳税人识别号"))
