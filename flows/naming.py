"""How findings name places of the sender's file: the contract's names as they are; the sender's own without identifiers,
and by position alone where a header row, or a key, may be data.

A sender who forgot the header row has people's names where headers stand. What is found there is left to redaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache

from domain.contract import Contract
from domain.finding import Finding, Place
from domain.pack import Packs
from domain.table import Reading, TableInfo

KEYED = ("json", "geojson")  # formats in which a table is called by keys of the file
Findings = tuple[Finding, ...]


def cleaner(packs: Packs, contract: Contract | None = None) -> Callable[[str], str]:
    """A function that replaces identifiers in a name by their labels. Raises PackInvalid."""
    from redaction.lens import open_lens
    from redaction.texts import shown

    lens = open_lens(packs, contract)
    return cache(lambda name: shown(name, lens))


def named(
    findings: Iterable[Finding],
    contract: Contract,
    packs: Packs,
    reading: Reading | None = None,
    headers: Mapping[str, Mapping[str, str]] | None = None,
    sources: Mapping[str, str] | None = None,
) -> Findings:
    """The findings with showable places.

    `headers` and `sources` as the fit has them: contract table → field → column, contract table → table of the reading.
    """
    names = Names(contract, packs, reading, headers or {}, sources or {})
    return tuple(replace(f, places=tuple(names.place(p) for p in f.places)) for f in findings)


class Names:
    """The names of one reading."""

    def __init__(
        self,
        contract: Contract,
        packs: Packs,
        reading: Reading | None,
        headers: Mapping[str, Mapping[str, str]],
        sources: Mapping[str, str],
    ) -> None:
        self._clean = clean = cleaner(packs, contract)
        self._headers, self._sources = headers, sources
        self._fields = {t.name: {f.name for f in t.fields} for t in contract.tables}
        tables = reading.tables if reading else ()
        self._raw = {t.name: t.columns for t in tables}
        keyed = reading is not None and reading.format in KEYED
        sure = {sources[name] for name, columns in headers.items() if columns and name in sources}
        by_name = {t.name: t for t in tables}
        self._tables: dict[str, TableInfo] = {n: by_name[s] for n, s in sources.items() if s in by_name}
        self._called: dict[str, str] = {}
        self._columns: dict[str, dict[str, str]] = {}
        for number, table in enumerate(tables, 1):
            called = f"（第{number}表）" if keyed and table.name not in sure else clean(table.name)
            for known in (table.name, clean(table.name)):
                self._tables.setdefault(known, table)
                self._called.setdefault(known, called)
            self._columns[table.name] = _column_names(table, clean, is_sure=table.name in sure)

    def columns_at(self, place: Place) -> set[tuple[str, str]]:
        """(table, column) of the reading that a showable place means: one, or several where names are alike."""
        table, column = place.table or "", place.column or ""
        fields = self._headers.get(table, {})
        if table in self._sources and column in fields:
            return {(self._sources[table], fields[column])}
        own = {self._sources[table]} if table in self._sources else {n for n in self._raw if self._table(n) == table}
        return {(n, raw) for n in own for raw in self._raw.get(n, ()) if self._column(n, raw) == column}

    def place(self, place: Place) -> Place:
        return replace(
            place,
            table=self._table(place.table),
            column=self._column(place.table, place.column),
            locator=self._locator(place.locator),
        )

    def _table(self, name: str | None) -> str | None:
        if name is None or name in self._fields:
            return name
        return self._called.get(name) or self._clean(name)

    def _column(self, table: str | None, name: str | None) -> str | None:
        if name is None or name in self._fields.get(table or "", ()):
            return name
        source = self._tables.get(table or "")
        known = self._columns[source.name] if source else {}
        return known.get(name) or self._clean(name)

    def _locator(self, locator: str | None) -> str | None:
        if locator is None:
            return None
        if locator in self._called:  # a table's own name
            return self._called[locator]
        sheet, mark, cell = locator.rpartition("!")
        return f"{self._clean(sheet)}!{cell}" if mark else self._clean(locator)


def _column_names(table: TableInfo, clean: Callable[[str], str], *, is_sure: bool) -> dict[str, str]:
    """Columns of a table, raw and clean, as they are shown: by position unless the row above them is surely a header."""
    shown: dict[str, str] = {}
    for number, column in enumerate(table.columns, 1):
        called = clean(column) if is_sure else f"（第{number}列）"
        shown.setdefault(column, called)
        shown.setdefault(clean(column), called)
    return shown
