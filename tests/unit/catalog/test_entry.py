"""What counts as a whole entry; a part of one is nothing to go on from."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.entry import is_whole

ENTRY: dict[str, Any] = {
    "id": "1", "name": "n", "metadata_modified": "2025-01-01T00:00:00", "state": "active", "private": True,
    "organization": {"name": "o"}, "extras": [{"key": "a", "value": "b"}], "tags": [], "groups": [],
    "resources": [{"id": "r", "url": "http://c.example/dataset/1/resource/r/download/a.csv"}],
}  # fmt: skip


def test_whole_entry() -> None:
    assert is_whole(ENTRY)
    assert is_whole({**ENTRY, "resources": []})


@pytest.mark.parametrize("key", list(ENTRY))
@pytest.mark.parametrize("value", [None, 7, "True", [None]], ids=["none", "number", "text", "list"])
def test_anything_else_is_none(key: str, value: Any) -> None:
    is_text = isinstance(ENTRY[key], str) and isinstance(value, str)
    assert is_whole({**ENTRY, key: value}) == is_text
    assert not is_whole({k: v for k, v in ENTRY.items() if k != key})


@pytest.mark.parametrize("url", [None, "", "a.csv", "/dataset/1", "http://[x", "file:///etc/passwd"])
def test_addresses_have_to_be_fetched(url: Any) -> None:
    assert not is_whole({**ENTRY, "resources": [{"id": "r", "url": url}]})


@pytest.mark.parametrize("value", [None, [], "package", 3])
def test_other_answers(value: Any) -> None:
    assert not is_whole(value)
