"""Texts that a contract makes public, looked at like any cell: what may not go out is a fault of the contract and blocks.

Which texts those are is left to catalog/declared.py. What isn't sure is no fault of the contract: a name that stands alone is held
for the reviewer of each release instead, who can give it a disposition.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from domain.contract import Contract
from domain.finding import PLACES_KEPT, Finding, Place, RuleRef, Severity, Source
from domain.pack import Packs
from redaction.lens import CONTACTS, Column, Span, open_lens
from redaction.person_tagger import person_tagger
from redaction.person_words import PERSONS
from redaction.personal import PACK, EntityRule

CODE = "contract-personal-data"
CONTACT = "contact."  # what stands there is the office's by law, whoever's name and number it is
OF_A_CONTACT = CONTACTS | {"CN_NAME"}
NOTE = "契约里要公开的文字有{title} {count} 处，须改契约；确是办公联系方式的，列入 official_contacts"
NAMED = "契约里要公开的文字疑有人名 {count} 处，请核对；确属不应公开的，改契约"
CITATION = "个人信息保护法第六条、第二十五条"
HAN = re.compile(r"[\u4e00-\u9fff·]+")
UNSEEN = "契约里有 {count} 处文字太长或太深，没有查完，须改契约"


def declared_findings(texts: Iterable[tuple[str, str]], packs: Packs, contract: Contract) -> tuple[Finding, ...]:
    """Blocking findings, one for each entity, with the keys where it stands. `texts`: (key, text) of each.

    Sure hits of what no pack lets out and no official contact explains. A text that can't be scanned is one too: silence
    proves nothing. Raises PackInvalid.
    """
    lens, told = open_lens(packs, contract), list(texts)
    sure = lens.rules.scores.sure
    places: dict[str | None, list[Place]] = {}
    found = lens.find([text for _, text in told], Column())
    for (key, _), spans in zip(told, found, strict=True):
        if spans is None:
            places.setdefault(None, []).append(Place(locator=key, source=Source.CONTRACT))
        for span in spans or ():
            if span.score >= sure and not _is_explained(key, span, lens.rules[span.entity]):
                at = Place(start=span.start, end=span.end, locator=key, source=Source.CONTRACT)
                places.setdefault(span.entity, []).append(at)
    version = lens.rules.version
    return tuple(_finding(lens.rules[e] if e else None, at, version) for e, at in places.items())


def declared_names(texts: Iterable[tuple[str, str]], packs: Packs, contract: Contract) -> tuple[Finding, ...]:
    """One hold finding for persons' names that stand alone in these texts, the contact's office apart.

    A name is what the tagger calls a person and the name model finds likelier a name than words: each alone is wrong too often,
    together they were wrong in 5 or 6 of 3,530 phrases of our own rules and manuals, and in none of the bundled contracts. Raises PackInvalid.
    """
    lens = open_lens(packs, contract)
    rules, told = lens.rules.persons, [(k, t) for k, t in texts if HAN.search(t) and not k.startswith(CONTACT)]
    spans = lens.find([text for _, text in told], Column())
    seen = [(key, text, sure) for (key, text), sure in zip(told, spans, strict=True) if sure is not None]
    found = person_tagger().find([text for _, text, _ in seen]) if seen else []
    persons = [
        (key, text[a:b], a, b)
        for (key, text, known), named in zip(seen, found, strict=True)
        for a, b in named
        if HAN.fullmatch(text[a:b]) and not any(s.start < b and a < s.end and s.official for s in known)
    ]
    likely = rules.names.model.scores(pl.Series([name for _, name, _, _ in persons], dtype=pl.String)) > 0
    places = [
        Place(start=a, end=b, locator=key, source=Source.CONTRACT)
        for (key, _, a, b), is_name in zip(persons, likely, strict=True)
        if is_name
    ]
    if not places:
        return ()
    rule = RuleRef(PERSONS, rules.version, "declared-names", CITATION)
    note = NAMED.format(count=len(places))
    return (Finding(CODE, Severity.HOLD, len(places), tuple(places[:PLACES_KEPT]), rule, note, entity="CN_NAME"),)


def is_about_nobody(text: str, packs: Packs, contract: Contract | None = None) -> bool:
    """Whether nothing at all points to a person: no hit of any score, nobody that the tagger calls a person, every word scanned.
    Stricter than for a contract, where a false alarm costs a person's work: here it costs the words. Raises PackInvalid.
    """
    lens = open_lens(packs, contract)
    (spans,) = lens.find([text], Column())
    if spans is None or any(not _is_explained("", s, lens.rules[s.entity]) for s in spans):
        return False
    (named,) = person_tagger().find([text]) if HAN.search(text) else ((),)
    return not named


def _is_explained(key: str, span: Span, rule: EntityRule) -> bool:
    return span.official or rule.publish == "public" or (key.startswith(CONTACT) and span.entity in OF_A_CONTACT)


def _finding(rule: EntityRule | None, places: list[Place], version: str) -> Finding:
    count, kept = len(places), tuple(places[:PLACES_KEPT])
    if rule is None:
        ref = RuleRef(PACK, version, "contract")
        return Finding(CODE, Severity.BLOCK, count, kept, ref, UNSEEN.format(count=count))
    note = NOTE.format(title=rule.title, count=count)
    return Finding(CODE, Severity.BLOCK, count, kept, rule.rule, note, entity=rule.entity)
