"""Publications whose end nobody knows: a mark is laid down before the catalogue is touched and lifted once the ledger has
the receipt. A mark that outlives its process is settled first of all: read back, or taken off.

A later edition is public from the moment it is added, so its read-back can't wait until somebody publishes again.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from domain.errors import CatalogueUnreachable, MingjingError
from domain.release import Manifest, Status
from flows.catalogue import catalogue_for, one_at_a_time
from flows.copies import falling_together, remove_copies
from flows.home import Home
from flows.marks import all_kept, keep
from flows.platform import Platform
from flows.prepare_steps import stored_manifest

EVERY_SECONDS = 20.0


def mark_under_way(home: Home, release: str, manifest: Manifest) -> None:
    """From here on the release may be on its way into the catalogue. Durable before it returns."""
    value = {"release": release, "dataset": manifest.dataset, "release_hash": manifest.release_hash}
    keep(_mark(home, manifest.release_hash), value)


def lift_mark(home: Home, release_hash: str) -> None:
    """The ledger knows the end. Silent where there is no mark."""
    _mark(home, release_hash).unlink(missing_ok=True)


def settle_all(platform: Platform, note: Callable[[Exception, str], None]) -> bool:
    """Settle every mark; True where none is left. A mark that can't be settled now is told by `note` and stays."""
    marks = list(all_kept(_folder(platform.home)))
    for mark in marks:
        try:
            with one_at_a_time(platform.home, mark["dataset"]):
                _settle(platform, mark)
        except Exception as fault:  # the others don't wait for it
            note(fault, "settle")
    return not any(True for _ in all_kept(_folder(platform.home)))


def _settle(platform: Platform, mark: dict[str, Any]) -> None:
    """One publication that died, under its dataset's lock: what the ledger says of the release now decides."""
    from catalog.publish import settle, take_back
    from review import queries

    release_hash = mark["release_hash"]
    record = queries.show(mark["release"])
    if record["receipt"]:  # published, whatever came after: withdrawing is the withdraw flow's
        lift_mark(platform.home, release_hash)
        return
    manifest = stored_manifest(platform.stores, release_hash)
    metadata = json.loads(platform.stores.read(manifest.metadata.sha256))
    with catalogue_for(platform.home) as catalogue:
        if record["status"] == Status.APPROVED and record["release_hash"] == release_hash:
            with falling_together(platform.home, catalogue, manifest):
                is_shown = settle(catalogue, manifest=manifest, metadata=metadata)
            if not is_shown:
                remove_copies(platform.home, catalogue, mark["dataset"], release_hash)
                lift_mark(platform.home, release_hash)
                return
            if _may_stand(platform, mark["release"]):
                return  # equal, and still approved: publishing it again only writes the receipt
        take_back(catalogue, manifest=manifest, metadata=metadata)
        remove_copies(platform.home, catalogue, mark["dataset"], release_hash)
    lift_mark(platform.home, release_hash)


def _may_stand(platform: Platform, release: str) -> bool:
    """Whether it would be published now as well; whatever stands in its way, the edition doesn't stay meanwhile."""
    from flows.in_force import checked_approval

    try:
        checked_approval(platform, release)
    except CatalogueUnreachable:
        raise
    except MingjingError:
        return False
    return True


class Settling:
    """The runner's part: at its start, and while a mark is left every twenty seconds."""

    def __init__(self, platform: Platform, note: Callable[[Exception, str], None]) -> None:
        self._platform, self._note = platform, note
        self._at = -EVERY_SECONDS

    def step(self, clock: float) -> None:
        """Settle if it is time. `clock`: monotonic seconds."""
        if clock - self._at >= EVERY_SECONDS:
            self._at = clock
            settle_all(self._platform, self._note)


def _folder(home: Home) -> Path:
    return home.root / "publishing"


def _mark(home: Home, release_hash: str) -> Path:
    return _folder(home) / f"{release_hash}.json"
