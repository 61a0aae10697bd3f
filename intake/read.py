"""One file in, text tables out: the reader is chosen by content and name, limits hold, and nothing is left unsaid.

What cannot be read becomes SourceUnreadable with a finding's code; what was read but not understood blocks by a finding.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from domain.contract import Limits, SourceSpec, TableSpec
from domain.errors import SourceUnreadable
from domain.finding import Finding, Place, Severity, Source
from domain.table import Reading
from intake.bounds import Bounds
from intake.sniff import kind_of_file
from intake.tablefile import half_character, is_whole


def read(
    path: Path,
    *,
    name: str,
    sha256: str,
    into: Path,
    limits: Limits,
    tables: tuple[TableSpec, ...] = (),
    spec: SourceSpec = SourceSpec(),  # noqa: B008 - frozen
) -> Reading:
    """Read a file into one Parquet file per table under `into` (a directory that exists), as domain/table.py says.

    `name`: the sender's file name, whose ending must agree with the content. `tables`: help to find header rows.
    Raises SourceUnreadable with codes file-empty, format-mismatch, encoding-invalid, file-encrypted, file-truncated,
    limit-exceeded, text-too-long, nested-too-deep, archive-bomb, source-unreadable.
    """
    bounds = Bounds(limits)
    size = path.stat().st_size
    bounds.size(size)
    kind = kind_of_file(path, name)
    reader = _archive if kind == "zip" else _READERS[kind]
    reading = reader(path, name, into, tables, spec, bounds)
    if not reading.tables:
        raise SourceUnreadable("the file holds no cell with text; ask the sender for the data", code="file-empty")
    _refuse_half_characters(reading)
    unread = tuple(_part_unread(locator, reason) for locator, reason in reading.unread)
    return replace(reading, sha256=sha256, bytes=size, findings=(*reading.findings, *unread))


def _refuse_half_characters(reading: Reading) -> None:
    """No text around the cells may hold what can't be written down; cells were looked at when they were written."""
    for number, part in enumerate((*reading.parts, *(p for t in reading.tables for p in t.preamble)), 1):
        if not (is_whole(part.text) and is_whole(part.locator)):
            raise half_character(f"text {number} around the cells")
    for number, table in enumerate(reading.tables, 1):
        if not all(map(is_whole, (table.name, table.sheet or "", *table.headers))):
            raise half_character(f"table {number}")


def _part_unread(locator: str, reason: str) -> Finding:
    place = Place(locator=locator, source=Source.MEMBER)
    return Finding("part-unread", Severity.BLOCK, 1, (place,), note=f"有一部分内容没有读到：{reason}；请删去后重新报送")


def _csv(path: Path, name: str, into: Path, tables: tuple[TableSpec, ...], spec: SourceSpec, bounds: Bounds) -> Reading:
    from intake.readers.delimited import read_delimited

    done = read_delimited(path, name=name, into=into, tables=tables, spec=spec, bounds=bounds)
    return Reading("", 0, "csv", done.encoding, (done.table,), findings=done.findings, delimiter=done.delimiter)


def _xlsx(path: Path, _: str, into: Path, tables: tuple[TableSpec, ...], __: SourceSpec, bounds: Bounds) -> Reading:
    from intake.readers.xlsx import read_xlsx

    read_tables, seen = read_xlsx(path, into=into, tables=tables, bounds=bounds)
    return Reading("", 0, "xlsx", None, read_tables, tuple(seen.parts), tuple(seen.unread), tuple(seen.findings))


def _xls(path: Path, _: str, into: Path, tables: tuple[TableSpec, ...], __: SourceSpec, bounds: Bounds) -> Reading:
    from intake.readers.xls import read_xls

    read_tables, seen = read_xls(path, into=into, tables=tables, bounds=bounds)
    return Reading("", 0, "xls", None, read_tables, tuple(seen.parts), tuple(seen.unread), tuple(seen.findings))


def _parquet(path: Path, name: str, into: Path, _: tuple[TableSpec, ...], __: SourceSpec, bounds: Bounds) -> Reading:
    from intake.readers.parquet import read_parquet

    found = read_parquet(path, name=name, into=into, bounds=bounds)
    return Reading(
        "", 0, "parquet", None, tuple(found.tables), tuple(found.parts), tuple(found.unread), tuple(found.findings)
    )


def _json(path: Path, name: str, into: Path, _: tuple[TableSpec, ...], spec: SourceSpec, bounds: Bounds) -> Reading:
    from intake.readers.json_records import read_json

    found = read_json(path, name=name, into=into, spec=spec, bounds=bounds)
    kind = "geojson" if found.is_geojson else "json"
    return Reading("", 0, kind, found.encoding, tuple(found.tables), tuple(found.parts), (), tuple(found.findings))


def _jsonl(path: Path, name: str, into: Path, _: tuple[TableSpec, ...], spec: SourceSpec, bounds: Bounds) -> Reading:
    from intake.readers.json_records import read_json_lines

    found = read_json_lines(path, name=name, into=into, spec=spec, bounds=bounds)
    return Reading("", 0, "jsonl", found.encoding, tuple(found.tables), tuple(found.parts), (), tuple(found.findings))


def _archive(
    path: Path, _: str, into: Path, tables: tuple[TableSpec, ...], spec: SourceSpec, bounds: Bounds
) -> Reading:
    from intake.readers.zipped import read_zip

    def member(file: Path, name: str, folder: Path) -> Reading:
        kind = kind_of_file(file, name) if Path(name).suffix else "unnamed"
        if kind not in _READERS:
            raise SourceUnreadable("the archive holds what is read nowhere", code="format-mismatch")
        return _READERS[kind](file, name, folder, tables, spec, bounds)

    done = read_zip(path, into=into, read_member=member, only_one=bool(tables), bounds=bounds)
    only = done.members[0] if len(done.members) == 1 else None
    return Reading(
        "", 0, only.format if only else "zip", only.encoding if only else None, tuple(done.tables), tuple(done.parts),
        tuple(done.unread), tuple(done.findings), only.delimiter if only else None, tuple(done.members),
    )  # fmt: skip


_READERS = {"csv": _csv, "xlsx": _xlsx, "xls": _xls, "parquet": _parquet, "json": _json, "jsonl": _jsonl}
