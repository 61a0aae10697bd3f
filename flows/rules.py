"""Rule packs of a running service: a change on disk is noticed within the runner's round, said, and everything public is
scanned again under it (flows/rescan). A pack that can't be read is told and the one before stays in force; until it can,
nothing is prepared or published, for those read the files themselves, while taking off needs no pack.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from domain.errors import PackInvalid
from domain.pack import Packs
from flows.library import Stamp, read_packs, stamp_of_packs
from flows.platform import Platform
from flows.rescan import changed_packs, state_of

EVERY_SECONDS = 10.0


class RulesWatch:
    """The runner's part. A file is read once it has stayed the same from one look to the next: whoever writes it may not be
    done."""

    def __init__(self, platform: Platform, note: Callable[[Exception, str], None]) -> None:
        self._platform, self._note = platform, note
        self._at = -EVERY_SECONDS
        self._seen: Stamp = ()
        self._read: Stamp = ()  # so that they are compared once: they may have changed since the platform was opened

    def step(self, clock: float) -> Platform | None:
        """The installation under other packs, where they have changed; else None. `clock`: monotonic seconds."""
        if clock - self._at < EVERY_SECONDS:
            return None
        self._at, before = clock, self._seen
        self._seen = stamp_of_packs(self._platform.home)
        if self._seen == self._read or self._seen != before:
            return None
        self._read = self._seen
        try:
            packs = read_packs(self._platform.home)
        except PackInvalid as fault:
            self._note(fault, "rules (those before stay in force; nothing is prepared until this is mended)")
            return None
        if (known := self._known) is not None and state_of(known) == state_of(packs):
            return None
        ids = "、".join(sorted(changed_packs(known.refs if known else (), packs)))
        print(f"rules: {ids} changed; what is public is scanned again under them", file=sys.stderr)
        self._platform = Platform(self._platform.home, self._platform.stores, packs)
        return self._platform

    @property
    def _known(self) -> Packs | None:
        rules = self._platform.rules
        return None if isinstance(rules, PackInvalid) else rules
