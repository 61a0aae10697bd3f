"""Number of a patient or a stay in hospital (病历号, 住院号, 门诊号): six to twelve digits, up to three letters before.

Each hospital's own. No check digit and no shape: it counts under a fitting header or beside a fitting word only, a date
of eight digits under a header only. Diagnoses are left to the words of health.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t)) for t in ("住院号000001", "ZY00000001", "000001-2", "00001", "000001.50", "000001元")]
[True, True, True, False, False, False]
"""

from __future__ import annotations

from random import Random

from redaction.shapes import CODE_BEGINS, CODE_ENDS, DATE8, NOT_A_DATE

ENTITY = "MEDICAL_NO"
_STAY = "(?:-[0-9]{1,2})?"
PATTERNS = (
    (
        "number",
        f"(?:(?<![0-9A-Z])(?<![0-9]-)[A-Z]{{1,3}}-?[0-9]{{6,10}}|{CODE_BEGINS}{NOT_A_DATE}[0-9]{{6,12}}){_STAY}{CODE_ENDS}",
        0.2,
    ),
    ("like a date", f"{CODE_BEGINS}{DATE8}{_STAY}{CODE_ENDS}", 0.1),
)
PREFILTER = None
PREFILTER_IN_CONTEXT = "[0-9]{6}"
CONTEXT = ("病历号", "病历编号", "病案号", "住院号", "住院编号", "门诊号", "门诊编号", "就诊号", "就诊卡号")


def made_up(draw: Random) -> str:
    """An invented number that begins with four zeros."""
    return f"{draw.choice(('', 'ZY'))}0000{draw.randrange(10**4):04}"


def made_up_head(draw: Random) -> str:
    """The word beside which it counts."""
    return draw.choice(("病历号", "住院号", "门诊号"))
