"""How headers are compared and made unique. Pure text; where a header row stands is left to layout."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from domain.contract import FieldSpec
from domain.table import ROW_ORIGIN

UNIT_WORDS = r"(?:人民币)?[十百千万亿]*(?:元|公顷|亩|平方公里|平方千米|平方米|公里|千米|米|公斤|千克|吨|升|立方米|户|人次|人|个|家|件|份|辆|套|台|项|宗|处|年|月|天|日|岁|%|‰)"
_PATTERN = re.compile(r"\*|\^.*\$", re.DOTALL)  # polars takes such a column name for a pattern
UNIT = re.compile(rf"{UNIT_WORDS}(?:[/、,，和每]{UNIT_WORDS})*")
_SUFFIX = re.compile(rf"\((?:单位[::]?)?{UNIT.pattern}\)$")
_NOISE = re.compile(r"[\s\-_·:—–.。]+")


def folded(text: str) -> str:
    """A header as it is compared: NFKC, small letters, no white space, separators or format characters.

    >>> folded("金 额（万元）"), folded("Project_Name ")
    ('金额(万元)', 'projectname')
    """
    plain = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return _NOISE.sub("", plain).casefold()


def without_unit(text: str) -> str:
    """A folded header without its unit: `金额(万元)` is `金额`; `折合率(%)` is `折合率`.

    >>> without_unit("金额(万元)"), without_unit("地址(住所)")
    ('金额', '地址(住所)')
    """
    return _SUFFIX.sub("", text) or text


def unit_of(header: str) -> str | None:
    """The unit that a header carries in brackets, or None."""
    found = _SUFFIX.search(folded(header))
    return found[0].strip("()").removeprefix("单位").lstrip(":") if found else None


def field_keys(field: FieldSpec) -> tuple[str, ...]:
    """Folded texts under which a field may arrive, best first: title, aliases, name."""
    return tuple(dict.fromkeys(folded(t) for t in (field.title, *field.aliases, field.name)))


def column_label(number: int) -> str:
    """The name of a column that has no header; `number` counts from 1."""
    return f"（第{number}列）"


class UniqueNames:
    """Gives every header a column name of its own; letter case alone doesn't tell two names apart."""

    def __init__(self) -> None:
        self._taken = {ROW_ORIGIN.casefold()}

    def name(self, header: str | None, number: int) -> str:
        """The header without outer white space, numbered where it is taken already; a label where there is none."""
        plain = (header or "").strip() or column_label(number)
        name, count = plain, 1
        while name.casefold() in self._taken or _PATTERN.fullmatch(name):
            count += 1
            name = f"{plain}（{count}）"
        self._taken.add(name.casefold())
        return name

    def names(self, headers: Iterable[str | None]) -> list[str]:
        """Names for a whole header row."""
        return [self.name(header, number) for number, header in enumerate(headers, 1)]
