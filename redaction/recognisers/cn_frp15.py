"""Number of the foreign permanent resident ID card before 2023, three letters and twelve digits (外国人永久居留身份证号码).

Ministry of Public Security: nationality (ISO 3166 letters), then digits whose meaning isn't published. No check digit, and
order numbers look the same: it counts under a fitting header or beside a fitting word only.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t)) for t in ("永久居留证ZZZ000000000001", "ZZZ00000000000", "AZZZ000000000001")]
[True, False, False]
"""

from __future__ import annotations

from random import Random

ENTITY = "CN_FRP15"
PATTERNS = (
    ("plain", "(?<![0-9A-Z])[A-Z]{3}[0-9]{12}(?![0-9A-Z])(?!-[0-9])", 0.3),
    ("in groups", "(?<![0-9A-Z])[A-Z]{3}[- ]?(?:[0-9]{4}[- ]?){2}[0-9]{4}(?![0-9A-Z])(?![- ][0-9])", 0.2),
)
PREFILTER = None
PREFILTER_IN_CONTEXT = r"(?i:[A-Z]{3})[-\s]?[0-9]{4}[-\s]?[0-9]{4}[-\s]?[0-9]{4}"
CONTEXT = ("永久居留", "永居证", "五星卡", "permanent resid")


def made_up(draw: Random) -> str:
    """An invented number of a nationality that doesn't exist."""
    return f"ZZZ000000{draw.randrange(10**6):06}"


def made_up_head(draw: Random) -> str:
    """The word beside which it counts."""
    return draw.choice(("永久居留证", "永居证号"))
