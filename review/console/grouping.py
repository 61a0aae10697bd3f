"""Findings as people read them: one group for each rule and kind, its rows are the columns (or parts) where it was found.

Holds no value, for findings hold none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from domain.finding import SEVERITIES, Severity
from review.console import words
from review.console.words import Pair

CONTAINER_CODES = frozenset(
    {"hidden-sheet", "hidden-rows", "hidden-columns", "merged-cells", "formula-without-value", "defined-name",
     "document-property", "external-link", "macro", "part-unread", "sheet-unexpected"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Where:
    """Names as the sender wrote them, and the part of the file where that isn't a cell."""

    table: str = ""
    column: str = ""
    part: Pair | None = None

    @property
    def words(self) -> Pair:
        """All in one line."""
        zh = [
            f"表“{self.table}”" if self.table else "",
            f"列“{self.column}”" if self.column else "",
            self.part[0] if self.part else "",
        ]
        en = [
            f"table “{self.table}”" if self.table else "",
            f"column “{self.column}”" if self.column else "",
            self.part[1] if self.part else "",
        ]
        return "，".join(w for w in zh if w), ", ".join(w for w in en if w)


@dataclass
class Row:
    """One finding: a column, or a part around the cells."""

    id: str
    where: Where
    locators: list[str]
    count: int
    note: str
    remedy: Pair | None
    opened: bool
    disposition: dict[str, str] | None = None
    last: dict[str, str] | None = None  # what was said of it in the revision or edition before
    before: list[tuple[str, Pair, str]] = field(default_factory=list)  # stage, kind, words of earlier stages
    typed: dict[str, str] = field(default_factory=dict)  # kind, basis, reason of its own, in a form that comes back


@dataclass
class Group:
    """What one rule found."""

    key: str
    severity: str
    title: Pair
    code: str
    rule: str
    citation: str
    checked: Pair | None
    rows: list[Row]

    @property
    def count(self) -> int:
        return sum(r.count for r in self.rows)

    @property
    def ids(self) -> list[str]:
        return [r.id for r in self.rows]

    @property
    def is_opened(self) -> bool:
        return all(r.opened for r in self.rows)

    @property
    def is_disposed(self) -> bool:
        return all(r.disposition for r in self.rows)

    @property
    def is_known(self) -> bool:
        """Whether all of it was disposed of last time."""
        return all(r.last for r in self.rows)

    @property
    def is_typed_by_row(self) -> bool:
        return any(any(r.typed.values()) for r in self.rows)

    @property
    def notes(self) -> list[str]:
        return list(dict.fromkeys(r.note for r in self.rows if r.note))

    @property
    def remedies(self) -> list[Pair]:
        return list(dict.fromkeys(r.remedy for r in self.rows if r.remedy))

    @property
    def has_remedy(self) -> bool:
        return all(r.remedy for r in self.rows)


def grouped(
    findings: Iterable[Mapping[str, Any]],
    entities: Mapping[str, Pair],
    titles: Mapping[tuple[str, str], str],
    dispositions: Mapping[str, dict[str, str]],
) -> list[Group]:
    """Groups, the gravest first. `findings`: queries.findings with `opened`; `titles`: headers by (table, column)."""
    groups: dict[str, Group] = {}
    for finding in findings:
        rule = finding["rule"] or {}
        parts = (finding["severity"], finding["code"], finding["entity"], rule.get("pack"), rule.get("id"))
        key = sha256("\x1f".join(str(p) for p in parts).encode()).hexdigest()[:12]
        if key not in groups:
            groups[key] = _group(key, finding, rule, entities)
        groups[key].rows.append(_row(finding, titles, dispositions))
    order = {s.value: n for n, s in enumerate(SEVERITIES)}
    return sorted(groups.values(), key=lambda g: order[g.severity])


def _group(key: str, finding: Mapping[str, Any], rule: Mapping[str, str], entities: Mapping[str, Pair]) -> Group:
    title = entities.get(finding["entity"] or "") or words.pair(words.CODES, finding["code"])
    checked = {True: ("校验位正确", "check digit right"), False: ("校验位不全对", "check digits not all right")}
    said = f"{rule['pack']} {rule['version']} · {rule['id']}" if rule else ""
    verdict = None if finding["valid"] is None else checked[finding["valid"]]
    return Group(key, finding["severity"], title, finding["code"], said, rule.get("citation", ""), verdict, [])


def _row(
    finding: Mapping[str, Any], titles: Mapping[tuple[str, str], str], dispositions: Mapping[str, dict[str, str]]
) -> Row:
    places = finding["places"]
    return Row(
        finding["id"],
        where_of(places[0] if places else None, titles),
        [where_exactly(p) for p in places],
        finding["count"],
        finding["note"],
        words.REMEDIES.get(finding["remedy"] or ""),
        bool(finding.get("opened")),
        dispositions.get(finding["id"]),
    )


def where_of(place: Mapping[str, Any] | None, titles: Mapping[tuple[str, str], str]) -> Where:
    """Table and column by the names that the sender knows, or the part of the file."""
    if place is None or (place["source"] == "cell" and not (place["table"] or place["column"])):
        return Where(part=("整个文件", "the whole file"))
    table, column = place["table"] or "", place["column"] or ""
    part = None if place["source"] == "cell" else words.pair(words.SOURCES, place["source"])
    return Where(table, titles.get((table, column), column), part)


def where_exactly(place: Mapping[str, Any]) -> str:
    """Where the sender sees it: `10月!F962`, `line 812`; the row's number where it has no locator."""
    return str(place["locator"] or (f"#{place['row']}" if place["row"] else ""))


def is_container(group: Group, findings: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the group tells of the file around the cells."""
    ids = set(group.ids)
    return group.code in CONTAINER_CODES or any(
        p["source"] not in ("cell", "header", "contract") for f in findings if f["id"] in ids for p in f["places"]
    )


def is_grave(group: Group) -> bool:
    return group.severity in (Severity.BLOCK.value, Severity.HOLD.value)
