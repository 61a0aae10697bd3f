"""Scan one reading: every cell of every table and every text around them; hits on disk, findings in groups, counts.

Whether the counts are complete is told by `coverage` against an independent census. Removing what was found is left to
redact.py, one JSON line a hit to report.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from domain.contract import Contract, TableSpec
from domain.finding import PLACES_KEPT, Finding, Place, RuleRef, Severity, Source
from domain.pack import Packs
from domain.table import Coverage, Reading, TableCoverage, TableInfo
from redaction.engine import TableScan, scan_table
from redaction.lens import Lens, open_lens
from redaction.personal import PACK
from redaction.policy import NOTES, OUTSIDE, WITHOUT_CONTRACT, Ground, Treatment, remedy, rule_ref, severity, treatment
from redaction.texts import TextHit, number_around, scan_around, shown

HeaderMap = Mapping[str, Mapping[str, str]]  # contract table → field → column of the reading


@dataclass(frozen=True, slots=True)
class TableNames:
    """How a table's places are shown, and the ground each column stands on.

    With a contract these are its table and field names; what it doesn't know keeps the sender's names.
    """

    table: str
    columns: dict[str, str]
    grounds: dict[str, Ground]
    locator: TableInfo  # with a showable sheet name

    def place(self, column: str, row: int, origin: int, start: int, end: int, source: Source = Source.CELL) -> Place:
        return Place(self.table, self.columns[column], row, start, end, self.locator.locator(origin, column), source)


@dataclass(frozen=True, slots=True)
class Scan:
    """What was seen of a reading. `tables` by the reading's table names; `around`: hits outside the cells."""

    tables: dict[str, TableScan]
    names: dict[str, TableNames]
    around: tuple[TextHit, ...]
    around_scanned: int
    findings: tuple[Finding, ...]
    canaries_planted: int
    canaries_found: int
    recognisers: tuple[str, ...]
    lens: Lens
    has_contract: bool


def scan_reading(
    reading: Reading,
    packs: Packs,
    *,
    contract: Contract | None,
    header_map: HeaderMap | None,
    hits_dir: Path,
    seed: str,
    file_name: str,
) -> Scan:
    """Scan everything in `reading`; the hits of table number n go to `hits_dir`/n.parquet.

    `header_map` says which column of the reading is which field (contract table → field → column). `seed` makes the
    canaries. Raises PackInvalid.
    """
    lens = open_lens(packs, contract)
    hits_dir.mkdir(parents=True, exist_ok=True)
    tables, names = {}, {}
    for number, info in enumerate(reading.tables):
        names[info.name] = table_names(info, contract, header_map or {}, lens)
        context = {c: lens.column(*_headers(info, c, names[info.name])) for c in info.columns}
        tables[info.name] = scan_table(info, lens, context, hits_dir / f"{number}.parquet", seed=seed)
    texts = scan_around(reading, lens, file_name=file_name, seed=seed)
    planted = 1 + sum(t.canaries_planted for t in tables.values())
    found = int(texts.canary_found) + sum(t.canaries_found for t in tables.values())
    findings = [f for name, t in tables.items() for f in table_findings(t, names[name], lens)]
    findings += _around_findings(texts.hits, names, lens, has_contract=contract is not None)
    if planted != found:
        findings.append(canary_lost(lens, planted - found))
    return Scan(
        tables, names, texts.hits, texts.scanned, tuple(findings), planted, found,
        tuple(r.name for r in lens.recognisers), lens, contract is not None,
    )  # fmt: skip


def _headers(info: TableInfo, column: str, names: TableNames) -> Iterator[str]:
    yield column
    if info.headers:
        yield info.headers[info.columns.index(column)]
    spec = names.grounds[column].field
    if spec is not None:
        yield from (spec.name, spec.title, *spec.aliases)


# --- names and grounds -----------------------------------------------------------------------------------------------


def table_names(info: TableInfo, contract: Contract | None, header_map: HeaderMap, lens: Lens) -> TableNames:
    """Contract names and grounds for a table of the reading."""
    sheet = shown(info.sheet, lens) if info.sheet is not None else None
    locator = replace(info, path="", sheet=sheet, preamble=())
    plain = {c: shown(c, lens) for c in info.columns}
    if contract is None:
        return TableNames(shown(info.name, lens), plain, dict.fromkeys(info.columns, WITHOUT_CONTRACT), locator)
    spec = _spec_of(info, contract, header_map)
    if spec is None:
        return TableNames(shown(info.name, lens), plain, dict.fromkeys(info.columns, OUTSIDE), locator)
    fields = {column: spec.field(field) for field, column in header_map[spec.name].items()}
    columns = {c: fields[c].name if c in fields else plain[c] for c in info.columns}
    grounds = {c: Ground(fields[c], True) if c in fields else OUTSIDE for c in info.columns}
    return TableNames(spec.name, columns, grounds, locator)


def _spec_of(info: TableInfo, contract: Contract, header_map: HeaderMap) -> TableSpec | None:
    """The contract's table that this one was fitted to: it has all mapped columns, and the sheet's name if one is asked."""
    fitting = [
        spec
        for spec in contract.tables
        if header_map.get(spec.name) and set(header_map[spec.name].values()) <= set(info.columns)
    ]
    named = [s for s in fitting if s.name == info.name or (s.sheet and info.sheet and re.search(s.sheet, info.sheet))]
    return next(iter(named or fitting), None)


# --- findings --------------------------------------------------------------------------------------------------------


def table_findings(scan: TableScan, names: TableNames, lens: Lens) -> Iterator[Finding]:
    """One finding for each column, entity and treatment."""
    keys = ["column", "entity", "official", "sure"]
    hits = pl.scan_parquet(scan.hits).with_columns(sure=pl.col("score") >= lens.rules.scores.sure)
    groups = (
        hits.group_by(keys)
        .agg(
            pl.len().alias("count"), pl.col("score").max(), pl.col("valid").all().alias("valid"),
            pl.col("valid").null_count().alias("unchecked"), pl.col("row").min().alias("first"),
            *(pl.col(c).head(PLACES_KEPT).alias(f"{c}s") for c in ("row", "origin", "start", "end")),
        )
        .sort("first", *keys)
        .collect()
    )  # fmt: skip
    merged: dict[tuple[str, str, Treatment], list[dict[str, object]]] = {}
    for group in groups.iter_rows(named=True):
        rule, ground = lens.rules[group["entity"]], names.grounds[group["column"]]
        treated = treatment(rule, ground, sure=group["sure"], official=group["official"])
        merged.setdefault((group["column"], group["entity"], treated), []).append(group)
    for (column, entity, treated), parts in merged.items():
        yield _cell_finding(column, entity, treated, parts, names, lens)


def _cell_finding(column: str, entity: str, treated: Treatment, parts: list[dict[str, object]], names: TableNames, lens: Lens) -> Finding:  # fmt: skip
    spots = sorted(spot for p in parts for spot in zip(p["rows"], p["origins"], p["starts"], p["ends"], strict=True))  # type: ignore[call-overload]  # lists, by the query above
    places = tuple(names.place(column, *spot) for spot in spots[:PLACES_KEPT])
    count = sum(int(p["count"]) for p in parts)  # type: ignore[call-overload]  # an int, by the query above
    valid = None if any(p["unchecked"] for p in parts) else all(p["valid"] for p in parts)
    score = max(float(p["score"]) for p in parts)  # type: ignore[arg-type]  # a float, by the query above
    return _finding(lens, entity, treated, names.grounds[column], places, count, score, valid)


def _finding(
    lens: Lens, entity: str, treated: Treatment, ground: Ground, places: tuple[Place, ...], count: int, score: float, valid: bool | None
) -> Finding:  # fmt: skip
    rule = lens.rules[entity]
    return Finding(
        code=rule.code,
        severity=severity(rule, treated),
        count=count,
        places=places,
        rule=rule_ref(rule, treated, ground),
        note=NOTES[treated].format(title=rule.title, count=count),
        entity=entity,
        score=score,
        valid=valid,
        remedy=remedy(treated, ground),
    )


def around_ground(*, has_contract: bool) -> Ground:
    """Texts around the cells never go out under a contract, which has its own titles; without one, headers do."""
    return OUTSIDE if has_contract else WITHOUT_CONTRACT


def around_place(hit: TextHit, names: Mapping[str, TableNames], lens: Lens) -> Place:
    """The place of a hit outside the cells, in showable names."""
    where, at = hit.place, names.get(hit.place.table or "")
    return Place(
        table=at.table if at else None,
        column=at.columns[where.column] if at and where.column else None,
        start=hit.span.start,
        end=hit.span.end,
        locator=shown(where.locator, lens) if where.locator else None,
        source=where.source,
    )


def _around_findings(hits: tuple[TextHit, ...], names: Mapping[str, TableNames], lens: Lens, *, has_contract: bool) -> Iterator[Finding]:  # fmt: skip
    ground = around_ground(has_contract=has_contract)
    groups: dict[tuple[str, Source, str | None, str | None, Treatment], list[TextHit]] = {}
    for hit in hits:
        sure = hit.span.score >= lens.rules.scores.sure
        treated = treatment(lens.rules[hit.span.entity], ground, sure=sure, official=hit.span.official)
        key = (hit.span.entity, hit.place.source, hit.place.table, hit.place.column, treated)
        groups.setdefault(key, []).append(hit)
    for (entity, _, _, _, treated), group in groups.items():
        places = tuple(around_place(h, names, lens) for h in group[:PLACES_KEPT])
        valids = {h.span.valid for h in group}
        valid = valids.pop() if len(valids) == 1 else None
        yield _finding(lens, entity, treated, ground, places, len(group), max(h.span.score for h in group), valid)


def canary_lost(lens: Lens, count: int) -> Finding:
    """The scanner missed what it was given to find, so its silence elsewhere means nothing."""
    rule = RuleRef(PACK, lens.rules.version, "canary", "GB/T 35273-2020")
    note = f"扫描器漏掉 {count} 个预埋的检验值，扫描不可信，请勿发布并报告系统管理员"
    return Finding("canary-lost", Severity.BLOCK, count, (), rule, note)


# --- coverage --------------------------------------------------------------------------------------------------------


def coverage(
    reading: Reading, scan: Scan, census: Mapping[str, tuple[int, int]]
) -> tuple[Coverage, tuple[Finding, ...]]:
    """The coverage certificate, and a block finding where it isn't complete.

    `census`: rows and columns of each table, by the reading's table names, counted by a reader of its own. A table that
    only one side knows makes the certificate incomplete.
    """
    names = sorted({**census, **scan.tables})
    differing = tuple(
        (shown(n, scan.lens), "计数不符") for n in names if _counted(census.get(n)) != _seen(scan.tables.get(n))
    )
    certificate = Coverage(
        file_sha256=reading.sha256,
        bytes=reading.bytes,
        tables=tuple(_table_coverage(n, census.get(n), scan) for n in names),
        parts=number_around(reading),
        parts_scanned=scan.around_scanned,
        unread=(*reading.unread, *differing),
        canaries_planted=scan.canaries_planted,
        canaries_found=scan.canaries_found,
        recognisers=scan.recognisers,
    )
    return certificate, () if certificate.complete else (_incomplete(certificate, scan),)


def _counted(census: tuple[int, int] | None) -> tuple[int, int] | None:
    return None if census is None else (census[0], census[1])


def _seen(table: TableScan | None) -> tuple[int, int] | None:
    return None if table is None else (table.rows, table.columns)


def _table_coverage(name: str, counted: tuple[int, int] | None, scan: Scan) -> TableCoverage:
    rows, columns = counted or (0, 0)
    seen = scan.tables.get(name)
    return TableCoverage(shown(name, scan.lens), rows, columns, rows * columns, seen.cells_scanned if seen else 0)


def _incomplete(certificate: Coverage, scan: Scan) -> Finding:
    short = [t for t in certificate.tables if t.cells != t.cells_scanned]
    missing = sum(abs(t.cells - max(t.cells_scanned, 0)) for t in short)
    parts = certificate.parts - certificate.parts_scanned
    note = (
        f"扫描不完整：{len(short)} 张表的 {missing} 个单元格与独立计数不符，{parts} 段文字未扫描，"
        f"{len(certificate.unread)} 个部分无法读取；请更正来源文件后重新提交"
    )
    places = tuple(Place(table=t.name) for t in short[:PLACES_KEPT]) or tuple(
        Place(locator=where) for where, _ in certificate.unread[:PLACES_KEPT]
    )
    count = max(1, len(short) + len(certificate.unread) + (parts > 0))
    rule = RuleRef(PACK, scan.lens.rules.version, "coverage", "个人信息保护法第五十一条")
    return Finding("coverage-incomplete", Severity.BLOCK, count, places, rule, note)
