"""The typed table: each text cell as the value its field declares, or NULL where it is none.

Space around a value (no-break, ideographic and zero-width space too) doesn't count; a cell of nothing else is empty.
What goes out is the text itself, so only spellings that a reader's parser can be told about are taken: thousands
separators yes; full-width digits, percent signs, parentheses for minus and Excel day numbers no. A field's `unit`
changes nothing here. Digits past the tenth decimal place are rounded: they are the dust of binary fractions.
"""

from __future__ import annotations

from collections.abc import Collection

from checks.quality.sql import NUMBER, ORIGIN, ROW, name, text, texts
from domain.contract import FieldSpec
from domain.table import ROW_ORIGIN

_SPACE = (
    "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d"
    "\u200e\u200f\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
SPACES = r"[\t\n\v\f\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200f}\x{2028}\x{2029}\x{202f}\x{205f}\x{2060}\x{3000}\x{feff}]"
_SPACED = f"^$|^{SPACES}|{SPACES}$"
_ENTIRE = r"[+-]?(\d+|\d{1,3}(,\d{3})+)"
_DAY = r"([12]\d{3}-\d{1,2}-\d{1,2}|[12]\d{3}/\d{1,2}/\d{1,2}|[12]\d{3}年\d{1,2}月\d{1,2}日|[12]\d{7})"
_MIDNIGHT = r"([ T]0{1,2}:00(:00(\.0+)?)?)?"
_CLOCK = r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d{1,6})?)?"
_OFFSET = r"(Z|[+-]\d{2}:?\d{2})"
_SHIFT = r"([+-])(\d{2}):?(\d{2})$"
_RUN, _RUN_APART = r"^(\d{4})(\d{2})(\d{2})", r"\1-\2-\3"
_BEIJING_MINUTES = 480
_GEOMETRIES = (
    "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection",
    "Feature", "FeatureCollection",
)  # fmt: skip

SQL_TYPES = {
    "string": "VARCHAR",
    "integer": NUMBER,
    "number": NUMBER,
    "year": NUMBER,
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "boolean": "BOOLEAN",
    "geojson": "VARCHAR",
}
NUMERIC = frozenset({"integer", "number", "year"})


def bad(field: str) -> str:
    """The column that is true where a non-empty cell isn't what its field declares."""
    return name(f"{field}.bad")


def written(field: str) -> str:
    """The column that holds a cell's trimmed text beside its typed value."""
    return name(f"{field}.text")


def trimmed(cell: str) -> str:
    """The cell without the space around it; NULL if nothing is left. The costly trim runs only where there is some."""
    short = f"nullif(trim({cell}, {text(_SPACE)}), '')"
    return f"CASE WHEN regexp_matches({cell}, {text(_SPACED)}) THEN {short} ELSE {cell} END"


def _where(cell: str, pattern: str, value: str) -> str:
    return f"CASE WHEN regexp_full_match({cell}, {text(pattern)}) THEN {value} END"


def _integer(cell: str, _: FieldSpec) -> str:
    return _where(cell, _ENTIRE + r"(\.0+)?", f"TRY_CAST(replace({cell}, ',', '') AS {NUMBER})")


def _number(cell: str, _: FieldSpec) -> str:
    pattern = rf"{_ENTIRE}(\.\d+)?|[+-]?\d+(\.\d+)?[eE][+-]?\d{{1,2}}"
    return _where(cell, pattern, f"TRY_CAST(replace({cell}, ',', '') AS {NUMBER})")


def _year(cell: str, _: FieldSpec) -> str:
    return _where(cell, r"[12]\d{3}年?", f"TRY_CAST(left({cell}, 4) AS {NUMBER})")


def _dashed(cell: str) -> str:
    """Any of the four spellings of a day as 2026-1-2, whatever follows it kept."""
    apart = rf"regexp_replace({cell}, {text(_RUN)}, {text(_RUN_APART)})"
    return f"replace(translate({apart}, '/年月', '---'), '日', '')"


def _by_format(cell: str, field: FieldSpec) -> str:
    patterns = ", ".join(text(p.strip()) for p in (field.format or "").split("|"))
    return f"try_strptime({cell}, [{patterns}])"


def _date(cell: str, field: FieldSpec) -> str:
    if field.format:
        return f"CAST({_by_format(cell, field)} AS DATE)"
    day = f"regexp_replace({cell}, '[ T].*', '')"
    return _where(cell, _DAY + _MIDNIGHT, f"TRY_CAST({_dashed(day)} AS DATE)")


def _datetime(cell: str, field: FieldSpec) -> str:
    """Wall time in Beijing: a text with an offset is brought there, one without is taken as it stands."""
    if field.format:
        return _by_format(cell, field)

    def part(group: int) -> str:
        return f"regexp_extract({cell}, {text(_SHIFT)}, {group})"

    minutes = f"CASE {part(1)} WHEN '-' THEN -1 ELSE 1 END * (60 * CAST({part(2)} AS INT) + CAST({part(3)} AS INT))"
    ahead = f"CASE WHEN {cell} LIKE '%Z' THEN 0 ELSE {minutes} END"
    local = _dashed(f"regexp_replace({cell}, {text(_OFFSET + '$')}, '')")
    return (
        f"CASE WHEN regexp_full_match({cell}, {text(f'{_DAY}({_CLOCK})?')}) THEN TRY_CAST({_dashed(cell)} AS TIMESTAMP) "
        f"WHEN regexp_full_match({cell}, {text(_DAY + _CLOCK + _OFFSET)}) "
        f"THEN TRY_CAST({local} AS TIMESTAMP) + to_minutes({_BEIJING_MINUTES} - ({ahead})) END"
    )


def _boolean(cell: str, _: FieldSpec) -> str:
    return (
        f"CASE WHEN lower({cell}) IN ('true', '1', 'yes', 'y', '是') THEN TRUE "
        f"WHEN lower({cell}) IN ('false', '0', 'no', 'n', '否') THEN FALSE END"
    )


def _geojson(cell: str, _: FieldSpec) -> str:
    kind = f"json_extract_string(TRY_CAST({cell} AS JSON), '$.type')"  # json_extract on the bare text may raise
    return f"CASE WHEN {kind} IN {texts(_GEOMETRIES)} THEN {cell} END"


def _string(cell: str, _: FieldSpec) -> str:
    return cell


_PARSERS = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "year": _year,
    "date": _date,
    "datetime": _datetime,
    "boolean": _boolean,
    "geojson": _geojson,
}


def typed(cell: str, field: FieldSpec) -> str:
    """SQL that turns the trimmed text in `cell` into the field's value; NULL where it is none."""
    return _PARSERS[field.type](cell, field)


def _text_column(field: FieldSpec) -> str:
    """Step 1: the trimmed text, NULL where it is empty or one of the texts that mean "no value"."""
    cell = trimmed(name(field.name))
    if not field.missing:
        return f"{cell} AS {name(field.name)}"
    nothing = texts(tuple(m.strip(_SPACE) for m in field.missing))
    return f"CASE WHEN ({cell}) IN {nothing} THEN NULL ELSE {cell} END AS {name(field.name)}"


def _value_columns(field: FieldSpec, keep_text: bool) -> list[str]:
    """Step 3: value, mark of a cell that isn't one, and the text where a rule needs it.

    A day that means "no value" does so in any spelling: 1901-01-01 may arrive as 1901/1/1 or with 00:00:00 behind it.
    """
    cell, value = name(field.name), name(f"{field.name}.value")
    if field.type == "string":
        return [cell]
    columns = [f"{value} AS {cell}", f"({cell} IS NOT NULL AND {value} IS NULL) AS {bad(field.name)}"]
    if field.type in ("date", "datetime") and field.missing:
        absent = ", ".join(typed(text(m.strip(_SPACE)), field) for m in field.missing)
        columns[0] = f"CASE WHEN coalesce({value} IN ({absent}), FALSE) THEN NULL ELSE {value} END AS {cell}"
    if keep_text:
        columns.append(f"{cell} AS {written(field.name)}")
    return columns


def typed_select(
    source: str, fields: tuple[FieldSpec, ...], present: Collection[str], with_text: Collection[str] = ()
) -> str:
    """SELECT over `source` (a fitted Parquet scan with file_row_number) giving ROW, ORIGIN and the columns of `fields`.

    A field that isn't in `present` is absent in every row. `with_text` names the fields whose text is kept as well.
    """
    absent = [f"CAST(NULL AS VARCHAR) AS {name(f.name)}" for f in fields if f.name not in present]
    cells = [_text_column(f) for f in fields if f.name in present] + absent
    place = f"file_row_number + 1 AS {name(ROW)}, {name(ROW_ORIGIN)} AS {name(ORIGIN)}"
    step1 = f"SELECT {', '.join([place, *cells])} FROM {source}"
    values = [f"{typed(name(f.name), f)} AS {name(f.name + '.value')}" for f in fields if f.type != "string"]
    step2 = f"SELECT {', '.join(['*', *values])} FROM ({step1})"
    columns = [c for f in fields for c in _value_columns(f, f.name in with_text)]
    return f"SELECT {', '.join([name(ROW), name(ORIGIN), *columns])} FROM ({step2})"
