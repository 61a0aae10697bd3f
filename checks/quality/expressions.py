"""A check's expression as SQL: three-valued logic, exact decimals, tolerance inclusive.

An absent value makes what depends on it unknown, and an unknown condition isn't a fault; only `x is None` sees absence.
A division by zero is no absence: where every value stands and the condition still has no answer, the row is at fault.
A quotient is rounded to ten places. What a name stands for is left to the caller's scope.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from checks.quality.sql import NUMBER, number, text
from domain.expression import parse_expression

KINDS = {
    "string": "text",
    "geojson": "text",
    "integer": "number",
    "number": "number",
    "year": "number",
    "date": "date",
    "datetime": "datetime",
    "boolean": "boolean",
}
_DAYS = frozenset({"date", "datetime"})
_COMPARE = {ast.Eq: "=", ast.NotEq: "<>", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_ADD = {ast.Add: "+", ast.Sub: "-"}


@dataclass(frozen=True, slots=True)
class Term:
    """A piece of SQL and what it yields: number, text, date, datetime, boolean; `word`: a text constant, not yet SQL."""

    sql: str
    kind: str
    word: str | None = None


# How a scope answers: for a Name or table.field the column; for sum(…) or count(…) the aggregate. ValueError if unknown.
Resolve = Callable[[ast.expr], Term]


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean (`column`) and what sum and count mean (`aggregate`), with the check's tolerance."""

    column: Resolve
    aggregate: Resolve
    tolerance: Decimal = Decimal(0)


def condition(node: ast.expr, scope: Scope) -> str:
    """The expression as a boolean SQL condition. Raises ValueError, in words for the contract's author."""
    term = _term(node, scope)
    if term.kind != "boolean":
        raise ValueError(f"the expression gives a {term.kind}, not a condition")
    return term.sql


def amount(node: ast.expr, scope: Scope) -> str:
    """The expression as a number in SQL. Raises ValueError where it is none."""
    return _of(node, scope, "number")


def failing(node: ast.expr, scope: Scope) -> str:
    """SQL that is true for a row at fault: the condition is false, or has no answer though every value stands."""
    holds = condition(node, scope)
    standing = " AND ".join(f"({scope.column(n).sql}) IS NOT NULL" for n in _needed(node)) or "TRUE"
    return f"(({holds}) IS FALSE OR (({holds}) IS NULL AND {standing}))"


def fields_named(node: ast.expr) -> tuple[str, ...]:
    """Field names in order of first appearance, aggregates' arguments included."""
    names = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
    called = {id(n.func) for n in ast.walk(node) if isinstance(n, ast.Call)}
    ordered = sorted((n for n in names if id(n) not in called), key=lambda n: (n.lineno, n.col_offset))
    return tuple(dict.fromkeys(n.id for n in ordered))


def in_words(expression: str, titles: Mapping[str, str]) -> str:
    """The expression with the sender's column titles in place of field names.

    >>> in_words("a == b + c", {"a": "合计", "b": "一般", "c": "专项"})
    '合计 == 一般 + 专项'
    """
    tree = parse_expression(expression)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = titles.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            node.attr = titles.get(node.attr, node.attr)
    return ast.unparse(tree)


def _needed(node: ast.expr) -> list[ast.expr]:
    """Names whose absence leaves the condition unknown: all but those asked `is None` and those inside aggregates."""
    asked = {
        ast.unparse(n.left)
        for n in ast.walk(node)
        if isinstance(n, ast.Compare) and any(isinstance(op, (ast.Is, ast.IsNot)) for op in n.ops)
    }
    skipped: set[int] = set()
    for call in (n for n in ast.walk(node) if isinstance(n, ast.Call)):
        skipped.add(id(call.func))
        if is_aggregate(call):
            skipped |= {id(n) for n in ast.walk(call)}
    skipped |= {id(n.value) for n in ast.walk(node) if isinstance(n, ast.Attribute)}
    found = [n for n in ast.walk(node) if isinstance(n, (ast.Name, ast.Attribute)) and id(n) not in skipped]
    return [n for n in found if ast.unparse(n) not in asked]


def is_aggregate(node: ast.expr) -> bool:
    """True for count(…) and sum of one field; sum(a, b, …) adds along the row."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        return False
    return node.func.id == "count" or (node.func.id == "sum" and len(node.args) == 1)


def _term(node: ast.expr, scope: Scope) -> Term:
    match node:
        case ast.Constant():
            return _constant(node.value)
        case ast.Name() | ast.Attribute():
            return scope.column(node)
        case ast.BoolOp():
            joiner = " AND " if isinstance(node.op, ast.And) else " OR "
            return Term(joiner.join(f"({_of(v, scope, 'boolean')})" for v in node.values), "boolean")
        case ast.UnaryOp(op=ast.Not()):
            return Term(f"NOT ({_of(node.operand, scope, 'boolean')})", "boolean")
        case ast.UnaryOp():
            return Term(f"(-({_of(node.operand, scope, 'number')}))", "number")
        case ast.BinOp():
            return _arithmetic(node, scope)
        case ast.Compare():
            return _comparison(node, scope)
        case ast.Call():
            return scope.aggregate(node) if is_aggregate(node) else _call(node, scope)
        case _:
            raise ValueError("a list may stand only after in")


def _of(node: ast.expr, scope: Scope, kind: str) -> str:
    term = _term(node, scope)
    if term.kind != kind:
        raise ValueError(f"a {kind} is needed where a {term.kind} stands")
    return term.sql


def _constant(value: object) -> Term:
    match value:
        case bool():
            return Term("TRUE" if value else "FALSE", "boolean")
        case int() | float():
            return Term(number(value), "number")
        case str():
            return Term(text(value), "text", value)
        case None:
            raise ValueError("None may stand only after is or is not")
        case _:
            raise ValueError("a constant is a number, a text, True or False")


def _arithmetic(node: ast.BinOp, scope: Scope) -> Term:
    left, right = _of(node.left, scope, "number"), _of(node.right, scope, "number")
    if type(node.op) in _ADD:
        return Term(f"({left} {_ADD[type(node.op)]} {right})", "number")
    left, right = f"CAST({left} AS {NUMBER})", f"CAST({right} AS {NUMBER})"  # a product of products would outgrow 38
    if isinstance(node.op, ast.Mult):
        return Term(f"({left} * {right})", "number")
    return Term(f"exact_quotient({left}, {right})", "number")


def _comparison(node: ast.Compare, scope: Scope) -> Term:
    parts, left = [], node.left
    for op, right in zip(node.ops, node.comparators, strict=True):
        parts.append(_one(left, op, right, scope))
        left = right
    return Term(" AND ".join(f"({p})" for p in parts), "boolean")


def _one(left: ast.expr, op: ast.cmpop, right: ast.expr, scope: Scope) -> str:
    if isinstance(op, (ast.Is, ast.IsNot)):
        if not (isinstance(right, ast.Constant) and right.value is None):
            raise ValueError("is and is not go with None")
        return f"({_term(left, scope).sql}) IS {'NOT ' if isinstance(op, ast.IsNot) else ''}NULL"
    if isinstance(op, (ast.In, ast.NotIn)):
        if not isinstance(right, (ast.Tuple, ast.List)) or not right.elts:
            raise ValueError("in goes with a list in parentheses")
        pairs = [_alike(_term(left, scope), _term(item, scope)) for item in right.elts]
        return f"{'NOT ' if isinstance(op, ast.NotIn) else ''}({' OR '.join(f'({a}) = ({b})' for a, b, _ in pairs)})"
    a, b, kind = _alike(_term(left, scope), _term(right, scope))
    return _within(a, op, b, scope.tolerance) if kind == "number" else f"({a}) {_COMPARE[type(op)]} ({b})"


def _within(a: str, op: ast.cmpop, b: str, tolerance: Decimal) -> str:
    """A comparison of numbers that allows a difference up to and including the tolerance."""
    if not tolerance or isinstance(op, ast.NotEq):
        return f"{a} {_COMPARE[type(op)]} {b}"
    slack = number(tolerance)
    match op:
        case ast.Eq():
            return f"abs({a} - {b}) <= {slack}"
        case ast.Lt() | ast.LtE():
            return f"{a} {_COMPARE[type(op)]} {b} + {slack}"
        case _:
            return f"{a} {_COMPARE[type(op)]} {b} - {slack}"


def _alike(a: Term, b: Term) -> tuple[str, str, str]:
    """Both sides as SQL of one kind; a text constant beside a day is read as ISO."""
    if a.kind in _DAYS and b.word is not None:
        b = Term(day(b.word, a.kind), a.kind)
    if b.kind in _DAYS and a.word is not None:
        a = Term(day(a.word, b.kind), b.kind)
    if a.kind != b.kind and {a.kind, b.kind} != _DAYS:
        raise ValueError(f"a {a.kind} can't be compared with a {b.kind}")
    return a.sql, b.sql, a.kind


def day(word: str, kind: str) -> str:
    """An ISO text as a DATE or TIMESTAMP constant. Raises ValueError."""
    try:
        if kind == "date":
            return f"CAST({text(date.fromisoformat(word).isoformat())} AS DATE)"
        return f"CAST({text(datetime.fromisoformat(word).replace(tzinfo=None).isoformat(' '))} AS TIMESTAMP)"
    except ValueError:
        raise ValueError("a day is compared with a quoted ISO text such as '2026-01-31'") from None


def _call(node: ast.Call, scope: Scope) -> Term:
    called = node.func.id if isinstance(node.func, ast.Name) else ""
    terms = [_term(a, scope) for a in node.args]
    match called, [t.kind for t in terms]:
        case "sum", kinds if len(kinds) > 1 and set(kinds) == {"number"}:
            return Term("(" + " + ".join(t.sql for t in terms) + ")", "number")
        case "abs", ["number"]:
            return Term(f"abs({terms[0].sql})", "number")
        case "length", ["text"]:
            return Term(f"CAST(length({terms[0].sql}) AS {NUMBER})", "number")
        case "year", ["date" | "datetime"]:
            return Term(f"CAST(year({terms[0].sql}) AS {NUMBER})", "number")
        case "days", [_, _]:
            start, end = (_as_day(t) for t in terms)
            return Term(f"CAST(date_diff('day', {start}, {end}) AS {NUMBER})", "number")
        case _:
            raise ValueError(f"{called} doesn't take what stands in its parentheses")


def _as_day(term: Term) -> str:
    if term.word is not None:
        return day(term.word, "date")
    if term.kind not in _DAYS:
        raise ValueError("days(a, b) takes two days")
    return f"CAST({term.sql} AS DATE)"
