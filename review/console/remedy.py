"""A remedy on the page: which stricter operators a reviewer can choose for each column, and what was ordered, in words.

What may be ordered is domain/remedy's and the desk's to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from domain.contract import Contract, stored_contract
from domain.errors import ArtefactMissing
from domain.masking import Redaction
from domain.release import Manifest
from domain.remedy import Override, choices, parse
from review import queries, remedies
from review.console.difference import revised
from review.console.outside import outside
from review.console.package import Package
from review.console.remedy_words import operator
from review.console.words import Pair
from review.models import ReleaseRecord


@dataclass(frozen=True, slots=True)
class Choice:
    """One operator as the form sends it and as it reads."""

    value: str
    words: Pair


@dataclass(frozen=True, slots=True)
class Column:
    """A column with the operators that are stricter than what holds now."""

    title: str
    now: Pair
    choices: tuple[Choice, ...]


def contract_of(record: ReleaseRecord) -> Contract | None:
    """The contract that the release was made under; None where its bytes are gone."""
    if record.manifest is None:
        return None
    try:
        return stored_contract(outside().store.read(Manifest.from_dict(record.manifest).contract.sha256))
    except ArtefactMissing:
        return None


def said(texts: Iterable[str], contract: Contract) -> tuple[Override, ...]:
    """What the form's boxes order. Raises UsageInvalid."""
    return tuple(parse(text, contract) for text in texts if text)


def columns(record: ReleaseRecord, package: Package | None) -> list[Column]:
    """Every column that can still be redacted more."""
    contract = contract_of(record) if package else None
    if contract is None:
        return []
    marked, found = remedies.labelled(record), []
    for table in remedies.policy(record, contract).tables:
        for field in table.fields:
            offered = tuple(
                Choice(f"{table.name}.{field.name}={_value(r)}", operator(r))
                for r in choices(field, labelled=(table.name, field.name) in marked)
            )
            if offered:
                found.append(Column(field.title, operator(field.redaction), offered))
    return found


def told(record: ReleaseRecord, package: Package | None) -> dict[str, Any]:
    """`ordered`: what a decision on this release took away, with its work; `carried`: what earlier remedies took away in
    it, `before`: the revision before, where there is one, and `changes`: the difference to it."""
    order = queries.remedy_of(record.public_id)
    carried = [Override.from_dict(d) for d in (record.manifest or {}).get("overrides", ())]
    kin = ReleaseRecord.objects.filter(dataset=record.dataset, edition=record.edition, revision__lt=record.revision)
    titles = package.titles if package else {}
    before = kin.order_by("-revision").first() if carried else None
    changes = revised(package.manifest, before.release_hash) if package and before and before.release_hash else None
    return {
        "ordered": _lines((Override.from_dict(d) for d in order["overrides"]), titles) if order else [],
        "work": queries.work_of(order["work"]) if order else None,
        "by": order["by"] if order else "",
        "carried": _lines(carried, titles),
        "before": before.public_id if before else None,
        "changes": changes,
    }


def _lines(overrides: Iterable[Override], titles: dict[tuple[str, str], str]) -> list[tuple[str, Pair]]:
    return [(titles.get((o.table, o.field), o.field), operator(o.redaction)) for o in overrides]


def _value(redaction: Redaction) -> str:
    given = redaction.model_dump(mode="json", exclude_defaults=True, exclude={"operator", "reason"})
    more = ",".join(f"{k}={v}" for k, v in given.items())
    return f"{redaction.operator}:{more}" if more else redaction.operator
