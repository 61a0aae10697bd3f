"""A Finding: something about the data that a person or a gate must know. Never holds a cell's value, nor a piece of one.

How findings are made is left to checks/ and redaction/; what they stop is left to review/.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """What a finding does to a release: block stops it, hold wants a disposition, warn is recorded, info is shown."""

    BLOCK = "block"
    HOLD = "hold"
    WARN = "warn"
    INFO = "info"


SEVERITIES: tuple[Severity, ...] = (Severity.BLOCK, Severity.HOLD, Severity.WARN, Severity.INFO)


class Source(StrEnum):
    """Which part of a file a finding stands in, or that it stands in the contract itself."""

    CELL = "cell"
    HEADER = "header"
    COMMENT = "comment"
    PROPERTY = "property"
    SHEET_NAME = "sheet_name"
    FILE_NAME = "file_name"
    DEFINED_NAME = "defined_name"
    PAGE_HEADER = "page_header"
    PIVOT_CACHE = "pivot_cache"
    EXTERNAL_LINK = "external_link"
    MEMBER = "member"
    NESTED = "nested"
    CONTRACT = "contract"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding stands.

    `row` counts data rows from 1; `start`/`end` are character offsets into the cell's original text; `locator` is what
    the sender sees: `10月!F962`, `line 812`, `byte 1024`.
    """

    table: str | None = None
    column: str | None = None
    row: int | None = None
    start: int | None = None
    end: int | None = None
    locator: str | None = None
    source: Source = Source.CELL


@dataclass(frozen=True, slots=True)
class RuleRef:
    """The rule a finding rests on: pack id, its version, the rule's id in it, and the citation a lawyer would write."""

    pack: str
    version: str
    id: str
    citation: str = ""


PLACES_KEPT = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One group of like facts: same code, table, column, entity and rule. `count` is exact; `places` are the first ones.

    `note` is a fixed sentence about kinds and numbers of things, never about a value. `remedy` says what the platform
    has done or would do (`span-replaced`, `column-dropped`, …), or None.
    """

    code: str
    severity: Severity
    count: int = 1
    places: tuple[Place, ...] = ()
    rule: RuleRef | None = None
    note: str = ""
    entity: str | None = None
    score: float | None = None
    valid: bool | None = None
    remedy: str | None = None

    @property
    def id(self) -> str:
        """Stable within a release: equal groups in two runs carry the same id (16 hex digits)."""
        place = self.places[0] if self.places else Place()
        parts = (self.code, place.table, place.column, place.source.value, self.entity, self.rule and self.rule.id)
        return hashlib.sha256("\x1f".join(str(p) for p in parts).encode()).hexdigest()[:16]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready form; `from_dict` reads it back equal."""
        return {"id": self.id, **asdict(self)}

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Finding:
        """Inverse of `to_dict`."""
        places = tuple(Place(**{**p, "source": Source(p["source"])}) for p in data["places"])
        rule = RuleRef(**data["rule"]) if data["rule"] else None
        rest = {k: v for k, v in data.items() if k not in {"id", "places", "rule", "severity"}}
        return Finding(severity=Severity(data["severity"]), places=places, rule=rule, **rest)


def count_by_severity(findings: Iterable[Finding]) -> dict[str, int]:
    """Number of findings (groups) of each severity, all four keys present."""
    counts = {s.value: 0 for s in SEVERITIES}
    for finding in findings:
        counts[finding.severity.value] += 1
    return counts
