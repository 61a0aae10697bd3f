"""Opinions of blind pairs in a bundle: each one's words are those that its reviewer sealed, and of every seal that was opened the
words are there. A seal that is still closed has none.
"""

from __future__ import annotations

import json
from typing import Any

from domain.errors import EvidenceInvalid
from review import texts

Line = dict[str, Any]


def check(said: list[dict[str, Any]], lines: list[tuple[str, str]]) -> None:
    """Whether opinions.json fits the ledger's (body, hash) lines. Raises EvidenceInvalid."""
    by_hash = {digest: json.loads(body) for body, digest in lines}
    opened = _opened(list(by_hash.values()))
    sealed = {digest for digest, line in by_hash.items() if line["event"] == "opined" and _key(line) in opened}
    if sealed != {one["entry_hash"] for one in said} or len(sealed) != len(said):
        raise EvidenceInvalid("the opinions of a blind stage aren't those whose seals the ledger opened")
    for one in said:
        line = by_hash[one["entry_hash"]]
        kept = opened[_key(line)]
        who = (one["user"], one["stage"], one["round"], one["release_hash"])
        told = (line["actor"], line["data"]["stage"], line["data"]["round"], line["data"]["release_hash"])
        digest = texts.digest(reason=one["reason"], basis=one["basis"], dispositions=one["dispositions"])
        same = all(one[name] == kept[name] for name in ("verdict", "reason_code", "overrides"))
        if who != told or not same or digest != kept["text_sha256"]:
            raise EvidenceInvalid(f"the words of an opinion at stage {one['stage']} aren't those that were sealed")


def _opened(lines: list[Line]) -> dict[tuple[str, str, int], dict[str, Any]]:
    """(person, stage, round) → what the line that ended the silence tells of the opinion; replay has held it to its seal."""
    found = {}
    for line in lines:
        for person, kept in line["data"].get("opinions" if line["event"] == "conflicted" else "beside", {}).items():
            found[person, line["data"]["stage"], line["data"]["round"]] = kept
    return found


def _key(line: Line) -> tuple[str, str, int]:
    return line["actor"], line["data"]["stage"], line["data"]["round"]
