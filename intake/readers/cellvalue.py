"""A spreadsheet's stored value as the text its sender sees: numbers to 15 digits, dates in ISO form, padded codes.

Shared by the two workbook readers. Which cells there are is left to them.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache

BUILT_IN_DATES = {14, 15, 16, 17, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58}
BUILT_IN_TIMES = {18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56}
BUILT_IN_DATE_TIMES = {22}
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}

_INTEGER = re.compile(r"-?\d+")
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")


class Kind(Enum):
    """What a number format makes of a number, as far as it matters here."""

    PLAIN = 0
    DATE = 1
    TIME = 2
    ELAPSED = 3


@lru_cache(maxsize=4096)
def kind_of(code: str) -> tuple[Kind, int]:
    """Kind of a number format, and the digits that a padded format (`000000`) shows.

    >>> kind_of('yyyy"年"m"月"'), kind_of("000000"), kind_of("0.00_ "), kind_of("[h]:mm")
    ((<Kind.DATE: 1>, 0), (<Kind.PLAIN: 0>, 6), (<Kind.PLAIN: 0>, 0), (<Kind.ELAPSED: 3>, 0))
    """
    first = _LITERAL.sub("", code.split(";")[0]).strip()
    if re.fullmatch("0{2,}", first):
        return Kind.PLAIN, len(first)
    low = first.lower()
    if low in ("general", "@", "g/通用格式"):
        return Kind.PLAIN, 0
    if re.search(r"\[(?:h+|m+|s+)\]", low):
        return Kind.ELAPSED, 0
    letters = low.replace("am/pm", "h").replace("上午/下午", "h").replace("a/p", "h")
    if re.search("[yde]", letters.replace("e+", "").replace("e-", "")) or (
        "m" in letters and not re.search("[hs]", letters)
    ):
        return Kind.DATE, 0
    if re.search("[hs]", letters):
        return Kind.TIME, 0
    return Kind.PLAIN, 0


def built_in_kind(number: int) -> tuple[Kind, int]:
    """Kind of a built-in number format, those of Chinese editions included."""
    if number in BUILT_IN_DATES or number in BUILT_IN_DATE_TIMES:
        return Kind.DATE, 0
    if number in BUILT_IN_TIMES:
        return (Kind.ELAPSED if number == 46 else Kind.TIME), 0
    return Kind.PLAIN, 0


def number_text(raw: str) -> str:
    """A stored number as text: whole numbers digit by digit, others to the 15 digits that a spreadsheet shows.

    >>> [number_text(t) for t in ("110101199001011234", "41254.300000000003", "1E-7", "3.0", "-0")]
    ['110101199001011234', '41254.3', '0.0000001', '3', '0']
    """
    if _INTEGER.fullmatch(raw):
        return "0" if raw == "-0" else raw
    try:
        value = float(raw)
    except ValueError:
        return raw
    if value != value or value in (float("inf"), float("-inf")):
        return raw
    text = f"{value:.15g}"
    return "0" if value == 0 else format(Decimal(text), "f") if "e" in text else text


def shown(raw: str, kind: tuple[Kind, int], *, from_1904: bool) -> str:
    """A stored number under its format's kind."""
    what, digits = kind
    if what is Kind.PLAIN:
        text = number_text(raw)
        return text.zfill(digits) if digits and text.isdigit() else text
    try:
        serial = float(raw)
    except ValueError:
        return raw
    return _moment(serial + (1462 if from_1904 else 0), what) or number_text(raw)


def _moment(serial: float, what: Kind) -> str | None:
    """A day count as ISO text; None where it is no date that a calendar knows."""
    if not 0 <= serial < 2_958_466:
        return None
    thousandths = round(serial * 86_400_000)
    days, rest = divmod(thousandths, 86_400_000)
    seconds, fraction = divmod(rest, 1000)
    hours = seconds // 3600 + (days * 24 if what is Kind.ELAPSED else 0)
    clock = f"{hours:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}" + (f".{fraction:03d}" if fraction else "")
    if what is Kind.ELAPSED or (what is Kind.TIME and days == 0):
        return clock
    if days == 0:
        return None
    if days == 60:
        day = "1900-02-29"  # the day that never was, which every spreadsheet shows
    else:
        start = datetime(1899, 12, 30) if days > 60 else datetime(1899, 12, 31)
        day = (start + timedelta(days=days)).date().isoformat()
    return day if not rest and what is Kind.DATE else f"{day} {clock}"


def unescaped(text: str) -> str:
    """`_x000D_` as the character it stands for; halves of characters stay as they are written."""
    if "_x" not in text:
        return text
    return _ESCAPE.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return found[0] if 0xD800 <= code <= 0xDFFF or code == 0 else chr(code)


@lru_cache(maxsize=32_768)
def column_letters(index: int) -> str:
    """Letters of a sheet column counted from 0: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@lru_cache(maxsize=32_768)
def column_index(letters: str) -> int:
    """Inverse of `column_letters`. ValueError for anything that is no column of a sheet."""
    index = 0
    for letter in letters:
        if not "A" <= letter <= "Z":
            raise ValueError
        index = index * 26 + ord(letter) - 64
    if not 1 <= index <= 16_384:
        raise ValueError
    return index - 1
