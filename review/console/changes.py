"""Rows that differ between two editions as they stand in the redacted tables: those of one side, or both sides of changed ones.

Which rows those are is left to review/console/pairing, whether the earlier side may be shown to pages/difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from review.console.package import Column, Package, labels
from review.console.redacted import Cell, Shown, rows_at


@dataclass(frozen=True, slots=True)
class Side:
    """One table of one edition."""

    package: Package
    table: str

    @property
    def sha256(self) -> str:
        found = self.package.manifest.redacted
        return next(a.sha256 for a in found if a.name == f"{self.table}.parquet")

    @property
    def key(self) -> tuple[str, ...]:
        """Columns of the contract's key."""
        tables = (self.package.contract or {}).get("tables", ())
        return next((tuple(t["key"]) for t in tables if t["name"] == self.table), ())

    def columns(self, names: Iterable[str]) -> tuple[Column, ...]:
        """Those of the contract's columns, in the order of the names."""
        known = {c.name: c for c in self.package.columns if c.table == self.table}
        return tuple(known[n] for n in names if n in known)

    def read(
        self, columns: tuple[Column, ...], numbers: Sequence[int]
    ) -> dict[int, tuple[tuple[str | None, Cell], ...]] | None:
        return rows_at(self.package.manifest, columns, labels(), table=self.table, numbers=numbers)


@dataclass(frozen=True, slots=True)
class Change:
    """One cell of a changed row. `before`: None where it is the same or may not be shown."""

    now: Cell
    before: Cell | None
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """Changed rows: number before, number now, cells."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[int, int, tuple[Change, ...]], ...]


def one_sided(side: Side, names: Sequence[str], numbers: Sequence[int]) -> Shown | None:
    """Rows of one edition; None where its bytes are gone."""
    columns = side.columns(names)
    found = side.read(columns, numbers)
    if found is None:
        return None
    rows = tuple((n, tuple(cell for _, cell in found[n])) for n in numbers)
    return Shown(side.table, columns, rows, len(rows), len(rows))


def two_sided(
    before: Side, now: Side, names: Sequence[str], numbers: Sequence[tuple[int, int]], *, show_before: bool
) -> Changes | None:
    """Rows (number before, number now) with the cells that changed; None where either side's bytes are gone."""
    known = {c.name for c in before.columns(names)} & {c.name for c in now.columns(names)}
    names = [n for n in names if n in known]
    old = before.read(before.columns(names), [b for b, _ in numbers])
    new = now.read(now.columns(names), [n for _, n in numbers])
    if old is None or new is None:
        return None
    rows = tuple(
        (b, n, tuple(_change(x, y, show_before=show_before) for x, y in zip(old[b], new[n], strict=True)))
        for b, n in numbers
    )
    return Changes(now.columns(names), rows)


def _change(old: tuple[str | None, Cell], new: tuple[str | None, Cell], *, show_before: bool) -> Change:
    is_changed = old[0] != new[0]
    return Change(new[1], old[1] if is_changed and show_before else None, is_changed)
