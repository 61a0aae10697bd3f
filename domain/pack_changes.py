"""What changed between two versions of a rule pack: entries that came, went or say something else, by list and name.

Words for people are left to the console; what a rule means, to checks and redaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from domain.canonical import sha256_hex
from domain.pack import Pack

NAMES = ("id", "code", "name", "key", "title")  # what an entry of a list is called by, the first it has
ABOUT = frozenset({"pack", "version", "verified_on"})


@dataclass(frozen=True, slots=True)
class Changed:
    """One part of a pack. `added`, `removed`: names of entries, or words of a list; `altered`: (name, keys that differ);
    for a part without entries all three are empty and only the part is named."""

    part: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    altered: tuple[tuple[str, tuple[str, ...]], ...] = ()


def pack_changes(before: Pack, now: Pack) -> tuple[Changed, ...]:
    """Every part that differs, in the order of the newer pack; empty where only version or dates do."""
    parts = [k for k in (*now.data, *(k for k in before.data if k not in now.data)) if k not in ABOUT]
    return tuple(c for part in parts for c in _part(part, before.data.get(part), now.data.get(part)))


def _part(part: str, before: Any, now: Any) -> Iterator[Changed]:
    if before == now:
        return
    was, is_now = _entries(before), _entries(now)
    if was is None or is_now is None:
        yield Changed(part)
        return
    altered = tuple(
        (name, _keys(was[name], entry)) for name, entry in is_now.items() if name in was and was[name] != entry
    )
    yield Changed(part, tuple(n for n in is_now if n not in was), tuple(n for n in was if n not in is_now), altered)


def _entries(value: Any) -> dict[str, Any] | None:
    """A part's entries by name; None for what has none (a figure, a text). A name that stands twice is counted on."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return {str(k): v for k, v in value.items()}
    if not isinstance(value, list):
        return None
    found: dict[str, Any] = {}
    for entry in value:
        name = _name(entry)
        number = 1
        while (said := name if number == 1 else f"{name} ({number})") in found:
            number += 1
        found[said] = entry
    return found


def _name(entry: Any) -> str:
    if isinstance(entry, Mapping):
        given = next((entry[k] for k in NAMES if k in entry), None)
        if isinstance(given, Mapping):
            given = given.get("zh")
        return str(given) if given is not None else str(next(iter(entry.values()), ""))
    return str(entry)


def _keys(before: Any, now: Any) -> tuple[str, ...]:
    """Keys of an entry that differ; empty for an entry that is one value."""
    if not isinstance(before, Mapping) or not isinstance(now, Mapping):
        return ()
    return tuple(k for k in (*now, *(k for k in before if k not in now)) if before.get(k) != now.get(k))


def stored_pack(content: bytes) -> Pack:
    """A pack out of the canonical bytes that its sha256 names. The caller's store has verified them."""
    data = json.loads(content)
    return Pack(data["pack"], data["version"], data, sha256_hex(content))
