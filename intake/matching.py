"""Which column of a table is which field of the contract, by header alone. Pure.

Titles, aliases and names are compared after folding; a unit in brackets and the group above a header may differ.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from domain.contract import Check, Contract, TableSpec
from domain.expression import expression_names, parse_expression
from domain.table import TableInfo
from intake.headers import field_keys, folded, without_unit


@dataclass(frozen=True, slots=True)
class Match:
    """`columns`: field → column. `doubled`: field → columns among which none is the one."""

    columns: dict[str, str]
    doubled: dict[str, list[str]]


def _whole(header: str) -> str:
    return folded(header)


def _bare(header: str) -> str:
    return without_unit(folded(header))


def _last(header: str) -> str:
    return without_unit(folded(header.rpartition("-")[2]))


LEVELS: tuple[Callable[[str], str], ...] = (_whole, _bare, _last)  # surest first


def match_fields(table: TableInfo, spec: TableSpec) -> Match:
    """Match by the surest level first; a field that two columns fit equally well is doubled and gets the first."""
    headers = dict(zip(table.columns, table.headers or table.columns, strict=True))
    columns: dict[str, str] = {}
    doubled: dict[str, list[str]] = {}
    taken: set[str] = set()
    for level, form in enumerate(LEVELS):
        wanted = [f for f in spec.fields if f.name not in columns]
        for field in wanted:
            keys = set(field_keys(field)) if level == 0 else {without_unit(k) for k in field_keys(field)}
            fitting = [c for c, h in headers.items() if c not in taken and h.strip() and form(h) in keys]
            if not fitting:
                continue
            columns[field.name] = fitting[0]
            taken.update(fitting)
            if len(fitting) > 1:
                doubled[field.name] = fitting
    order = [f.name for f in spec.fields]
    return Match({n: columns[n] for n in order if n in columns}, doubled)


def used_fields(contract: Contract, spec: TableSpec) -> set[str]:
    """Fields that the key or a check needs."""
    used = set(spec.key)
    for check in contract.checks:
        if check.kind == "cross":
            used |= set(_of_table(check, spec.name))
        elif contract.table(check.table) is spec:
            used |= set(_of_check(check))
    return used & {f.name for f in spec.fields}


def _of_check(check: Check) -> Iterator[str]:
    for text in (check.expr, check.when):
        if text:
            yield from expression_names(text)
    yield from (*check.fields, *(check.total or {}), *check.group)
    if check.code:
        yield check.code


def _of_table(check: Check, table: str) -> Iterator[str]:
    """Fields that a cross-table expression takes from one table."""
    for node in ast.walk(parse_expression(check.expr or "True")):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == table:
            yield node.attr
