"""Number plate of a civil motor vehicle, new-energy ones included (机动车号牌).

Ministry of Public Security; GA 36-2018: province, letter, five characters (no I, O), or six for new-energy vehicles, or the
special endings 挂 学 警 港 澳 试 超 领 应急; embassies 使 before or behind six digits. No check digit: weak without a fitting
header or word.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t)) for t in ("车牌冀A·00000", "冀AD00000", "冀A0000学", "石A00000")]
[True, True, True, False]
"""

from __future__ import annotations

from random import Random

from redaction.shapes import PROVINCE_SIGNS

ENTITY = "PLATE"
_DOT = r"·•‧・∙⋅.\-\s"
_END = "(?![A-Z0-9])"
_REST = (
    "(?:[DABCEFGHJK][A-HJ-NP-Z0-9][0-9]{4}|[0-9]{5}[DABCEFGHJK]|[A-HJ-NP-Z0-9]{4}(?:[挂学警港澳试超领]|应急)"
    "|(?=[A-Z0-9]*[0-9])[A-HJ-NP-Z0-9]{5})"
)
PATTERNS = (
    ("civil", f"[{PROVINCE_SIGNS}][A-HJ-NP-Z](?:[{_DOT}]|\\s[{_DOT}]\\s)?{_REST}{_END}", 0.35),
    ("set apart", f"[{PROVINCE_SIGNS}]\\s[A-HJ-NP-Z](?:[{_DOT}]|\\s[{_DOT}]\\s)?{_REST}{_END}", 0.1),
    ("embassy", f"(?<![A-Z0-9])(?:使[0-9]{{3}}[{_DOT}]?[0-9]{{3}}|[0-9]{{3}}[{_DOT}]?[0-9]{{3}}使){_END}", 0.35),
)
PREFILTER = (
    rf"[{PROVINCE_SIGNS}]\s?(?i:[A-Z])[{_DOT}]{{0,3}}(?i:[A-Z0-9]{{4}})|使[0-9]{{3}}[{_DOT}]?[0-9]{{3}}"
    rf"|[0-9]{{3}}[{_DOT}]?[0-9]{{3}}使"
)
CONTEXT = ("车牌", "号牌", "车号", "牌照", "车辆", "plate")


def made_up(draw: Random) -> str:
    """An invented plate that begins with two zeros."""
    return f"冀Z·00{draw.randrange(1000):03}"
