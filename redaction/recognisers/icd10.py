"""Code of a diagnosis (ICD-10 疾病编码) beside a word of diagnoses: a letter, two digits, a dot and what follows it.

ICD-10 (WHO), GB/T 14396-2016 and the clinical edition that health insurance settles by: `C34.1`, `E11.900`, `I10.X05`,
`J18.900X001`. It says what somebody suffers from. No check digit: it counts beside a fitting word only. A category without
its dot (`I10`) can't be told from a room or a part's number; columns of codes are left to the words of health.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t)) for t in ("诊断C34.1", "I10.X05", "J18.900X001", "V2.1", "C34", "AC34.1", "C34.1.2")]
[True, True, True, False, False, False, False]
"""

from __future__ import annotations

from random import Random

ENTITY = "HEALTH"
_REST = "(?:[0-9]{1,3}|X[0-9]{2}|[0-9]{3}X[0-9]{3})"
PATTERNS = (("code", rf"(?<![0-9A-Z.\-])[A-TV-Z][0-9]{{2}}\.{_REST}(?![0-9A-Z%]|\.[0-9])", 0.2),)
PREFILTER = None
PREFILTER_IN_CONTEXT = r"(?i:[A-TV-Z])[0-9]{2}\.[0-9Xx]"
CONTEXT = ()  # the pack's words stand near it; under a header alone it may be a statistic's


def made_up(draw: Random) -> str:
    """An invented code of a category that isn't used."""
    return f"V00.{draw.randrange(10)}"


def made_up_head(draw: Random) -> str:
    """The word beside which it counts."""
    return draw.choice(("临床诊断", "确诊为"))
