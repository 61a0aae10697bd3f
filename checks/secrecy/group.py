"""Many hits, one finding per rule and column."""

from __future__ import annotations

from collections.abc import Iterable

from domain.finding import PLACES_KEPT, Finding, Place, RuleRef, Severity

Key = tuple[str, Severity, RuleRef, str]  # code, severity, rule, note


def group(hits: Iterable[tuple[Key, Place]]) -> list[Finding]:
    """Findings in order of first appearance; counts exact, places the first PLACES_KEPT."""
    groups: dict[tuple[Key, str | None, str | None, str], list[Place]] = {}
    for key, place in hits:
        groups.setdefault((key, place.table, place.column, place.source.value), []).append(place)
    return [
        Finding(code, severity, len(places), tuple(places[:PLACES_KEPT]), rule, note)
        for ((code, severity, rule, note), *_), places in groups.items()
    ]
