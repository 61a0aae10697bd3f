"""A remedy (删减后公开): columns of one release that go out under a stricter operator than the contract declares.

Says which operator is at least as strict as which, and what the contract becomes under overrides; pure. Who may order one
is left to review/, carrying it out to redaction/.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from domain.contract import Contract, FieldSpec
from domain.errors import UsageInvalid
from domain.masking import ADDRESS_LEVELS, PARAMETERS, Redaction, misfit

HIDES_ALL = ("drop", "mask")  # nothing of a value is left but, for mask, its length
# what an operator shows of a value with a detected span is at most its label under keep; these may show a character of it
SHOWS_PARTS = ("keep_ends", "name", "generalise")
_DATES = ("month", "year", "year5")  # from fine to coarse


@dataclass(frozen=True, slots=True)
class Override:
    """One column's operator in place of the contract's."""

    table: str
    field: str
    redaction: Redaction

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready: what is declared, defaults left out."""
        said = self.redaction.model_dump(mode="json", exclude_defaults=True)
        return {"table": self.table, "field": self.field, "redaction": {"operator": self.redaction.operator, **said}}

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Override:
        """Inverse of `to_dict`. Raises UsageInvalid where the operator isn't one that a contract could declare."""
        try:
            return Override(data["table"], data["field"], Redaction.model_validate(data["redaction"]))
        except ValidationError as wrong:
            first = wrong.errors()[0]["msg"]
            raise UsageInvalid(f"{data['table']}.{data['field']}: {first}; choose another operator") from None


def parse(text: str, contract: Contract) -> Override:
    """`COLUMN=OPERATOR` or `TABLE.COLUMN=OPERATOR:prefix=3,suffix=4`, as the command line takes it. Raises UsageInvalid.

    A column without a table is of the contract's first table.
    """
    column, equals, said = text.partition("=")
    table, dot, name = column.strip().rpartition(".")
    operator, _, given = said.strip().partition(":")
    if not equals or operator not in PARAMETERS:
        known = ", ".join(o for o in PARAMETERS if o != "keep")
        raise UsageInvalid(f"a remedy is written COLUMN=OPERATOR, such as phone=drop; operators are {known}")
    values: dict[str, Any] = {"operator": operator}
    for part in filter(None, (p.strip() for p in given.split(","))):
        key, sign, value = part.partition("=")
        if not sign or key not in PARAMETERS[operator] or key in ("bounds", "labels"):
            raise UsageInvalid(f"operator {operator} takes {', '.join(PARAMETERS[operator]) or 'no parameters'} here")
        values[key] = value
    return Override.from_dict({"table": table if dot else contract.tables[0].name, "field": name, "redaction": values})


def is_as_strict(new: Redaction, old: Redaction, *, labelled: bool = False) -> bool:
    """Whether `new` shows no more of any value than `old` does; a partial order, what can't be compared is False.

    drop and mask come first. serial, pseudonym, bucket and bands are stricter than keep alone; within one operator fewer shown characters, a
    coarser level, fewer decimals, a band that holds whole bands. `labelled`: the column has spans that keep turned into
    labels; then an operator that shows parts of a value could show a part of such a span, so it isn't as strict.
    """
    if _said(new) == _said(old) or new.operator == "drop":
        return True
    if old.operator == "drop" or new.operator == "keep":
        return False
    if new.operator == "mask":
        return True
    if old.operator == "keep":
        return not (labelled and new.operator in SHOWS_PARTS)
    if new.operator != old.operator:
        return new.operator == "serial" and old.operator == "pseudonym"
    return _within(new, old)


def _within(new: Redaction, old: Redaction) -> bool:
    """The same operator with other parameters."""
    match new.operator:
        case "keep_ends":
            return new.prefix <= old.prefix and new.suffix <= old.suffix
        case "generalise":
            return _coarser(new, old)
        case "bucket":
            return set(new.bounds) < set(old.bounds)
        case "pseudonym":
            return new.scope == "release"
    return False


def _coarser(new: Redaction, old: Redaction) -> bool:
    for order in (_DATES, ADDRESS_LEVELS):
        if new.level in order and old.level in order:
            return order.index(new.level) >= order.index(old.level)
    if new.width is not None and old.width is not None:
        return new.width >= old.width and (new.width / old.width).is_integer()
    if new.digits is not None and old.digits is not None:
        return new.digits <= old.digits
    return False


def _said(redaction: Redaction) -> dict[str, Any]:
    return redaction.model_dump(exclude={"reason", "scope_reason"})


def choices(field: FieldSpec, *, labelled: bool = False) -> tuple[Redaction, ...]:
    """Operators that a reviewer can choose for a column: strictly stricter than what is declared, and fitting its type."""
    wanted = [
        Redaction(operator="drop"), Redaction(operator="mask"), Redaction(operator="serial"), Redaction(operator="pseudonym"),
        Redaction(operator="name"), Redaction(operator="keep_ends", prefix=1), Redaction(operator="keep_ends", prefix=3, suffix=4),
        *(Redaction.model_validate({"operator": "generalise", "level": level}) for level in (*_DATES, *ADDRESS_LEVELS)),
        *(Redaction(operator="generalise", digits=digits) for digits in (2, 1, 0)),
    ]  # fmt: skip
    return tuple(
        r
        for r in wanted
        if is_as_strict(r, field.redaction, labelled=labelled)
        and _said(r) != _said(field.redaction)
        and misfit(r, field.type, field.constraints.max_length) is None
    )


def check_stricter(contract: Contract, overrides: Iterable[Override], labelled: Iterable[tuple[str, str]] = ()) -> None:
    """Raises UsageInvalid where a column isn't the contract's, is named twice, or its operator isn't strictly stricter.

    `labelled`: (table, field) of columns in which spans became labels.
    """
    marked, seen = set(labelled), set()
    for one in overrides:
        where = (one.table, one.field)
        field = _field(contract, one)
        if where in seen:
            raise UsageInvalid(f"{one.table}.{one.field} is named twice; leave one operator")
        seen.add(where)
        if _said(one.redaction) == _said(field.redaction) or not is_as_strict(
            one.redaction, field.redaction, labelled=where in marked
        ):
            raise UsageInvalid(
                f"{one.table}.{one.field}: {one.redaction.operator} isn't stricter than {field.redaction.operator}, "
                "which holds now; a remedy only takes away, choose mask or drop"
            )
        if why := misfit(one.redaction, field.type, field.constraints.max_length):
            raise UsageInvalid(f"{one.table}.{one.field}: {why}; choose mask or drop")
    if not seen:
        raise UsageInvalid("a remedy names at least one column and its operator; choose one")


def _field(contract: Contract, one: Override) -> FieldSpec:
    try:
        return contract.table(one.table).field(one.field)
    except KeyError:
        raise UsageInvalid(
            f"{contract.id} has no column {one.table}.{one.field}; `mingjing datasets` lists them"
        ) from None


def under(contract: Contract, overrides: Iterable[Override]) -> Contract:
    """The contract with the overridden columns under their stricter operators, everything else as it is.

    An override of a column that isn't there any more says nothing. Where the contract itself has become as strict, it
    holds. Raises UsageInvalid where neither is as strict as the other: a later contract can't undo a remedy.
    """
    wanted = {(o.table, o.field): o.redaction for o in overrides}
    if not wanted:
        return contract
    tables = []
    for table in contract.tables:
        fields = [
            field.model_copy(update={"redaction": _stricter(contract, field, wanted.get((table.name, field.name)))})
            for field in table.fields
        ]
        tables.append(table.model_copy(update={"fields": tuple(fields)}))
    return contract.model_copy(update={"tables": tuple(tables)})


def _stricter(contract: Contract, field: FieldSpec, ordered: Redaction | None) -> Redaction:
    if ordered is None or is_as_strict(field.redaction, ordered):
        return field.redaction
    if not is_as_strict(ordered, field.redaction) or misfit(ordered, field.type, field.constraints.max_length):
        raise UsageInvalid(
            f"{contract.id}: a remedy orders {ordered.operator} for {field.name}, and the contract now declares "
            f"{field.redaction.operator}; declare mask or drop there"
        )
    return ordered


def merged(orders: Iterable[Iterable[Override]]) -> tuple[Override, ...]:
    """Overrides of several remedies, oldest first, as one: the last word on each column. Sorted by table and field."""
    found = {(o.table, o.field): o for order in orders for o in order}
    return tuple(found[key] for key in sorted(found))
