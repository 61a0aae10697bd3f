"""What a declared redaction does to one value. Each maps a text to a text, and its own output to itself.

A value that an operator can't read is emptied, never passed on. Which column gets which operator is the contract's
affair; labels inside kept texts are left to lens.py.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, InvalidOperation

from domain.contract import Contract, FieldSpec, Redaction
from domain.errors import ContractInvalid
from redaction.normalise import normalise
from redaction.shapes import is_day

Operator = Callable[[str], str | None]


def operator_for(field: FieldSpec, contract: Contract, *, key: bytes, scope: str) -> Operator:
    """The function that a field's declared mask, generalise or pseudonym stands for."""
    redaction = field.redaction
    match redaction.operator:
        case "mask":
            return lambda text: mask(text, redaction.prefix, redaction.suffix)
        case "pseudonym":
            within = f"dataset:{contract.id}" if redaction.scope == "dataset" else f"release:{scope}"
            return lambda text: pseudonym(text, key, within)
        case "generalise":
            return _generaliser(field, redaction)
    raise ValueError(f"no value operator: {redaction.operator}")


def _generaliser(field: FieldSpec, redaction: Redaction) -> Operator:
    level, width, digits = redaction.level, redaction.width, redaction.digits
    if level in ("year", "year5", "month"):
        return lambda text: generalise_date(text, level)
    if level in ("village", "town", "county"):
        return lambda text: generalise_address(text, level)
    if width is not None:
        return lambda text: band(text, Decimal(str(width)))
    if digits is not None and field.type == "geojson":
        return lambda text: round_geojson(text, digits)
    if digits is not None:
        return lambda text: round_coordinates(text, digits)
    raise ContractInvalid(f"field {field.name}: generalise needs one of level, width, digits; add it to the contract")


# --- mask and pseudonym ----------------------------------------------------------------------------------------------


def mask(text: str, prefix: int, suffix: int) -> str:
    """Stars between `prefix` and `suffix` kept characters; a text too short to hide anything becomes stars alone.

    >>> mask("欧阳某某", 2, 0), mask("张三", 1, 1), mask("", 1, 0)
    ('欧阳**', '**', '')
    """
    hidden = len(text) - prefix - suffix
    if hidden <= 0:
        return "*" * len(text)
    return text[:prefix] + "*" * hidden + text[len(text) - suffix :]


_TOKEN = re.compile(r"p[a-z2-7]{20}")


def _base32(key: bytes, message: str, length: int) -> str:
    digest = hmac.new(key, message.encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:length]


def pseudonym(text: str, key: bytes, scope: str) -> str:
    """A keyed pseudonym (HMAC-SHA256): `p` and 20 characters, the last four a seal by which it knows its own.

    The same person (full-width digits, blanks and a lower-case x apart) gets the same pseudonym within one scope; without
    the key nobody can try values. A pseudonym of the same key and scope is left as it is. Empty stays empty.
    """
    if not text.strip() or is_pseudonym(text, key, scope):
        return text
    value = "".join(normalise(text).text.split()).upper()
    return _sealed(_base32(key, "\x00".join((scope, "value", value)), 16), key, scope)


def _sealed(body: str, key: bytes, scope: str) -> str:
    return "p" + body + _base32(key, "\x00".join((scope, "seal", body)), 4)


def is_pseudonym(text: str, key: bytes, scope: str) -> bool:
    """Whether the text is a pseudonym made with this key in this scope."""
    return _TOKEN.fullmatch(text) is not None and hmac.compare_digest(text, _sealed(text[1:17], key, scope))


def looks_pseudonymous(text: str) -> bool:
    """Whether the text has a pseudonym's form; needs no key."""
    return _TOKEN.fullmatch(text) is not None


# --- dates -----------------------------------------------------------------------------------------------------------

_DAY = re.compile(
    r"((?:18|19|20)[0-9]{2})\s*[-/.年]\s*([0-9]{1,2})(?:\s*[-/.月]\s*([0-9]{1,2})\s*日?)?\s*月?(?:[ T].*)?", re.S
)
_COMPACT_DAY = re.compile(r"((?:18|19|20)[0-9]{2})(0[1-9]|1[0-2])([0-9]{2})")
_YEAR = re.compile(r"((?:18|19|20)[0-9]{2})年?")
_FIVE_YEARS = re.compile(r"((?:18|19|20)[0-9]{2})-((?:18|19|20)[0-9]{2})")


def generalise_date(text: str, level: str) -> str | None:
    """A date to its year, five years (`2020-2024`) or month (`2024-03`); None for what isn't a date.

    >>> [generalise_date("1987年3月5日", level) for level in ("year", "year5", "month")], generalise_date("待定", "year")
    (['1987', '1985-1989', '1987-03'], None)
    """
    plain = normalise(text).text.strip()
    if not plain:
        return text
    if (
        level == "year5"
        and (five := _FIVE_YEARS.fullmatch(plain))
        and int(five[1]) % 5 == 0
        and int(five[2]) == int(five[1]) + 4
    ):
        return plain
    year, month = _year_and_month(plain)
    if year is None or (level == "month" and month is None):
        return None
    if level == "year":
        return str(year)
    if level == "month":
        return f"{year}-{month:02}"
    return f"{year - year % 5}-{year - year % 5 + 4}"


def _year_and_month(plain: str) -> tuple[int | None, int | None]:
    if whole := _DAY.fullmatch(plain) or _COMPACT_DAY.fullmatch(plain):
        year, month, day = whole[1], whole[2], whole[3] or "1"
        return (int(year), int(month)) if is_day(year, month, day) else (None, None)
    if only := _YEAR.fullmatch(plain):
        return int(only[1]), None
    return None, None


# --- addresses -------------------------------------------------------------------------------------------------------

_PREFIX = r"(?:[^省区市州县旗镇乡村\d\s]{2,8}(?:省|自治区))?(?:[^省市州盟县旗镇乡村\d\s]{1,10}?(?:市|自治州|地区|盟))?"
_COUNTY = r"(?:[^省市州县旗镇乡村\d\s]{1,9}?(?:自治县|新区|开发区|县|区|旗|市))?"
_TOWN = r"(?:[^县区旗镇乡街村\d\s]{1,10}?(?:街道办事处|街道|民族乡|镇|乡|苏木))?"
_VILLAGE = r"(?:[^镇乡村社路街巷\d\s]{1,12}?(?:居民委员会|村民委员会|居委会|村委会|社区|嘎查|村))?"
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
    plain = "".join(normalise(text).text.split())
    if not plain:
        return text
    cut = _LEVELS[level].match(plain)
    return cut.group() if cut and cut.group() else None


# --- numbers and coordinates -----------------------------------------------------------------------------------------

_BAND = re.compile(r"(-?[0-9.]+)~(-?[0-9.]+)")


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def band(text: str, width: Decimal) -> str | None:
    """A number to the band of `width` that holds it, lower bound in, upper bound out; None for what isn't a number.

    >>> band("1,234.50", Decimal("500")), band("-3", Decimal("5")), band("多", Decimal("5"))
    ('1000~1500', '-5~0', None)
    """
    plain = normalise(text).text.strip()
    if not plain:
        return text
    if (already := _BAND.fullmatch(plain)) and _is_band(already, width):
        return plain
    number = _number(plain)
    if number is None:
        return None
    low = (number / width).to_integral_value(ROUND_FLOOR) * width
    return f"{low.normalize():f}~{(low + width).normalize():f}".replace("-0~", "0~")


def _is_band(match: re.Match[str], width: Decimal) -> bool:
    low, high = _number(match[1]), _number(match[2])
    return low is not None and high is not None and high - low == width and low % width == 0


_DECIMAL = re.compile(r"-?[0-9]+\.[0-9]+")


def _rounded(match: re.Match[str], digits: int) -> str:
    return f"{Decimal(match.group()).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN):f}"


def round_coordinates(text: str, digits: int) -> str | None:
    """Every decimal number of a coordinate text rounded to `digits`; None for a text without a number or with words.

    >>> round_coordinates("114.51486, 38.04228", 3), round_coordinates("在村口", 3)
    ('114.515, 38.042', None)
    """
    plain = normalise(text).text
    if not plain.strip():
        return text
    if not re.fullmatch(r"[-0-9.,;\s\[\]()EWSN东经西南北纬:度°]+", plain) or not re.search("[0-9]", plain):
        return None
    return _DECIMAL.sub(lambda m: _rounded(m, digits), plain)


def round_geojson(text: str, digits: int) -> str | None:
    """A GeoJSON geometry with its coordinates rounded and nothing beside type and coordinates; None if it isn't one.

    >>> round_geojson('{"type": "Point", "coordinates": [114.51486, 38.04228], "owner": "x"}', 3)
    '{"type":"Point","coordinates":[114.515,38.042]}'
    """
    if not text.strip():
        return text
    try:
        geometry = json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None
    return _geometry(geometry, digits)


def _geometry(value: object, digits: int) -> str | None:
    if not isinstance(value, dict) or value.get("type") not in _GEOMETRIES:
        return None
    kind = value["type"]
    if kind == "GeometryCollection":
        inner = value.get("geometries")
        parts = [_geometry(g, digits) for g in inner] if isinstance(inner, list) else [None]
        return None if None in parts else f'{{"type":"{kind}","geometries":[{",".join(p for p in parts if p)}]}}'
    positions = _positions(value.get("coordinates"), digits)
    return None if positions is None else f'{{"type":"{kind}","coordinates":{positions}}}'


_GEOMETRIES = frozenset(
    {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}
)


def _positions(value: object, digits: int) -> str | None:
    if isinstance(value, Decimal):
        rounded = value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN) if value.is_finite() else None
        return None if rounded is None else (f"{rounded.normalize():f}" if rounded else "0")
    if isinstance(value, list):
        parts = [_positions(v, digits) for v in value]
        return None if None in parts else f"[{','.join(p for p in parts if p is not None)}]"
    return None
