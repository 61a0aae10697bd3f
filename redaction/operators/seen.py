"""What a reader sees of a text: the form in which operators take values, so that a disguise changes nothing."""

from __future__ import annotations

from collections.abc import Callable

from redaction.normalise import normalise

Operator = Callable[[str], str | None]


def visible(text: str) -> str:
    """The text with plain digits and letters, without invisible characters and without blanks at its ends.

    >>> visible(" １３８\\u200b ")
    '138'
    """
    return normalise(text).text.strip()


def unspaced(text: str) -> str:
    """The visible text without any blanks.

    >>> unspaced("张　三 ")
    '张三'
    """
    return "".join(normalise(text).text.split())
