"""What changed since the edition that was public when this one was prepared: rows, totals, columns, contract, packs.

Both sides are redacted tables; rows are paired by the contract's key, or as wholes where it has none.
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
    """Rows by key. `changed` is None where there is no key to pair rows by."""

    table: str
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
    paths = [
        {a.name.removesuffix(".parquet"): outside().store.local_path(a.sha256) for a in m.redacted}
        for m in (before, now)
    ]
    specs = {t["name"]: t for t in contract["tables"]}
    for name in paths[1]:
        if name in paths[0] and name in specs:
            yield _table(name, specs[name], *(pl.scan_parquet(p[name], glob=False) for p in paths))


def _table(name: str, spec: dict[str, Any], before: pl.LazyFrame, now: pl.LazyFrame) -> TableDifference:
    columns = [frame.collect_schema().names() for frame in (before, now)]
    both = [c for c in columns[1] if c in columns[0]]
    key = [c for c in spec["key"] if c in both]
    if not key or len(key) < len(spec["key"]):
        added, removed, changed = *_by_whole_rows(before.select(both), now.select(both)), None
    else:
        added, removed, changed = _by_key(before.select(both), now.select(both), key)
    titles = {f["name"]: f["title"] for f in spec["fields"]}
    numeric = [
        f["name"]
        for f in spec["fields"]
        if f["type"] in NUMERIC and f["name"] in both and f["redaction"]["operator"] == "keep"
    ]
    sums = [_sums(frame, numeric) for frame in (before, now)]
    return TableDifference(
        name, added, removed, changed,
        tuple(titles.get(c, c) for c in columns[1] if c not in columns[0]),
        tuple(titles.get(c, c) for c in columns[0] if c not in columns[1]),
        tuple(Total(titles[n], sums[0][n], sums[1][n]) for n in numeric),
    )  # fmt: skip


def _sums(frame: pl.LazyFrame, numeric: Sequence[str]) -> dict[str, float]:
    if not numeric:
        return {}
    plain = [pl.col(n).str.replace_all(",", "", literal=True).cast(pl.Float64, strict=False).sum() for n in numeric]
    row = frame.select(plain).collect().row(0, named=True)
    return {n: float(row[n] or 0) for n in numeric}


def _by_key(before: pl.LazyFrame, now: pl.LazyFrame, key: list[str]) -> tuple[int, int, int]:
    rest = [c for c in before.collect_schema().names() if c not in key]
    digest = (pl.struct(rest).hash() if rest else pl.lit(0)).alias("#")
    old, new = (frame.select(*key, digest).collect() for frame in (before, now))
    added = new.join(old, on=key, how="anti", nulls_equal=True).height
    removed = old.join(new, on=key, how="anti", nulls_equal=True).height
    changed = new.join(old, on=key, nulls_equal=True).filter(pl.col("#") != pl.col("#_right")).height
    return added, removed, changed


def _by_whole_rows(before: pl.LazyFrame, now: pl.LazyFrame) -> tuple[int, int]:
    """Rows added and removed, each as often as it stands."""
    counted = [
        frame.select(pl.struct(pl.all()).hash().alias("#")).group_by("#").len().collect() for frame in (before, now)
    ]
    paired = (
        counted[1]
        .join(counted[0], on="#", how="full", coalesce=True)
        .with_columns(pl.col("len", "len_right").fill_null(0).cast(pl.Int64))
    )
    change = paired.select(pl.col("len") - pl.col("len_right")).to_series()
    return int(change.clip(lower_bound=0).sum()), int(-change.clip(upper_bound=0).sum())


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
