"""The marks of editions: what the platform sets is found in order, what a hand sets isn't."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.marks import wrong_marks

NEWEST = {"edition": "2025", "release_hash": "b", "edition_state": "current", "edition_newest": True}
OLDER = {
    "edition": "2024",
    "release_hash": "a",
    "edition_state": "archived",
    "edition_newest": False,
    "archived_by": "b",
}
BEFORE = {
    "edition": "2025", "release_hash": "x", "edition_state": "superseded", "edition_newest": False, "superseded_by": "b",
}  # fmt: skip
GONE = {"edition": "2026", "release_hash": "c", "edition_state": "withdrawn", "edition_newest": False}


def judged(*resources: dict[str, Any]) -> list[list[str]]:
    found = {"resources": list(resources)}
    return [wrong_marks(found, r) for r in resources if r["edition_state"] != "withdrawn"]


@pytest.mark.parametrize(
    "resources",
    [
        (NEWEST,), (NEWEST, OLDER), (NEWEST, BEFORE, OLDER), (NEWEST, GONE), ({**NEWEST, "edition_newest": "True"}, OLDER),
        (NEWEST, {**OLDER, "edition_state": "current"}), ({**NEWEST, "archived_by": "c"}, GONE),
        ({**NEWEST, "superseded_by": ""}, OLDER), ({**BEFORE, "superseded_by": "d"}, {**GONE, "edition": "2025", "release_hash": "d"}),
    ],
)  # fmt: skip
def test_marks_of_the_platform_are_in_order(resources: tuple[dict[str, Any], ...]) -> None:
    assert [wrong for wrong in judged(*resources) if wrong] == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"edition_newest": False}, {"edition_newest"}),
        ({"edition_newest": "False"}, {"edition_newest"}),
        ({"edition_newest": None}, {"edition_newest"}),
        ({"edition_state": "archived"}, {"edition_state"}),
        ({"edition_state": "draft"}, {"edition_state", "edition_newest"}),
        ({"edition_state": None}, {"edition_state", "edition_newest"}),
        ({"edition_state": "superseded"}, {"edition_state", "superseded_by", "edition_newest"}),
        ({"edition_state": "superseded", "superseded_by": "b", "edition_newest": False}, {"edition_state", "superseded_by"}),
        ({"superseded_by": "x"}, {"superseded_by"}),
    ],
)  # fmt: skip
def test_marks_of_the_newest_changed_by_hand(changed: dict[str, Any], told: set[str]) -> None:
    assert set(judged({**NEWEST, **changed}, OLDER)[0]) == told


def test_an_older_edition_put_in_front_by_hand() -> None:
    assert judged(NEWEST, {**OLDER, "edition_newest": True}) == [[], ["edition_newest"]]
    assert judged(NEWEST, {**BEFORE, "edition_state": "current"})[1] == ["edition_newest", "superseded_by"]
    assert judged(NEWEST, {**BEFORE, "superseded_by": "nobody"})[1] == ["edition_state", "superseded_by"]
