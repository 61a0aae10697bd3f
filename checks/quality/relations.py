"""Checks of a contract as rules: what each says in words, and the query for identities and row conditions.

Sums, hierarchies and sums across tables are left to sums.py.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from decimal import Decimal

from checks.quality.expressions import Scope, Term, failing, fields_named, in_words
from checks.quality.rule import Rule, rows_where
from checks.quality.sums import (
    aggregated,
    applies_to,
    columns_of,
    cross_query,
    hierarchy_query,
    no_aggregate,
    sum_query,
    tolerance_of,
)
from domain.contract import Check, Contract, TableSpec
from domain.expression import parse_expression

_CODES = {
    "identity": "identity-broken",
    "rows": "row-rule-broken",
    "sum": "sum-broken",
    "hierarchy": "hierarchy-broken",
    "cross": "cross-table-broken",
}


def check_rules(contract: Contract, check: Check) -> list[Rule]:
    """One rule for the check, or one for each of its `fields`. What can't be compiled says so in `problem`."""
    tables = _tables(contract, check)
    compiled: list[tuple[str | None, str | None, str | None]]
    try:
        if check.kind in ("sum", "hierarchy"):
            build = sum_query if check.kind == "sum" else hierarchy_query
            compiled = [(f, build(tables[0], check, tables[0].field(f)), None) for f in check.fields]
        elif check.kind == "cross":
            compiled = [(None, cross_query(check, tables), None)]
        else:
            compiled = [(_first(check), _rows(tables[0], check), None)]
    except (ValueError, KeyError) as problem:
        reason = str(problem) if isinstance(problem, ValueError) else "it names a table or field that isn't there"
        compiled = [(None, None, reason)]
    return [
        Rule(
            check.id, _CODES[check.kind], tables[0].name, column, check.severity, _says(check, tables, column),
            str(check.citation or ""), query, problem, frozenset(t.name for t in tables),
        )
        for column, query, problem in compiled
    ]  # fmt: skip


def _first(check: Check) -> str | None:
    named = fields_named(parse_expression(check.expr or ""))
    return named[0] if named else None


def _says(check: Check, tables: Sequence[TableSpec], column: str | None) -> str:
    titles = {f.name: f.title for t in tables for f in t.fields}
    if check.kind == "sum":
        what = f"合计行的{_named(titles, column)}应等于各分项之和"
    elif check.kind == "hierarchy":
        what = f"上级科目的{_named(titles, column)}应等于其下级科目之和"
    else:
        what = f"应有 {in_words(check.expr or '', titles)}"
    when = f"（适用于 {in_words(check.when, titles)}）" if check.when else ""
    allowed = f"，允许相差 {Decimal(repr(check.tolerance)).normalize():f}" if check.tolerance else ""
    return what + allowed + when + (f"。{check.note}" if check.note else "")


def _named(titles: dict[str, str], column: str | None) -> str:
    return f"「{titles[column]}」" if column in titles else "数额"


def _tables(contract: Contract, check: Check) -> list[TableSpec]:
    """The check's table; for a cross check every table that its expression names, in that order."""
    if check.kind != "cross":
        return [contract.table(check.table)]
    tree = parse_expression(check.expr or "")
    words = fields_named(tree)
    named = [t for w in words for t in contract.tables if t.name == w]
    return named or [contract.table(check.table)]


def _rows(table: TableSpec, check: Check) -> str:
    """Rows of the table that the rule applies to and that break it; sum(x) and count(x) run over the same rows."""
    applies = applies_to(table, check.when)
    columns = columns_of(table)

    def aggregate(node: ast.expr) -> Term:
        inner = aggregated(node, Scope(columns, no_aggregate))
        return Term(f"(SELECT {inner} FROM {{batch}} WHERE {applies})", "number")

    fault = failing(parse_expression(check.expr or ""), Scope(columns, aggregate, tolerance_of(check)))
    return rows_where(f"{applies} AND {fault}")
