"""One rule of a contract, compiled: what it says in words, and the query that finds the rows at fault.

The sentence is for lay reviewers and the same everywhere: in findings, on pages, in the docs.
"""

from __future__ import annotations

from dataclasses import dataclass

from checks.quality.sql import ORIGIN, ROW, name
from domain.contract import Contract, FieldSpec
from domain.finding import Finding, Place, RuleRef, Severity

AT = f"{name(ROW)}, {name(ORIGIN)}"


@dataclass(frozen=True, slots=True)
class Rule:
    """`query` selects ROW and ORIGIN of the rows at fault from `{batch}`, the typed table of `table`.

    `problem` says, for the contract's author, why there is no query: such a rule counts as failed, never as passed.
    `needs` are all tables that the query reads; `column` is where the finding points.
    """

    id: str
    code: str
    table: str
    column: str | None
    severity: Severity
    says: str
    citation: str = ""
    query: str | None = None
    problem: str | None = None
    needs: frozenset[str] = frozenset()


def typed_name(table: str) -> str:
    """The typed table's name in the session; the prefix keeps it clear of SQL's own words."""
    return f"typed_{table}"


def rows_where(condition: str) -> str:
    """The query for rows of the batch that fulfil a condition."""
    return f"SELECT {AT} FROM {{batch}} WHERE {condition}"


def title(field: FieldSpec) -> str:
    """The field as its department calls it: 「预算金额」."""
    return f"「{field.title}」"


def not_typed(table: str, contract: Contract) -> Finding:
    """For a table whose cells could not be read by the contract's types at all."""
    note = f"表 {table} 无法按合同的字段类型读取，其全部检查未能执行，不能视为通过：请核对合同中字段的 format。"
    ref = RuleRef(contract.id, str(contract.version), f"{table}.typed")
    return Finding("check-failed", Severity.BLOCK, 1, (Place(table),), ref, note)
