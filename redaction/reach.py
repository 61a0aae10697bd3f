"""What a recogniser's pattern could match at all, read from the pattern itself: widths and kinds of characters.

The whole-cell tier (whole.py) asks this to know which recognisers a cell of digits concerns. Whatever isn't understood
counts as possible, so that the cell goes the exact way. Negative look-arounds are left out: they only narrow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from re import _constants as c  # type: ignore[attr-defined]  # the standard library's own parser, the only one there is
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

DIGITS = frozenset("0123456789")
NUMBER = DIGITS | {"X"}  # what an identity number is written with, case ignored
NEVER = 10**9


@dataclass(frozen=True, slots=True)
class Reach:
    """`least`, `most`: widths of its matches within texts of digits, of digits and X (NEVER, 0 where there are none).

    `plain`: every digit is as good as any other, so that only the width decides. `bounded`: it begins and ends
    where no digit is beside it.
    """

    least: int
    most: int
    plain: bool
    bounded: bool


UNKNOWN = Reach(0, NEVER, False, False)


@cache
def reach(regex: str, *, x: bool = True) -> Reach:
    """The reach of one pattern (case ignored, as Presidio does) in texts of digits, with `x` of digits and X."""
    alphabet = NUMBER if x else DIGITS
    try:
        tree = parser.parse(regex, re.IGNORECASE)
    except (re.error, RecursionError):
        return UNKNOWN
    least, most = _width(tree, alphabet)
    bounded = regex.startswith("(?<![0-9") and "(?![0-9" in regex
    return Reach(least, most, _is_plain(tree), bounded)


def _width(tree: Iterable[Any], alphabet: frozenset[str]) -> tuple[int, int]:
    """Least and greatest width of a match made of the alphabet's characters; (NEVER, 0) where none can be."""
    least = most = 0
    for node in tree:
        low, high = _node_width(node, alphabet)
        if low >= NEVER:
            return NEVER, 0
        least, most = least + low, min(NEVER, most + high)
    return least, most


def _node_width(node: tuple[Any, Any], alphabet: frozenset[str]) -> tuple[int, int]:
    kind, value = node
    if kind is c.ASSERT:  # what it asks must stand in the text as well
        return (NEVER, 0) if _width(value[1], alphabet)[0] >= NEVER else (0, 0)
    if kind in (c.ASSERT_NOT, c.AT):
        return 0, 0
    if kind is c.BRANCH:
        widths = [_width(branch, alphabet) for branch in value[1]]
        return min(w[0] for w in widths), max(w[1] for w in widths)
    if kind is c.SUBPATTERN:
        return _width(value[-1], alphabet)
    if kind in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
        low, high = _width(value[2], alphabet)
        if low >= NEVER:
            return (0, 0) if value[0] == 0 else (NEVER, 0)
        return low * value[0], NEVER if value[1] is c.MAXREPEAT else min(NEVER, high * int(value[1]))
    if kind in (c.LITERAL, c.NOT_LITERAL, c.IN, c.ANY):
        return (1, 1) if any(_accepts(node, char) for char in alphabet) else (NEVER, 0)
    return 0, NEVER


def _atoms(tree: Iterable[Any]) -> Iterable[tuple[Any, Any]]:
    """Every node that consumes one character, look-arounds left out; an unknown node stands for itself."""
    for kind, value in tree:
        if kind in (c.ASSERT, c.ASSERT_NOT, c.AT):
            continue
        if kind is c.BRANCH:
            for branch in value[1]:
                yield from _atoms(branch)
        elif kind is c.SUBPATTERN:
            yield from _atoms(value[-1])
        elif kind in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
            yield from _atoms(value[2])
        else:
            yield kind, value


def _is_plain(tree: Iterable[Any]) -> bool:
    """Whether atoms that accept a digit accept every digit, and none asks for an X."""
    for node in _atoms(tree):
        accepted = {char for char in NUMBER if _accepts(node, char)}
        if accepted and accepted != DIGITS:
            return False
    return True


def _accepts(node: tuple[Any, Any], char: str) -> bool:
    """Whether an atom matches a character, case ignored; a node that isn't understood does."""
    kind, value = node
    codes = {ord(char.lower()), ord(char.upper())}
    if kind is c.LITERAL:
        return value in codes
    if kind is c.NOT_LITERAL:
        return value not in codes
    if kind is c.IN:
        return _in_set(value, codes)
    return True


def _in_set(items: list[tuple[Any, Any]], codes: set[int]) -> bool:
    negated = bool(items) and items[0][0] is c.NEGATE
    found = False
    for kind, value in items:
        if kind is c.LITERAL:
            found |= value in codes
        elif kind is c.RANGE:
            found |= any(value[0] <= code <= value[1] for code in codes)
        elif kind is c.CATEGORY:
            found |= _in_category(value, codes)
    return found != negated


def _in_category(category: Any, codes: set[int]) -> bool:
    """Digits, word characters and white space as they are; of a negated or unknown category everything."""
    known = {c.CATEGORY_DIGIT: str.isdigit, c.CATEGORY_WORD: _is_word, c.CATEGORY_SPACE: str.isspace}
    test = known.get(category)
    return test is None or any(test(chr(code)) for code in codes)


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"
