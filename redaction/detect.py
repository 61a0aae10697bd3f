"""Presidio's only door: the recogniser modules as Presidio PatternRecognizers in its registry, and their quick twin.

No AnalyzerEngine, no language model, no download: patterns and check digits need neither. `find` runs the registry's own
patterns with Presidio's rules without its records, which cost twenty times the search; `by_presidio` is Presidio itself,
against which tests hold it. Normalising, context and overlaps are left to lens.py and overlap.py.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from types import ModuleType
from typing import Any

import numpy as np

from domain.errors import PackInvalid
from redaction import recognisers

LANGUAGE = "zh"
SECONDS = 5.0  # for one pattern on one text
SHORT = 4_000  # characters; a text so short can't take long, whatever the pattern (tests feed the worst)


class TextTooHard(Exception):
    """A pattern ran into Presidio's time limit on a text, so the text isn't scanned. Caught where cells are counted."""


@dataclass(frozen=True, slots=True)
class Raw:
    """What one recogniser says: a span of the normalised text; `valid` is None where no check digit exists."""

    start: int
    end: int
    entity: str
    score: float
    valid: bool | None


@dataclass(frozen=True, slots=True)
class Recogniser:
    """One module with its Presidio recogniser. What the fields hold is told in recognisers/__init__.py."""

    name: str
    entity: str
    prefilter: str | None
    prefilter_in_context: str | None
    coarse: tuple[str, ...]
    sieve: str
    context: frozenset[str]
    score: float
    is_valid: Callable[[str], bool] | None
    is_possible: Callable[[str], bool] | None
    is_blind: Callable[[str], bool] | None
    whole: Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]] | None
    made_up: Callable[[Random], str]
    made_up_head: Callable[[Random], str] | None
    made_up_tail: Callable[[Random], str] | None
    patterns: tuple[tuple[Any, float], ...]  # compiled as Presidio compiles them, with the score of the bare shape
    outside_context: Any  # `prefilter`, compiled; None where every shape counts in context only
    either: re.Pattern[str]  # both prefilters, compiled
    presidio: Any

    @property
    def regexes(self) -> tuple[str, ...]:
        return tuple(p.pattern for p, _ in self.patterns)

    @property
    def is_bare(self) -> bool:
        """Whether the pattern alone decides."""
        return self.is_valid is None and self.is_possible is None

    def find(self, text: str) -> list[Raw]:
        """Spans in a normalised text. Raises TextTooHard rather than skip a pattern."""
        found: dict[tuple[int, int], Raw | None] = {}
        limit = SECONDS if len(text) > SHORT else None
        for pattern, score in self.patterns:
            try:
                for match in pattern.finditer(text, timeout=limit):
                    start, end = place = match.span()
                    if place not in found:
                        found[place] = self._raw(match.group(), start, end, score)
                    elif (raw := found[place]) is not None and not raw.valid and raw.score < score:
                        found[place] = Raw(start, end, self.entity, score, raw.valid)
            except TimeoutError:
                raise TextTooHard from None
        told = [raw for raw in found.values() if raw is not None]
        return _without_contained(told) if len(told) > 1 else told

    def _raw(self, text: str, start: int, end: int, score: float) -> Raw | None:
        """What a match says; another of the same place differs in its bare score only."""
        if start == end or (self.is_possible is not None and not self.is_possible(text)):
            return None
        if self.is_valid is None:
            return Raw(start, end, self.entity, score, None)
        valid = self.is_valid(text)
        return Raw(start, end, self.entity, self.score if valid else score, valid)

    def by_presidio(self, text: str) -> list[Raw]:
        """The same, from Presidio's own recogniser. Raises TextTooHard where Presidio would go on without a pattern."""
        from presidio_analyzer.pattern_recognizer import REGEX_TIMEOUT_SECONDS

        began = time.monotonic()
        results = self.presidio.analyze(text, [self.entity], None)
        if time.monotonic() - began >= REGEX_TIMEOUT_SECONDS:
            raise TextTooHard
        return [self._told(r) for r in results]

    def _told(self, result: Any) -> Raw:
        if self.is_valid is None:
            return Raw(result.start, result.end, self.entity, float(result.score), None)
        valid = result.score == 1.0  # Presidio's mark of a validated result; bare shapes score less
        return Raw(result.start, result.end, self.entity, self.score if valid else float(result.score), valid)

    def only_in_context(self, found: str) -> bool:
        """Whether what was found is of the kind that counts under a fitting header or beside a fitting word only."""
        if self.prefilter_in_context is None:
            return False
        return self.outside_context is None or self.outside_context.search(found) is None


def _without_contained(found: list[Raw]) -> list[Raw]:
    """Presidio's rule for one recogniser's results: what lies within another that scores as much is left out.

    A right check digit counts as the greatest score there.
    """
    weight = {id(r): 1.0 if r.valid else r.score for r in found}
    kept: list[Raw] = []
    near: list[Raw] = []  # those that can still contain what begins here
    for raw in sorted(found, key=lambda r: (r.start, r.start - r.end, -weight[id(r)])):
        near = [o for o in near if o.end >= raw.start]
        if not any(raw.end <= o.end and weight[id(raw)] <= weight[id(o)] for o in near):
            kept.append(raw)
            near.append(raw)
    return kept


def modules() -> tuple[ModuleType, ...]:
    """Every recogniser module, by walking the folder."""
    names = sorted(m.name for m in pkgutil.iter_modules(recognisers.__path__))
    return tuple(importlib.import_module(f"{recognisers.__name__}.{name}") for name in names)


@cache
def _wired() -> Any:
    """Presidio's PatternRecognizer, its validation wired to a module's `is_valid` and `is_possible`."""
    from presidio_analyzer import PatternRecognizer

    class Wired(PatternRecognizer):  # type: ignore[misc]  # presidio has no usable types
        def __init__(self, module: ModuleType, **keys: Any) -> None:
            self._is_valid = getattr(module, "is_valid", None)
            self._is_possible = getattr(module, "is_possible", None)
            super().__init__(**keys)

        def validate_result(self, pattern_text: str) -> bool | None:
            """True where the check digit is right; None, not False, where it's wrong: a mistyped number is one too."""
            return True if self._is_valid is not None and self._is_valid(pattern_text) else None

        def invalidate_result(self, pattern_text: str) -> bool | None:
            return self._is_possible is not None and not self._is_possible(pattern_text)

    return Wired


def pattern_words(personal: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The personal pack's lists that patterns name as `@list@`, longest word first. Raises KeyError, AttributeError, TypeError."""
    lists = {"surnames": personal["surnames"].split(), "not_names": personal["not_names"]}
    return {k: tuple(sorted(v, key=lambda w: (-len(w), w))) for k, v in lists.items()}


def build(words: Mapping[str, Sequence[str]]) -> tuple[Recogniser, ...]:
    """All recognisers, held by a Presidio registry; `words` are the pack's lists that patterns name as `@list@`.

    Raises PackInvalid where a pattern names a list that the pack lacks.
    """
    from presidio_analyzer import Pattern, RecognizerRegistry

    made = []
    for module in modules():
        patterns = [Pattern(name, _filled(regex, words), score) for name, regex, score in module.PATTERNS]
        presidio = _wired()(
            module,
            supported_entity=module.ENTITY,
            name=module.__name__.rpartition(".")[2],
            supported_language=LANGUAGE,
            patterns=patterns,
            context=list(module.CONTEXT),
        )
        made.append((module, presidio))
    registry = RecognizerRegistry(recognizers=[p for _, p in made], supported_languages=[LANGUAGE])
    by_name = {p.name: p for p in registry.recognizers}
    return tuple(_recogniser(module, by_name[presidio.name]) for module, presidio in made)


def compile_pattern(pattern: str) -> Any:
    """A pattern compiled as Presidio compiles those of its recognisers."""
    import regex

    return regex.compile(pattern, regex.DOTALL | regex.MULTILINE | regex.IGNORECASE)


def _recogniser(module: ModuleType, presidio: Any) -> Recogniser:
    import regex

    shape = module.PREFILTER
    compiled = [(regex.compile(p.regex, presidio.global_regex_flags), float(p.score)) for p in presidio.patterns]
    return Recogniser(
        name=presidio.name,
        entity=module.ENTITY,
        prefilter=shape,
        prefilter_in_context=getattr(module, "PREFILTER_IN_CONTEXT", None),
        coarse=getattr(module, "COARSE", (shape,) if shape else ()),
        sieve=getattr(module, "SIEVE", "common"),
        context=frozenset(w.lower() for w in module.CONTEXT),
        score=getattr(module, "SCORE", 1.0),
        is_valid=getattr(module, "is_valid", None),
        is_possible=getattr(module, "is_possible", None),
        is_blind=getattr(module, "is_blind", None),
        whole=getattr(module, "whole", None),
        made_up=module.made_up,
        made_up_head=getattr(module, "made_up_head", None),
        made_up_tail=getattr(module, "made_up_tail", None),
        patterns=tuple(compiled),
        outside_context=re.compile(shape) if shape else None,
        either=re.compile("|".join(f"(?:{s})" for s in (shape, getattr(module, "PREFILTER_IN_CONTEXT", None)) if s)),
        presidio=presidio,
    )


def _filled(regex: str, words: Mapping[str, Sequence[str]]) -> str:
    for name, listed in words.items():
        regex = regex.replace(f"@{name}@", "|".join(listed))
    if "@surnames@" in regex or "@not_names@" in regex:
        raise PackInvalid("pack personal: a word list that a recogniser names is missing; correct rules/personal.yaml")
    return regex


def warm() -> None:
    """Import Presidio now, so that the first scan doesn't wait for it."""
    import presidio_analyzer  # noqa: F401

    modules()
