"""What was disposed of last time and is confirmed now, in one step: which findings, and by whose word. Reads only.

It holds where contract and packs are those of then; what is confirmed is still opened and signed by the person who does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from domain.errors import UsageInvalid
from domain.release import Disposition
from review import queries


def confirmable(release: str) -> dict[str, dict[str, str]]:
    """Finding → {kind, basis, reason} as last time, of those that may be confirmed."""
    last = queries.dispositions_before(release)
    return dict(last["dispositions"]) if last and last["same_rules"] else {}


def confirmed_from(release: str, given: Mapping[str, Disposition], confirmed: Collection[str]) -> dict[str, Any] | None:
    """What the ledger keeps of it: {release, findings}; None where nothing was confirmed.

    Raises UsageInvalid for a finding that isn't disposed of just as last time, or whose rules have changed since.
    """
    if not confirmed:
        return None
    last = queries.dispositions_before(release)
    known = confirmable(release)
    for finding in sorted(set(confirmed)):
        one = given.get(finding)
        if one is None or {"kind": one.kind.value, "basis": one.basis, "reason": one.reason} != known.get(finding):
            raise UsageInvalid(f"finding {finding[:16]} isn't disposed of as last time; dispose of it anew")
    assert last is not None, "something is confirmable"
    return {"release": last["release"], "findings": sorted(set(confirmed))}
