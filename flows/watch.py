"""Flows inspect_published and rescan_published: what is public is looked at again. The work is in flows/inspection and
flows/rescan.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from prefect import flow

from domain.errors import TransitionRefused
from flows.guard import guarded
from flows.inspection import due_tonight, inspect_all, shown
from flows.platform import open_platform
from flows.rescan import rescan_all

if TYPE_CHECKING:
    from review.standing import Public


@flow(name="inspect_published", validate_parameters=False)
@guarded("inspect")
def inspect_published(release: str = "", due: bool = False, releases: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Inspect one published release, these, what is due, or all; returns each result with {case, hidden}.

    Nothing where the catalogue is elsewhere. Raises ReleaseNotFound, TransitionRefused.
    """
    platform = open_platform()
    if platform.home.is_carried:
        return []
    if releases:
        wanted = frozenset(releases)
        return inspect_all(platform, [p for p in shown(listed_only=False) if p.release in wanted])
    return inspect_all(platform, due_tonight(platform) if due else _one(release) if release else shown())


def _one(release: str) -> list[Public]:
    """That release, a superseded one too. Raises ReleaseNotFound, TransitionRefused."""
    from review import queries

    queries.show(release)
    found = [p for p in shown(listed_only=False) if p.release == release]
    if not found:
        raise TransitionRefused(f"{release} isn't in the catalogue; only what is published there is inspected")
    return found


@flow(name="rescan_published", validate_parameters=False)
@guarded("rescan")
def rescan_published() -> list[dict[str, Any]]:
    """Scan again whatever is public and wasn't scanned under the packs of now, the riskiest first."""
    return rescan_all(open_platform())
