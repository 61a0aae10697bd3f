"""Addresses to their county, town or village."""

from __future__ import annotations

import re

from redaction.operators.seen import unspaced


def _part(without: str, least: int, most: int, endings: str, lazy: str = "?") -> str:
    """Pattern of a place's name in Chinese characters other than `without`, and the word that says its level."""
    return rf"(?:(?:(?![{without}])[〇㐀-鿿]){{{least},{most}}}{lazy}(?:{endings}))?"


_PREFIX = _part("省区市州县旗镇乡村", 2, 8, "省|自治区", "") + _part("省市州盟县旗镇乡村", 1, 10, "市|自治州|地区|盟")
_COUNTY = _part("省区市州县旗镇乡村", 1, 9, "自治县|新区|开发区|县|区|旗|市")
_TOWN = _part("县区旗镇乡街村", 1, 10, "街道办事处|街道|民族乡|镇|乡|苏木")
_VILLAGE = _part("镇乡村社路街巷", 1, 12, "居民委员会|村民委员会|居委会|村委会|社区|嘎查|村")
_LEVELS = {
    "county": re.compile(_PREFIX + _COUNTY),
    "town": re.compile(_PREFIX + _COUNTY + _TOWN),
    "village": re.compile(_PREFIX + _COUNTY + _TOWN + _VILLAGE),
}


def generalise_address(text: str, level: str) -> str | None:
    """An address cut behind its county, town or village, behind a higher level where that one isn't named; else None.

    >>> generalise_address("河北省石家庄市正定县曲阳桥镇周家庄村三组12号", "village")
    '河北省石家庄市正定县曲阳桥镇周家庄村'
    >>> generalise_address("河北省石家庄市长安区建设大街6号", "town"), generalise_address("建设大街6号3栋", "county")
    ('河北省石家庄市长安区', None)
    """
    if not text.strip():
        return text
    plain = unspaced(text)
    cut = _LEVELS[level].match(plain)
    return cut.group() if cut and cut.group() else None
