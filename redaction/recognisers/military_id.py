"""Identity document of officers, soldiers, armed police (军官证, 士兵证, 文职, 警官证): 军字第…号.

Central Military Commission and Ministry of Public Security; what the digits mean isn't published, no check digit. `字` makes
it certain enough to hold; without it, and as bare digits, it counts under a fitting header or beside a fitting word only.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t)) for t in ("军字第0000001号", "军官证武字第(0000001)号", "字第0000001号", "军字第000号")]
[True, True, False, False]
"""

from __future__ import annotations

from random import Random

from redaction.shapes import CODE_BEGINS, CODE_ENDS, DATE8, NOT_A_DATE

ENTITY = "MILITARY_ID"
_WHO = "[军士文兵武职警消海空火]{1,2}"
PATTERNS = (
    ("with its word", rf"{_WHO}字\s?第?\s?\(?\s?[0-9]{{6,8}}\s?\)?\s?号", 0.4),
    ("few digits", rf"{_WHO}字\s?第?\s?\(?\s?[0-9]{{4,5}}\s?\)?\s?号", 0.3),
    ("without the word", rf"{_WHO}第?\s?\(?\s?[0-9]{{4,8}}\s?\)?\s?号", 0.2),
    ("digits", f"{CODE_BEGINS}{NOT_A_DATE}[0-9]{{6,8}}{CODE_ENDS}", 0.2),
    ("like a date", f"{CODE_BEGINS}{DATE8}{CODE_ENDS}", 0.1),
)
PREFILTER = r"[军士文兵武职警消海空火]字\s?第?\s?[(（]?\s?[0-9]{4}"
PREFILTER_IN_CONTEXT = "[0-9]{4}"
CONTEXT = ("军官证", "士兵证", "警官证", "文职干部证", "文职人员证", "军人证", "士官证", "军人身份证件")


def made_up(draw: Random) -> str:
    """An invented number that begins with four zeros."""
    return f"{draw.choice('军士武')}字第0000{draw.randrange(1000):03}号"
