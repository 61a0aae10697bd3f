"""E-mail address (电子邮箱).

RFC 5321 in the form that people write; the local part in ASCII. `a at b.cn` counts beside its word only. Personal unless it
is an official mailbox that the contract names.

>>> import re
>>> [bool(re.search(PATTERNS[0][1], t, re.I)) for t in ("邮箱a.b@example.org)", "a@b", "@example.org")]
[True, False, False]
"""

from __future__ import annotations

from random import Random

ENTITY = "EMAIL"
_LOCAL = r"(?<![A-Z0-9._%+-])[A-Z0-9._%+-]+"
_AT = r"(?:\(at\)|\[at\]|\{at\}|【at】)"
_NAMES = r"[A-Z0-9-]+(?:\.[A-Z0-9-]+)*"
_DOT = r"(?:\.|。|\(dot\)|\[dot\])"
_END = "(?:com|cn|net|org)(?![A-Z0-9])"
PATTERNS = (
    ("address", r"(?<![A-Z0-9._%+-])[A-Z0-9._%+-]+\s?@\s?[A-Z0-9-]+(?:\.[A-Z0-9-]+)+", 0.9),
    # a full stop or the word 点 for the last dot, as a Chinese keyboard or a cautious clerk has it
    ("Chinese dot", rf"{_LOCAL}\s?@\s?{_NAMES}[。点]{_END}", 0.9),
    ("spelled at", rf"{_LOCAL}(?:{_AT}|#){_NAMES}{_DOT}{_END}", 0.8),
    ("at apart", rf"{_LOCAL}\s(?:{_AT}|at)\s{_NAMES}(?:{_DOT}|\sdot\s){_END}", 0.2),
)
PREFILTER = r"@|(?i:[\(\[{【（]at[\)\]}】）]\S|#[a-z0-9-]+\.)"
PREFILTER_IN_CONTEXT = r"(?i:\s\S?at\S?\s)"
CONTEXT = ("邮箱", "邮件", "mail")


def made_up(draw: Random) -> str:
    """An invented address of a reserved domain (RFC 2606)."""
    return f"c{draw.randrange(10**8):08}@example.org"
