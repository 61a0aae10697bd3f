"""Dates to their year, five years or month."""

from __future__ import annotations

import re

from redaction.operators.seen import visible
from redaction.shapes import is_day

_DAY = re.compile(
    r"((?:18|19|20)[0-9]{2})\s*[-/.年]\s*([0-9]{1,2})(?:\s*[-/.月]\s*([0-9]{1,2})\s*日?)?\s*月?(?:[ T].*)?", re.S
)
_COMPACT_DAY = re.compile(r"((?:18|19|20)[0-9]{2})(0[1-9]|1[0-2])([0-9]{2})")
_YEAR = re.compile(r"((?:18|19|20)[0-9]{2})年?")
_FIVE_YEARS = re.compile(r"((?:18|19|20)[0-9]{2})-((?:18|19|20)[0-9]{2})")


def generalise_date(text: str, level: str) -> str | None:
    """A date to its year, five years (`2020-2024`) or month (`2024-03`); None for what isn't a date.

    >>> [generalise_date("1987年3月5日", level) for level in ("year", "year5", "month")], generalise_date("待定", "year")
    (['1987', '1985-1989', '1987-03'], None)
    """
    if not text.strip():
        return text
    plain = visible(text)
    if level == "year5" and is_five_years(plain):
        return plain
    year, month, _ = date_parts(plain)
    if year is None or (level == "month" and month is None):
        return None
    if level == "year":
        return str(year)
    if level == "month":
        return f"{year}-{month:02}"
    return f"{year - year % 5}-{year - year % 5 + 4}"


def is_five_years(plain: str) -> bool:
    """Whether this is the form that `year5` gives."""
    five = _FIVE_YEARS.fullmatch(plain)
    return five is not None and int(five[1]) % 5 == 0 and int(five[2]) == int(five[1]) + 4


def date_parts(plain: str) -> tuple[int | None, int | None, int | None]:
    """Year, month and day of a date as people write it; None for what isn't said, three times None for no date.

    >>> date_parts("2012/9/1"), date_parts("2012年9月"), date_parts("2012"), date_parts("2012-02-30")
    ((2012, 9, 1), (2012, 9, None), (2012, None, None), (None, None, None))
    """
    if whole := _DAY.fullmatch(plain) or _COMPACT_DAY.fullmatch(plain):
        year, month, day = whole[1], whole[2], whole[3]
        return (int(year), int(month), int(day) if day else None) if is_day(year, month, day or "1") else (None,) * 3
    if only := _YEAR.fullmatch(plain):
        return int(only[1]), None, None
    return None, None, None
