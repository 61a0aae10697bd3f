"""Organisation code, nine characters (组织机构代码), in use until the unified social credit code took its place.

GB 11714-1997: eight characters and a check character mod 11. Public information. One number in eleven passes, so without
its hyphen it is looked for only under a fitting header or beside a fitting word.

>>> is_valid("D2143569-X"), is_valid("D2143569-1")
(True, False)
"""

from __future__ import annotations

from random import Random

from redaction.shapes import compact, organisation_digit

ENTITY = "ORGCODE"
SCORE = 0.3
_EDGE = "(?<![0-9A-Z])(?<![0-9A-Z]-)"
PATTERNS = (
    ("with hyphen", f"{_EDGE}[0-9A-Z]{{8}}-[0-9X](?![0-9A-Z-])", 0.1),
    ("in context", f"{_EDGE}[0-9A-Z]{{8}}[0-9X](?![0-9A-Z-])", 0.1),
)
PREFILTER = "(?i:[0-9A-Z]{8}-[0-9X])"
PREFILTER_IN_CONTEXT = "(?i:[0-9A-Z]{8}-?[0-9X])"
CONTEXT = ("机构代码", "代码证", "organisation code", "organization code")


def is_possible(text: str) -> bool:
    """A code holds digits; a word of nine letters isn't one. Those given since 2015 begin with MA, digits or not."""
    return sum(c.isdigit() for c in text) >= 3 or (text[:2].upper() == "MA" and is_valid(text))


def is_valid(text: str) -> bool:
    """Whether the check character is right."""
    code = compact(text)
    return organisation_digit(code[:8]) == code[8]


def made_up(draw: Random) -> str:
    """An invented code with its hyphen."""
    head = f"MA{draw.randrange(10**6):06}"
    return f"{head}-{organisation_digit(head)}"
