"""Travel permit of Taiwan residents to the mainland (台湾居民来往大陆通行证, 台胞证): 8 digits, 2 more in the old form.

National Immigration Administration; the old form tells the issue behind, `(B)` or `(01)`. No check digit, and any number of
eight digits looks the same: it counts under a fitting header or beside a fitting word only.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t)) for t in ("台胞证00000001", "0000000101(B)", "0000001", "20240315")]
[True, True, False, False]
"""

from __future__ import annotations

from random import Random

from redaction.shapes import CODE_BEGINS, CODE_ENDS, DATE8, NOT_A_DATE

ENTITY = "TW_PERMIT"
_ISSUE = r"(?:\([0-9A-Z]{1,2}\))?"
PATTERNS = (
    ("number", f"{CODE_BEGINS}{NOT_A_DATE}[0-9]{{8}}(?:[0-9]{{2}})?{_ISSUE}{CODE_ENDS}", 0.3),
    ("like a date", f"{CODE_BEGINS}{DATE8}{CODE_ENDS}", 0.1),
    ("in groups", rf"{CODE_BEGINS}(?<![0-9] )[0-9]{{4}} [0-9]{{4}}(?: ?[0-9]{{2}})?{_ISSUE}{CODE_ENDS}(?! [0-9])", 0.2),
)
PREFILTER = None
PREFILTER_IN_CONTEXT = r"[0-9]{4}\s?[0-9]{4}"
CONTEXT = ("台胞证", "来往大陆通行证", "台湾居民来往")


def made_up(draw: Random) -> str:
    """An invented number that begins with four zeros."""
    return f"0000{draw.randrange(10**4):04}{draw.choice(('', '01'))}"


def made_up_head(draw: Random) -> str:
    """The word beside which it counts."""
    return draw.choice(("台胞证号", "来往大陆通行证"))
