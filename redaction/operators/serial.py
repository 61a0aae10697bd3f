"""Running numbers in place of values: the same value, the same number within one column of one release.

Numbers follow the order of first appearance, so they say nothing about the value; a file sorted by what is hidden says
its order. They can't be joined across columns, tables or releases (`pseudonym` can, where the contract declares it).
"""

from __future__ import annotations

import re

from redaction.operators.seen import unspaced

_SERIAL = re.compile(r"[1-9][0-9]{0,17}")


class Serial:
    """The numbers given so far in one column. Call it with each value in the order of the rows.

    It keeps every distinct value while the column is rewritten: about 150 bytes each. A column of serials comes back as
    it is, for its numbers already run in order of first appearance.

    >>> number = Serial()
    >>> [number(t) for t in ("张三", "李四", "张 三", "", "\\u200b")]
    ['1', '2', '1', '', None]
    """

    def __init__(self) -> None:
        self._numbers: dict[str, str] = {}

    def __call__(self, text: str) -> str | None:
        if not text.strip():
            return text
        value = unspaced(text).upper()
        return self._numbers.setdefault(value, str(len(self._numbers) + 1)) if value else None


def looks_serial(text: str) -> bool:
    """Whether the text has a running number's form.

    >>> looks_serial("12"), looks_serial("012"), looks_serial("张三")
    (True, False, False)
    """
    return _SERIAL.fullmatch(text) is not None
