"""A contract, its exports, manifest and approval as the rooms before the catalogue would hand them on.

Use it as `from tests.catalogue_release import …`. Approval is minted here for tests only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.export import MEDIA_TYPES, export
from catalog.exported import Exported
from catalog.mapping import describe
from domain.canonical import canonical_json
from domain.contract import Contract
from domain.release import Approval, Artefact, Manifest
from storage.filesystem import FileStore
from tests.tables import table_from_rows

Rows = Sequence[dict[str, str | None]]

FIELDS: list[dict[str, Any]] = [
    {"name": "region", "title": "地区", "title_en": "Region"},
    {"name": "limit_amount", "title": "债务限额", "type": "number", "unit": "亿元", "note": "年末数"},
    {"name": "region_code", "title": "区划代码", "type": "integer"},
    {"name": "decided_on", "title": "下达日期", "type": "date", "missing": ["—"]},
]
ROWS: Rows = [
    {"region": "甲县", "limit_amount": "12.50", "region_code": "130102", "decided_on": "2025-03-01"},
    {"region": "乙县,=1+1", "limit_amount": "7", "region_code": "007", "decided_on": "—"},
]


def make_contract(**changes: Any) -> Contract:
    """A small lawful contract; `changes` replace top-level keys."""
    values: dict[str, Any] = {
        "id": "finance.debt_limit",
        "title": {"zh": "政府债务限额", "en": "Government debt limit"},
        "description": {"zh": "各地区限额", "en": "Limit by region"},
        "department": "finance",
        "domain": "debt",
        "dataset_type": "debt_final",
        "disclosure": "proactive",
        "legal_basis": [{"doc": "预算法", "article": "第十四条"}],
        "contact": {"name": "财政局债务科", "phone": "0311-00000000", "email": "debt@example.gov.cn"},
        "frequency": "annual",
        "tables": [{"name": "main", "key": ["region"], "fields": FIELDS}],
        "review": {"tier": "L1"},
        "catalogue": {"organization": "finance-bureau", "tags": ["债务", "预算/决算"]},
    }
    return Contract.model_validate(values | changes)


@dataclass(frozen=True)
class Prepared:
    """Everything that publishing takes."""

    contract: Contract
    exports: Exported
    metadata: dict[str, Any]
    manifest: Manifest
    store: FileStore

    @property
    def approval(self) -> Approval:
        return approve(self.manifest)


def approve(manifest: Manifest) -> Approval:
    """An approval of exactly this manifest."""
    release = f"{manifest.dataset}/{manifest.period}/{manifest.edition}.{manifest.revision}"
    return Approval(release, manifest.release_hash, manifest.dataset, ("d" * 64,), "2025-04-01T00:00:00Z", "h" * 64)


def prepare(
    folder: Path,
    *,
    contract: Contract | None = None,
    tables: Mapping[str, Rows] | None = None,
    period: str = "2025",
    edition: int = 1,
    revision: int = 1,
    supersedes: str | None = None,
) -> Prepared:
    """Export, describe and store one release under `folder`; equal arguments give an equal release hash."""
    contract = contract or make_contract()
    tables = tables if tables is not None else {"main": ROWS}
    work = folder / f"work-{period}-{edition}-{revision}"
    infos = {
        name: table_from_rows(work / "tables", name, rows, columns=[f.name for f in contract.table(name).fields])
        for name, rows in tables.items()
    }
    dates = {"approved_on": "2025-03-01"}
    exports = export(infos, contract, period=period, edition=edition, into=work / "export")
    metadata = describe(contract, period=period, edition=edition, dates=dates, exports=exports)
    store = FileStore(folder / "store")
    artefacts = []
    for file in exports.files:
        with file.path.open("rb") as stream:
            artefacts.append(store.put(stream, name=file.name, role=file.role, media_type=file.media_type))

    def stored(role: str, data: bytes) -> Artefact:
        return store.put_bytes(data, name=f"{role}.json", role=role, media_type=MEDIA_TYPES["json"])

    sizes = {n: (len(rows), len(contract.table(n).fields)) for n, rows in tables.items()}
    covered = [
        {"name": name, "rows": rows, "columns": columns, "cells": rows * columns, "cells_scanned": rows * columns}
        for name, (rows, columns) in sizes.items()
    ]
    manifest = Manifest(
        dataset=contract.id,
        period=period,
        edition=edition,
        revision=revision,
        contract=stored("contract", contract.content),
        packs=(),
        sources=(
            stored("source", canonical_json({"period": period, "tables": {n: list(r) for n, r in tables.items()}})),
        ),
        redacted=(),
        exports=tuple(artefacts),
        redaction_map=stored("redaction_map", b"[]"),
        findings=stored("findings", b"[]"),
        coverage=stored("coverage", canonical_json({"complete": True, "tables": covered})),
        metadata=stored("metadata", canonical_json(metadata)),
        dates=dates,
        rows=sum(len(rows) for rows in tables.values()),
        supersedes=supersedes,
    )
    return Prepared(contract, exports, metadata, manifest, store)
