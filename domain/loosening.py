"""Where a contract lets more out, to more people, for longer or past fewer eyes than an earlier one did. Pure.

What follows from it (the highest tier of review) is left to review/tiers. Checks of quality aren't policy: they aren't compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from domain.contract import Audience, Contract, Disclosure, FieldSpec, Sensitivity, TableSpec, Tier
from domain.remedy import is_as_strict

_OPEN = (Disclosure.WITHHELD, Disclosure.ON_REQUEST, Disclosure.PROACTIVE)
_TIERS = (Tier.L3, Tier.L2, Tier.L1)
_RANK = {
    Sensitivity.PUBLIC: 0, Sensitivity.FREE_TEXT: 1, Sensitivity.QUASI_IDENTIFIER: 2, Sensitivity.SENSITIVE: 3,
    Sensitivity.IDENTIFIER: 3,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loosening:
    """One thing that became looser. `what`: a key of WHAT; `where`: the contract's path; `before`, `now`: the contract's words."""

    what: str
    where: str
    before: str
    now: str

    def to_dict(self) -> dict[str, str]:
        return asdict(self)


WHAT = (
    "disclosure", "audience", "days", "tier", "stage", "table", "column", "operator", "sensitivity", "mandate", "rows",
    "contacts", "department",
)  # fmt: skip


def loosened(before: Contract, now: Contract) -> tuple[Loosening, ...]:
    """Everything in which `now` is looser than `before`, both as they were or would be carried out (remedies included)."""
    return (*_whole(before, now), *_review(before, now), *_tables(before, now))


def _whole(before: Contract, now: Contract) -> Iterator[Loosening]:
    if _OPEN.index(now.disclosure) > _OPEN.index(before.disclosure):
        yield Loosening("disclosure", "disclosure", before.disclosure.value, now.disclosure.value)
    if now.audience is Audience.PUBLIC and before.audience is Audience.LOCAL:
        yield Loosening("audience", "audience", before.audience.value, now.audience.value)
    days, were = now.publication_days, before.publication_days
    if were is not None and (days is None or days > were):
        yield Loosening("days", "publication_days", str(were), str(days or "—"))
    if now.department != before.department:
        yield Loosening("department", "department", before.department, now.department)
    if more := len(set(now.official_contacts) - set(before.official_contacts)):
        yield Loosening("contacts", "official_contacts", str(len(before.official_contacts)), f"+{more}")


def _review(before: Contract, now: Contract) -> Iterator[Loosening]:
    if _TIERS.index(now.review.tier) > _TIERS.index(before.review.tier):
        yield Loosening("tier", "review.tier", before.review.tier.value, now.review.tier.value)
    left = {s.name: s for s in now.review.stages}
    for stage in before.review.stages:
        if stage.name not in left:
            yield Loosening("stage", f"review.stages.{stage.name}", stage.role, "—")
        elif left[stage.name].blind < stage.blind:
            yield Loosening("stage", f"review.stages.{stage.name}.blind", str(stage.blind), str(left[stage.name].blind))


def _tables(before: Contract, now: Contract) -> Iterator[Loosening]:
    were = {t.name: t for t in before.tables}
    for table in now.tables:
        old = were.get(table.name)
        if old is None:
            yield Loosening("table", table.name, "—", table.name)
            continue
        yield from _rows(old, table)
        fields = {f.name: f for f in old.fields}
        for field in table.fields:
            yield from _field(table.name, fields.get(field.name), field)


def _rows(old: TableSpec, new: TableSpec) -> Iterator[Loosening]:
    """A condition that kept rows back and is gone or says something else."""
    kept = [d.model_dump(exclude={"reason"}) for d in new.drop_rows]
    for drop in old.drop_rows:
        if drop.model_dump(exclude={"reason"}) not in kept:
            yield Loosening("rows", f"{new.name}.drop_rows.{drop.field}", drop.condition, "—")


def _field(table: str, old: FieldSpec | None, new: FieldSpec) -> Iterator[Loosening]:
    where = f"{table}.{new.name}"
    if old is None:
        if new.redaction.operator != "drop":
            yield Loosening("column", where, "—", new.redaction.operator)
        return
    if not is_as_strict(new.redaction, old.redaction):
        yield Loosening("operator", where, _short(old), _short(new))
    if _RANK[new.sensitivity] < _RANK[old.sensitivity]:
        yield Loosening("sensitivity", where, old.sensitivity.value, new.sensitivity.value)
    allowed = set(new.mandate.entities if new.mandate else ()) - set(old.mandate.entities if old.mandate else ())
    if allowed:
        yield Loosening("mandate", where, "—", "、".join(sorted(allowed)))


def _short(field: FieldSpec) -> str:
    """The operator with what makes two of one kind differ; labels of buckets left out."""
    said = field.redaction.model_dump(
        mode="json", exclude_defaults=True, exclude={"operator", "reason", "labels", "scope_reason"}
    )
    more = ",".join(f"{k}={v}" for k, v in said.items())
    return f"{field.redaction.operator}:{more}" if more else field.redaction.operator
