"""Presidio's only door: the recogniser modules as Presidio PatternRecognizers, asked one by one, offline.

No AnalyzerEngine, no language model, no download: patterns and check digits need neither. Normalising, context and
overlaps are left to lens.py and overlap.py.
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

from domain.errors import PackInvalid
from redaction import recognisers

LANGUAGE = "zh"


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
    """One module with its Presidio recogniser."""

    name: str
    entity: str
    prefilter: str | None
    prefilter_in_context: str | None
    context: frozenset[str]
    score: float
    checks: bool
    made_up: Callable[[Random], str]
    made_up_head: Callable[[Random], str] | None
    made_up_tail: Callable[[Random], str] | None
    presidio: Any

    def find(self, text: str) -> list[Raw]:
        """Spans in a normalised text. Raises TextTooHard rather than skip a pattern."""
        from presidio_analyzer.pattern_recognizer import REGEX_TIMEOUT_SECONDS

        began = time.monotonic()
        results = self.presidio.analyze(text, [self.entity], None)
        if time.monotonic() - began >= REGEX_TIMEOUT_SECONDS:  # Presidio logs a timeout and goes on without the pattern
            raise TextTooHard
        return [self._raw(r) for r in results]

    def only_in_context(self, found: str) -> bool:
        """Whether what was found is of the kind that counts under a fitting header or beside a fitting word only."""
        if self.prefilter_in_context is None:
            return False
        return self.prefilter is None or re.search(self.prefilter, found) is None

    def _raw(self, result: Any) -> Raw:
        if not self.checks:
            return Raw(result.start, result.end, self.entity, float(result.score), None)
        valid = result.score == 1.0  # Presidio's mark of a validated result; bare shapes score less
        return Raw(result.start, result.end, self.entity, self.score if valid else float(result.score), valid)


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


def _recogniser(module: ModuleType, presidio: Any) -> Recogniser:
    return Recogniser(
        name=presidio.name,
        entity=module.ENTITY,
        prefilter=module.PREFILTER,
        prefilter_in_context=getattr(module, "PREFILTER_IN_CONTEXT", None),
        context=frozenset(w.lower() for w in module.CONTEXT),
        score=getattr(module, "SCORE", 1.0),
        checks=hasattr(module, "is_valid"),
        made_up=module.made_up,
        made_up_head=getattr(module, "made_up_head", None),
        made_up_tail=getattr(module, "made_up_tail", None),
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
