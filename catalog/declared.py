"""What a contract itself makes public: every text of it that can reach the catalogue's entry, datapackage.json or a workbook's
field sheet, with the key where it stands.

Named is what stays inside; everything else counts as public, so that a key that is new is too. Whether a text holds anything
that may not go out is asked elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from domain.contract import Contract

Key = tuple[str | int, ...]
INSIDE = frozenset(
    {
        ("source",), ("limits",), ("checks",), ("previous",), ("deadlines",), ("official_contacts",), ("review",), ("schedule",),
        ("examples",), ("tables", "sheet"), ("tables", "header_rows"), ("tables", "drop_rows"), ("tables", "fields", "aliases"),
        ("tables", "fields", "format"), ("tables", "fields", "mandate"), ("tables", "fields", "redaction", "reason"), ("tables", "fields", "redaction", "scope_reason"),
    }
)  # fmt: skip


def declared_texts(contract: Contract) -> Iterator[tuple[Key, str]]:
    """(key, text) of each, in the contract's order. Numbers and bounds of numbers are no texts."""
    yield from _texts(contract.model_dump(mode="json", by_alias=True), ())


def key_text(key: Key) -> str:
    """A key as people write it.

    >>> key_text(("tables", 0, "fields", 3, "note"))
    'tables[0].fields[3].note'
    """
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key).removeprefix(".")


def _texts(value: Any, key: Key) -> Iterator[tuple[Key, str]]:
    if tuple(part for part in key if isinstance(part, str)) in INSIDE:
        return
    if isinstance(value, dict):
        for name, below in value.items():
            yield from _texts(below, (*key, name))
    elif isinstance(value, list):
        for number, below in enumerate(value):
            yield from _texts(below, (*key, number))
    elif isinstance(value, str) and value:
        yield key, value
