"""The ledger's part of a bundle: lines that bear on the release in full, all others as digests, chained to the signed
head. So the place of each line is proved and nothing is told of other departments' releases.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from review import ledger
from review.ledger_head import Head
from review.models import LedgerEntry
from review.replay import PEOPLE_EVENTS


def build(release: str, head: Head) -> dict[str, Any]:
    """Lines from the first that bears on the release up to `head`: {first, prev, lines: [{body} | {digest}]}."""
    relevant = {seq: body for seq, body in _relevant(release) if seq <= head.seq}
    first = min(relevant)
    found = LedgerEntry.objects.filter(seq__gte=first, seq__lte=head.seq).order_by("seq")
    start = LedgerEntry.objects.get(seq=first).prev
    lines = [
        {"body": body} if seq in relevant else {"digest": hashlib.sha256(body.encode()).hexdigest()}
        for seq, body in found.values_list("seq", "body").iterator(ledger.BATCH)
    ]
    return {"first": first, "prev": start, "lines": lines}


def _relevant(release: str) -> Iterator[tuple[int, str]]:
    """The release's own lines, the units, and the seats of everyone who acted on it."""
    own = list(LedgerEntry.objects.filter(release=release).order_by("seq").values_list("seq", "actor", "body"))
    people = {actor for _, actor, _ in own}
    people |= {str(json.loads(body)["data"].get("deputy_of") or "") for _, _, body in own}
    yield from ((seq, body) for seq, _, body in own)
    for seq, event, body in LedgerEntry.objects.filter(event__in=PEOPLE_EVENTS).values_list("seq", "event", "body"):
        if event in ("units-loaded", "unit-added") or json.loads(body)["data"]["user"] in people:
            yield seq, body
