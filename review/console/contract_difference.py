"""How one contract differs from another, in words: the same lines for its author, for who adopts it and for reviewers.

What changed and what is looser, domain/contract_changes says.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.contract import Contract
from domain.contract_changes import Change, Sense, changes
from domain.masking import Redaction
from review.console import words
from review.console.contract_words import KEYS, PARTS, SENSE_TAGS, SENSES, VALUES
from review.console.remedy_words import operator
from review.console.words import Pair

LONGEST = 160  # characters of one value
NOTHING: Pair = ("没有", "nothing")


@dataclass(frozen=True, slots=True)
class Line:
    """One change. `what` None: the whole part came or went. `own`: the values are the contract's own words, in Chinese or in
    the contract's language, not the console's."""

    part: Pair
    name: str
    what: Pair | None
    before: Pair
    now: Pair
    sense: Sense
    own: bool

    @property
    def said(self) -> Pair:
        """Looser, stricter or neither."""
        return SENSES[self.sense]

    @property
    def tag(self) -> str:
        return SENSE_TAGS[self.sense]

    @property
    def came(self) -> bool:
        return self.what is None and self.before == NOTHING

    @property
    def went(self) -> bool:
        return self.what is None and self.now == NOTHING


@dataclass(frozen=True, slots=True)
class Told:
    """All of them, looser ones first, and how many there are of each sense."""

    lines: tuple[Line, ...]
    looser: int
    stricter: int


def told(before: Contract, now: Contract) -> Told:
    """The difference in words."""
    found = changes(before, now)
    lines = tuple(map(_line, found))
    return Told(lines, *(sum(c.sense is s for c in found) for s in (Sense.LOOSER, Sense.STRICTER)))


def _line(change: Change) -> Line:
    part = words.pair(PARTS, change.part)
    key = "unit_of_stage" if change.part == "stage" and change.key == "unit" else change.key
    what = words.pair(KEYS, key) if key else None
    before, now = (_value(change, v) for v in (change.before, change.now))
    name = change.name if change.part in ("check",) else change.title or change.name
    if change.part == "stage":
        zh, en = words.pair(words.STAGES, change.name)
        part, name = (f"{part[0]} {zh}", f"{part[1]} {en}"), ""
    own = before[0] == before[1] and now[0] == now[1]
    return Line(part, name, what, before, now, change.sense, own)


def _value(change: Change, value: Any) -> Pair:
    if value is None:
        return NOTHING
    if change.part == "field" and (change.key == "redaction" or (not change.key and isinstance(value, dict))):
        return _operator(value)
    if change.part == "stage" and not change.key:
        return words.pair(words.ROLES, value)
    if isinstance(value, bool):
        return ("是", "yes") if value else ("否", "no")
    if change.key in VALUES:
        return words.pair(VALUES[change.key], value)
    text = _short(value)
    return text, text


def _operator(said: dict[str, Any]) -> Pair:
    """A treatment with its parameters; those without words of their own as the contract writes them."""
    zh, en = operator(Redaction.model_validate(said))
    rest = {k: v for k, v in said.items() if k in ("bounds", "scope", "scope_reason", "labels")}
    if said["operator"] == "bucket" or said.get("scope") == "dataset":
        more = "，".join(f"{k}={_short(v)}" for k, v in rest.items() if k in ("bounds", "scope"))
        return f"{zh}（{more}）", f"{en} ({more})"
    return zh, en


def _short(value: Any) -> str:
    if isinstance(value, str):
        text = value
    elif isinstance(value, Sequence) and all(isinstance(v, str) for v in value):
        text = "、".join(value) or "—"
    else:
        text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
