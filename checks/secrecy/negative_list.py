"""The negative list: datasets, columns, codes and words that don't go out without a decision. What isn't on it may."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from checks.secrecy.group import Key, group
from checks.secrecy.texts import every_text
from domain.contract import Contract
from domain.finding import Finding, Place, RuleRef, Severity, Source
from domain.pack import Pack, Packs
from domain.table import ROW_ORIGIN, Reading, TableInfo

Entry = Mapping[str, Any]


def check_negative_list(
    reading: Reading, packs: Packs, *, file_name: str, contract: Contract | None
) -> tuple[Finding, ...]:
    """Findings of the negative list in a reading: words in every cell and text, codes in code columns, columns by name."""
    pack = packs["negative_list"]
    entries: list[Entry] = [e for e in pack.data["entries"] if _applies(e, reading)]
    hits = [
        *_dataset(entries, pack, contract),
        *_columns(entries, pack, reading),
        *_codes(entries, pack, reading),
        *_words(entries, pack, reading, file_name),
    ]
    return tuple(group(hits))


def check_contract(contract: Contract, packs: Packs) -> tuple[Finding, ...]:
    """What can be told without data, asked again before publication: is the dataset itself on the list?"""
    pack = packs["negative_list"]
    return tuple(group(_dataset(pack.data["entries"], pack, contract)))


def _applies(entry: Entry, reading: Reading) -> bool:
    return not entry.get("geo_only") or reading.format == "geojson"


def _key(entry: Entry, pack: Pack) -> Key:
    rule = RuleRef(pack.id, pack.version, entry["id"], entry["citation"])
    return "negative-list", Severity(entry["severity"]), rule, f"命中负面清单“{entry['title']}”，须由保密审查员认定"


def _dataset(entries: list[Entry], pack: Pack, contract: Contract | None) -> Iterator[tuple[Key, Place]]:
    for entry in entries:
        if contract and (
            contract.id in entry.get("datasets", ()) or contract.dataset_type in entry.get("datasets", ())
        ):
            yield _key(entry, pack), Place()


def _columns(entries: list[Entry], pack: Pack, reading: Reading) -> Iterator[tuple[Key, Place]]:
    for table in reading.tables:
        for column, header in zip(table.columns, table.headers or table.columns, strict=True):
            for entry in entries:
                if "columns" in entry and "codes" not in entry and re.search(entry["columns"], header):
                    yield _key(entry, pack), Place(table.name, column, source=Source.HEADER)


def _codes(entries: list[Entry], pack: Pack, reading: Reading) -> Iterator[tuple[Key, Place]]:
    for table in reading.tables:
        for column, header in zip(table.columns, table.headers or table.columns, strict=True):
            for entry in entries:
                if "codes" in entry and re.search(entry["columns"], header):
                    yield from ((_key(entry, pack), place) for place in _matching(table, column, entry["codes"]))


def _matching(table: TableInfo, column: str, pattern: str) -> Iterator[Place]:
    rows = (
        pl.scan_parquet(table.path)
        .select(pl.col(column).str.strip_chars().str.contains(pattern).alias("hit"), pl.col(ROW_ORIGIN))
        .with_row_index("row", 1)
        .filter("hit")
        .collect()
    )
    for row in rows.iter_rows(named=True):
        yield Place(table.name, column, row["row"], locator=table.locator(row[ROW_ORIGIN], column))


def _words(entries: list[Entry], pack: Pack, reading: Reading, file_name: str) -> Iterator[tuple[Key, Place]]:
    worded = [(e, re.compile(e["words"])) for e in entries if "words" in e]
    if not worded:
        return
    superset = "|".join(f"(?:{e['prefilter']})" for e, _ in worded)
    for text in every_text(reading, file_name, superset):
        for entry, exact in worded:
            if exact.search(text.content):
                yield _key(entry, pack), text.place
