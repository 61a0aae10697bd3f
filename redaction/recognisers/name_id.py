"""A person's name right before an identity number (姓名连身份证号), the leak that detectors of name columns miss.

Found in published land-allocation results: the holder's name and number in one cell. The span is the name; surnames, and
words that look like names but aren't, are lists of the personal pack (`@surnames@`, `@not_names@` in a pattern).

>>> PATTERNS[0][0]
'name before number'
"""

from __future__ import annotations

from random import Random

from redaction.recognisers.cn_id18 import made_up as made_up_number
from redaction.shapes import BIRTHDAY, HAN, LONG_NUMBER, MONTH_DAY, PROVINCE

ENTITY = "CN_NAME"
_BETWEEN = r"[\s:,，;/、()\[\]·\-]{0,3}(?:(?:居民)?身份证(?:号码|号)?|证件号码?|公民身份号码)?[\s:,，;/、()\[\]]{0,3}"
_NUMBER = f"(?:{PROVINCE}[0-9]{{4}}{BIRTHDAY}[0-9]{{3}}[0-9X]|{PROVINCE}[0-9]{{6}}{MONTH_DAY}[0-9]{{3}}(?![0-9]))"
PATTERNS = (
    (
        "name before number",
        f"(?!(?:@not_names@))(?:@surnames@)(?:(?!@not_names@)[{HAN}]){{1,2}}(?={_BETWEEN}{_NUMBER})",
        0.6,
    ),
)
PREFILTER = rf"[{HAN}][^0-9]{{0,16}}[1-8][0-9]{{14}}"
COARSE = (LONG_NUMBER,)
CONTEXT = ("姓名", "户主", "申请人", "法定代表人", "name")


def made_up(draw: Random) -> str:
    """An invented name; `made_up_tail` of the canary adds the number."""
    return draw.choice("赵钱孙李") + draw.choice("甲乙丙丁") + draw.choice("子丑寅卯")


def made_up_tail(draw: Random) -> str:
    """What must follow the invented name for it to be found."""
    return made_up_number(draw)
