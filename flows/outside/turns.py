"""Which of two carried orders about one release is the newer, and which one brings it back. Pure.

Every order names its turn: the line of the platform's ledger that last took the release off or put it out again. The
register keeps the newest that was obeyed. An older package is refused, and only the reversal of just the order that took
the release down puts it out again: an old package to publish resurrects nothing, however validly it is signed.
"""

from __future__ import annotations

from datetime import date

from domain.errors import TransitionRefused
from flows.outside.register import DOWN, Entry, State
from review.carried import Package


def check_turn(entry: Entry, turn: int) -> None:
    """Raises TransitionRefused for an order that is older than the newest known here."""
    if turn < entry.turn:
        raise TransitionRefused(
            f"a later order about {entry.release} was obeyed here already; this package is an old one, don't use it"
        )


def brings_back(entry: Entry | None, package: Package, today: date) -> bool:
    """Whether publishing this package puts out again what a withdrawal took down, so that its tombstone gives way.

    Without an entry nobody here knows which order was the last: then the catalogue's tombstone stands. Raises
    TransitionRefused for what is down here and isn't to come back, PackageInvalid.
    """
    turn = package.turn
    if entry is None:
        return False
    if entry.state not in DOWN:
        check_turn(entry, turn)
        return entry.state is State.PUBLISHING and entry.is_back and entry.turn == turn  # once more, after a crash
    if entry.is_barred:
        raise TransitionRefused(f"{entry.release} was taken down here by a person; a correction is a new revision")
    reverses = package.body.get("reverses")
    if entry.state is not State.TAKEN_DOWN or turn <= entry.turn or reverses != entry.turn:
        raise TransitionRefused(f"{entry.release} was withdrawn here; a correction is a new revision")
    if entry.is_unproven:
        raise TransitionRefused(f"{entry.release} isn't down yet; finish that first: mingjing outside due")
    if entry.until is not None and entry.until <= today.isoformat():
        raise TransitionRefused(f"the days of publication of {entry.release} are over; it doesn't come back")
    return True
