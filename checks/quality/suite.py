"""The contract's rules: all of them, those of one table, and in words for pages and docs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checks.quality.constraints import field_rules, key_rules, wants_text
from checks.quality.relations import check_rules
from checks.quality.rule import Rule
from domain.contract import Contract, TableSpec


def rules_of(contract: Contract) -> tuple[Rule, ...]:
    """Every rule of the contract: each table's fields and key, then its checks, in the contract's order."""
    return tuple(_rules(contract))


def _rules(contract: Contract) -> Iterator[Rule]:
    for table in contract.tables:
        for field in table.fields:
            yield from field_rules(table, field)
        yield from key_rules(table)
    for check in contract.checks:
        yield from check_rules(contract, check)


def with_text(contract: Contract, table: TableSpec) -> frozenset[str]:
    """Fields whose text the rules read beside the typed value."""
    codes = {c.code for c in contract.checks if c.kind == "hierarchy" and contract.table(c.table) is table}
    totals = {f for c in contract.checks if c.kind == "sum" and contract.table(c.table) is table for f in c.total or ()}
    asked = {f.name for f in table.fields if f.type != "string" and f.name in codes | totals}
    return frozenset(asked | {f.name for f in table.fields if wants_text(f)})


@dataclass(frozen=True, slots=True)
class Described:
    """One rule in words: `says` is Chinese for lay readers, `citation` the law where the contract names one."""

    table: str
    column: str | None
    id: str
    code: str
    severity: str
    says: str
    citation: str


def describe(contract: Contract) -> list[Described]:
    """What the contract checks, rule by rule."""
    return [
        Described(r.table, r.column, r.id, r.code, r.severity.value, r.says, r.citation) for r in rules_of(contract)
    ]


def contract_faults(contract: Contract) -> list[str]:
    """Rules that can't be carried out as they are written, as `id: reason` for the contract's author."""
    return [f"{r.id}: {r.problem}" for r in rules_of(contract) if r.problem]
