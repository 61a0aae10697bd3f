"""One rule of a contract, compiled: what it says in words, and the query that finds the rows at fault.

The sentence is for lay reviewers and the same everywhere: in findings, on pages, in the docs.
"""

from __future__ import annotations

from dataclasses import dataclass

from checks.quality.sql import ORIGIN, ROW, name
from domain.contract import FieldSpec
from domain.finding import Severity

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
