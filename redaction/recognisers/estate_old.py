"""Number of a house or land certificate issued before 2015 (房权证, 国用, 集用, 集有 …), valid to this day.

城市房屋权属登记管理办法, 土地登记办法: no one form; place, kind of certificate, year or street sign, 第…号. It leads to the owner
in the register. The kinds of land certificate are ordinary words too (全国用水, 中国用户), so a year, 字 or 第 must follow.

>>> import re
>>> rx = "|".join(p[1] for p in PATTERNS[:2])
>>> [bool(re.search(rx, t)) for t in ("某房权证某字第000000001号", "某集用(2009)第0001号", "全国用水2020号", "第0001号")]
[True, True, False, False]
"""

from __future__ import annotations

from random import Random

from redaction.shapes import HAN

ENTITY = "ESTATE_OLD"
_NOT = "(?![省市县区旗州盟乡镇村有为是的据凭号及和与于在持])"
_PLACE = rf"(?:(?:{_NOT}[{HAN}]){{1,6}}[省市县区旗州盟乡镇村])?(?:{_NOT}[{HAN}]){{0,2}}"
_YEAR = r"[(\[〔【]?\s?(?:19|20)[0-9]{2}\s?[)\]〕】]?"
_TAIL = r"第?\s?[0-9][0-9\-]{2,14}\s?号"
PATTERNS = (
    (
        "house",
        rf"{_PLACE}(?:房权证|房地权证|房地产权证|房地证|房产证|房他证|房屋所有权证|房地字)[{HAN}]{{0,6}}(?:[0-9]{{1,3}}字)?(?:{_YEAR})?字?\s?"
        rf"(?:{_TAIL}|第\s?[0-9][0-9\-]{{2,14}})",
        0.6,
    ),
    (
        "land",
        rf"{_PLACE}(?:国用|集用|集有|集建|国有土地使用证|集体土地使用证)(?:{_YEAR}[{HAN}]{{0,6}}|[{HAN}]{{0,4}}字)\s?{_TAIL}",
        0.6,
    ),
    ("in context", rf"(?<![{HAN}])[{HAN}]{{0,6}}字?第\s?[0-9][0-9\-]{{2,14}}\s?号", 0.1),
)
PREFILTER = (
    r"(?:房权证|房地权证|房地产权证|房地证|房产证|房他证|房屋所有权证|房地字)[^0-9]{0,9}[0-9]"
    r"|(?:国用|集用|集有|集建|国有土地使用证|集体土地使用证)(?:[^0-9]{0,5}字[^0-9]{0,3}[0-9]|[^0-9]{0,2}[12][0-9]{3})"
)
PREFILTER_IN_CONTEXT = r"第\s?[0-9][0-9\-]{2}"
CONTEXT = ("房产证", "房权证", "土地证", "土地使用证", "房屋所有权证", "产权证号")


def made_up(draw: Random) -> str:
    """An invented certificate."""
    return f"某房权证某字第00000{draw.randrange(10**4):04}号"
