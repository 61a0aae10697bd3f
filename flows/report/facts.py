"""What a report tells: findings in groups with their places, the coverage certificate, and what a redaction did.

Plain values made from findings, certificate and redaction map, none of which holds a cell's value; names that a sender
chose (file, sheet, header, locator) are shown with labels for whatever identifies a person in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from domain.finding import SEVERITIES, Finding, Place, Severity, Source
from domain.pack import Packs
from domain.table import Coverage, Reading, Unscanned
from flows.report import words
from flows.report.words import Pair

PLACES_SHOWN = 12

Shown = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Group:
    """One finding as the page shows it. `places` are the first ones, `count` is exact."""

    severity: Severity
    title: Pair
    code: str
    entity: str | None
    where: Pair
    places: tuple[str, ...]
    count: int
    note: str
    remedy: Pair | None
    checked: Pair | None  # what the check digit says
    rule: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Texts that couldn't be scanned for one reason. `places` are the first ones, `count` is exact."""

    where: Pair
    reason: Pair
    count: int
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ColumnDone:
    """What a redaction did to one column."""

    name: str
    operator: Pair
    changed: int
    emptied: int
    labels: tuple[tuple[Pair, int], ...]


@dataclass(frozen=True, slots=True)
class TableDone:
    """What a redaction did to one table."""

    name: str
    rows: int
    rows_dropped: tuple[tuple[str, str, int, int], ...]  # field, reason, rows, of these unread
    columns: tuple[ColumnDone, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the page shows."""

    title: Pair
    verdict: Pair
    verdict_severity: str  # block, hold or ok
    file: str
    format: str
    certificate: Coverage
    gaps: tuple[Gap, ...]
    groups: tuple[Group, ...]
    done: tuple[TableDone, ...]
    written: tuple[str, ...]
    packs: tuple[tuple[str, str, str], ...]  # id, version, sha256

    @property
    def counts(self) -> dict[Severity, int]:
        """Number of places of each severity."""
        return {s: sum(g.count for g in self.groups if g.severity is s) for s in SEVERITIES}

    @property
    def cells(self) -> int:
        return sum(t.cells for t in self.certificate.tables)

    @property
    def cells_scanned(self) -> int:
        return sum(t.cells_scanned for t in self.certificate.tables)


def facts_of(
    reading: Reading, certificate: Coverage, findings: Iterable[Finding], packs: Packs, *, file: str, shown: Shown,
    redaction_map: Mapping[str, Any] | None = None, written: Sequence[str] = (),
) -> Facts:  # fmt: skip
    """The facts of a scan, or of a redaction where its map is given. `shown`: a sender's text with labels in it."""
    titles = entity_titles(packs)
    order = {s: n for n, s in enumerate(SEVERITIES)}
    groups = [_group(f, titles, shown) for f in findings]
    groups.sort(key=lambda g: (order[g.severity], g.code, g.entity or "", g.where, g.places))
    severities = {g.severity for g in groups}
    title = ("扫描报告", "Scan report") if redaction_map is None else ("脱敏报告", "Redaction report")
    return Facts(
        title, *_verdict(certificate, severities, redacted=redaction_map is not None), shown(file),
        f"{reading.format}{'，' + reading.encoding if reading.encoding else ''}", _shown_certificate(certificate, shown),
        tuple(_gap(u, shown) for u in certificate.unscanned), tuple(groups), tuple(_tables(redaction_map or {}, titles, shown)), tuple(shown(w) for w in written),
        tuple((p.id, p.version, p.sha256) for p in packs.refs),
    )  # fmt: skip


def entity_titles(packs: Packs) -> dict[str, Pair]:
    """Names of the kinds of information by entity, from the personal pack."""
    return {e["id"].upper(): (e["title"]["zh"], e["title"]["en"]) for e in packs["personal"].data["entities"]}


def _verdict(certificate: Coverage, severities: set[Severity], *, redacted: bool) -> tuple[Pair, str]:
    if not certificate.complete:
        return words.INCOMPLETE, "block"
    if redacted:
        return words.REDACTED, "ok"
    if Severity.BLOCK in severities:
        return words.SCANNED_BLOCKS, "block"
    if Severity.HOLD in severities:
        return words.SCANNED_HOLDS, "hold"
    return words.SCANNED_CLEAN, "ok"


def _shown_certificate(certificate: Coverage, shown: Shown) -> Coverage:
    unread = tuple((shown(where), shown(why)) for where, why in certificate.unread)
    tables = tuple(replace(t, name=shown(t.name)) for t in certificate.tables)
    return replace(certificate, unread=unread, tables=tables, unscanned=())


def _gap(told: Unscanned, shown: Shown) -> Gap:
    places = tuple(_place(p, shown) for p in told.places if _place(p, shown))
    return Gap(_where(told.places, shown), words.UNREAD[told.reason], told.count, places[:PLACES_SHOWN])


def _group(finding: Finding, titles: Mapping[str, Pair], shown: Shown) -> Group:
    rule = finding.rule
    checked = {True: ("校验位正确", "check digit right"), False: ("校验位不全对", "check digits not all right")}
    return Group(
        severity=finding.severity,
        title=titles.get(finding.entity or "") or words.code_title(finding.code),
        code=finding.code,
        entity=finding.entity,
        where=_where(finding.places, shown),
        places=tuple(dict.fromkeys(_place(p, shown) for p in finding.places if _place(p, shown)))[:PLACES_SHOWN],
        count=finding.count,
        note=shown(finding.note),
        remedy=words.REMEDIES.get(finding.remedy or ""),
        checked=None if finding.valid is None else checked[finding.valid],
        rule=f"{rule.pack} {rule.version} {rule.id}{' · ' + rule.citation if rule.citation else ''}" if rule else "",
    )


def _where(places: Sequence[Place], shown: Shown) -> Pair:
    """Table and column, or the part around the cells, of the first place; a group has but one of each."""
    if not places:
        return ("整个文件", "the whole file")
    place = places[0]
    zh, en = words.SOURCES[place.source]
    table, column = shown(place.table or ""), shown(place.column or "")
    if place.source is Source.CELL and not (table or column):
        return ("整个文件", "the whole file")
    return (
        "，".join([*([f"表“{table}”"] if table else []), *([f"列“{column}”"] if column else []), zh]),
        ", ".join([en, *([f"column “{column}”"] if column else []), *([f"table “{table}”"] if table else [])]),
    )


def _place(place: Place, shown: Shown) -> str:
    return shown(place.locator) if place.locator else f"row {place.row}" if place.row else ""


def _tables(redaction_map: Mapping[str, Any], titles: Mapping[str, Pair], shown: Shown) -> Iterable[TableDone]:
    for name, table in redaction_map.get("tables", {}).items():
        dropped = tuple((d["field"], d["reason"], d["dropped"], d["unread"]) for d in table["rows_dropped"])
        columns = tuple(_column(n, c, titles, shown) for n, c in table["columns"].items())
        yield TableDone(shown(name), table["rows"], dropped, columns)


def _column(name: str, log: Mapping[str, Any], titles: Mapping[str, Pair], shown: Shown) -> ColumnDone:
    labels = tuple((titles[entity], count) for entity, count in log["spans"].items())
    return ColumnDone(shown(name), words.OPERATORS[log["operator"]], log["changed"], log["emptied"], labels)
