"""Number plate of a civil motor vehicle, new-energy ones included (机动车号牌).

Ministry of Public Security; GA 36-2018: province, letter, five characters (no I, O), or six for new-energy vehicles, or the
special endings 挂 学 警 港 澳 试 超 领. No check digit: weak without a fitting header or word.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t)) for t in ("车牌冀A·00000", "冀AD00000", "冀A0000学", "石A00000")]
[True, True, True, False]
"""

from __future__ import annotations

from random import Random

ENTITY = "PLATE"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
PATTERNS = (
    (
        "civil",
        rf"(?<![A-Z0-9])(?:[{_PROVINCES}][A-HJ-NP-Z][·•.\-\s]?(?:[DABCEFGHJK][A-HJ-NP-Z0-9][0-9]{{4}}|[0-9]{{5}}[DABCEFGHJK]"
        r"|[A-HJ-NP-Z0-9]{4}[挂学警港澳试超领]|(?=[A-Z0-9]*[0-9])[A-HJ-NP-Z0-9]{5}))(?![A-Z0-9])",
        0.35,
    ),
    ("embassy", "(?<![A-Z0-9])(?:使[0-9]{6}|[0-9]{6}使)(?![A-Z0-9])", 0.35),
)
PREFILTER = rf"[{_PROVINCES}](?i:[A-Z])|使[0-9]{{6}}|[0-9]{{6}}使"
CONTEXT = ("车牌", "号牌", "车号", "牌照", "车辆", "plate")


def made_up(draw: Random) -> str:
    """An invented plate that begins with two zeros."""
    return f"冀Z·00{draw.randrange(1000):03}"
