"""Why a release is taken off: a closed set of codes that the tombstone shows, and which of them leave the entry's words standing."""

from __future__ import annotations

from enum import StrEnum


class Cause(StrEnum):
    """Why. The value is the code on the tombstone and in the ledger."""

    VERIFY = "verify"  # a person: the content has to be looked into
    WRONG = "wrong"  # a person: the data is wrong
    LEAK = "leak"  # a person: it holds what mustn't be public
    OTHER = "other"  # a person, in words of their own
    INSPECTION = "inspection"  # the platform: what is public isn't what was approved
    RULE_CHANGE = "rule_change"  # the platform: a later rule finds something
    EXPIRED = "expired"  # its days of publication are over
    HIDDEN = "hidden"  # a person on the publishing side of two networks


BY_A_PERSON = (Cause.VERIFY, Cause.WRONG, Cause.LEAK, Cause.OTHER)
KEEPING_WORDS = frozenset({Cause.VERIFY, Cause.WRONG, Cause.INSPECTION, Cause.RULE_CHANGE, Cause.EXPIRED})


def may_keep_words(code: str) -> bool:
    """Whether an order of this code may leave title, notes and names on the tombstone. A leak, and a reason that nobody
    put under a code, may not: it may be the words that leak.

    >>> [may_keep_words(code) for code in ("wrong", "leak", "other", "")]
    [True, False, False, False]
    """
    return code in KEEPING_WORDS


def is_stricter(code: str, than: str) -> bool:
    """Whether an order of this code takes words off that one of the other left standing: the only way in which a later order
    may take the place of one that stands.

    >>> [is_stricter("leak", than) for than in ("verify", "expired", "leak", "hidden", "")]
    [True, True, False, False, False]
    >>> is_stricter("wrong", "verify")
    False
    """
    return may_keep_words(than) and not may_keep_words(code)
