"""One text, looked at with everything: normalised, every fitting recogniser asked, context weighed, overlaps resolved.

Knows no tables: which cells are worth a look is left to engine.py, what a hit means for a release to policy.py.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from domain.contract import Contract
from domain.errors import PackInvalid
from domain.pack import Packs
from redaction.detect import Raw, Recogniser, TextTooHard, build
from redaction.normalise import GUARD, Normalised, normalise
from redaction.overlap import without_overlaps
from redaction.personal import PersonalRules, personal_rules
from redaction.shapes import compact

NEAR = 30  # characters on either side in which a word speaks for a number
CONTACTS = frozenset({"MOBILE", "LANDLINE", "EMAIL"})


@dataclass(frozen=True, slots=True)
class Span:
    """A hit in one text, in offsets of the original. `whole`: nothing else stands in the text but blanks and quotes.

    `official`: it is one of the contract's official contacts.
    """

    start: int
    end: int
    entity: str
    score: float
    valid: bool | None
    whole: bool
    official: bool


@dataclass(frozen=True, slots=True)
class Column:
    """What a header says about the numbers below it."""

    speaks_for: frozenset[str] = frozenset()  # entities that its words speak for
    figures: bool = False  # it announces amounts, areas, counts
    about: str | None = None  # it announces persons: names, mixed, or the entity of a sensitive fact


@dataclass(frozen=True)
class Lens:
    """All recognisers under one pack and one contract's official contacts."""

    rules: PersonalRules
    recognisers: tuple[Recogniser, ...]
    official: frozenset[str]

    def column(self, *headers: str, beside: Iterable[str] = ()) -> Column:
        """The context of a column whose headers (title, aliases, the sender's own) are these; `beside`: the table's."""
        text = "\n".join(normalise(h).text for h in headers).lower()
        spoken = frozenset(e for e, words in self._header_words().items() if any(w in text for w in words))
        about = self.rules.persons.about(headers, beside)
        return Column(spoken, any(w in text for w in self.rules.figures), about)

    def _header_words(self) -> dict[str, frozenset[str]]:
        return {r.entity: r.context | self.rules[r.entity].header_words for r in self.recognisers}

    def superset(self, column: Column) -> str:
        """Rust pattern of every text that could hold anything: the union of the recognisers' prefilters."""
        return "|".join([GUARD, *(f"(?:{self.prefilter(r, column)})" for r in self.recognisers)])

    def prefilter(self, recogniser: Recogniser, column: Column) -> str:
        """Rust pattern of the texts that this recogniser must see in such a column."""
        wanted = recogniser.prefilter_in_context
        if wanted is not None and recogniser.entity not in column.speaks_for:
            wanted = f"(?i:{'|'.join(sorted(re.escape(w) for w in self._near_words(recogniser)))})"
        return "|".join(p for p in (recogniser.prefilter, wanted) if p)

    def _near_words(self, recogniser: Recogniser) -> frozenset[str]:
        return recogniser.context | self.rules[recogniser.entity].near_words

    def find(self, texts: Sequence[str], column: Column) -> list[list[Span] | None]:
        """Hits of each text, hints included (score below `reported`); None for a text that couldn't be scanned."""
        series = pl.Series(texts, dtype=pl.String)
        odd = series.str.contains(GUARD)
        asked = [(r, (series.str.contains(self.prefilter(r, column)) | odd).to_list()) for r in self.recognisers]
        found: list[list[Span] | None] = []
        for index, text in enumerate(texts):
            wanted = [r for r, mask in asked if mask[index]]
            found.append(self._look(text, wanted, column) if wanted else [])
        return found

    def _look(self, text: str, wanted: Iterable[Recogniser], column: Column) -> list[Span] | None:
        content = normalise(text)
        try:
            raws = [(recogniser, raw) for recogniser in wanted for raw in recogniser.find(content.text)]
        except TextTooHard:
            return None
        if not raws:
            return []
        quiet = self._without_labels(content.text.lower())
        weighed = [self._weigh(raw, recogniser, content, quiet, column) for recogniser, raw in raws]
        spans = [s for s in weighed if s is not None]
        order = {e: r.order for e, r in self.rules.rules.items()}
        return without_overlaps(spans, order, sure=self.rules.scores.sure, reported=self.rules.scores.reported)

    def _without_labels(self, text: str) -> str:
        """Labels that stand for removed identifiers don't speak for their neighbours: redacting twice is once."""
        for label in self.rules.labels:
            text = text.replace(label.lower(), "\x00" * len(label))
        return text

    def _weigh(self, raw: Raw, recogniser: Recogniser, content: Normalised, quiet: str, column: Column) -> Span | None:
        rule, scores = self.rules[raw.entity], self.rules.scores
        around = quiet[max(0, raw.start - NEAR) : raw.start] + "\n" + quiet[raw.end : raw.end + NEAR]
        hinted = raw.entity in column.speaks_for
        near = any(w in around for w in self._near_words(recogniser))
        if recogniser.only_in_context(content.text[raw.start : raw.end]) and not (hinted or near):
            return None
        whole = not (content.text[: raw.start] + content.text[raw.end :]).strip(" \t\r\n'\"`\xa0")
        score = raw.score + (scores.header if hinted else 0) + (scores.near if near else 0)
        if rule.figures and column.figures and whole and not hinted and not near:
            score += scores.figures
        start, end = content.original(raw.start, raw.end)
        official = raw.entity in CONTACTS and contact_key(content.text[raw.start : raw.end]) in self.official
        return Span(start, end, raw.entity, round(min(1.0, max(0.0, score)), 2), raw.valid, whole, official)

    def clean(
        self, texts: Sequence[str], column: Column, replaced: Callable[[Span], bool]
    ) -> tuple[list[str], Counter[str]]:
        """The texts with labels for the sure hits that `replaced` names, looked at again until nothing is left.

        Returns the number of replacements by entity too. For headers, sheet names and cells that changed.
        """
        done, counts = list(texts), Counter[str]()
        waiting = list(range(len(done)))
        while waiting:
            found = self.find([done[i] for i in waiting], column)
            touched = []
            for index, spans in zip(waiting, found, strict=True):
                taken = [s for s in spans or () if s.score >= self.rules.scores.sure and replaced(s)]
                if taken:
                    done[index] = self.replace(done[index], taken)
                    counts.update(s.entity for s in taken)
                    touched.append(index)
            waiting = touched  # each round takes digits or an @ away, so it ends
        return done, counts

    def replace(self, text: str, spans: Iterable[Span]) -> str:
        """Labels instead of the spans; a text that is one identifier becomes its label alone."""
        for span in sorted(spans, key=lambda s: -s.start):
            label = self.rules[span.entity].replacement
            if span.whole:
                return label
            text = text[: span.start] + label + text[span.end :]
        return text


def contact_key(text: str) -> str:
    """A telephone number as its digits without country code, a mailbox in lower case.

    >>> contact_key("+86 (0311) 8600-0000") == contact_key("0311-86000000")
    True
    """
    plain = normalise(text).text.strip().lower()
    if "@" in plain:
        return plain.replace(" ", "")
    digits = re.sub(r"\D", "", compact(plain))
    for country in ("0086", "86"):
        if digits.startswith(country) and len(digits) > 11:
            return digits.removeprefix(country)
    return digits


def open_lens(packs: Packs, contract: Contract | None = None) -> Lens:
    """The lens for these packs and this contract's official contacts. Raises PackInvalid."""
    return _open(personal_rules(packs), _official(contract))


def _official(contract: Contract | None) -> frozenset[str]:
    if contract is None:
        return frozenset()
    named = (*contract.official_contacts, contract.contact.phone, contract.contact.email)
    return frozenset(contact_key(c) for c in named if c)


@lru_cache(maxsize=8)
def _open(rules: PersonalRules, official: frozenset[str]) -> Lens:
    built = build(rules.words)
    unknown = {r.entity for r in built} - set(rules.rules)
    if unknown:
        names = ", ".join(sorted(unknown)).lower()
        raise PackInvalid(f"pack personal has no entry for {names}; add it to rules/personal.yaml")
    return Lens(rules, built, official)
