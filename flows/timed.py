"""What is due to come down comes down by itself: the days of publication are counted here, the desk orders, the withdraw
flow takes off and proves it.

An order without its proof (the process died, the catalogue was away) is found again by its missing proof, so nothing
has to be remembered. Where the catalogue lies in another network its publishing side keeps the days (flows/outside).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from domain.contract import Audience
from domain.errors import MingjingError
from domain.release import publication_until
from flows.platform import Platform
from flows.prepare_steps import stored_manifest

RETRY_SECONDS = 300.0
Note = Callable[[Exception, str], None]


def order_due(platform: Platform, today: date) -> tuple[list[str], list[MingjingError]]:
    """Order off every release whose day has come on `today`; returns their ids, and why others couldn't be looked at.

    The days are those of the contract that was approved, as the catalogue told the public; a later contract doesn't
    move them. Running it again orders nothing twice.
    """
    from review import desk, takedowns

    ordered: list[str] = []
    refused: list[MingjingError] = []
    for one in takedowns.standing():
        if _is_elsewhere(platform, one.audience):
            continue
        try:
            days = publication_days(platform, one.release_hash)
            until = publication_until(one.published_on, days)
            if days is not None and until is not None and until <= today.isoformat():
                desk.expire(one.release, days, today)
                ordered.append(one.release)
        except MingjingError as fault:  # one damaged release mustn't keep the others public
            refused.append(fault)
    return ordered, refused


def publication_days(platform: Platform, release_hash: str) -> int | None:
    """The days of publication that were approved; None where it stays. Raises ArtefactMissing, ContentChanged."""
    manifest = stored_manifest(platform.stores, release_hash)
    days: int | None = json.loads(platform.stores.read(manifest.metadata.sha256))["publication_days"]
    return days


def unproven(platform: Platform) -> list[str]:
    """Releases that were ordered off and whose proof is missing, oldest order first."""
    from review import takedowns

    return [release for release, audience in takedowns.unproven() if not _is_elsewhere(platform, audience)]


def _is_elsewhere(platform: Platform, audience: str) -> bool:
    return platform.home.is_carried and audience != Audience.LOCAL.value


class Unproven:
    """Takes off what was ordered off until its proof is there. `withdraw` runs the withdraw flow, `note` writes a line into
    the log; what failed is tried again after `pause` seconds, and others don't wait for it.
    """

    def __init__(
        self, platform: Platform, withdraw: Callable[[str], Any], note: Note, pause: float = RETRY_SECONDS
    ) -> None:
        self._platform, self._withdraw, self._note, self._pause = platform, withdraw, note, pause
        self._refused_at: dict[str, float] = {}

    def step(self, clock: float) -> bool:
        """Take the next one off; True where one was tried. `clock`: monotonic seconds."""
        for release in unproven(self._platform):
            if clock - self._refused_at.get(release, -self._pause) < self._pause:
                continue
            try:
                self._withdraw(release)
            except Exception as fault:  # it stays on the list
                self._note(fault, "withdraw")
                self._refused_at[release] = clock
            return True
        return False


class TimedTakedown:
    """The runner's part: at its start and once each day it orders off what is due, and sees that it goes."""

    def __init__(self, platform: Platform, withdraw: Callable[[str], Any], note: Note) -> None:
        self._platform, self._note = platform, note
        self._unproven = Unproven(platform, withdraw, note)
        self._day: date | None = None
        self._again_at = 0.0

    def step(self, today: date, clock: float) -> bool:
        """Do what there is to do next; True where a release was taken off or tried. `clock`: monotonic seconds."""
        if self._day != today and clock >= self._again_at:
            self._order(today, clock)
        return self._unproven.step(clock)

    def _order(self, today: date, clock: float) -> None:
        try:
            _, refused = order_due(self._platform, today)
        except Exception as fault:
            self._note(fault, "timed take-down")
            self._again_at = clock + RETRY_SECONDS
            return
        for named in refused:
            self._note(named, "timed take-down")
        self._day, self._again_at = (None, clock + RETRY_SECONDS) if refused else (today, 0.0)
