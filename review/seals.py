"""Opinions of a blind pair: what a seal covers, and in what two of them have to agree. Pure: judged by desk and replay alike.

An opinion is sealed in the ledger by the hash of its content with a nonce, and opened by the line that ends the silence: the
decision on which both agree, or the conflict.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.canonical import canonical_json, sha256_hex

SEALED = ("verdict", "reason_code", "dispositions", "overrides", "text_sha256", "nonce")
COMPARED = ("verdict", "reason_code", "dispositions", "overrides")
PAIR = 2


def seal(content: Mapping[str, Any]) -> str:
    """The hash that stands for an opinion while it is closed."""
    return sha256_hex(canonical_json(opened(content)))


def opened(content: Mapping[str, Any]) -> dict[str, Any]:
    """The part of an opinion that the ledger tells once it is open: kinds and hashes, no words."""
    return {name: content[name] for name in SEALED}


def agree(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two opinions are the same verdict on the same grounds."""
    return all(one[name] == other[name] for name in COMPARED)
