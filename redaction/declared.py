"""Texts that a contract makes public, looked at like any cell: what may not go out is a fault of the contract and blocks.

Which texts those are is left to catalog/declared.py. What isn't sure is no fault, for nobody could give it a disposition.
"""

from __future__ import annotations

from collections.abc import Iterable

from domain.contract import Contract
from domain.finding import PLACES_KEPT, Finding, Place, RuleRef, Severity, Source
from domain.pack import Packs
from redaction.lens import CONTACTS, Column, Span, open_lens
from redaction.personal import PACK, EntityRule

CODE = "contract-personal-data"
CONTACT = "contact."  # what stands there is the office's by law, whoever's name and number it is
OF_A_CONTACT = CONTACTS | {"CN_NAME"}
NOTE = "契约里要公开的文字有{title} {count} 处，须改契约；确是办公联系方式的，列入 official_contacts"
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


def _is_explained(key: str, span: Span, rule: EntityRule) -> bool:
    return span.official or rule.publish == "public" or (key.startswith(CONTACT) and span.entity in OF_A_CONTACT)


def _finding(rule: EntityRule | None, places: list[Place], version: str) -> Finding:
    count, kept = len(places), tuple(places[:PLACES_KEPT])
    if rule is None:
        ref = RuleRef(PACK, version, "contract")
        return Finding(CODE, Severity.BLOCK, count, kept, ref, UNSEEN.format(count=count))
    note = NOTE.format(title=rule.title, count=count)
    return Finding(CODE, Severity.BLOCK, count, kept, rule.rule, note, entity=rule.entity)
