"""The persons and names packs as typed rules: which headers announce persons, and which facts about them are sensitive.

Finding names is left to person_names.py, walking a table to people.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from redaction.name_model import name_model
from redaction.person_names import NameWords, any_of, header_parts, name_words, said_by

PERSONS, NAMES = "persons", "names"
AGE = re.compile(r"([0-9]{1,3})(?:周?岁)?")


@dataclass(frozen=True, slots=True)
class FactRule:
    """A sensitive fact about a person that fills a column: its headers, and the cells (whole, Rust syntax) that state it."""

    entity: str
    headers: re.Pattern[str]
    values: str


@dataclass(frozen=True, slots=True, eq=False)
class PersonWords:
    """Both packs, ready to be asked."""

    names: NameWords
    facts: tuple[FactRule, ...]
    minor_below: int
    counts: re.Pattern[str]
    persons: re.Pattern[str]
    health: re.Pattern[str]
    version: str

    def about(self, headers: Iterable[str], beside: Iterable[str]) -> str | None:
        """What a column's headers announce: `names`, `mixed`, the entity of a sensitive fact, or nothing.

        `beside`: every header of the table. In a table of statistics (it counts, and names no person) facts are groups.
        """
        own = list(headers)
        said = {said_by(h, self.names) for h in own}
        for kind in ("names", "mixed"):
            if kind in said:
                return kind
        parts = [p for h in own for p in header_parts(h)]
        entity = next((f.entity for f in self.facts if any(f.headers.search(p) for p in parts)), None)
        return None if entity is None or self.is_statistics(beside) else entity

    def is_statistics(self, headers: Iterable[str]) -> bool:
        """Whether a table of these headers counts people and names none."""
        parts = [p for h in headers for p in header_parts(h)]
        named = any(self.persons.search(p) or self.names.headers.search(p) for p in parts)
        return not named and any(self.counts.search(p) for p in parts)

    def fact(self, entity: str) -> FactRule:
        """The rule of that entity."""
        return next(f for f in self.facts if f.entity == entity)


def person_words(persons: Mapping[str, Any], names: Mapping[str, Any], surnames: Iterable[str], labels: Iterable[str]) -> PersonWords:  # fmt: skip
    """From the data of both packs. Raises KeyError, TypeError or ValueError where something is missing or malformed."""
    about_names, statistics = persons["names"], persons["statistics"]
    words = [*about_names["blanks"], *about_names["words"].split(), *about_names["places"].split()]
    model = name_model(names, surnames, about_names["endings"], words)
    prefix = f"^(?:{any_of(persons['prefixes'])})?"
    facts = tuple(
        FactRule(c["entity"].upper(), re.compile(f"{prefix}(?:{any_of(c['headers'])})$"), f"^(?:{c['values']})$")
        for c in persons["columns"]
    )
    return PersonWords(
        names=name_words(about_names, model, labels),
        facts=facts,
        minor_below=int(persons["minor_below"]),
        counts=re.compile(f"(?:{any_of(statistics['counts'])})$"),
        persons=re.compile(any_of(statistics["persons"])),
        health=re.compile(any_of(persons["health_words"]), re.IGNORECASE),
        version=str(persons["version"]),
    )
