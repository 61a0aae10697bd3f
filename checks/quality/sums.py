"""Queries for checks that add up rows: totals, hierarchies of codes, sums across tables.

Absent values are left out of a sum. Totals and tables are compared even with nothing beneath them (a sum of no rows is
nought); a code without finer codes beneath it was not broken down and is left alone.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from decimal import Decimal
from itertools import combinations

from checks.quality.constraints import text_of
from checks.quality.expressions import KINDS, Resolve, Scope, Term, amount, condition, failing
from checks.quality.rule import AT, typed_name
from checks.quality.sql import NUMBER, ORIGIN, ROW, name, number, text
from checks.quality.typed import NUMERIC, SPACES
from domain.contract import Check, FieldSpec, TableSpec
from domain.expression import parse_expression


def tolerance_of(check: Check) -> Decimal:
    """The check's tolerance as it was written."""
    return Decimal(repr(check.tolerance))


def columns_of(table: TableSpec) -> Resolve:
    """What a name means in a row of the table: its field, bare or as table.field."""

    def column(node: ast.expr) -> Term:
        match node:
            case ast.Name(id=wanted):
                pass
            case ast.Attribute(value=ast.Name(id=owner), attr=wanted) if owner == table.name:
                pass
            case _:
                raise ValueError("another table's field may stand only in a cross check")
        field = table.field(wanted)
        return Term(name(field.name), KINDS[field.type])

    return column


def no_aggregate(_: ast.expr) -> Term:
    """For places where sum and count of a column make no sense."""
    raise ValueError("sum or count of a column can't stand here")


def applies_to(table: TableSpec, when: str | None) -> str:
    """Condition on rows to which a check applies: all of them, or those where `when` is true."""
    if when is None:
        return "TRUE"
    return f"(({condition(parse_expression(when), Scope(columns_of(table), no_aggregate))}) IS TRUE)"


def aggregated(node: ast.expr, scope: Scope) -> str:
    """sum(…) or count(…) over rows as a number, nought where there are none."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1):
        raise ValueError("sum and count take one field")
    if node.func.id == "count":
        return f"CAST(count({scope.column(node.args[0]).sql}) AS {NUMBER})"
    return f"coalesce(sum({amount(node.args[0], scope)}), {number(0)})"


_PARTS, _PARENT, _FINER, _CODE = name(".parts"), name(".parent"), name(".finer"), name(".code")


def _additive(field: FieldSpec) -> str:
    if field.type not in NUMERIC:
        raise ValueError(f"a field of type {field.type} can't be summed")
    return name(field.name)


# --- totals ----------------------------------------------------------------------------------------------------------


def _is(field: FieldSpec, value: str) -> str:
    """The field is this value; a text's inner spaces don't count, for departments set 合 计 wide."""
    if field.type in NUMERIC:
        return f"coalesce({name(field.name)} = {number(value)}, FALSE)"
    tight = f"regexp_replace({text_of(field)}, {text(SPACES)}, '', 'g')"
    return f"coalesce({tight} = {text(''.join(value.split()))}, FALSE)"


def _same(group: Sequence[str], a: str, b: str) -> str:
    return " AND ".join(f"{a}.{name(g)} IS NOT DISTINCT FROM {b}.{name(g)}" for g in group) or "TRUE"


def sum_query(table: TableSpec, check: Check, field: FieldSpec) -> str:
    """Total rows whose value isn't the sum of the other rows of their group."""
    applies, value = applies_to(table, check.when), _additive(field)
    total = " AND ".join(_is(table.field(k), v) for k, v in (check.total or {}).items())
    group = "".join(f"{name(g)}, " for g in check.group)
    grouped = f" GROUP BY {group.removesuffix(', ')}" if group else ""
    return (
        f"SELECT {AT} FROM (SELECT * FROM {{batch}} WHERE {applies} AND {total}) AS a "
        f"LEFT JOIN (SELECT {group}sum({value}) AS {_PARTS} FROM {{batch}} WHERE {applies} AND NOT ({total}){grouped}) AS b "
        f"ON {_same(check.group, 'a', 'b')} "
        f"WHERE abs(a.{value} - coalesce(b.{_PARTS}, {number(0)})) > {number(tolerance_of(check))}"
    )


# --- hierarchies -----------------------------------------------------------------------------------------------------


def hierarchy_query(table: TableSpec, check: Check, field: FieldSpec) -> str:
    """Rows whose value isn't the sum of the next finer codes beneath theirs; a level left out is stepped over."""
    code, value = text_of(table.field(check.code or "")), _additive(field)
    group = "".join(f"{name(g)}, " for g in check.group)
    rows = f"SELECT *, {code} AS {_CODE} FROM {{batch}} WHERE {applies_to(table, check.when)}"
    beneath = " UNION ALL ".join(
        f"SELECT {group}left({_CODE}, {short}) AS {_PARENT}, {long} AS {_FINER}, sum({value}) AS {_PARTS} FROM ({rows}) "
        f"WHERE length({_CODE}) = {long} GROUP BY {group}{_PARENT}"
        for short, long in combinations(sorted(set(check.lengths)), 2)
    )
    if not beneath:
        raise ValueError("lengths needs two or more code lengths")
    nearest = (
        f"SELECT * FROM ({beneath}) QUALIFY row_number() OVER (PARTITION BY {group}{_PARENT} ORDER BY {_FINER}) = 1"
    )
    return (
        f"SELECT {AT} FROM ({rows}) AS a JOIN ({nearest}) AS b "
        f"ON a.{_CODE} = b.{_PARENT} AND {_same(check.group, 'a', 'b')} "
        f"WHERE abs(a.{value} - b.{_PARTS}) > {number(tolerance_of(check))}"
    )


# --- across tables ---------------------------------------------------------------------------------------------------


def _owner(node: ast.expr, tables: Sequence[TableSpec]) -> TableSpec:
    """The one table that a part of an expression speaks of; a bare field is the first table's."""
    named = {n.value.id for n in ast.walk(node) if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)}
    if len(named) > 1:
        raise ValueError("a sum or condition of a cross check speaks of one table at a time")
    wanted = named.pop() if named else tables[0].name
    for table in tables:
        if table.name == wanted:
            return table
    raise ValueError("the condition names a table that the expression doesn't use")


def _conditions(check: Check, tables: Sequence[TableSpec]) -> dict[str, str]:
    """The parts of `when`, each for the rows of its own table."""
    parts: dict[str, list[str]] = {t.name: ["TRUE"] for t in tables}
    if check.when:
        tree = parse_expression(check.when)
        joined = isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And)
        for node in tree.values if joined and isinstance(tree, ast.BoolOp) else [tree]:
            table = _owner(node, tables)
            parts[table.name].append(applies_to(table, ast.unparse(node)))
    return {t: " AND ".join(p) for t, p in parts.items()}


def cross_query(check: Check, tables: Sequence[TableSpec]) -> str:
    """One row if the sums of the tables disagree; with `group`, the first row of each group that does."""
    wanted: dict[str, dict[str, str]] = {t.name: {} for t in tables}

    def aggregate(node: ast.expr) -> Term:
        whole = _whole_table(node, tables)
        table = whole or _owner(node, tables)
        inner = f"CAST(count(*) AS {NUMBER})" if whole else aggregated(node, Scope(columns_of(table), no_aggregate))
        alias = wanted[table.name].setdefault(inner, f"{table.name}.{len(wanted[table.name])}")
        return Term(f"coalesce({name(alias)}, {number(0)})", "number")

    def column(_: ast.expr) -> Term:
        raise ValueError("a cross check compares sums and counts: write sum(table.field)")

    fault = failing(parse_expression(check.expr or ""), Scope(column, aggregate, tolerance_of(check)))
    where = _conditions(check, tables)
    group = ", ".join(name(g) for g in check.group)
    known = " AND ".join(f"{name(g)} IS NOT NULL" for g in check.group) or "TRUE"
    sides = []
    for index, table in enumerate(tables):
        for g in check.group:
            table.field(g)
        source = typed_name(table.name) if index else "{batch}"
        sums = [f"{inner} AS {name(alias)}" for inner, alias in wanted[table.name].items()]
        if not index:
            place = f"min({name(ROW)}) AS {name(ROW)}, min({name(ORIGIN)}) AS {name(ORIGIN)}"
            sums.insert(
                0, place if group else f"CAST(NULL AS BIGINT) AS {name(ROW)}, CAST(NULL AS BIGINT) AS {name(ORIGIN)}"
            )
        columns = ", ".join([group, *sums] if group else sums)
        by = f" GROUP BY {group}" if group else ""
        sides.append(f"(SELECT {columns} FROM {source} WHERE {where[table.name]} AND {known}{by})")
    join = f" FULL JOIN {{}} USING ({group})" if group else " CROSS JOIN {}"
    return f"SELECT {AT} FROM {sides[0]}" + "".join(join.replace("{}", s) for s in sides[1:]) + f" WHERE {fault}"


def _whole_table(node: ast.expr, tables: Sequence[TableSpec]) -> TableSpec | None:
    """The table of count(table): its rows, whatever they hold."""
    match node:
        case ast.Call(func=ast.Name(id="count"), args=[ast.Name(id=wanted)]):
            return next((t for t in tables if t.name == wanted), None)
        case _:
            return None
