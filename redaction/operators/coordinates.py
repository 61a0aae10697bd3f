"""Coordinates to fewer decimals: three are about a hundred metres. Degrees only; what looks projected is emptied."""

from __future__ import annotations

import json
import re
from decimal import ROUND_HALF_EVEN, Decimal

from redaction.operators.seen import visible

_WORDS = re.compile(r"[-+0-9.,;\s\[\]()EWSN东经西南北纬:度°]+")
_FIGURE = re.compile(r"[-+.0-9]+")
_DEGREES = re.compile(r"[-+]?[0-9]{1,3}(?:\.[0-9]+)?")
MOST_DEGREES = 180
HIGHEST_METRES = 100_000  # a third coordinate is a height


def _is_degrees(figure: str) -> bool:
    return _DEGREES.fullmatch(figure) is not None and abs(Decimal(figure)) <= MOST_DEGREES


def _rounded(figure: str, digits: int) -> str:
    if "." not in figure:
        return figure
    return f"{Decimal(figure).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN):f}"


def round_coordinates(text: str, digits: int) -> str | None:
    """Every decimal number of a coordinate text rounded to `digits`; None for a text without a number or with words.

    Figures beyond 180 aren't degrees (metres of a projection, whole seconds): None.

    >>> round_coordinates("114.51486, 38.04228", 3), round_coordinates("在村口", 3), round_coordinates("4212345.2", 3)
    ('114.515, 38.042', None, None)
    """
    if not text.strip():
        return text
    plain = visible(text)
    figures = _FIGURE.findall(plain)
    if not _WORDS.fullmatch(plain) or not figures or not all(map(_is_degrees, figures)):
        return None
    return _FIGURE.sub(lambda m: _rounded(m.group(), digits), plain)


_GEOMETRIES = frozenset(
    {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}
)


def round_geojson(text: str, digits: int) -> str | None:
    """A GeoJSON geometry with its coordinates rounded and nothing beside type and coordinates; None if it isn't one.

    >>> round_geojson('{"type": "Point", "coordinates": [114.51486, 38.04228], "owner": "x"}', 3)
    '{"type":"Point","coordinates":[114.515,38.042]}'
    """
    if not text.strip():
        return text
    try:
        geometry = json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=lambda _: None)
        return _geometry(geometry, digits)
    except (ValueError, ArithmeticError, RecursionError):
        return None


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


def _positions(value: object, digits: int) -> str | None:
    if not isinstance(value, list):
        return None
    if value and isinstance(value[0], Decimal):
        parts = [_axis(v, digits, MOST_DEGREES if i < 2 else HIGHEST_METRES) for i, v in enumerate(value)]
    else:
        parts = [_positions(v, digits) for v in value]
    return None if None in parts else f"[{','.join(p for p in parts if p is not None)}]"


def _axis(value: object, digits: int, most: int) -> str | None:
    if not isinstance(value, Decimal) or not value.is_finite() or abs(value) > most:
        return None
    rounded = value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
    return f"{rounded.normalize():f}" if rounded else "0"
