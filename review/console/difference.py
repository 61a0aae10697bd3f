"""What changed since the edition that was public when this one was prepared: rows, totals, columns, contract, packs.

Both sides are redacted tables; how rows are paired is left to review/console/pairing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import polars as pl

from domain.contract import stored_contract
from domain.errors import ArtefactMissing, ContractInvalid
from domain.release import Manifest
from review.console.contract_difference import Told, told
from review.console.outside import outside
from review.console.pairing import By, paired

NUMERIC = ("integer", "number")


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of one numeric column, before and now."""

    title: str
    before: float
    now: float

    @property
    def percent(self) -> float | None:
        return None if not self.before else (self.now - self.before) / abs(self.before) * 100


@dataclass(frozen=True, slots=True)
class TableDifference:
    """Rows by key. `changed` is None where there is no key to pair rows by; `by` says why."""

    table: str
    by: By
    added: int
    removed: int
    changed: int | None
    columns_added: tuple[str, ...]
    columns_removed: tuple[str, ...]
    totals: tuple[Total, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """`contract`: what changed in it, in words; None where the earlier one can't be read any more. `packs`: id, version before,
    version now."""

    previous: Manifest
    tables: tuple[TableDifference, ...]
    contract: Told | None
    packs: tuple[tuple[str, str, str], ...]


def difference(manifest: Manifest) -> Difference | None:
    """Against `manifest.previous`; None for a first edition, or where the earlier bytes are gone."""
    if manifest.previous is None:
        return None
    return _difference(manifest.content, manifest.previous)


def revised(manifest: Manifest, before: str) -> Difference | None:
    """Against the revision whose release hash is `before`; None where its bytes are gone."""
    return _difference(manifest.content, before)


@lru_cache(maxsize=64)
def _difference(content: bytes, previous: str) -> Difference | None:
    """Kept by content: neither side ever changes."""
    store, now = outside().store, Manifest.from_dict(json.loads(content))
    try:
        before = Manifest.from_dict(json.loads(store.read(previous)))
        contracts = [json.loads(store.read(m.contract.sha256)) for m in (before, now)]
        tables = tuple(_tables(before, now, _as_published(contracts[1], now)))
    except ArtefactMissing:
        return None
    return Difference(
        before, tables, _contracts(*(store.read(m.contract.sha256) for m in (before, now))), tuple(_packs(before, now))
    )


def _as_published(contract: dict[str, Any], manifest: Manifest) -> dict[str, Any]:
    """The contract with the operators that remedies ordered: what isn't kept any more has no total."""
    ordered = {(o["table"], o["field"]): o["redaction"] for o in manifest.overrides}
    tables = [
        {**t, "fields": [{**f, "redaction": ordered.get((t["name"], f["name"]), f["redaction"])} for f in t["fields"]]}
        for t in contract["tables"]
    ]
    return {**contract, "tables": tables}


def _tables(before: Manifest, now: Manifest, contract: dict[str, Any]) -> Iterator[TableDifference]:
    stored = [{a.name.removesuffix(".parquet"): a.sha256 for a in m.redacted} for m in (before, now)]
    specs = {t["name"]: t for t in contract["tables"]}
    for name in stored[1]:
        if name in stored[0] and name in specs:
            yield _table(name, specs[name], stored[0][name], stored[1][name])


def _table(name: str, spec: dict[str, Any], before: str, now: str) -> TableDifference:
    rows = paired(before, now, tuple(spec["key"]))
    titles = {f["name"]: f["title"] for f in spec["fields"]}
    numeric = [
        f["name"]
        for f in spec["fields"]
        if f["type"] in NUMERIC and f["name"] in rows.columns and f["redaction"]["operator"] == "keep"
    ]
    sums = [_sums(pl.scan_parquet(outside().store.local_path(sha256), glob=False), numeric) for sha256 in (before, now)]
    return TableDifference(
        name, rows.by, len(rows.added), len(rows.removed), None if rows.changed is None else rows.changed.height,
        tuple(titles.get(c, c) for c in rows.columns_added), tuple(titles.get(c, c) for c in rows.columns_removed),
        tuple(Total(titles[n], sums[0][n], sums[1][n]) for n in numeric),
    )  # fmt: skip


def _sums(frame: pl.LazyFrame, numeric: Sequence[str]) -> dict[str, float]:
    if not numeric:
        return {}
    plain = [pl.col(n).str.replace_all(",", "", literal=True).cast(pl.Float64, strict=False).sum() for n in numeric]
    row = frame.select(plain).collect(engine="streaming").row(0, named=True)
    return {n: float(row[n] or 0) for n in numeric}


def _contracts(before: bytes, now: bytes) -> Told | None:
    try:
        return told(stored_contract(before), stored_contract(now))
    except ContractInvalid:
        return None


def _packs(before: Manifest, now: Manifest) -> Iterator[tuple[str, str, str]]:
    old, new = ({p.id: p for p in m.packs} for m in (before, now))
    for name in sorted({*old, *new}):
        a, b = old.get(name), new.get(name)
        if (a and a.sha256) != (b and b.sha256):
            yield name, a.version if a else "—", b.version if b else "—"
