"""A release's package as its pages tell of it: contract, coverage, treatment of columns. Read from the store by hash.

What isn't there any more (or was never made, for a blocked release) is None; pages say so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.errors import ArtefactMissing
from domain.release import Artefact, Manifest
from review.console import words
from review.console.outside import outside
from review.console.words import Pair
from review.models import ReleaseRecord


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the contract. `changed`, `emptied`: cells; `labels`: how many spans of each kind became a label."""

    table: str
    name: str
    title: str
    unit: str
    operator: str
    treatment: Pair
    changed: int
    emptied: int
    labels: tuple[tuple[Pair, int], ...]
    reason: str

    @property
    def is_dropped(self) -> bool:
        return self.operator == "drop"

    @property
    def is_rewritten(self) -> bool:
        return self.operator not in ("keep", "drop")


@dataclass(frozen=True, slots=True)
class Package:
    """What belongs to one release hash."""

    manifest: Manifest
    contract: dict[str, Any] | None
    coverage: dict[str, Any] | None
    columns: tuple[Column, ...]
    dropped_rows: int

    @property
    def titles(self) -> dict[tuple[str, str], str]:
        return {(c.table, c.name): c.title for c in self.columns}

    @property
    def shown_columns(self) -> int:
        return sum(not c.is_dropped for c in self.columns)

    @property
    def basis(self) -> str:
        cited = (self.contract or {}).get("legal_basis", ())
        return "；".join(c["doc"] + (c["article"] or "") for c in cited)


def entities() -> dict[str, Pair]:
    """Names of kinds of personal information, by entity."""
    found = outside().packs()["personal"].data["entities"]
    return {e["id"].upper(): (e["title"]["zh"], e["title"]["en"]) for e in found}


def labels() -> list[str]:
    """What stands in place of a redacted span."""
    return sorted({f"[{e['label']}]" for e in outside().packs()["personal"].data["entities"]})


def read_json(artefact: Artefact) -> Any:
    """The artefact's content, or None where the store hasn't got it any more. Raises ContentChanged."""
    try:
        return json.loads(outside().store.read(artefact.sha256))
    except ArtefactMissing:
        return None


def package_of(record: ReleaseRecord) -> Package | None:
    """The package of a release; None where it was never checked through."""
    return None if record.manifest is None else package(Manifest.from_dict(record.manifest))


def package(manifest: Manifest) -> Package:
    """The package that a manifest names."""
    contract, treated = read_json(manifest.contract), read_json(manifest.redaction_map) or {}
    tables: dict[str, Any] = treated.get("tables", {})
    dropped = sum(d["dropped"] for t in tables.values() for d in t["rows_dropped"])
    return Package(manifest, contract, read_json(manifest.coverage), _columns(contract, tables), dropped)


def _columns(contract: dict[str, Any] | None, treated: Mapping[str, Any]) -> tuple[Column, ...]:
    kinds, found = entities(), []
    for table in (contract or {}).get("tables", ()):
        logs = treated.get(table["name"], {}).get("columns", {})
        for spec in table["fields"]:
            log = logs.get(spec["name"], {})
            operator = log.get("operator", spec.get("redaction", {}).get("operator", "keep"))
            found.append(
                Column(
                    table["name"], spec["name"], spec["title"], spec.get("unit") or "", operator,
                    words.pair(words.OPERATORS, operator), log.get("changed", 0), log.get("emptied", 0),
                    tuple((kinds.get(e, (e, e)), n) for e, n in log.get("spans", {}).items()),
                    (spec.get("redaction") or {}).get("reason") or "",
                )
            )  # fmt: skip
    return tuple(found)
