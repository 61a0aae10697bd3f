"""Scan one reading: every cell of every table and every text around them; hits on disk, findings in groups, counts.

Whether the counts are complete is told by `coverage` against an independent census. Removing what was found is left to
redact.py, one JSON line a hit to report.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from domain.contract import Contract
from domain.finding import PLACES_KEPT, Finding, Place, RuleRef, Severity, Source
from domain.pack import Packs
from domain.table import Coverage, Reading, TableCoverage, TableInfo, UnreadReason, Unscanned
from redaction import engine
from redaction.engine import TableScan, Tick, scan_table, silent
from redaction.findings import around_findings, canary_lost, table_findings, text_place
from redaction.free_text import look_at_free_text
from redaction.lens import Lens, open_lens
from redaction.names import HeaderMap, TableNames, table_headers, table_names
from redaction.person_tagger import PersonTagger
from redaction.personal import PACK
from redaction.policy import UNREAD
from redaction.texts import TextHit, TextScan, number_around, scan_around, shown
from redaction.unread import KEPT

LAW = "个人信息保护法第五十一条"


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
    unscanned: tuple[Unscanned, ...] = ()  # cells and texts that couldn't be scanned


def scan_reading(
    reading: Reading,
    packs: Packs,
    *,
    contract: Contract | None,
    header_map: HeaderMap | None,
    hits_dir: Path,
    seed: str,
    file_name: str,
    tick: Tick = silent,
    tagger: PersonTagger | None = None,
) -> Scan:
    """Scan everything in `reading`; the hits of table number n go to the folder `hits_dir`/n.

    `tagger` looks for persons in the free text of a contract (the network of person_tagger.py where none is given).
    `header_map` says which column of the reading is which field (contract table → field → column). `seed` makes the
    canaries; `tick` is told the rows that are done. Raises PackInvalid.
    """
    lens = open_lens(packs, contract)
    hits_dir.mkdir(parents=True, exist_ok=True)
    tables, names = {}, {}
    for number, info in enumerate(reading.tables):
        names[info.name] = table_names(info, contract, header_map or {}, lens)
        beside = table_headers(info, names[info.name])
        context = {c: lens.column(*_headers(info, c, names[info.name]), beside=beside) for c in info.columns}
        tables[info.name] = scan_table(info, lens, context, hits_dir / f"{number}", seed=seed, tick=tick)
    free = [
        f
        for i in reading.tables
        for f in look_at_free_text(i, tables[i.name], names[i.name], table_headers(i, names[i.name]), lens, tagger)
    ]  # fmt: skip
    texts = scan_around(reading, lens, file_name=file_name, seed=seed)
    planted = 1 + sum(t.canaries_planted for t in tables.values())
    found = int(texts.canary_found) + sum(t.canaries_found for t in tables.values())
    findings = [f for name, t in tables.items() for f in table_findings(t, names[name], lens)]
    findings += free
    findings += around_findings(texts.hits, names, lens, has_contract=contract is not None)
    if planted != found:
        findings.append(canary_lost(lens, planted - found))
    return Scan(
        tables, names, texts.hits, texts.scanned, tuple(findings), planted, found,
        tuple(r.name for r in lens.recognisers), lens, contract is not None,
        tuple(_unscanned(tables, names, texts, lens)),
    )  # fmt: skip


def _unscanned(
    tables: Mapping[str, TableScan], names: Mapping[str, TableNames], texts: TextScan, lens: Lens
) -> Iterator[Unscanned]:
    """What couldn't be scanned, in showable names: by column and reason, around the cells by part and reason."""
    for name, table in tables.items():
        for some in table.unread:
            places = tuple(names[name].place(some.column, row, origin, None, None) for row, origin in some.rows)
            yield Unscanned(some.reason, some.count, places)
    around: dict[tuple[UnreadReason, Source, str | None, str | None], list[Place]] = {}
    for where, reason in texts.unread:
        place = text_place(where, names, lens)
        around.setdefault((reason, place.source, place.table, place.column), []).append(place)
    for (reason, *_), places_of in around.items():
        yield Unscanned(reason, len(places_of), tuple(places_of[:KEPT]))


def _headers(info: TableInfo, column: str, names: TableNames) -> Iterator[str]:
    yield column
    if info.headers:
        yield info.headers[info.columns.index(column)]
    spec = names.grounds[column].field
    if spec is not None:
        yield from (spec.name, spec.title, *spec.aliases)


# --- coverage --------------------------------------------------------------------------------------------------------


def coverage(
    reading: Reading, scan: Scan, census: Mapping[str, tuple[int, int]]
) -> tuple[Coverage, tuple[Finding, ...]]:
    """The coverage certificate, and a block finding where it isn't complete.

    `census`: rows and columns of each table, by the reading's table names, counted by a reader of its own. A table that
    only one side knows makes the certificate incomplete, and so does one in which fewer canaries were planted than it has
    columns in all its batches: an empty table has no cell to miss, and a skipped batch may be counted as if it were seen.
    """
    names = sorted({**census, **scan.tables})
    differing = tuple(
        (shown(n, scan.lens), "计数不符") for n in names if _counted(census.get(n)) != _seen(scan.tables.get(n))
    )
    unproved = tuple(
        (shown(n, scan.lens), "未经检验") for n in names if _lacks_canaries(census.get(n), scan.tables.get(n))
    )
    certificate = Coverage(
        file_sha256=reading.sha256,
        bytes=reading.bytes,
        tables=tuple(_table_coverage(n, census.get(n), scan) for n in names),
        parts=number_around(reading),
        parts_scanned=scan.around_scanned,
        unread=(*reading.unread, *differing, *unproved),
        canaries_planted=scan.canaries_planted,
        canaries_found=scan.canaries_found,
        recognisers=scan.recognisers,
        unscanned=scan.unscanned,
    )
    return certificate, () if certificate.complete else tuple(_incomplete(certificate, scan))


def _counted(census: tuple[int, int] | None) -> tuple[int, int] | None:
    return None if census is None else (census[0], census[1])


def _seen(table: TableScan | None) -> tuple[int, int] | None:
    return None if table is None else (table.rows, table.columns)


def _lacks_canaries(counted: tuple[int, int] | None, table: TableScan | None) -> bool:
    rows, columns = counted or (0, 0)
    return table is not None and table.canaries_planted < columns * max(1, -(-rows // engine.BATCH_ROWS))


def _table_coverage(name: str, counted: tuple[int, int] | None, scan: Scan) -> TableCoverage:
    rows, columns = counted or (0, 0)
    seen = scan.tables.get(name)
    return TableCoverage(shown(name, scan.lens), rows, columns, rows * columns, seen.cells_scanned if seen else 0)


def _incomplete(certificate: Coverage, scan: Scan) -> Iterator[Finding]:
    """A block finding for each column (or part) and reason that cells of it couldn't be scanned, one for all else."""
    for told in certificate.unscanned:
        note = UNREAD[told.reason].format(count=told.count, what=_what(told))
        rule = RuleRef(PACK, scan.lens.rules.version, f"coverage.{told.reason.value}", LAW)
        yield Finding("coverage-incomplete", Severity.BLOCK, told.count, told.places, rule, note)
    cells = sum(u.count for u in certificate.unscanned if u.places[0].source is Source.CELL)
    around = sum(u.count for u in certificate.unscanned) - cells
    short = [t for t in certificate.tables if t.cells != t.cells_scanned]
    missing = sum(abs(t.cells - max(t.cells_scanned, 0)) for t in short)
    parts = certificate.parts - certificate.parts_scanned
    has_canaries = certificate.canaries_planted == certificate.canaries_found and certificate.canaries_planted >= len(
        certificate.tables
    )
    if certificate.unscanned and (missing, parts) == (cells, around) and has_canaries and not certificate.unread:
        return
    note = (
        f"扫描不完整：{len(short)} 张表的 {missing} 个单元格与独立计数不符，{parts} 段文字未扫描，"
        f"{len(certificate.unread)} 个部分无法读取；请更正来源文件后重新提交"
    )
    places = tuple(Place(table=t.name) for t in short[:PLACES_KEPT]) or tuple(
        Place(locator=where) for where, _ in certificate.unread[:PLACES_KEPT]
    )
    count = max(1, len(short) + len(certificate.unread) + (parts > 0))
    rule = RuleRef(PACK, scan.lens.rules.version, "coverage", LAW)
    yield Finding("coverage-incomplete", Severity.BLOCK, count, places, rule, note)


def _what(told: Unscanned) -> str:
    return "个单元格" if told.places[0].source is Source.CELL else "段格外文字"
