"""Recognisers blind to which digit stands where: whether one could say anything of the texts of an outline.

Outlines and the widening of patterns are outline.py's, what a column's header adds is told by lens.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from redaction.detect import Recogniser, compile_pattern
from redaction.outline import Wide, outline_of, widened


@dataclass(frozen=True, slots=True)
class _WidePattern:
    finds: Callable[[str], object]
    exact: bool


@dataclass(frozen=True, slots=True)
class WideRecogniser:
    """A recogniser blind to digits. `outside`, `inside`: its prefilters, None where it has none."""

    recogniser: Recogniser
    words: frozenset[str]
    outside: _WidePattern | None
    inside: _WidePattern | None
    patterns: tuple[_WidePattern, ...]
    looked_up: bool  # whether its numbers are looked up in a list

    def found_in(self, outline: str, text: str, lower: str, spoken: Collection[str]) -> tuple[int, ...]:
        """Numbers of the patterns that could match; `text`: the outline normalised, `lower`: in lower case.

        `spoken`: entities that the header speaks for.
        """
        passes = self.outside is not None and self.outside.finds(outline)
        if not passes and self.inside is not None:
            speaks = self.recogniser.entity in spoken or any(w in lower for w in self.words)
            passes = speaks and self.inside.finds(outline)
        return tuple(n for n, p in enumerate(self.patterns) if p.finds(text)) if passes else ()

    def is_blind(self, outline: str) -> bool:
        """Whether it says the same of all texts of the outline, where its patterns do."""
        own = self.recogniser
        by_context = own.prefilter_in_context is None or self.outside is None or self.outside.exact
        return by_context and not self.looked_up and (own.is_bare or bool(own.is_blind and own.is_blind(outline)))


@lru_cache(maxsize=4096)
def narrowed(recogniser: Recogniser, patterns: tuple[int, ...]) -> Recogniser:
    """The recogniser with these of its patterns only; the others can't match."""
    return replace(recogniser, patterns=tuple(recogniser.patterns[n] for n in patterns))


def wide(recogniser: Recogniser, words: Iterable[str], *, looked_up: bool) -> WideRecogniser:
    """The recogniser blind to digits; `words` beside which some of its shapes count."""
    shapes = (recogniser.prefilter, recogniser.prefilter_in_context)
    outside, inside = (_compiled(widened(s), _plain_compiler) if s else None for s in shapes)
    return WideRecogniser(
        recogniser,
        frozenset(outline_of(w) for w in words),
        outside,
        inside,
        tuple(_compiled(widened(p), compile_pattern) for p in recogniser.regexes),
        looked_up,
    )


@lru_cache(maxsize=512)
def finds_widened(pattern: str) -> Callable[[str], object]:
    """Finds in an outline what the pattern could find in a text of it."""
    return compile_pattern(widened(pattern).pattern).search  # type: ignore[no-any-return]  # regex has no types


def _plain_compiler(pattern: str) -> re.Pattern[str]:
    """The standard library's, twice as fast where there are no look-arounds."""
    return re.compile(pattern, re.DOTALL | re.MULTILINE)


def _compiled(wide: Wide, compiler: Callable[[str], Any]) -> _WidePattern:
    return _WidePattern(compiler(wide.pattern).search, wide.exact)
