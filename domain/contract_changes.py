"""Everything in which one contract differs from another, part by part, and whether it became looser. Pure.

What looser means is domain/loosening's; the words are the console's. Whatever has no line of its own here still gets one: two
contracts with different bytes never come out as equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from domain.contract import Contract, FieldSpec, TableSpec
from domain.loosening import loosened
from domain.masking import PARAMETERS


class Sense(StrEnum):
    """What a change does to what goes out. What can't be compared counts as looser."""

    LOOSER = "looser"
    STRICTER = "stricter"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `part`: contract, table, field, rows, check or stage. `name`: of that part (`table.field`, a check's id),
    `title` as people call it. `key`: what of it; "" where the whole part came (`before` None) or went (`now` None)."""

    part: str
    name: str
    title: str
    key: str
    before: Any
    now: Any
    sense: Sense = Sense.NEUTRAL


# top-level keys → the loosening that they are; others of the contract itself are neutral
_WHOLE = {
    "disclosure": ("disclosure", "disclosure"), "audience": ("audience", "audience"),
    "publication_days": ("days", "publication_days"), "department": ("department", "department"),
    "official_contacts": ("contacts", "official_contacts"),
}  # fmt: skip
_ELSEWHERE = ("tables", "checks", "review")


class _Senses:
    """What is looser or stricter, by the keys of domain/loosening; remembers what was asked for."""

    def __init__(self, before: Contract, now: Contract) -> None:
        self.looser = {(x.what, x.where): x for x in loosened(before, now)}
        self._stricter = {(x.what, x.where) for x in loosened(now, before)}
        self.told: set[tuple[str, str]] = set()

    def __call__(self, what: str, where: str) -> Sense:
        self.told.add((what, where))
        if (what, where) in self.looser:
            return Sense.LOOSER
        return Sense.STRICTER if (what, where) in self._stricter else Sense.NEUTRAL


def changes(before: Contract, now: Contract) -> tuple[Change, ...]:
    """Every change, looser ones first. Empty exactly where the two are equal by hash."""
    if before.sha256 == now.sha256:
        return ()
    sense = _Senses(before, now)
    found = [*_whole(before, now, sense), *_review(before, now, sense), *_tables(before, now, sense)]
    found += _listed("check", _by_id(before), _by_id(now))
    for key, more in sense.looser.items():
        if key not in sense.told:
            found.append(Change("contract", "", "", more.what, more.before, more.now, Sense.LOOSER))
    if not found:
        found.append(Change("contract", "", "", "order", "—", "—"))
    order = list(Sense)
    return tuple(sorted(found, key=lambda c: order.index(c.sense)))


def _dump(part: Any) -> dict[str, Any]:
    said: dict[str, Any] = part.model_dump(mode="json", by_alias=True)
    return said


def _leaves(old: Any, new: Any, key: str, *, depth: int = 2) -> Iterator[tuple[str, Any, Any]]:
    """Keys that differ, mappings taken apart."""
    if depth and isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in [*old, *(k for k in new if k not in old)]:
            yield from _leaves(old.get(name), new.get(name), f"{key}.{name}" if key else name, depth=depth - 1)
    elif old != new:
        yield key, old, new


def _whole(before: Contract, now: Contract, sense: _Senses) -> Iterator[Change]:
    old, new = ({k: v for k, v in _dump(c).items() if k not in _ELSEWHERE} for c in (before, now))
    for key, a, b in _leaves(old, new, ""):
        if key == "examples":
            a, b = len(a), len(b)  # their rows are made up, and many
        what = _WHOLE.get(key)
        yield Change("contract", "", "", key, a, b, sense(*what) if what else Sense.NEUTRAL)


def _review(before: Contract, now: Contract, sense: _Senses) -> Iterator[Change]:
    a, b = before.review, now.review
    if a.tier != b.tier:
        yield Change("contract", "", "", "review.tier", a.tier.value, b.tier.value, sense("tier", "review.tier"))
    old, new = {s.name: s for s in a.stages}, {s.name: s for s in b.stages}
    for name in dict.fromkeys([*old, *new]):
        where = f"review.stages.{name}"
        if name not in old or name not in new:
            was, is_now = (s.role if s else None for s in (old.get(name), new.get(name)))
            yield Change("stage", name, "", "", was, is_now, sense("stage", where))
            continue
        for key, x, y in _leaves(_dump(old[name]), _dump(new[name]), ""):
            yield Change(
                "stage", name, "", key, x, y, sense("stage", f"{where}.blind") if key == "blind" else Sense.NEUTRAL
            )
    if list(old) != list(new) and set(old) == set(new):
        yield Change("contract", "", "", "review.stages", list(old), list(new))


def _tables(before: Contract, now: Contract, sense: _Senses) -> Iterator[Change]:
    old, new = {t.name: t for t in before.tables}, {t.name: t for t in now.tables}
    for name in dict.fromkeys([*old, *new]):
        if name not in old or name not in new:
            was, is_now = ([f.title for f in t.fields] if t else None for t in (old.get(name), new.get(name)))
            yield Change("table", name, _title(new.get(name) or old[name]), "", was, is_now, sense("table", name))
        else:
            yield from _table(old[name], new[name], sense)
    if list(old) != list(new) and set(old) == set(new):
        yield Change("contract", "", "", "tables", list(old), list(new))


def _title(table: TableSpec) -> str:
    return table.title.zh if table.title else table.name


def _table(old: TableSpec, new: TableSpec, sense: _Senses) -> Iterator[Change]:
    was, is_now = ({k: v for k, v in _dump(t).items() if k not in ("fields", "drop_rows")} for t in (old, new))
    for key, a, b in _leaves(was, is_now, "", depth=1):
        yield Change("table", new.name, _title(new), key, a, b)
    yield from _rows(old, new, sense)
    fields = {f.name: f for f in old.fields}, {f.name: f for f in new.fields}
    for name in dict.fromkeys([*fields[0], *fields[1]]):
        yield from _field(f"{new.name}.{name}", fields[0].get(name), fields[1].get(name), sense)
    if [n for n in fields[0] if n in fields[1]] != [n for n in fields[1] if n in fields[0]]:
        yield Change(
            "table", new.name, _title(new), "fields", [f.title for f in old.fields], [f.title for f in new.fields]
        )


def _rows(old: TableSpec, new: TableSpec, sense: _Senses) -> Iterator[Change]:
    def said(table: TableSpec) -> list[tuple[str, str, Any]]:
        return [(d.field, d.condition, _dump(d)[d.condition]) for d in table.drop_rows]

    for drop in said(old):
        if drop not in said(new):
            where = sense("rows", f"{old.name}.drop_rows.{drop[0]}")
            yield Change("rows", f"{old.name}.{drop[0]}", _field_title(old, drop[0]), drop[1], drop[2], None, where)
    for drop in said(new):
        if drop not in said(old):
            yield Change(
                "rows", f"{new.name}.{drop[0]}", _field_title(new, drop[0]), drop[1], None, drop[2], Sense.STRICTER
            )
    was, is_now = ([d.reason for d in t.drop_rows] for t in (old, new))
    if said(old) == said(new) and was != is_now:
        yield Change("table", new.name, _title(new), "drop_rows.reason", was, is_now)


def _field_title(table: TableSpec, name: str) -> str:
    return next((f.title for f in table.fields if f.name == name), name)


def _field(where: str, old: FieldSpec | None, new: FieldSpec | None, sense: _Senses) -> Iterator[Change]:
    if old is None or new is None:
        title = (new or old).title  # type: ignore[union-attr]  # one of them is there
        yield Change("field", where, title, "", treatment(old), treatment(new), sense("column", where))
        return
    was, is_now = ({k: v for k, v in _dump(f).items() if k not in ("redaction", "mandate")} for f in (old, new))
    for key, a, b in _leaves(was, is_now, ""):
        yield Change(
            "field", where, new.title, key, a, b, sense("sensitivity", where) if key == "sensitivity" else Sense.NEUTRAL
        )
    a, b = treatment(old), treatment(new)
    if a != b:
        yield Change("field", where, new.title, "redaction", a, b, sense("operator", where))
    if old.redaction.reason != new.redaction.reason:
        yield Change("field", where, new.title, "redaction.reason", old.redaction.reason, new.redaction.reason)
    if old.mandate != new.mandate:
        kept, keeps = (sorted(f.mandate.entities) if f.mandate else None for f in (old, new))
        yield Change("field", where, new.title, "mandate", kept, keeps, sense("mandate", where))


def treatment(field: FieldSpec | None) -> dict[str, Any] | None:
    """A field's operator with its own parameters, reasons apart; None where there is no field."""
    if field is None:
        return None
    said = _dump(field.redaction)
    own = PARAMETERS[field.redaction.operator]
    return {"operator": said["operator"], **{k: said[k] for k in own if said[k] not in (None, [], "")}}


def _by_id(contract: Contract) -> dict[str, dict[str, Any]]:
    return {c.id: _dump(c) for c in contract.checks}


def _listed(part: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """Parts that are told by an id; senses are neutral."""
    for name in dict.fromkeys([*old, *new]):
        if name not in old or name not in new:
            yield Change(part, name, "", "", _rule(old.get(name)), _rule(new.get(name)))
        else:
            for key, a, b in _leaves(old[name], new[name], "", depth=1):
                yield Change(part, name, "", key, a, b)
    if list(old) != list(new) and set(old) == set(new):
        yield Change("contract", "", "", f"{part}s", list(old), list(new))


def _rule(check: Mapping[str, Any] | None) -> str | None:
    return str(check["expr"] or check["kind"]) if check else None


def count(found: Sequence[Change]) -> dict[Sense, int]:
    """How many there are of each sense."""
    return {s: sum(c.sense is s for c in found) for s in Sense}
