"""The personal pack as typed rules: what each entity is called, whether it may go out, which words speak for it.

Reading the YAML file is left to flows, finding identifiers to the recognisers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from domain.errors import PackInvalid
from domain.finding import RuleRef, Severity
from domain.pack import Pack, Packs
from redaction.detect import pattern_words
from redaction.person_words import NAMES, PERSONS, PersonWords, person_words

PACK = "personal"
DIVISIONS = "divisions"
PUBLISH = frozenset({"never", "public", "official_contact_only"})


@dataclass(frozen=True, slots=True)
class EntityRule:
    """One entity of the pack. `order` is its place in the pack: the earlier, the more protected.

    `quiet_beside`: in a cell with one of these a hit needs no disposition of its own, the other holds the release.
    """

    entity: str
    order: int
    title: str
    label: str
    publish: str
    severity: Severity
    code: str
    header_words: frozenset[str]
    near_words: frozenset[str]
    by_column: bool
    figures: bool
    division_at: int | None  # where the number holds a division code that can be looked up
    quiet_beside: frozenset[str]
    rule: RuleRef

    @property
    def replacement(self) -> str:
        """What stands in a text where the identifier stood."""
        return f"[{self.label}]"


@dataclass(frozen=True, slots=True)
class Scores:
    """Thresholds and the amounts by which context moves a score; all from the pack."""

    sure: float
    reported: float
    header: float
    near: float
    column: float
    figures: float
    unlisted: float  # the most that a number of an unlisted division gets without context


@dataclass(frozen=True, slots=True, eq=False)
class PersonalRules:
    """The whole pack; read once for each pack hash, so identity is equality."""

    rules: dict[str, EntityRule]
    scores: Scores
    figures: frozenset[str]
    words: dict[str, tuple[str, ...]]  # lists that patterns name as @list@, longest word first
    divisions: frozenset[str]  # codes of GB/T 2260, retired ones too; empty where the installation has no such pack
    version: str
    persons: PersonWords

    def __getitem__(self, entity: str) -> EntityRule:
        return self.rules[entity]

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(sorted({r.replacement for r in self.rules.values()}))

    @property
    def compound_surnames(self) -> frozenset[str]:
        """The pack's surnames of two characters."""
        return frozenset(w for w in self.words["surnames"] if len(w) == 2)


_READ: dict[tuple[str, ...], PersonalRules] = {}  # by the packs' hashes: the same rules are the same object


def personal_rules(packs: Packs) -> PersonalRules:
    """The rules of the installation's packs on persons. Raises PackInvalid naming the key at fault."""
    asked, divisions = [packs[name] for name in (PACK, PERSONS, NAMES)], packs.by_id.get(DIVISIONS)
    key = tuple(p.sha256 for p in (*asked, divisions) if p)
    if key not in _READ:
        pack, persons, names = asked
        _READ[key] = _rules(pack, persons, names, _codes(divisions) if divisions else frozenset())
    return _READ[key]


def _codes(pack: Pack) -> frozenset[str]:
    """The codes of the divisions pack, written as `110101-110118 120101`."""
    try:
        tokens = pack.data["codes"].split()
    except (KeyError, AttributeError):
        tokens = [""]
    if not tokens or not all(re.fullmatch(r"[0-9]{6}(?:-[0-9]{6})?", token) for token in tokens):
        raise PackInvalid(f"pack {DIVISIONS}: codes must be six-digit codes and ranges of them") from None
    return frozenset(f"{code:06}" for token in tokens for code in range(int(token[:6]), int(token[-6:]) + 1))


def _rules(pack: Pack, persons: Pack, names: Pack, divisions: frozenset[str]) -> PersonalRules:
    data = pack.data
    try:
        rules = {e["id"].upper(): _entity(e, order, pack) for order, e in enumerate(data["entities"])}
        scores = Scores(**{k: float(v) for k, v in data["scores"].items()})
        words = pattern_words(data)
        figures = frozenset(w.lower() for w in data["figures"])
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise PackInvalid(
            f"pack {PACK}: a key is missing or of the wrong kind ({fault}); correct rules/personal.yaml"
        ) from None
    labels = sorted({r.replacement for r in rules.values()})
    try:
        people = person_words(persons.data, names.data, data["surnames"].split(), labels)
        unknown = {f.entity for f in people.facts} - set(rules)
        if unknown:
            raise KeyError(f"entities of pack {PACK}: {', '.join(sorted(unknown)).lower()}")
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as fault:
        raise PackInvalid(
            f"packs {PERSONS}, {NAMES}: a key is missing or of the wrong kind ({fault}); correct rules/persons.yaml, "
            "or write rules/names.yaml again"
        ) from None
    return PersonalRules(rules, scores, figures, words, divisions, pack.version, people)


def _entity(entry: dict[str, Any], order: int, pack: Pack) -> EntityRule:
    if entry["publish"] not in PUBLISH:
        raise ValueError(f"entities.{entry['id']}.publish must be one of {', '.join(sorted(PUBLISH))}")
    return EntityRule(
        entity=entry["id"].upper(),
        order=order,
        title=entry["title"]["zh"],
        label=entry["label"],
        publish=entry["publish"],
        severity=Severity(entry["severity"]),
        code=entry.get("code", "personal-data"),
        header_words=frozenset(w.lower() for w in entry["context"]["header"]),
        near_words=frozenset(w.lower() for w in entry["context"]["near"]),
        by_column=bool(entry.get("by_column", False)),
        figures=bool(entry.get("figures", False)),
        division_at=int(entry["division_at"]) if "division_at" in entry else None,
        quiet_beside=frozenset(e.upper() for e in entry.get("quiet_beside", ())),
        rule=RuleRef(PACK, pack.version, entry["id"], entry["citation"]),
    )
