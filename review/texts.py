"""What people type beside a decision: kept in the tables, never in the ledger, which holds its hash alone."""

from __future__ import annotations

import re

from domain.canonical import canonical_json, sha256_hex
from domain.errors import UsageInvalid

LONGEST = 2_000
_NUMBER = re.compile(r"(?:\d[\s-]?){10}[\dXx]")


def clean(text: str, what: str, *, needed: bool = False) -> str:
    """The text without outer blanks. Raises UsageInvalid where it's needed and empty, too long, or holds a long number.

    Eleven digits in a row are somebody's telephone, card or identity: an opinion names kinds and places, not values.
    """
    text = text.strip()
    if needed and not text:
        raise UsageInvalid(f"{what} is needed here; write one sentence")
    if len(text) > LONGEST:
        raise UsageInvalid(f"{what} is longer than {LONGEST} characters; shorten it")
    if _NUMBER.search(text):
        raise UsageInvalid(
            f"{what} holds a number of eleven digits or more; write what kind of thing it is and where it stands"
        )
    return text


def digest(**texts: object) -> str:
    """Hash that ties typed texts to their ledger line."""
    return sha256_hex(canonical_json(texts))
