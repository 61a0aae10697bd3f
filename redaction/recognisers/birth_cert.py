"""Number of a medical certificate of birth (出生医学证明编号): a letter and nine digits.

National Health Commission; the letter tells the edition, the digits the province and a serial. No check digit: it counts
under a fitting header or beside a fitting word only. It belongs to a child.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t)) for t in ("出生医学证明Z000000001", "Z 000000001", "Z00000001", "AZ000000001")]
[True, True, False, False]
"""

from __future__ import annotations

from random import Random

ENTITY = "BIRTH_CERT"
PATTERNS = (("plain", r"(?<![0-9A-Z])[A-Z][-\s]?[0-9]{9}(?![0-9A-Z]|-[0-9]|\.[0-9])", 0.3),)
PREFILTER = None
PREFILTER_IN_CONTEXT = r"(?i:[A-Z])[-\s]?[0-9]{9}"
CONTEXT = ("出生医学证明", "出生证", "birth certificate")


def made_up(draw: Random) -> str:
    """An invented number that begins with four zeros."""
    return f"{draw.choice('PQRZ')}0000{draw.randrange(10**5):05}"


def made_up_head(draw: Random) -> str:
    """The word beside which it counts."""
    return draw.choice(("出生医学证明", "出生证编号"))
