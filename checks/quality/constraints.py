"""Field constraints and table keys as rules. What a cell is worth is left to typed.py, checks of several fields to relations.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from checks.quality.expressions import KINDS, day
from checks.quality.rule import AT, Rule, rows_where, title
from checks.quality.sql import name, number, text, texts
from checks.quality.typed import NUMERIC, bad, written
from domain.contract import FieldSpec, TableSpec
from domain.finding import Severity

_TYPES = {
    "integer": "整数",
    "number": "数字",
    "date": "日期",
    "datetime": "日期时间",
    "year": "年份",
    "boolean": "是或否",
    "geojson": "GeoJSON 图形",
}


def wants_text(field: FieldSpec) -> bool:
    """True where a constraint reads the text of a cell that also has a typed value."""
    limits = field.constraints
    asked = (limits.pattern, limits.min_length, limits.max_length, None if field.type in NUMERIC else limits.enum)
    return field.type != "string" and any(a is not None for a in asked)


def text_of(field: FieldSpec) -> str:
    """The column with the field's trimmed text."""
    return name(field.name) if field.type == "string" else written(field.name)


def absent(field: FieldSpec) -> str:
    """True for a cell that holds nothing (a cell that holds something else than it should isn't absent)."""
    missing = f"{name(field.name)} IS NULL"
    return missing if field.type == "string" else f"({missing} AND NOT {bad(field.name)})"


def _required(field: FieldSpec, _: Any) -> str:
    return absent(field)


def _unique(field: FieldSpec, _: Any) -> str:
    cell = name(field.name)
    return f"{cell} IN (SELECT {cell} FROM {{batch}} GROUP BY {cell} HAVING count(*) > 1)"


def _bound(field: FieldSpec, limit: float | str) -> str:
    match KINDS[field.type]:
        case "number":
            return number(limit)
        case "date" | "datetime" as kind:
            return day(str(limit), kind)
        case _:
            raise ValueError(f"a field of type {field.type} has no minimum or maximum")


def _minimum(field: FieldSpec, limit: float | str) -> str:
    return f"{name(field.name)} < {_bound(field, limit)}"


def _maximum(field: FieldSpec, limit: float | str) -> str:
    return f"{name(field.name)} > {_bound(field, limit)}"


def _shorter(field: FieldSpec, limit: int) -> str:
    return f"length({text_of(field)}) < {int(limit)}"


def _longer(field: FieldSpec, limit: int) -> str:
    return f"length({text_of(field)}) > {int(limit)}"


def _pattern(field: FieldSpec, pattern: str) -> str:
    return f"NOT regexp_full_match({text_of(field)}, {text(pattern)})"


def _enum(field: FieldSpec, listed: tuple[str, ...]) -> str:
    if field.type in NUMERIC:
        return f"{name(field.name)} NOT IN ({', '.join(number(v) for v in listed)})"
    return f"{text_of(field)} NOT IN {texts(listed)}"


# attribute of Constraints, its Frictionless name, finding code, condition of a fault, what it says of the field
_CONSTRAINTS: tuple[tuple[str, str, str, Callable[[FieldSpec, Any], str], str], ...] = (
    ("required", "required", "value-missing", _required, "必须填写"),
    ("unique", "unique", "value-not-unique", _unique, "不得重复"),
    ("minimum", "minimum", "value-out-of-range", _minimum, "不得小于 {}"),
    ("maximum", "maximum", "value-out-of-range", _maximum, "不得大于 {}"),
    ("min_length", "minLength", "value-length", _shorter, "至少 {} 个字"),
    ("max_length", "maxLength", "value-length", _longer, "最多 {} 个字"),
    ("pattern", "pattern", "value-pattern", _pattern, "应符合规定的格式"),
    ("enum", "enum", "value-not-in-list", _enum, "只能取规定的 {} 个值之一"),
)


def _shown(limit: Any) -> Any:
    if isinstance(limit, tuple):
        return len(limit)
    return int(limit) if isinstance(limit, float) and limit.is_integer() else limit


def field_rules(table: TableSpec, field: FieldSpec) -> Iterator[Rule]:
    """The field's type and each of its constraints."""
    limits, own = field.constraints, f"{table.name}.{field.name}"

    def rule(constraint: str, code: str, says: str, query: str | None, problem: str | None = None) -> Rule:
        return Rule(
            f"{own}.{constraint}", code, table.name, field.name, limits.severity, f"{title(field)}{says}",
            query=query, problem=problem, needs=frozenset({table.name}),
        )  # fmt: skip

    if field.type != "string":
        yield rule("type", "value-not-typed", f"应为{_TYPES[field.type]}", rows_where(bad(field.name)))
    for attribute, constraint, code, fault, says in _CONSTRAINTS:
        limit = getattr(limits, attribute)
        if limit is None or limit is False:
            continue
        says = says.format(_shown(limit))
        try:
            yield rule(constraint, code, says, rows_where(fault(field, limit)))
        except ValueError as problem:
            yield rule(constraint, code, says, None, str(problem))


def key_rules(table: TableSpec) -> Iterator[Rule]:
    """No two rows with one key, and no row without any: absent parts count as equal, total rows often lack a code."""
    if not table.key:
        return
    fields = [table.field(k) for k in table.key]
    titles, column = "、".join(title(f) for f in fields), table.key[0] if len(table.key) == 1 else None
    needs = frozenset({table.name})
    columns = ", ".join(name(k) for k in table.key)
    same = " AND ".join(f"a.{name(k)} IS NOT DISTINCT FROM b.{name(k)}" for k in table.key)
    some = " OR ".join(f"{name(k)} IS NOT NULL" for k in table.key)
    twice = f"SELECT {columns} FROM {{batch}} WHERE {some} GROUP BY {columns} HAVING count(*) > 1"
    yield Rule(
        f"{table.name}.key", "duplicate-key", table.name, column, Severity.BLOCK, f"主键{titles}不得重复",
        query=f"SELECT {AT} FROM (SELECT * FROM {{batch}}) AS a WHERE EXISTS (SELECT 1 FROM ({twice}) AS b WHERE {same})", needs=needs,
    )  # fmt: skip
    if any(f.constraints.required for f in fields):
        return
    yield Rule(
        f"{table.name}.key.required", "value-missing", table.name, column, Severity.BLOCK, f"主键{titles}不得全空",
        query=rows_where(" AND ".join(absent(f) for f in fields)), needs=needs,
    )  # fmt: skip
