"""GeoJSON (RFC 7946): a feature's properties are columns, its geometry one more, as JSON text.

A coordinate reference system or other foreign member becomes a text part; whether coordinates may go out is left to
checks/secrecy.
"""

from __future__ import annotations

from typing import Any

from intake.headers import UniqueNames


def is_feature(value: dict[str, Any]) -> bool:
    """Whether a record is a GeoJSON feature."""
    return (
        value.get("type") == "Feature" and isinstance(value.get("properties", 0), dict | None) and "geometry" in value
    )


def feature_row(feature: dict[str, Any]) -> dict[str, Any]:
    """A feature as a record: properties first, then its own members (id, bbox, foreign ones), geometry last.

    >>> feature_row({"type": "Feature", "properties": {"name": "x"}, "geometry": None, "id": "7"})
    {'name': 'x', 'id': '7', 'geometry': None}
    """
    own = {k: v for k, v in feature.items() if k not in ("type", "properties", "geometry")}
    members = [*(feature["properties"] or {}).items(), *own.items(), ("geometry", feature["geometry"])]
    names = UniqueNames()
    return {names.name(key, number): value for number, (key, value) in enumerate(members, 1)}
