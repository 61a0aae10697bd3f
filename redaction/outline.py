"""Outlines: texts with every digit written 0, and patterns that are blind to which digit stands where.

A column of numbers has as many distinct values as rows, but few outlines. What a widened pattern doesn't find in an outline,
its pattern finds in no text of that outline; where nothing had to be widened, it finds the same in all of them. Whatever
isn't understood counts as possible. Which recognisers an outline concerns is told by lens.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from re import _constants as c  # type: ignore[attr-defined]  # the standard library's own parser, the only one there is
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

DIGITS = "0123456789"
_PIECE = 1 << 17
_ZERO_FOR = str.maketrans(DIGITS, "0" * len(DIGITS))
_ANY_DIGIT = "[0-9]"
_AT = {
    c.AT_BEGINNING: "^", c.AT_BEGINNING_STRING: r"\A", c.AT_BOUNDARY: r"\b", c.AT_NON_BOUNDARY: r"\B", c.AT_END: "$",
    c.AT_END_STRING: r"\Z",
}  # fmt: skip
_CATEGORY = {
    c.CATEGORY_DIGIT: r"\d", c.CATEGORY_NOT_DIGIT: r"\D", c.CATEGORY_SPACE: r"\s", c.CATEGORY_NOT_SPACE: r"\S",
    c.CATEGORY_WORD: r"\w", c.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip
_RUST_ATOM = re.compile(
    r"\\[xpP]\{[^}]*\}|\\.|\[\^?(?:\\[xpP]\{[^}]*\}|\\.|[^\]\\])+\]|\{[0-9,]+\}|(?P<digit>[0-9])", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Outlines:
    """Texts' outlines: `of[i]` says which of the distinct ones in `listed` is that of text i."""

    of: np.ndarray[Any, np.dtype[np.int32]]
    listed: pl.Series

    def followed_by(self, others: Outlines) -> Outlines:
        """These texts and others behind them."""
        both = _coded(_arrow(pl.concat([self.listed, others.listed])))
        return Outlines(np.concatenate([self.of, both.of[len(self.listed) :][others.of]]), both.listed)


def outlines(texts: pl.Series) -> Outlines:
    """The texts with 0 for every ASCII digit; null becomes "".

    >>> told = outlines(pl.Series(["1301-X", None, "9999-X"]))
    >>> told.of.tolist(), told.listed.to_list()
    ([0, 1, 0], ['0000-X', ''])
    """
    array = _arrow(texts)
    _, offsets, data = array.buffers()
    if not len(array) or data is None:
        return Outlines(np.zeros(len(array), np.int32), pl.Series([""] * min(len(array), 1), dtype=pl.String))
    starts = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
    plain = _zeroed(np.frombuffer(data, np.uint8)[starts[0] : starts[-1]])
    made = pa.LargeStringArray.from_buffers(len(array), pa.py_buffer(starts - starts[0]), pa.py_buffer(plain))
    return _coded(made)


def _arrow(texts: pl.Series) -> pa.LargeStringArray:
    array = texts.to_arrow(compat_level=pl.CompatLevel.oldest())
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _coded(texts: pa.LargeStringArray) -> Outlines:
    coded = texts.dictionary_encode()
    listed = pl.from_arrow(coded.dictionary)
    assert isinstance(listed, pl.Series)
    return Outlines(coded.indices.to_numpy(), listed)


def _zeroed(signs: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """UTF-8 with every digit 0, a piece at a time that stays in the processor's cache."""
    made = np.empty_like(signs)
    for begin in range(0, len(signs), _PIECE):
        piece = signs[begin : begin + _PIECE]
        digit = piece - np.uint8(ord("0"))
        digit *= digit < len(DIGITS)
        np.subtract(piece, digit, out=made[begin : begin + _PIECE])
    return made


def outline_of(text: str) -> str:
    """The same for one text."""
    return text.translate(_ZERO_FOR)


@dataclass(frozen=True, slots=True)
class Wide:
    """A pattern that finds whatever the original finds, with any digit for any other. `exact`: it is no wider."""

    pattern: str
    exact: bool


ANYTHING = Wide("", False)


@cache
def widened(regex: str) -> Wide:
    """The pattern blind to digits, in the syntax of the regex module; ANYTHING where it isn't understood.

    >>> widened("(?<![0-9])1[3-9][0-9]{9}(?!0)").pattern
    '(?<![0-9])[0-9](?:[0-9]|[3-9])[0-9]{9}'
    """
    try:
        return _sequence(parser.parse(regex, re.IGNORECASE | re.DOTALL | re.MULTILINE), {})
    except (re.error, RecursionError, _NotUnderstood):
        return ANYTHING


class _NotUnderstood(Exception):
    """A part of a pattern for which there is no widening."""


def _sequence(tree: Iterable[Any], groups: dict[int, bool]) -> Wide:
    parts = [_node(kind, value, groups) for kind, value in tree]
    return Wide("".join(p.pattern for p in parts), all(p.exact for p in parts))


def _node(kind: Any, value: Any, groups: dict[int, bool]) -> Wide:
    """One node widened. `groups`: whether each group so far may hold digits."""
    if kind in (c.LITERAL, c.NOT_LITERAL, c.IN, c.ANY):
        return _character(kind, value)
    if kind is c.AT and value in _AT:
        return Wide(_AT[value], True)
    if kind is c.BRANCH:
        branches = [_sequence(b, groups) for b in value[1]]
        return Wide(f"(?:{'|'.join(b.pattern for b in branches)})", all(b.exact for b in branches))
    if kind is c.SUBPATTERN:
        number, added, removed, inner = value
        if added & ~re.IGNORECASE or removed:
            raise _NotUnderstood
        told = _sequence(inner, groups)
        if number is None:
            return Wide(f"(?{'i' if added else ''}:{told.pattern})", told.exact)
        groups[number] = _holds_digits(inner)
        return Wide(f"(?P<g{number}>{told.pattern})", told.exact)
    if kind in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
        low, high, inner = value
        told = _sequence(inner, groups)
        times = f"{{{low},{'' if high is c.MAXREPEAT else high}}}" if low != high else f"{{{low}}}"
        lazy = "?" if kind is c.MIN_REPEAT else ""
        body = told.pattern if len(inner) == 1 and inner[0][0] in (c.LITERAL, c.IN, c.ANY) else f"(?:{told.pattern})"
        return Wide(f"{body}{times}{lazy}", told.exact and kind is not c.POSSESSIVE_REPEAT)
    if kind is c.GROUPREF and not groups.get(value, True):
        return Wide(f"(?P=g{value})", True)
    if kind in (c.ASSERT, c.ASSERT_NOT):
        direction, inner = value
        told = _sequence(inner, groups)
        if kind is c.ASSERT_NOT and not told.exact:
            return Wide("", False)  # it only narrows
        sign = ("<" if direction < 0 else "") + ("=" if kind is c.ASSERT else "!")
        return Wide(f"(?{sign}{told.pattern})", told.exact)
    raise _NotUnderstood


def _character(kind: Any, value: Any) -> Wide:
    """A node that takes one character: as it is where it takes every digit or none, else with all of them added."""
    if kind is c.ANY:
        return Wide("(?s:.)", True)
    if kind is c.LITERAL:
        sign = chr(value)
        return Wide(_ANY_DIGIT, False) if sign in DIGITS else Wide(re.escape(sign), True)
    if kind is c.NOT_LITERAL:
        sign = chr(value)
        return Wide("(?s:.)", False) if sign in DIGITS else Wide(f"[^{_in_set(sign)}]", True)
    text = "".join(_item(*item) for item in value)
    taken = len(re.findall(f"[{text}]", DIGITS))
    return Wide(f"[{text}]", True) if taken in (0, 10) else Wide(f"(?:[0-9]|[{text}])", False)


def _item(kind: Any, value: Any) -> str:
    if kind is c.NEGATE:
        return "^"
    if kind is c.LITERAL:
        return _in_set(chr(value))
    if kind is c.RANGE:
        return f"{_in_set(chr(value[0]))}-{_in_set(chr(value[1]))}"
    if kind is c.CATEGORY and value in _CATEGORY:
        return _CATEGORY[value]
    raise _NotUnderstood


def _in_set(sign: str) -> str:
    return "\\" + sign if sign in r"\[]^-&|~" else sign


@cache
def takes(regex: str, sign: str) -> bool:
    """Whether a match of the pattern, or what it asks of its surroundings, can hold the sign.

    True where the pattern isn't understood.

    >>> takes("(?<![0-9])1[3-9](?:-?[0-9]){9}(?!年)", "-"), takes("(?<![0-9])1[3-9][0-9]{9}(?!年)", "话")
    (True, False)
    """
    signs = _signs(regex)
    return signs is None or signs.search(sign) is not None


@cache
def _signs(regex: str) -> re.Pattern[str] | None:
    """Finds any sign for which a place of the pattern asks; None where it isn't understood."""
    try:
        found = set(_places(parser.parse(regex, re.IGNORECASE | re.DOTALL | re.MULTILINE)))
    except (re.error, RecursionError, _NotUnderstood):
        return None
    return re.compile("|".join(sorted(found)) or "(?!)", re.IGNORECASE)


def _places(tree: Iterable[Any]) -> Iterator[str]:
    """The pattern of every single place, those of look-arounds too."""
    for kind, value in tree:
        if kind in (c.LITERAL, c.NOT_LITERAL, c.IN, c.ANY):
            yield _character(kind, value).pattern
        elif kind is c.BRANCH:
            for branch in value[1]:
                yield from _places(branch)
        elif kind is c.SUBPATTERN:
            yield from _places(value[-1])
        elif kind in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
            yield from _places(value[2])
        elif kind in (c.ASSERT, c.ASSERT_NOT):
            yield from _places(value[1])
        elif kind not in (c.AT, c.GROUPREF):
            raise _NotUnderstood


def _holds_digits(tree: Iterable[Any]) -> bool:
    """Whether a match of the tree can hold a digit."""
    for kind, value in tree:
        if kind in (c.LITERAL, c.NOT_LITERAL, c.IN, c.ANY):
            if re.search(_character(kind, value).pattern, "0"):
                return True
        elif kind is c.BRANCH:
            if any(_holds_digits(b) for b in value[1]):
                return True
        elif kind is c.SUBPATTERN:
            if _holds_digits(value[-1]):
                return True
        elif kind in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
            if _holds_digits(value[2]):
                return True
        elif kind not in (c.AT, c.ASSERT, c.ASSERT_NOT):
            return True
    return False


@cache
def widened_rust(pattern: str) -> str:
    """A prefilter (Rust syntax) blind to digits.

    >>> widened_rust(r"1[3-9][0-9]{9}|[^0-9]x{2}")
    '[0-9](?:[0-9]|[3-9])[0-9]{9}|[^0-9]x{2}'
    """
    return _RUST_ATOM.sub(_rust_atom, pattern)


def _rust_atom(atom: re.Match[str]) -> str:
    text = atom.group()
    if atom.group("digit"):
        return _ANY_DIGIT
    if not text.startswith("["):
        return text
    taken = int(pl.Series(list(DIGITS)).str.contains(text).sum())
    return text if taken in (0, len(DIGITS)) else f"(?:[0-9]|{text})"
