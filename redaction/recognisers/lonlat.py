"""Coordinates of a place in China (经纬度): a pair in degrees, also degrees-minutes-seconds, either order, lines of pairs.

地图管理条例, GB/T 45574-2025 (行踪轨迹): three decimals (100 m) may go out, finer ones lead to a door. So a pair of which one number
has four decimals, or seconds, is sure; a coarser pair is only told, and in context only. A single number counts under a
header such as 经度 only.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t)) for t in ("114.51480, 38.04220", "38.0422 114.5148", "114.51,38.04", "214.51480, 38.04220")]
[True, False, False, False]
>>> bool(re.search(PATTERNS[1][1], "38.0422 114.5148"))
True
"""

from __future__ import annotations

from random import Random

ENTITY = "LONLAT"
_LON = "(?:7[3-9]|[89][0-9]|1[0-2][0-9]|13[0-5])"
_LAT = "(?:[3-9]|[1-4][0-9]|5[0-3])"
_BETWEEN = r"[\s,;、/|:='\"()\[\]{}°度东北经纬ENLONGITUDEA]{1,20}"
_OPEN = r"(?<![0-9])(?<![0-9]\.)(?<![0-9],)"
_CLOSE = r"(?![0-9])(?!\.[0-9])"
_MARK = "[′'’‘分]"
_SECONDS = r"(?:[″\"”“秒]|[′'’‘]{2})"


def _pairs(first: str, second: str) -> tuple[str, str]:
    """One pair or a line of them, the first pair fine, and the same of any fineness."""
    pair = rf"{first}\.[0-9]{{3,}}{_BETWEEN}{second}\.[0-9]{{3,}}{_CLOSE}"
    line = rf"{pair}(?:{_BETWEEN}{pair})*"
    fine = rf"(?={first}\.(?:[0-9]{{4}}|[0-9]{{3}}{_BETWEEN}{second}\.[0-9]{{4}}))"
    return f"{_OPEN}{fine}{line}", f"{_OPEN}{line}"


def _angle(degrees: str) -> str:
    return rf"(?<![0-9.]){degrees}\s?[°度]\s?[0-9]{{1,2}}\s?{_MARK}\s?[0-9]{{1,2}}(?:\.[0-9]+)?\s?{_SECONDS}"


_SIDE = r"[\s,;、/|:EN东北经纬度]{0,10}"
_LON_LAT, _LON_LAT_COARSE = _pairs(_LON, _LAT)
_LAT_LON, _LAT_LON_COARSE = _pairs(_LAT, _LON)
PATTERNS = (
    ("longitude first", _LON_LAT, 0.4),
    ("latitude first", _LAT_LON, 0.4),
    ("to the second", f"{_angle(_LON)}{_SIDE}{_angle(_LAT)}|{_angle(_LAT)}{_SIDE}{_angle(_LON)}", 0.6),
    ("coarse, longitude first", _LON_LAT_COARSE, 0.05),
    ("coarse, latitude first", _LAT_LON_COARSE, 0.05),
    ("one angle", _angle(f"(?:{_LON}|{_LAT})"), 0.1),
    ("one number", rf"{_OPEN}(?:{_LON}|{_LAT})\.[0-9]{{4,}}{_CLOSE}", 0.1),
)
_RAW_BETWEEN = r"[\s,;、/|:='\"()\[\]{}°度东北经纬A-Za-z，；：（）【】＝]{1,20}"
PREFILTER = (
    rf"[0-9]\.[0-9]{{3,}}{_RAW_BETWEEN}[0-9]{{1,3}}\.[0-9]{{3}}|[0-9]\s?[°度]\s?[0-9]{{1,2}}\s?[′'’‘分＇]\s?[0-9]"
)
PREFILTER_IN_CONTEXT = r"[0-9]\.[0-9]{4}"
SIEVE = "places"
CONTEXT = ("经度", "纬度", "坐标", "东经", "北纬", "longitude", "latitude")


def made_up(draw: Random) -> str:
    """An invented place in the desert."""
    return f"{draw.randrange(84, 88)}.{draw.randrange(1000, 10000)}1,{draw.randrange(38, 41)}.{draw.randrange(1000, 10000)}1"
