"""The marks that tell a dataset's editions apart (newest, archived, superseded), held against the entry that they stand in. Pure.

Which edition gets which is decided in plan.py; which editions a contract lists was decided when each was added, and isn't judged again here.
"""

from __future__ import annotations

from typing import Any

from catalog.entry import Entry
from catalog.mapping import CURRENT, PUBLIC_STATES, SUPERSEDED
from catalog.periods import period_order


def wrong_marks(found: Entry, resource: dict[str, Any]) -> list[str]:
    """Names of the marks of one file that can't be the platform's: somebody changed them by hand."""
    state, edition = resource.get("edition_state"), str(resource.get("edition"))
    standing = [
        period_order(str(r.get("edition"))) for r in found["resources"] if r.get("edition_state") in PUBLIC_STATES
    ]
    is_newest = state in PUBLIC_STATES and period_order(edition) == max(standing)
    wrong = {"edition_newest"} if _is_set(resource.get("edition_newest")) != is_newest else set()
    if state not in (*PUBLIC_STATES, SUPERSEDED) or (is_newest and state != CURRENT):
        wrong.add("edition_state")
    others = {r.get("release_hash") for r in found["resources"] if str(r.get("edition")) == edition}
    if state == SUPERSEDED and resource.get("superseded_by") not in others - {resource.get("release_hash")}:
        wrong |= {"edition_state", "superseded_by"}
    if state == CURRENT and resource.get("superseded_by"):
        wrong.add("superseded_by")
    return sorted(wrong)


def _is_set(value: object) -> bool:
    """A flag, whether the catalogue keeps it as such or as a word."""
    return str(value).lower() == "true"
