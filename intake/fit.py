"""A reading brought into the shape of its contract: the right sheet, fields by name, one row for each row.

Nothing is corrected here. What the contract doesn't declare is left out and said; what it declares and the file lacks
becomes an empty column and is said. Values are left to checks/.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from domain.contract import Contract, TableSpec
from domain.finding import Finding, Place, RuleRef, Severity, Source
from domain.table import ROW_ORIGIN, Reading, TableInfo
from intake.census import header_origins
from intake.headers import column_label, unit_of
from intake.matching import Match, match_fields, used_fields
from intake.noticed import filled_columns
from intake.tablefile import BATCH_ROWS, open_writer, text_schema


@dataclass(frozen=True, slots=True)
class Fitted:
    """Tables by the contract's names. `headers`: table → field → column of the reading (missing fields left out);
    `source_tables`: contract table → table of the reading."""

    tables: dict[str, TableInfo]
    headers: dict[str, dict[str, str]]
    source_tables: dict[str, str]
    findings: tuple[Finding, ...]


def fit(reading: Reading, contract: Contract, into: Path) -> Fitted:
    """Choose a table of the reading for each table of the contract and write it with the contract's field names.

    The new Parquet files lie under `into` as `fitted-NAME.parquet`: all declared fields in the contract's order, then
    ROW_ORIGIN; row n is row n of the table read.
    """
    chosen = _choose(reading, contract)
    tables: dict[str, TableInfo] = {}
    headers: dict[str, dict[str, str]] = {}
    findings: list[Finding] = []
    for spec in contract.tables:
        source = chosen.get(spec.name)
        if source is None:
            note = "文件里没有找到契约规定的表；请核对工作表名称或报送的文件"
            findings.append(_finding(contract, "table-missing", Severity.BLOCK, (Place(spec.name),), note))
            continue
        match = match_fields(source, spec)
        tables[spec.name] = _write(source, spec, match, into / f"fitted-{spec.name}.parquet")
        headers[spec.name] = dict(match.columns)
        findings += _column_findings(contract, spec, source, match)
        findings += _unit_findings(contract, spec, source, match)
        findings += _empty(contract, spec, source)
    findings += _other_sheets(reading, contract, chosen)
    return Fitted(tables, headers, {name: t.name for name, t in chosen.items()}, tuple(findings))


def _choose(reading: Reading, contract: Contract) -> dict[str, TableInfo]:
    """The reading's table for each of the contract's: by path, by sheet name, the only one, or the best match."""
    chosen: dict[str, TableInfo] = {}
    left = list(reading.tables)
    for spec in contract.tables:
        table = _pick(spec, contract, reading, left)
        if table is not None:
            chosen[spec.name] = table
            left.remove(table)
    return chosen


def _pick(spec: TableSpec, contract: Contract, reading: Reading, left: list[TableInfo]) -> TableInfo | None:
    if spec.sheet is not None and any(t.sheet for t in reading.tables):
        named = [t for t in left if re.search(spec.sheet, t.sheet or t.name)]
        return _best(spec, named, floor=0)
    if records := contract.source.records:
        at_path = next((t for t in left if t.name == records), None)
        if at_path is not None and len(contract.tables) == 1:
            return at_path
        if len(reading.tables) > 1 and reading.format == "json" and len(contract.tables) == 1:
            return None
    if len(reading.tables) == 1 and len(contract.tables) == 1:
        return left[0] if left else None
    return _best(spec, left, floor=1)


def _best(spec: TableSpec, tables: list[TableInfo], *, floor: int) -> TableInfo | None:
    """The table with most of the fields, visible ones first; at least `floor` of them."""
    scored = [(not t.hidden, len(match_fields(t, spec).columns), -n, t) for n, t in enumerate(tables)]
    fitting = [s for s in scored if s[1] >= floor]
    return max(fitting, key=lambda s: s[:3])[3] if fitting else None


def _write(source: TableInfo, spec: TableSpec, match: Match, path: Path) -> TableInfo:
    names = [f.name for f in spec.fields]
    schema = text_schema(names)
    with pq.ParquetFile(source.path) as file, open_writer(path, schema) as writer:
        for group in range(file.num_row_groups):
            read = file.read_row_group(group, columns=[*match.columns.values(), ROW_ORIGIN])
            empty = pa.nulls(len(read), pa.string())
            columns = [read[match.columns[n]] if n in match.columns else empty for n in names]
            table = pa.Table.from_arrays([*columns, read[ROW_ORIGIN]], schema=schema)
            writer.write_table(table, row_group_size=BATCH_ROWS)
    where = {c: i for i, c in enumerate(source.columns)}
    indices = [where.get(match.columns.get(n, "")) for n in names]
    return replace(
        source,
        name=spec.name,
        path=str(path),
        columns=tuple(names),
        headers=tuple("" if i is None else source.headers[i] for i in indices),
        letters=tuple("" if i is None else source.letters[i] for i in indices) if source.letters else (),
        preamble=(),
    )


# --- findings --------------------------------------------------------------------------------------------------------


def _finding(contract: Contract, code: str, severity: Severity, places: tuple[Place, ...], note: str) -> Finding:
    rule = RuleRef(contract.id, str(contract.version), code)
    return Finding(code, severity, max(len(places), 1), places, rule, note)


def _column_findings(contract: Contract, spec: TableSpec, source: TableInfo, match: Match) -> Iterator[Finding]:
    used = used_fields(contract, spec)
    for field in spec.fields:
        if field.name in match.columns:
            continue
        needed = field.constraints.required or field.name in used
        severity = Severity.BLOCK if needed else Severity.HOLD
        note = "契约规定的这一列在文件里没有找到" + ("，而必填、主键或校验要用到它" if needed else "，按空列处理")
        yield _finding(
            contract, "column-missing", severity, (Place(spec.name, field.name, source=Source.HEADER),), note
        )
    for name, columns in match.doubled.items():
        places = tuple(
            Place(spec.name, name, locator=_header_locator(source, c), source=Source.HEADER) for c in columns
        )
        note = f"有 {len(columns)} 列的表头都像是这一字段，不能确定取哪一列"
        yield _finding(contract, "column-duplicate", Severity.BLOCK, places, note)
    filled = filled_columns(Path(source.path))
    doubled = {c for columns in match.doubled.values() for c in columns}
    extra = [
        (number, column)
        for number, (column, header) in enumerate(zip(source.columns, source.headers, strict=True), 1)
        if column not in match.columns.values() and column not in doubled and (header.strip() or column in filled)
    ]
    if extra:
        places = tuple(_extra_place(spec, source, match, number, column) for number, column in extra)
        note = f"有 {len(extra)} 列不在契约里，不会发布"
        yield _finding(contract, "column-unexpected", Severity.HOLD, places, note)


def _extra_place(spec: TableSpec, source: TableInfo, match: Match, number: int, column: str) -> Place:
    """A header is named only where the row is surely a header; otherwise it might be a data row."""
    shown = column if match.columns else column_label(number)
    return Place(spec.name, shown, locator=_header_locator(source, column), source=Source.HEADER)


def _header_locator(source: TableInfo, column: str) -> str | None:
    return source.locator(max(_header_rows(source)), column) if _header_rows(source) else None


def _header_rows(source: TableInfo) -> list[int]:
    return sorted(header_origins(source))


def _unit_findings(contract: Contract, spec: TableSpec, source: TableInfo, match: Match) -> Iterator[Finding]:
    """The unit line against the table's unit, and each header's own unit against its field's."""
    expected = spec.unit or _money_unit(spec)
    if expected and source.unit and _plain(expected) not in re.split("[、,，和/]", _plain(source.unit)):
        note = "单位行写的单位与契约规定的单位不同；请核对数值是否要换算"
        yield _finding(contract, "unit-mismatch", Severity.HOLD, (Place(spec.name, source=Source.HEADER),), note)
    headers = dict(zip(source.columns, source.headers, strict=True))
    for field in spec.fields:
        column = match.columns.get(field.name)
        said = unit_of(headers[column]) if column else None
        if said and field.unit and _plain(said) != _plain(field.unit):
            place = Place(spec.name, field.name, locator=_header_locator(source, column or ""), source=Source.HEADER)
            note = "表头写的单位与契约规定的单位不同；请核对数值是否要换算"
            yield _finding(contract, "unit-mismatch", Severity.HOLD, (place,), note)


def _money_unit(spec: TableSpec) -> str | None:
    """The one money unit that the fields declare, where they declare just one."""
    units = {f.unit for f in spec.fields if f.unit and f.unit.endswith("元")}
    return units.pop() if len(units) == 1 else None


def _plain(unit: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", unit)).removeprefix("人民币")


def _empty(contract: Contract, spec: TableSpec, source: TableInfo) -> Iterator[Finding]:
    if source.rows:
        return
    severity = Severity.WARN if spec.empty_allowed else Severity.BLOCK
    note = "表里没有数据行" + ("；契约允许空表，请附说明" if spec.empty_allowed else "")
    yield _finding(contract, "table-empty", severity, (Place(spec.name),), note)


def _other_sheets(reading: Reading, contract: Contract, chosen: dict[str, TableInfo]) -> Iterator[Finding]:
    taken = {t.name for t in chosen.values()}
    others = [t for t in reading.tables if t.name not in taken and (t.rows or t.columns)]
    if others:
        places = tuple(Place(t.name, locator=t.sheet or t.name, source=Source.SHEET_NAME) for t in others)
        note = f"文件里还有 {len(others)} 张契约没有规定的表，不会发布"
        yield _finding(contract, "sheet-unexpected", Severity.HOLD, places, note)
