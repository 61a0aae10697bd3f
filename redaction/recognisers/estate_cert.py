"""Number of a real-estate certificate or registration proof in use since 2015 (不动产权证书号、不动产登记证明号).

Ministry of Natural Resources, 不动产登记暂行条例实施细则: 省简称（年）市县不动产权第7位号. It leads to the owner in the
register. Where year or county is missing, or the year is before 2015, the part from 不动产 on is what is found.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t)) for t in ("冀(2020)某某市不动产权第0000001号", "冀(1999)某某市不动产权第0000001号")]
[True, False]
"""

from __future__ import annotations

from random import Random

from redaction.shapes import HAN, PROVINCE_SIGNS

ENTITY = "ESTATE_CERT"
_NUMBER = r"不动产(?:登记)?(?:权证书?|权|证明)(?:字|号[:\s]?)?\s?第\s?[0-9]{4,10}(?:-[0-9]{1,4})?\s?号?"
PATTERNS = (
    (
        "whole",
        rf"[{PROVINCE_SIGNS}]\s?[(\[〔【]\s?20(?:1[5-9]|[2-9][0-9])\s?[)\]〕】]\s?[{HAN}]{{2,12}}?{_NUMBER}",
        0.8,
    ),
    ("number", _NUMBER, 0.5),
)
PREFILTER = r"不动产(?:登记)?(?:权|证明)[^0-9]{0,8}[0-9]{4}"
CONTEXT = ("不动产权证", "不动产证", "不动产登记", "产权证")


def made_up(draw: Random) -> str:
    """An invented certificate of a county that doesn't exist."""
    return f"冀（20{draw.randrange(15, 26)}）某某县不动产权第00{draw.randrange(10**5):05}号"
