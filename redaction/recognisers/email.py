"""E-mail address (电子邮箱).

RFC 5321 in the form that people write; the local part in ASCII. Personal unless it is an official mailbox that the
contract names.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t, re.I)) for t in ("邮箱a.b@example.org)", "a@b", "@example.org")]
[True, False, False]
"""

from __future__ import annotations

from random import Random

ENTITY = "EMAIL"
PATTERNS = (
    ("address", r"(?<![A-Z0-9._%+-])[A-Z0-9._%+-]+\s?@\s?[A-Z0-9-]+(?:\.[A-Z0-9-]+)+", 0.9),
    (
        "spelled at",
        r"(?<![A-Z0-9._%+-])[A-Z0-9._%+-]+(?:\(at\)|\[at\]|#)[A-Z0-9-]+(?:\.[A-Z0-9-]+)*\.(?:com|cn|net|org)(?![A-Z0-9])",
        0.8,
    ),
)
PREFILTER = r"@|(?i:\(at\)|\[at\]|（at）|#[a-z0-9-]+\.)"
CONTEXT = ("邮箱", "邮件", "mail")


def made_up(draw: Random) -> str:
    """An invented address of a reserved domain (RFC 2606)."""
    return f"c{draw.randrange(10**8):08}@example.org"
