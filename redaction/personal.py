"""The personal pack as typed rules: what each entity is called, whether it may go out, which words speak for it.

Reading the YAML file is left to flows, finding identifiers to the recognisers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.errors import PackInvalid
from domain.finding import RuleRef, Severity
from domain.pack import Pack, Packs
from redaction.person_words import NAMES, PERSONS, PersonWords, person_words

PACK = "personal"
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


@dataclass(frozen=True, slots=True, eq=False)
class PersonalRules:
    """The whole pack; read once for each pack hash, so identity is equality."""

    rules: dict[str, EntityRule]
    scores: Scores
    figures: frozenset[str]
    words: dict[str, tuple[str, ...]]  # lists that patterns name as @list@, longest word first
    version: str
    persons: PersonWords

    def __getitem__(self, entity: str) -> EntityRule:
        return self.rules[entity]

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(sorted({r.replacement for r in self.rules.values()}))


_READ: dict[tuple[str, ...], PersonalRules] = {}  # by the packs' hashes: the same rules are the same object


def personal_rules(packs: Packs) -> PersonalRules:
    """The rules of the installation's packs on persons. Raises PackInvalid naming the key at fault."""
    asked = [packs[name] for name in (PACK, PERSONS, NAMES)]
    key = tuple(p.sha256 for p in asked)
    if key not in _READ:
        _READ[key] = _rules(*asked)
    return _READ[key]


def _rules(pack: Pack, persons: Pack, names: Pack) -> PersonalRules:
    data = pack.data
    try:
        rules = {e["id"].upper(): _entity(e, order, pack) for order, e in enumerate(data["entities"])}
        scores = Scores(**{k: float(v) for k, v in data["scores"].items()})
        words = {"surnames": data["surnames"].split(), "not_names": data["not_names"]}
        figures = frozenset(w.lower() for w in data["figures"])
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise PackInvalid(
            f"pack {PACK}: a key is missing or of the wrong kind ({fault}); correct rules/personal.yaml"
        ) from None
    longest_first = {k: tuple(sorted(v, key=lambda w: (-len(w), w))) for k, v in words.items()}
    labels = sorted({r.replacement for r in rules.values()})
    try:
        people = person_words(persons.data, names.data, words["surnames"], labels)
        unknown = {f.entity for f in people.facts} - set(rules)
        if unknown:
            raise KeyError(f"entities of pack {PACK}: {', '.join(sorted(unknown)).lower()}")
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as fault:
        raise PackInvalid(
            f"packs {PERSONS}, {NAMES}: a key is missing or of the wrong kind ({fault}); correct rules/persons.yaml, "
            "or write rules/names.yaml again"
        ) from None
    return PersonalRules(rules, scores, figures, longest_first, pack.version, people)


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
        quiet_beside=frozenset(e.upper() for e in entry.get("quiet_beside", ())),
        rule=RuleRef(PACK, pack.version, entry["id"], entry["citation"]),
    )
