"""Stars in place of characters: all of them, or all but the ends.

Masks are weak: the first 4 and last 4 of an identity number leave some 80,000 people of a city, first 6 and last 4 some
3,000, or 30 with a known birth year. Dropping the column is the rule, this the declared exception.
"""

from __future__ import annotations

from domain.masking import HIDDEN_LEAST
from redaction.operators.seen import visible


def mask(text: str) -> str | None:
    """Stars alone, one for each visible character.

    >>> mask("张三"), mask(""), mask("\\u200b")
    ('**', '', None)
    """
    if not text.strip():
        return text
    return "*" * len(visible(text)) or None


def keep_ends(text: str, prefix: int, suffix: int) -> str | None:
    """Stars between the first `prefix` and the last `suffix` characters; stars alone where fewer than 4 would be hidden.

    Blanks and punctuation hide nothing, so they don't count as hidden.

    >>> keep_ends("13900005678", 3, 4), keep_ends("1390000", 3, 4), keep_ends("139 - - - 5678", 3, 4)
    ('139****5678', '*******', '**************')
    """
    if not text.strip():
        return text
    seen = visible(text)
    end = len(seen) - suffix
    hidden = seen[prefix:end] if end > prefix else ""
    if sum(c.isalnum() or c == "*" for c in hidden) < HIDDEN_LEAST:
        return mask(text)
    return seen[:prefix] + "*" * len(hidden) + seen[end:]
