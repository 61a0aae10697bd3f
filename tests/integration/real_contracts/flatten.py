"""Turns the nested issuance JSON of CELMA into the flat table that a bureau would send: one row a region and year."""

from __future__ import annotations

import csv
import json
from pathlib import Path


def flatten_celma(source: Path, target: Path) -> int:
    """Write `target` (UTF-8 CSV with byte order mark) from the JSON at `source`; returns the number of rows."""
    rows: dict[tuple[str, str, int], dict[str, object]] = {}
    for region in json.loads(source.read_text("utf-8"))["regions"]:
        for series in region["series"]:
            for point in series["values"]:
                key = (region["adCode"], region["name"], point["year"])
                rows.setdefault(key, {})[series["key"]] = point["value"]
    with target.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["adCode", "name", "year", "total", "general", "special"])
        writer.writerows([*key, values["total"], values["general"], values["special"]] for key, values in rows.items())
    return len(rows)
