"""Redacted tables become the files that the public downloads: CSV, XLSX, Parquet, GeoJSON and datapackage.json.

Same tables and contract, same bytes. Values are never altered; a table that a format can't hold whole is left out of
that format and the reason is said. Storing the files is left to storage/, publishing them to catalog/publish.py.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from catalog.columns import ExportColumn, batches, cast, geometry, survey, without_missing
from catalog.datapackage import descriptor
from catalog.exported import Exported, ExportFile
from catalog.workbook import XLSX_CELL, XLSX_ROWS, write_workbook
from domain.contract import Contract, FieldSpec, TableSpec
from domain.table import TableInfo

MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "geojson": "application/geo+json",
    "json": "application/json",
}
BOM = b"\xef\xbb\xbf"  # without it a spreadsheet reads Chinese CSV as GBK


def export(tables: Mapping[str, TableInfo], contract: Contract, *, period: str, edition: int, into: Path) -> Exported:
    """Write every table in every format into the folder `into`.

    `tables`: redacted Parquet files by contract table name, columns named by field, all text, no ROW_ORIGIN.
    Raises ValueError where a table or column isn't in the contract: what nobody described never goes out.
    """
    into.mkdir(parents=True, exist_ok=True)
    files: list[ExportFile] = []
    left_out: list[tuple[str, str]] = []
    for spec in contract.tables:
        if spec.name not in tables:
            continue
        info = tables[spec.name]
        fields = _fields(spec, info)
        columns, rows = survey(info.path, fields)
        for kind, write, reason in _formats(spec, contract, fields, columns, rows):
            if reason:
                left_out.append((kind, reason))
                continue
            path = into / file_name(contract.slug, period, spec.name, kind)
            write(info.path, path)
            digest, size = _sha256(path)
            files.append(ExportFile(path, path.name, MEDIA_TYPES[kind], spec.name, kind, rows, digest, size, columns))
    if unknown := set(tables) - {t.name for t in contract.tables}:
        raise ValueError(f"{contract.id}: {len(unknown)} table(s) that the contract doesn't name")
    path = into / "datapackage.json"
    package = descriptor(contract, period=period, edition=edition, files=files)
    path.write_text(json.dumps(package, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    digest, size = _sha256(path)
    files.append(ExportFile(path, path.name, MEDIA_TYPES["json"], None, "json", None, digest, size))
    return Exported(tuple(files), tuple(left_out))


def file_name(slug: str, period: str, table: str, extension: str) -> str:
    """An ASCII file name of at most 100 characters (CKAN strips all others): `finance-debt-limit-2025-main.csv`."""
    stem = re.sub(r"[^a-z0-9]+", "-", f"{slug}-{period}-{table}".lower()).strip("-")
    if len(stem) > 85:
        stem = f"{stem[:72]}-{hashlib.sha256(stem.encode()).hexdigest()[:12]}"
    return f"{stem}.{extension}"


Writer = Callable[[str, Path], None]


def _fields(spec: TableSpec, info: TableInfo) -> list[FieldSpec]:
    try:
        return [spec.field(name) for name in info.columns]
    except KeyError:
        raise ValueError(f"table {spec.name}: a column that the contract doesn't name; nothing was exported") from None


def _formats(
    spec: TableSpec, contract: Contract, fields: Sequence[FieldSpec], columns: Sequence[ExportColumn], rows: int
) -> list[tuple[str, Writer, str]]:
    """(format, writer, reason to leave it out or nothing), in the order in which the public sees them."""
    title = (spec.title or contract.title).zh
    longest = max((c.longest for c in columns), default=0)
    too_big = ""
    if rows > XLSX_ROWS:
        too_big = f"表 {spec.name} 有 {rows} 行，超过 XLSX 文件的上限 {XLSX_ROWS} 行，请使用 CSV 或 Parquet"
    elif longest > XLSX_CELL:
        too_big = f"表 {spec.name} 有单元格超过 {XLSX_CELL} 个字符，XLSX 无法完整保存，请使用 CSV 或 Parquet"
    formats: list[tuple[str, Writer, str]] = [
        ("csv", lambda source, path: _write_csv(source, path, columns), ""),
        ("xlsx", lambda source, path: write_workbook(source, path, title=title, fields=fields), too_big),
        ("parquet", lambda source, path: _write_parquet(source, path, fields, columns), ""),
    ]
    places = [f.name for f in fields if f.type == "geojson"]
    if places:
        broken = any(c.type == "string" for c in columns if c.name == places[0])
        reason = f"表 {spec.name} 有单元格不是 GeoJSON 几何对象，未生成 GeoJSON 文件" if broken else ""
        formats.append(("geojson", lambda source, path: _write_geojson(source, path, places[0], columns), reason))
    return formats


def _write_csv(source: str, path: Path, columns: Sequence[ExportColumn]) -> None:
    import polars as pl

    names = [c.name for c in columns]
    with path.open("wb") as out:
        out.write(BOM)
        pl.DataFrame([[c.title] for c in columns], schema=names, orient="col").write_csv(out, include_header=False)
        for batch in batches(source, names):
            frame = pl.from_arrow(batch)
            assert isinstance(frame, pl.DataFrame)
            if len(names) == 1:
                frame = frame.fill_null("")  # a null alone in its row would be a blank line, which readers skip
            frame.write_csv(out, include_header=False)


def _write_parquet(source: str, path: Path, fields: Sequence[FieldSpec], columns: Sequence[ExportColumn]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from catalog.columns import arrow_type

    schema = pa.schema([(c.name, arrow_type(c.type)) for c in columns])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in batches(source, [c.name for c in columns]):
            arrays = []
            for spec, column in zip(fields, columns, strict=True):
                values = batch.column(spec.name)
                typed = column.type not in ("string", "geojson")
                arrays.append(cast(without_missing(values, spec) if typed else values, column.type))
            writer.write_batch(pa.record_batch(arrays, schema=schema))


def _write_geojson(source: str, path: Path, place: str, columns: Sequence[ExportColumn]) -> None:
    names = [c.name for c in columns]
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write('{"type":"FeatureCollection","features":[')
        first = True
        for batch in batches(source, names):
            for row in batch.to_pylist():
                text = row.pop(place)
                feature: dict[str, Any] = {"type": "Feature", "geometry": None, "properties": row}
                head = json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
                # the geometry's own text goes in, so that no coordinate passes through a float
                body = text.strip() if text and geometry(text) is not None else "null"
                out.write(("" if first else ",") + "\n" + head.replace('"geometry":null', f'"geometry":{body}', 1))
                first = False
        out.write("\n]}\n")


def _sha256(path: Path) -> tuple[str, int]:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest(), path.stat().st_size
