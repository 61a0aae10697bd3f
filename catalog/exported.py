"""The files of one release as they were written for the public. Writing them is left to export.py."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from catalog.columns import ExportColumn


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file for the public. `table`, `rows` and `columns` are None, None and empty for datapackage.json."""

    path: Path
    name: str
    media_type: str
    table: str | None
    format: str  # csv xlsx parquet geojson json
    rows: int | None
    sha256: str
    bytes: int
    columns: tuple[ExportColumn, ...] = ()
    role: str = "export"


@dataclass(frozen=True, slots=True)
class Exported:
    """All files of one release, and what was left out with the reason in plain Chinese."""

    files: tuple[ExportFile, ...]
    left_out: tuple[tuple[str, str], ...] = ()  # (format, reason)
