"""A person's name to its surname and stars, as public notices write it (rules.md section 4: 张*, 张**, 欧阳**, 阿**).

Two people who look alike afterwards are told apart by a `serial` field beside the name, never by a piece of an identifier.
"""

from __future__ import annotations

import re

from redaction.operators.seen import visible

LONGEST = 30  # characters of a name, a foreign one with all its parts
_BETWEEN = re.compile(r"[、,;/|\n]")


def mask_name(text: str, compounds: frozenset[str]) -> str | None:
    """Surname and stars for each name in the text; None where one of them isn't a name.

    `compounds`: surnames of two characters. Two characters keep the first and get one star; compound surnames stay whole;
    everything longer keeps its first character and gets two stars, however long it is.

    >>> double = frozenset({"欧阳"})
    >>> [mask_name(n, double) for n in ("张三", "张 三丰", "欧阳某某", "阿依古丽·买买提", "John Smith", "张三、李小四")]
    ['张*', '张**', '欧阳**', '阿**', 'J**', '张*、李**']
    >>> mask_name("13900000000", double), mask_name("张三139", double), mask_name("", double)
    (None, None, '')
    """
    if not text.strip():
        return text
    parts = ["".join(p.split()) for p in _BETWEEN.split(visible(text))]
    masked = [_masked(p, compounds) for p in parts if p]
    return "、".join(m for m in masked if m) if masked and None not in masked else None


def _masked(name: str, compounds: frozenset[str]) -> str | None:
    if len(name) > LONGEST or not _is_name(name):
        return None
    if len(name) > 2 and name[:2] in compounds:
        return name[:2] + "**"
    return name[0] + "*" * min(2, len(name) - 1)


def _is_name(name: str) -> bool:
    """A letter or Han character first, then such, stars that stand for some, and the marks inside foreign names."""
    return len(name) > 1 and name[0].isalpha() and all(c.isalpha() or c in "*·•‧.-'" for c in name)
