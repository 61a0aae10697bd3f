"""What differs between two versions of a pack, by list and entry; nothing that differs goes unsaid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.canonical import canonical_json
from domain.pack import Pack, load_pack
from domain.pack_changes import Changed, pack_changes, stored_pack

RULES = Path(__file__).parents[3] / "rules"


def pack(**data: Any) -> Pack:
    told = {"pack": "p", "version": "1", **data}
    return Pack("p", "1", told, "0" * 64)


def test_entries_that_came_went_or_say_something_else_are_named() -> None:
    before = pack(
        marks=[{"id": "A", "severity": "hold"}, {"id": "B"}], words=["甲", "乙"], limits={"x": 1, "y": 2}, least=3
    )
    now = pack(
        marks=[{"id": "A", "severity": "block", "note": "n"}, {"id": "C"}],
        words=["乙", "丙"],
        limits={"x": 1, "y": 3},
        least=4,
    )
    assert pack_changes(before, now) == (
        Changed("marks", ("C",), ("B",), (("A", ("severity", "note")),)),
        Changed("words", ("丙",), ("甲",)),
        Changed("limits", altered=(("y", ()),)),
        Changed("least"),
    )


def test_list_that_came_or_went_is_told_entry_by_entry() -> None:
    assert pack_changes(pack(), pack(words=["甲"])) == (Changed("words", ("甲",)),)
    assert pack_changes(pack(words=["甲"]), pack()) == (Changed("words", (), ("甲",)),)


def test_number_and_dates_of_the_pack_itself_are_no_change() -> None:
    assert pack_changes(pack(verified_on="2026-01-01"), pack(verified_on="2026-02-02")) == ()


@pytest.mark.parametrize("path", sorted(RULES.glob("*.yaml")), ids=lambda p: p.stem)
def test_every_bundled_pack_compares_with_itself_and_comes_back_from_the_store(path: Path) -> None:
    now = load_pack(path.read_text("utf-8"), path.name)
    again = stored_pack(canonical_json(now.data))
    assert (again.id, again.version, again.sha256) == (now.id, now.version, now.sha256)
    assert pack_changes(again, now) == ()


entries = st.sampled_from([{"id": "A"}, {"id": "A", "x": 1}, {"id": "B"}, "甲", "乙", 7])
values = st.integers(0, 2) | st.lists(entries, max_size=4) | st.dictionaries(st.sampled_from("xy"), st.integers(0, 2))
parts = st.dictionaries(st.sampled_from("abc"), values)


@given(parts, parts)
def test_whatever_differs_is_said_and_nothing_else(before: dict[str, Any], now: dict[str, Any]) -> None:
    differing = {k for k in before.keys() | now.keys() if before.get(k) != now.get(k)}
    told = {c.part for c in pack_changes(pack(**before), pack(**now))}
    assert told == differing  # a list in another order differs too
