"""Write what may go out: new Parquet files by the contract's policy, or with labels alone where there is no contract.

The redacted bytes depend on input, contract, packs and key only. `residue` looks at the result as if it were new: what no
declared policy explains blocks. Values appear in the tables alone, never in the map.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from domain.contract import Contract, FieldSpec
from domain.errors import FindingBlocks
from domain.finding import Finding, Place, RuleRef, Severity, Source
from domain.masking import ADDRESS_LEVELS, Redaction
from domain.pack import Packs
from domain.release import PackRef
from domain.table import Reading, TableInfo
from redaction.engine import Tick, scan_table, silent
from redaction.findings import canary_lost, table_findings
from redaction.forms import open_values
from redaction.lens import Column, Lens, open_lens
from redaction.names import TableNames
from redaction.operators.declared import operator_for
from redaction.personal import PACK
from redaction.policy import WITHOUT_CONTRACT, Ground, Treatment
from redaction.rewrite import Log, Work, rewrite
from redaction.rows import RowLog, nothing_left, rows_that_stay
from redaction.scan import Scan
from redaction.texts import shown


@dataclass(frozen=True, slots=True)
class Redacted:
    """Redacted tables by name and the redaction map: operators, counts of changed cells and replaced spans, no value."""

    tables: dict[str, TableInfo]
    map: dict[str, Any]


def redact_tables(
    fitted: Mapping[str, TableInfo],
    scan: Scan,
    contract: Contract,
    packs: Packs,
    *,
    key: bytes,
    scope: str,
    into: Path,
    tick: Tick = silent,
) -> Redacted:
    """The contract's tables with every field under its declared operator; undeclared columns, dropped rows and ROW_ORIGIN
    stay behind.

    `fitted`: tables whose columns are field names. `scope`: the release, for pseudonyms. Hits are looked for again in the
    very tables that are rewritten, so that the result can't depend on how rows were matched. `scan` is the proof that the
    source was looked at: raises FindingBlocks where its canaries were lost.
    """
    if scan.canaries_planted != scan.canaries_found:
        raise FindingBlocks("the scan lost a canary, so nothing can be redacted on it; report it to the administrator")
    lens = open_lens(packs, contract)
    tables, logs = {}, {}
    for name in sorted(fitted):
        spec = contract.table(name)
        beside = [f.title for f in spec.fields]
        works = [
            _work(f, fitted[name], contract, lens, key, scope, beside)
            for f in spec.fields
            if f.name in fitted[name].columns
        ]
        kept = [w for w in works if w.log.operator != "drop"]
        titles = tuple(spec.field(w.target).title for w in kept)
        with TemporaryDirectory(dir=into) as scratch:
            source, rows = rows_that_stay(fitted[name], spec, Path(scratch) / "rows.parquet")
            tables[name] = rewrite(source, name, kept, titles, lens, into / f"redacted-{name}.parquet", tick=tick)
        logs[name] = _table_log(tables[name], works, rows)
    return Redacted(tables, _map(logs, packs[PACK].ref, contract))


def _work(spec: FieldSpec, info: TableInfo, contract: Contract, lens: Lens, key: bytes, scope: str, beside: Sequence[str]) -> Work:  # fmt: skip
    kind = spec.redaction.operator
    compounds = lens.rules.compound_surnames
    rewrites = kind not in ("keep", "drop")
    operator = operator_for(spec, contract, key=key, scope=scope, compounds=compounds) if rewrites else None
    return Work(spec.name, spec.name, Log(kind), operator, Ground(spec, True), field_context(spec, info, lens, beside))


def field_context(spec: FieldSpec, info: TableInfo, lens: Lens, beside: Sequence[str]) -> Column:
    """What a field's names, and the sender's header over it, say about its cells; `beside`: the table's titles."""
    sent = info.headers[info.columns.index(spec.name)] if info.headers else spec.name
    return lens.column(spec.name, spec.title, *spec.aliases, sent, beside=beside)


def redact_reading(reading: Reading, scan: Scan, packs: Packs, *, into: Path, tick: Tick = silent) -> Redacted:
    """Labels in place of every sure hit in cells, headers and sheet names; everything else as it was.

    For a file without a contract. Titles and notes around the cells, comments and properties aren't carried along.
    """
    if scan.canaries_planted != scan.canaries_found:
        raise FindingBlocks("the scan lost a canary, so nothing can be redacted on it; report it to the administrator")
    lens = open_lens(packs)
    tables: dict[str, TableInfo] = {}
    logs = {}
    for number, info in enumerate(reading.tables):
        name = _unique(shown(info.name, lens), tables)
        targets: dict[str, str] = {}
        for column in info.columns:
            targets[column] = _unique(shown(column, lens), targets.values())
        headers = dict(zip(info.columns, info.headers or info.columns, strict=True))
        beside = (*info.columns, *info.headers)
        works = [
            Work(c, targets[c], Log("keep"), None, WITHOUT_CONTRACT, lens.column(c, headers[c], beside=beside))
            for c in info.columns
        ]
        titles = tuple(shown(h, lens) for h in headers.values())
        tables[name] = rewrite(
            info,
            name,
            works,
            titles,
            lens,
            into / f"redacted-{number}.parquet",
            hits=scan.tables[info.name].hits,
            tick=tick,
        )
        logs[name] = _table_log(tables[name], works)
    return Redacted(tables, _map(logs, packs[PACK].ref, None))


def _unique(name: str, taken: Iterable[str]) -> str:
    used, tried, number = set(taken), name, 1
    while tried in used:
        number += 1
        tried = f"{name}_{number}"
    return tried


# --- the map ---------------------------------------------------------------------------------------------------------


def _table_log(table: TableInfo, works: Iterable[Work], rows: Iterable[RowLog] = ()) -> dict[str, Any]:
    return {
        "rows": table.rows,
        "rows_dropped": [r.to_dict() for r in rows],
        "columns": {w.target: w.log.to_dict() for w in works},
    }


def _map(logs: dict[str, Any], pack: PackRef, contract: Contract | None) -> dict[str, Any]:
    """JSON-ready; hash it as canonical JSON."""
    return {
        "contract": {"id": contract.id, "version": contract.version, "sha256": contract.sha256} if contract else None,
        "pack": {"id": pack.id, "version": pack.version, "sha256": pack.sha256},
        "tables": logs,
    }


# --- looking again ---------------------------------------------------------------------------------------------------

LEFT = f".{Treatment.REPLACED.value}"  # how a rule's id ends where a label should stand and doesn't


def residue(
    tables: Mapping[str, TableInfo], packs: Packs, contract: Contract | None, *, tick: Tick = silent
) -> tuple[Finding, ...]:
    """Block findings for whatever identifies a person in redacted tables; empty where they are clean.

    Explained, so not found: official contacts, entities that the field's mandate names, public entities, weak shapes, and
    what a declared operator leaves by its nature (a mask's stars, a band, a pseudonym). A whole number that comes through
    behind a declared operator is found, and so is a cell that the operator can't have made.
    """
    lens = open_lens(packs, contract)
    found: list[Finding] = []
    with TemporaryDirectory(prefix="mingjing-") as scratch:
        for number, (name, info) in enumerate(sorted(tables.items())):
            names = _names(info, name, contract)
            beside = [f.title for f in contract.table(name).fields] if contract else (*info.columns, *info.headers)
            context = {c: _context(names.grounds[c].field, info, c, lens, beside) for c in info.columns}
            scan = scan_table(
                info, lens, context, Path(scratch) / f"{number}.parquet", seed=f"residue {name}", tick=tick
            )
            if scan.canaries_planted != scan.canaries_found:
                found.append(canary_lost(lens, scan.canaries_planted - scan.canaries_found))
            if scan.cells_scanned != info.cells:
                found.append(_unseen(name, abs(info.cells - scan.cells_scanned), lens))
            found += (_left(f, lens) for f in table_findings(scan, names, lens) if _is_left(f, contract, name))
            found += _headers(info, names, lens) if contract is None else _of_contract(info, name, contract, lens)
    return tuple(found)


def _names(info: TableInfo, name: str, contract: Contract | None) -> TableNames:
    """The redacted table's own names; a place is told by its row, the sender's sheet has nothing to do with it."""
    columns = {c: c for c in info.columns}
    plain = replace(info, sheet=None, member=None, origin_word="row")
    if contract is None:
        return TableNames(name, columns, dict.fromkeys(info.columns, WITHOUT_CONTRACT), plain)
    spec = contract.table(name)
    as_kept = {c: spec.field(c).model_copy(update={"redaction": Redaction()}) for c in info.columns}
    return TableNames(name, columns, {c: Ground(f, True) for c, f in as_kept.items()}, plain)


def _context(spec: FieldSpec | None, info: TableInfo, column: str, lens: Lens, beside: Sequence[str]) -> Column:
    if spec is not None:
        return field_context(spec, info, lens, beside)
    sent = info.headers[info.columns.index(column)] if info.headers else column
    return lens.column(column, sent, beside=beside)


def _is_left(finding: Finding, contract: Contract | None, table: str) -> bool:
    """Whether a label should stand there, and no declared operator explains what stands."""
    if finding.rule is None or not finding.rule.id.endswith(LEFT):
        return False
    if contract is None:
        return True
    redaction = contract.table(table).field(finding.places[0].column or "").redaction
    match redaction.operator:
        case "keep_ends":
            return finding.entity != "MASKED_ID"  # ends and stars are what it leaves by its nature
        case "generalise":
            return redaction.level in ADDRESS_LEVELS
        case "mask" | "name" | "bucket" | "serial" | "pseudonym":
            return False  # every cell of such a column must have the operator's form, see forms.py
        case _:
            return True


def _left(finding: Finding, lens: Lens) -> Finding:
    title = lens.rules[finding.entity or ""].title
    rule = finding.rule and replace(finding.rule, id=finding.rule.id.removesuffix(LEFT) + ".residue")
    note = f"脱敏后仍有{title} {finding.count} 处，合同没有声明可以保留，不得公开"
    return replace(finding, code="residue", severity=Severity.BLOCK, rule=rule, note=note, remedy=None)


def _unseen(name: str, count: int, lens: Lens) -> Finding:
    rule = RuleRef(PACK, lens.rules.version, "coverage", "个人信息保护法第五十一条")
    note = f"脱敏后的表有 {count} 个单元格无法复查，不得公开"
    return Finding("coverage-incomplete", Severity.BLOCK, count, (Place(shown(name, lens)),), rule, note)


def _of_contract(info: TableInfo, name: str, contract: Contract, lens: Lens) -> Iterator[Finding]:
    """What a contract declares and the table doesn't show: values in their operators' forms, and any row at all."""
    yield from open_values(info, name, contract, lens)
    if nothing := nothing_left(info, contract.table(name), contract):
        yield nothing


def _headers(info: TableInfo, names: TableNames, lens: Lens) -> Iterator[Finding]:
    """Headers and names that still hold a sure hit (a file without a contract carries its headers along)."""
    for text in dict.fromkeys((names.table, *info.columns, *info.headers)):
        if shown(text, lens) != text:
            rule = RuleRef(PACK, lens.rules.version, "header.residue", "个人信息保护法第二十五条")
            note = "脱敏后列名或表名中仍有个人信息，不得公开"
            yield Finding("residue", Severity.BLOCK, 1, (Place(source=Source.HEADER),), rule, note)
