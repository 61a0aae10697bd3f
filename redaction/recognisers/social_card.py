"""Number of a social security card or in the medical insurance (社保卡号, 医保编号), where it isn't the identity number.

Ministry of Human Resources and Social Security, National Healthcare Security Administration: a letter and eight digits or
nine digits on cards; regions number their insured with ten to twelve. No check digit: it counts under a fitting header or
beside a fitting word only, the regional numbers under a header.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t)) for t in ("社保卡号Z00000001", "000000001", "00000001", "AZ00000001")]
[True, True, False, False]
"""

from __future__ import annotations

from random import Random

from redaction.shapes import CODE_BEGINS, CODE_ENDS

ENTITY = "SOCIAL_CARD"
PATTERNS = (
    ("card", f"(?:(?<![0-9A-Z])[A-Z][0-9]{{8}}|{CODE_BEGINS}[0-9]{{9}}){CODE_ENDS}", 0.2),
    ("card in groups", f"{CODE_BEGINS}(?<![0-9] )[0-9]{{3}} [0-9]{{3}} [0-9]{{3}}{CODE_ENDS}(?! [0-9])", 0.2),
    ("regional", f"{CODE_BEGINS}[0-9]{{10,12}}{CODE_ENDS}", 0.1),
)
PREFILTER = None
PREFILTER_IN_CONTEXT = r"(?i:[A-Z])[0-9]{8}|[0-9]{3}\s?[0-9]{3}\s?[0-9]{3}"
CONTEXT = ("社保卡", "社会保障卡", "社保编号", "社保号", "医保编号", "医保卡", "医保号", "医保个人编号", "医疗保险号")


def made_up(draw: Random) -> str:
    """An invented number that begins with four zeros."""
    return f"{draw.choice('Z0')}0000{draw.randrange(10**4):04}"


def made_up_head(draw: Random) -> str:
    """The word beside which it counts."""
    return draw.choice(("社保卡号", "医保编号"))
