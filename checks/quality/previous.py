"""The new edition against the last published one: a slipped unit, rows lost, keys lost. All are for a person to look at.

The last edition is known by its redacted tables: columns that were dropped or altered there can't be compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb

from checks.quality.rule import not_typed, title, typed_name
from checks.quality.session import NotTyped, Session, open_session
from checks.quality.sql import ROW, name
from domain.contract import Contract, FieldSpec, TableSpec
from domain.finding import Finding, Place, RuleRef, Severity
from domain.table import TableInfo

# FIN-Q-05: 元 for 万元 is 1e4, 元 for 亿元 is 1e8. Real series grow and shrink, but within a factor of three from one
# edition to the next as a whole, so a ratio within three times of a slip is far likelier a slip of a grown series than
# growth by thousands; a band of ±20 % would miss a slip in any series that also grew by a third.
SLIPS = {1e4: "扩大约一万倍", 1e-4: "缩小约一万倍", 1e8: "扩大约一亿倍", 1e-8: "缩小约一亿倍"}
GROWTH = 3.0
_SUMMED = ("number", "integer")
KEYS_ENOUGH = 3  # a median of fewer rows is one row's story


def compare_with_previous(
    current: Mapping[str, TableInfo],
    previous: Mapping[str, TableInfo],
    contract: Contract,
    *,
    spill: Path | None = None,
) -> tuple[Finding, ...]:
    """Findings unit-slip, rows-lost and keys-lost, all hold; nothing where the contract sets `compare: false`.

    `current`: fitted tables; `previous`: redacted tables of the last published edition, with columns possibly fewer.
    A table without counterpart in `previous` is new and left alone. `spill` as for run_quality.
    """
    if not contract.previous.compare:
        return ()
    found: list[Finding] = []
    with open_session(spill) as session:
        for spec in contract.tables:
            if spec.name not in previous:
                continue
            try:
                found += _compare(session, spec, current.get(spec.name), previous[spec.name], contract)
            except (NotTyped, duckdb.Error):  # DuckDB's message may quote a cell
                found.append(not_typed(spec.name, contract))
    return tuple(found)


def _compare(
    session: Session, spec: TableSpec, new: TableInfo | None, old: TableInfo, contract: Contract
) -> Iterator[Finding]:
    rows = new.rows if new else 0
    lost = old.rows - rows
    if old.rows and lost / old.rows > contract.previous.rows_lost:
        note = f"本期比上期少 {lost} 行（上期 {old.rows} 行，本期 {rows} 行），超过合同允许的比例：请核对是否漏报。"
        yield _finding("rows-lost", spec, None, lost, note, contract)
    if new is None:
        return
    wanted = [f for f in spec.fields if f.name in spec.key or f.type in _SUMMED]
    compared = spec.model_copy(update={"fields": tuple(wanted)})
    columns = ", ".join([name(ROW), *(_light(f, spec) for f in wanted)])
    session.load(typed_name(spec.name), new, compared, columns=columns)
    session.load(_last_name(spec.name), old, compared, columns=columns)
    kept = set(session.columns(new)) & set(session.columns(old))
    comparable = {f.name for f in spec.fields if f.name in kept and f.redaction.operator == "keep"}
    key = spec.key if spec.key and set(spec.key) <= comparable else ()
    if contract.previous.unit_slip:
        yield from _slips(session, spec, comparable, key, contract)
    if contract.previous.keys_must_stay:
        yield from _lost_keys(session, spec, key, contract)


def _light(field: FieldSpec, spec: TableSpec) -> str:
    """Key fields as they are, numbers as binary fractions: a ratio within a factor of three needs no more."""
    return name(field.name) if field.name in spec.key else f"CAST({name(field.name)} AS DOUBLE) AS {name(field.name)}"


def _last_name(table: str) -> str:
    return f"last_{table}"


def slip_of(ratio: float | None) -> float | None:
    """The slip that a ratio of new to old is within a factor of GROWTH of; None if of none.

    >>> slip_of(12_000.0), slip_of(0.9), slip_of(None)
    (10000.0, None, None)
    """
    if ratio is None or ratio <= 0:
        return None
    return next((s for s in SLIPS if s / GROWTH <= ratio <= s * GROWTH), None)


def _slips(
    session: Session, spec: TableSpec, comparable: set[str], key: tuple[str, ...], contract: Contract
) -> Iterator[Finding]:
    fields = [f for f in spec.fields if f.name in comparable and f.type in _SUMMED and f.name not in spec.key]
    if not fields:
        return
    sums, medians = _ratios_of_sums(session, spec, fields), _median_ratios(session, spec, fields, key)
    for field, by_sum, by_row in zip(fields, sums, medians, strict=True):
        slip = slip_of(by_sum) or slip_of(by_row)
        if slip is None:
            continue
        note = f"{title(field)}与上期相比{SLIPS[slip]}：请核对计量单位（元、万元、亿元）是否写错。"
        yield _finding("unit-slip", spec, field.name, 1, note, contract)


def _ratios_of_sums(session: Session, spec: TableSpec, fields: Sequence[FieldSpec]) -> list[float | None]:
    """New to old sum of each field."""
    cells = ", ".join(f"sum({name(f.name)})" for f in fields)
    new, old = (
        session.connection.execute(f"SELECT {cells} FROM {name(t)}").fetchall()[0]
        for t in (typed_name(spec.name), _last_name(spec.name))
    )
    return [n / o if n is not None and o else None for n, o in zip(new, old, strict=True)]


def _median_ratios(
    session: Session, spec: TableSpec, fields: Sequence[FieldSpec], key: tuple[str, ...]
) -> list[float | None]:
    """Median of new to old of each field over rows with one key: rows that came or went don't hide a slip."""
    if not key:
        return [None] * len(fields)
    ratios = [f"a.{name(f.name)} / b.{name(f.name)}" for f in fields]
    both = [f"FILTER (a.{name(f.name)} <> 0 AND b.{name(f.name)} <> 0)" for f in fields]
    cells = ", ".join(f"count(*) {b}, median({r}) {b}" for r, b in zip(ratios, both, strict=True))
    using = ", ".join(name(k) for k in key)
    query = f"SELECT {cells} FROM {name(typed_name(spec.name))} AS a JOIN {name(_last_name(spec.name))} AS b USING ({using})"
    row = session.connection.execute(query).fetchall()[0]
    return [float(m) if matched >= KEYS_ENOUGH else None for matched, m in zip(row[::2], row[1::2], strict=True)]


def _lost_keys(session: Session, spec: TableSpec, key: tuple[str, ...], contract: Contract) -> Iterator[Finding]:
    if not key:
        note = "合同要求上期已有的记录本期仍在，但主键没有定义，或在已公开的版本中被处理过，无法比对：请人工核对。"
        yield _finding("keys-lost", spec, None, 1, note, contract)
        return
    same = " AND ".join(f"a.{name(k)} IS NOT DISTINCT FROM b.{name(k)}" for k in key)
    columns = ", ".join(name(k) for k in key)
    query = (
        f"SELECT count(*) FROM (SELECT DISTINCT {columns} FROM {name(_last_name(spec.name))}) AS b "
        f"WHERE NOT EXISTS (SELECT 1 FROM {name(typed_name(spec.name))} AS a WHERE {same})"
    )
    lost = session.connection.execute(query).fetchall()[0][0]
    if lost:
        column = key[0] if len(key) == 1 else None
        note = f"上期已公开的 {lost} 条记录（按主键）本期不见了，而合同要求只增不减：请核对。"
        yield _finding("keys-lost", spec, column, lost, note, contract)


def _finding(code: str, spec: TableSpec, column: str | None, count: int, note: str, contract: Contract) -> Finding:
    rule_id = f"{spec.name}.{column + '.' if column else ''}{code}"
    rule = RuleRef(contract.id, str(contract.version), rule_id, "FIN-Q-05" if code == "unit-slip" else "")
    return Finding(code, Severity.HOLD, count, (Place(spec.name, column),), rule, note)
