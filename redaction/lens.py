"""One text, looked at with everything: normalised, every fitting recogniser asked, context weighed, overlaps resolved.

Knows no tables: which cells are worth a look is left to engine.py, what a hit means for a release to policy.py.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import polars as pl

from domain.contract import Contract
from domain.errors import PackInvalid
from domain.pack import Packs
from redaction.detect import Raw, Recogniser, TextTooHard, build
from redaction.nested import NESTED_GUARD, View, unfold
from redaction.normalise import GUARD, Normalised, normalise
from redaction.outline import widened_rust
from redaction.overlap import without_overlaps
from redaction.personal import EntityRule, PersonalRules, personal_rules
from redaction.shapes import compact
from redaction.whole import LONG, Concern
from redaction.wide import WideRecogniser, narrowed, wide

LONGEST = 2_000_000  # characters of one text; a longer one counts as not scanned, which blocks
FEW = 32  # texts that are looked at one by one sooner than by sieves
MANY = 256  # … and sooner than by masks
BLANKS = " \t\r\n'\"`\xa0"
NEAR = 30  # characters on either side in which a word speaks for a number
CONTACTS = frozenset({"MOBILE", "LANDLINE", "PHONE_INTL", "EMAIL"})
NEVER = r"[^\s\S]"  # matches nothing, in every syntax
CONCERNS = 20_000  # outlines that are remembered
UNTOLD: Any = object()  # for None says something
SHORT = 3  # Latin words up to this length occur inside others by chance: `tel` in hotel, `ip` in description


Search = Callable[[Recogniser, str], Iterable[Raw]]
Told = tuple[Recogniser, Raw]
Sight = tuple[
    Normalised, list[tuple["Normalised | View", list[Told]]]
]  # a text; it and its wrapped views, told of each


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


class Known:
    """Texts that are asked for in one column after the other, and what the recognisers said of them."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.sights: dict[str, Sight | None] = dict.fromkeys(texts)
        self.looks: dict[tuple[str, Column], list[Span] | None] = {}


@dataclass(frozen=True, slots=True)
class Column:
    """What a header says about the numbers below it."""

    speaks_for: frozenset[str] = frozenset()  # entities that its words speak for
    figures: bool = False  # it announces amounts, areas, counts
    about: str | None = None  # it announces persons: names, mixed, or the entity of a sensitive fact


@dataclass(frozen=True, eq=False)
class Optics:
    """What all contracts share under one pack: the recognisers, and what is worked out of them once."""

    rules: PersonalRules
    recognisers: tuple[Recogniser, ...]
    told: dict[tuple[str, Column], Concern | None] = field(default_factory=dict)

    def near_words(self, recogniser: Recogniser) -> frozenset[str]:
        return recogniser.context | self.rules[recogniser.entity].near_words

    @cached_property
    def header_words(self) -> dict[str, frozenset[str]]:
        return {r.entity: r.context | self.rules[r.entity].header_words for r in self.recognisers}

    @cached_property
    def sieves(self) -> tuple[str, ...]:
        """The recognisers' coarse terms, and the words beside which some count, in few unions.

        Terms are few, shared and blind to which digit stands where, and those that would multiply each other's states
        are kept apart, so that each union stays a small automaton; what the patterns themselves ask is looked at in the
        texts that pass.
        """
        words = {w for r in self.recognisers if r.prefilter_in_context for w in self.near_words(r)}
        unions: dict[str, dict[str, None]] = {"common": {GUARD: None, NESTED_GUARD: None, _any_of(words): None}}
        for recogniser in self.recognisers:
            unions.setdefault(recogniser.sieve, {}).update(dict.fromkeys(recogniser.coarse))
        return tuple("|".join(f"(?:{t})" for t in terms) for terms in unions.values() if terms)

    @cached_property
    def wide(self) -> tuple[WideRecogniser, ...]:
        looked_up = {e for e, rule in self.rules.rules.items() if rule.division_at is not None}
        return tuple(wide(r, self.near_words(r), looked_up=r.entity in looked_up) for r in self.recognisers)

    @cached_property
    def speaks_near(self) -> dict[str, Callable[[str], object]]:
        """By recogniser: finds a word that speaks for its numbers."""
        return {r.name: spoken(self.near_words(r)).search for r in self.recognisers}

    @cached_property
    def order(self) -> dict[str, int]:
        return {e: r.order for e, r in self.rules.rules.items()}

    def concern(self, outline: str, column: Column) -> Concern | None:
        """As Lens.concern, remembered."""
        key = outline, column
        known: Concern | None = self.told.get(key, UNTOLD)  # in one step: columns ask at the same time
        if known is not UNTOLD:
            return known
        if len(self.told) >= CONCERNS:
            self.told.clear()
        concern = self.told[key] = self._concern(outline, column)
        return concern

    def _concern(self, outline: str, column: Column) -> Concern | None:
        if len(outline) > LONG:
            return None
        text, lower = normalise(outline).text, outline.lower()
        concerned, blind = [], True
        for own in self.wide:
            found = own.found_in(outline, text, lower, column.speaks_for)
            if found:
                concerned.append(narrowed(own.recogniser, found))
                blind = blind and all(own.patterns[n].exact for n in found) and own.is_blind(outline)
        return Concern(outline, tuple(concerned), blind)


@dataclass(frozen=True)
class Lens:
    """All recognisers under one pack and one contract's official contacts."""

    optics: Optics
    official: frozenset[str]

    @property
    def rules(self) -> PersonalRules:
        return self.optics.rules

    @property
    def recognisers(self) -> tuple[Recogniser, ...]:
        return self.optics.recognisers

    def column(self, *headers: str, beside: Iterable[str] = ()) -> Column:
        """The context of a column whose headers (title, aliases, the sender's own) are these; `beside`: the table's."""
        text = "\n".join(normalise(h).text for h in headers).lower()
        told = frozenset(e for e, words in self.optics.header_words.items() if spoken(words).search(text))
        about = self.rules.persons.about(headers, beside)
        return Column(told, any(w in text for w in self.rules.figures), about)

    def superset(self, column: Column) -> str:
        """Rust pattern of every text that could hold anything in such a column."""
        return "|".join(self.sieves(column))

    def sieves(self, column: Column) -> tuple[str, ...]:
        """The same as patterns of which one must match: those for all columns, compiled once, and what this one adds."""
        spoken = [r for r in self.recognisers if r.prefilter_in_context and r.entity in column.speaks_for]
        shapes = dict.fromkeys(str(r.prefilter_in_context) for r in spoken)
        return *self.optics.sieves, *(["|".join(f"(?:{s})" for s in shapes)] if shapes else [])

    def wide_sieves(self, column: Column) -> tuple[str, ...]:
        """The same for outlines: what passes no text of an outline doesn't pass."""
        return tuple(widened_rust(sieve) for sieve in self.sieves(column))

    def concern(self, outline: str, column: Column) -> Concern | None:
        """Which recognisers could say anything of a text with this outline; None where its texts go the exact way.

        The outline holds nothing that GUARD or NESTED_GUARD name.
        """
        return self.optics.concern(outline, column)

    def asks(self, texts: pl.Series, recogniser: Recogniser, column: Column) -> pl.Series:
        """Which of the texts this recogniser must see in such a column, apart from those that GUARD names."""
        shape = recogniser.prefilter_in_context
        seen = (
            texts.str.contains(recogniser.prefilter)
            if recogniser.prefilter
            else pl.repeat(False, len(texts), eager=True)
        )
        if shape is None:
            return seen
        fits = texts.str.contains(shape)
        if recogniser.entity in column.speaks_for or not fits.any():
            return seen | fits
        return seen | (fits & texts.str.contains(_any_of(self.optics.near_words(recogniser))))

    def may_be_official(self, texts: pl.Series) -> np.ndarray[Any, Any] | None:
        """Which texts hold the digits of an official contact; None where the contract names none."""
        if not self.official:
            return None
        return texts.str.contains_any(sorted(self.official)).to_numpy()

    def find(
        self, texts: Sequence[str], column: Column, known: Known | None = None,
        concerned: Sequence[Sequence[Recogniser] | None] | None = None,
    ) -> list[list[Span] | None]:  # fmt: skip
        """Hits of each text, hints included (score below `reported`); None for a text that couldn't be scanned.

        `known`: texts that are asked for again in other columns; what the recognisers say of them is kept there.
        `concerned`: who can say anything of each text, None where that isn't known.
        """
        wanted: list[Sequence[Recogniser] | None] = [*concerned] if concerned is not None else [None] * len(texts)
        seen = known.sights if known is not None else {}
        open_ones = [n for n, some in enumerate(wanted) if some is None and texts[n] not in seen]
        for number, some in zip(open_ones, self._wanted([texts[n] for n in open_ones], column), strict=True):
            wanted[number] = some
        return [
            [] if some is not None and not some else self._asked(t, some or (), column, known)
            for t, some in zip(texts, wanted, strict=True)
        ]

    def _wanted(self, texts: Sequence[str], column: Column) -> list[Sequence[Recogniser]]:
        """The recognisers whose prefilters each text passes; where few texts pass the sieves, all for those."""
        wanted: list[list[Recogniser] | tuple[Recogniser, ...]] = [[] for _ in texts]
        series = pl.Series(texts, dtype=pl.String)
        at = np.arange(len(texts)) if len(texts) < FEW else self._passing(series, column)
        if len(at) < MANY:
            for index in at.tolist():
                wanted[index] = self.recognisers
            return list(wanted)
        passing = series.gather(at)
        odd = passing.str.contains(f"{GUARD}|{NESTED_GUARD}")
        for recogniser in self.recognisers:
            for index in at[(self.asks(passing, recogniser, column) | odd).arg_true().to_numpy()].tolist():
                wanted[index] = [*wanted[index], recogniser]
        return list(wanted)

    def _passing(self, texts: pl.Series, column: Column) -> np.ndarray[Any, Any]:
        """Where the texts stand that pass a sieve."""
        passed = pl.select(pl.any_horizontal(pl.lit(texts).str.contains(s) for s in self.sieves(column))).to_series()
        return np.flatnonzero(passed.fill_null(value=False).to_numpy())

    def _asked(self, text: str, wanted: Sequence[Recogniser], column: Column, known: Known | None) -> list[Span] | None:
        if known is None or text not in known.sights:
            return self.look(text, wanted, column)
        if (text, column) not in known.looks:
            if (sight := known.sights[text]) is None:
                sight = known.sights[text] = self.sight(text, self.recognisers)
            known.looks[text, column] = None if sight is None else self._judge(text, sight, column)
        return known.looks[text, column]

    def look(
        self, text: str, wanted: Iterable[Recogniser], column: Column, search: Search | None = None
    ) -> list[Span] | None:
        """Hits of one text under these recognisers; None where it couldn't be scanned.

        `search`: how a recogniser is asked; tests put Presidio itself in its place.
        """
        sight = self.sight(text, wanted, search)
        return None if sight is None else self._judge(text, sight, column)

    def sight(self, text: str, wanted: Iterable[Recogniser], search: Search | None = None) -> Sight | None:
        """What these recognisers say of the text and of what is wrapped in it; None where it couldn't be scanned."""
        if len(text) > LONGEST:
            return None
        content = normalise(text)
        views, asked = unfold(content.text), tuple(wanted)
        if views is None:
            return None
        try:
            told = [(view, _raws(view, asked, search)) for view in views]
            return content, [(content, _raws(content, asked, search)), *told]
        except TextTooHard:
            return None

    def _judge(self, text: str, sight: Sight, column: Column) -> list[Span]:
        """Hits in such a column, context weighed and overlaps resolved."""
        spans: list[Span] = []
        content, told = sight
        for number, (view, raws) in enumerate(told):
            if not raws:
                continue
            quiet = self._without_labels(view.text.lower())
            weighed = (self._weigh(w, r, view, quiet, column) for r, w in raws)
            found = [s for s in weighed if s is not None]
            spans += found if number == 0 else [_in_original(s, content, text) for s in found]
        return without_overlaps(
            spans, self.optics.order, sure=self.rules.scores.sure, reported=self.rules.scores.reported
        )

    def _without_labels(self, text: str) -> str:
        """Labels that stand for removed identifiers don't speak for their neighbours: redacting twice is once."""
        for label in self.rules.labels if "[" in text else ():
            text = text.replace(label.lower(), "\x00" * len(label))
        return text

    def _weigh(
        self, raw: Raw, recogniser: Recogniser, content: Normalised | View, quiet: str, column: Column
    ) -> Span | None:
        rule, scores = self.rules[raw.entity], self.rules.scores
        around = quiet[max(0, raw.start - NEAR) : raw.start] + "\n" + quiet[raw.end : raw.end + NEAR]
        hinted = raw.entity in column.speaks_for
        near = self.optics.speaks_near[recogniser.name](around) is not None
        if recogniser.only_in_context(content.text[raw.start : raw.end]) and not (hinted or near):
            return None
        whole = _is_whole(content.text, raw.start, raw.end)
        score = raw.score + (scores.header if hinted else 0) + (scores.near if near else 0)
        if rule.figures and column.figures and whole and not hinted and not near:
            score += scores.figures
        if not hinted and not near and self._is_unlisted(rule, content.text[raw.start : raw.end]):
            score = min(score, scores.unlisted)
        start, end = content.original(raw.start, raw.end)
        official = raw.entity in CONTACTS and contact_key(content.text[raw.start : raw.end]) in self.official
        return Span(start, end, raw.entity, round(min(1.0, max(0.0, score)), 2), raw.valid, whole, official)

    def _is_unlisted(self, rule: EntityRule, found: str) -> bool:
        """Whether the number's division code is in no edition of GB/T 2260: by chance it looks like what it isn't."""
        if rule.division_at is None or not self.rules.divisions:
            return False
        return compact(found)[rule.division_at : rule.division_at + 6] not in self.rules.divisions

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


def _raws(content: Normalised | View, asked: Sequence[Recogniser], search: Search | None) -> list[Told]:
    text = content.text
    if search is not None:
        return [(own, raw) for own in asked for raw in search(own, text)]
    return [(own, raw) for own in asked if own.either.search(text) for raw in own.find(text)]


def _in_original(span: Span, content: Normalised, text: str) -> Span:
    """A hit of a decoded view in the original's offsets; whether it is the whole text is asked of the original."""
    start, end = content.original(span.start, span.end)
    return replace(span, start=start, end=end, whole=_is_whole(text, start, end))


def _is_whole(text: str, start: int, end: int) -> bool:
    return not text[:start].strip(BLANKS) and not text[end:].strip(BLANKS)


def _any_of(words: Iterable[str]) -> str:
    """Rust pattern of texts that hold one of the words; of none where there is no word."""
    listed = sorted(re.escape(w) for w in words)
    return f"(?i:{'|'.join(listed)})" if listed else NEVER


@lru_cache(maxsize=512)
def spoken(words: frozenset[str]) -> re.Pattern[str]:
    """Finds one of the context words in a text (both in lower case); short Latin words stand alone only.

    >>> [bool(spoken(frozenset({"ip", "qq"})).search(t)) for t in ("服务器ip地址", "src_ip", "description", "@qq.com")]
    [True, True, False, False]
    """
    short = {w for w in words if w.isascii() and len(w) <= SHORT}
    alone = f"(?<![a-z@])(?:{'|'.join(map(re.escape, sorted(short)))})(?![a-z])"
    listed = [*map(re.escape, sorted(words - short)), *([alone] if short else [])]
    return re.compile("|".join(listed) or NEVER)


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
    return Lens(_optics(personal_rules(packs)), _official(contract))


def _official(contract: Contract | None) -> frozenset[str]:
    if contract is None:
        return frozenset()
    named = (*contract.official_contacts, contract.contact.phone, contract.contact.email)
    return frozenset(contact_key(c) for c in named if c)


@lru_cache(maxsize=2)
def _optics(rules: PersonalRules) -> Optics:
    built = build(rules.words)
    unknown = {r.entity for r in built} - set(rules.rules)
    if unknown:
        names = ", ".join(sorted(unknown)).lower()
        raise PackInvalid(f"pack personal has no entry for {names}; add it to rules/personal.yaml")
    return Optics(rules, built)
