"""A button pressed twice sends its form twice: the second one is told what the first one did. Reads only; the desk has
refused the second and written that down.
"""

from __future__ import annotations

from review import blind, queries
from review.models import ReleaseRecord


def has_decided(record: ReleaseRecord, username: str, stage: str, verdict: str, seen: str) -> bool:
    """Whether the last word on the release is this person's, just so: at that stage, that verdict, for those bytes."""
    said = (username, stage, verdict, seen)
    sealed = [(o.user.username, o.stage, o.content["verdict"], o.release_hash) for o in blind.waiting(record.public_id)]
    if said in sealed:
        return True
    last = queries.decisions(record.public_id)[-1:]
    return [(d["user"], d["stage"], d["verdict"], d["release_hash"]) for d in last if not d["answer"]] == [said]


def has_submitted(record: ReleaseRecord, username: str, seen: str) -> bool:
    """Whether it waits at its first stage by this person's submission of those bytes."""
    by = record.submitter.username if record.submitter else ""
    is_first = bool(record.stages) and record.stage == record.stages[0]["name"]
    return is_first and by == username and record.release_hash == seen
