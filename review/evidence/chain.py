"""Check a bundle's ledger lines against the signed head. Pure; the form is told in proof.py, which builds it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from domain.errors import EvidenceInvalid
from review.ledger_head import Head


def check(proof: dict[str, Any], head: Head) -> list[tuple[str, str]]:
    """(body, hash) of the lines told in full. Raises EvidenceInvalid where they don't chain to the head."""
    seq, previous, told = int(proof["first"]) - 1, str(proof["prev"]), []
    for line in proof["lines"]:
        seq += 1
        body = line.get("body")
        digest = line["digest"] if body is None else hashlib.sha256(body.encode()).hexdigest()
        previous = hashlib.sha256((previous + digest).encode()).hexdigest()
        if body is not None:
            if json.loads(body)["seq"] != seq:
                raise EvidenceInvalid(f"ledger line {seq} stands in another one's place")
            told.append((body, previous))
    if (seq, previous) != (head.seq, head.hash):
        raise EvidenceInvalid("the ledger lines don't lead to the signed head; don't rely on this bundle")
    return told
