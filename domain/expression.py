"""The expressions of a contract's checks: what they may hold, and which fields they name. Working them out is left to checks."""

from __future__ import annotations

import ast

_ALLOWED = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.BinOp, ast.Add, ast.Sub, ast.Mult,
    ast.Div, ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.Is, ast.IsNot,
    ast.Name, ast.Load, ast.Constant, ast.Tuple, ast.List, ast.Call, ast.Attribute,
)  # fmt: skip
FUNCTIONS = frozenset({"sum", "count", "abs", "length", "year", "days"})


def parse_expression(text: str) -> ast.expr:
    """The syntax tree of a check's expression: arithmetic, comparisons, and/or/not, `in`, `is None` and FUNCTIONS.

    `x is None` is true for an absent value; `days(a, b)` is b minus a in days. Raises ValueError for anything else.
    """
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError as fault:
        raise ValueError(f"expression can't be read: {fault.msg}") from None
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED):
            raise ValueError(f"expression may not use {type(node).__name__}")
        if isinstance(node, ast.Call) and not (
            isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS and not node.keywords
        ):
            raise ValueError(f"expression may call only {', '.join(sorted(FUNCTIONS))}")
    return tree.body


def expression_names(text: str) -> frozenset[str]:
    """Field names an expression uses; `table.field` counts as `field` of that table and is left out here."""
    tree = parse_expression(text)
    functions = {id(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    owners = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    return frozenset(n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in functions | owners)
