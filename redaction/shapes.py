"""Fragments that several recognisers share: provinces, dates, edges and separators of numbers, check-digit arithmetic.

What a number is and whether it matters is left to the recognisers and the personal pack.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import product
from typing import Any

import numpy as np

# As people set them inside long numbers; `，／` for raw text, which prefilters see. Rarer dashes are `-` when normalised.
SEPARATORS = r"\s\-‐–—_.,，/／·•"
GAP = f"[{SEPARATORS}]{{0,3}}"  # a hyphen between blanks, a line feed with an indent
GAP_HERE = f"[{SEPARATORS}]{{1,3}}"
# Fifteen digits each apart, one kind of gap throughout, and no more of them on either side; other rows of numbers change it.
FIFTEEN_APART = (
    f"(?<!(?<![0-9])[0-9][{SEPARATORS}])[0-9](?P<gap>{GAP_HERE})[0-9](?:(?P=gap)[0-9]){{13}}(?!(?P=gap)[0-9](?![0-9]))"
)
PROVINCE = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"  # first two digits of GB/T 2260, 81–83 HK, MO, TW
MONTH_DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
BIRTHDAY = f"(?:18|19|20)[0-9]{{2}}{MONTH_DAY}"
HAN = "一-鿿"
ID18 = f"{PROVINCE}[0-9]{{4}}{BIRTHDAY}[0-9]{{3}}[0-9X]"  # a whole resident identity number, for numbers built on one
RAW_ID18 = f"[1-8](?:{GAP}[0-9]){{16}}{GAP}[0-9Xx]"

# Edges of a number without check digit, which counts in context only: it isn't a piece of another number, of a code,
# of an amount. `No` and `ID` may be glued before it.
LISTED = r"(?<=(?<![0-9.,])[1-9]\.)"  # behind the `1.` of a list
CODE_BEGINS = rf"(?<![0-9])(?:(?<![0-9][-.])|{LISTED})(?:(?<![A-Z])|(?<=NO|ID))"
CODE_ENDS = r"(?![0-9A-Z])(?!-[0-9A-Z])(?!\.[0-9])(?!\([0-9A]\))(?!\s?[元万亿])"
DATE8 = f"(?:19|20)[0-9]{{2}}{MONTH_DAY}(?![0-9])"
NOT_A_DATE = f"(?!{DATE8})"

# Coarse terms of prefilters (Rust syntax): shared between modules and blind to which digit stands where, so that the union
# of all stays a small automaton. What a number must look like is left to the patterns.
LONG_NUMBER = f"[0-9](?:{GAP}[0-9]){{10}}"  # eleven digits or more

Digits = np.ndarray[Any, Any]  # cells × width; 0–9, and 10 for an X in the last place
PROVINCE_SIGNS = (
    "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"  # short names on plates and certificates
)
# Where a number may begin: not among the decimals of another, but behind the `1.` or `12.` of a list.
EDGE = r"(?<![0-9])(?:(?<![0-9]\.)|(?<=(?<![0-9.,])[1-9]\.)|(?<=(?<![0-9.,])[1-9][0-9]\.))"
NO_DECIMALS = r"(?![0-9])(?!\.(?!0(?![0-9]))[0-9])"  # where one may end: `.0` is a spreadsheet's, not an amount's

_ATOM = re.compile(r"(\[[^\]]+\]|[0-9A-Z])(\{[0-9]+\})?|(\(\?:|\(|\)|\|)")


def spaced(pattern: str) -> str:
    """The pattern with an optional gap between any two of its characters.

    Takes single characters, classes, fixed repetitions, groups and `|` only.

    >>> import re
    >>> bool(re.fullmatch(spaced("1[0-9]{3}(?:AB|CD)"), "1 23-4 C D"))
    True
    """
    out = []
    for atom, times, structure in _ATOM.findall(pattern):
        out.append(structure or (f"(?:{atom}{GAP}){times}" if times else atom + GAP))
    return "".join(out) + f"(?<![{SEPARATORS}])"


def behind(words: Iterable[str], gaps: Iterable[str]) -> str:
    """A look-behind for any of the words with any of the gaps after it; a word in Latin letters stands alone.

    Spelled out in alternatives of one width each, which every engine takes; the last character alone is asked first.

    >>> import re
    >>> [bool(re.search(behind(["QQ", "扣扣"], ["", ":"]) + "[0-9]", t)) for t in ("QQ:1", "扣扣1", "TQQ1", "Q1")]
    [True, True, False, False]
    """
    told = [(w, re.escape(w + g)) for w, g in product(words, gaps)]
    last = re.escape("".join(sorted({t[-1] for _, t in told})))
    return f"(?<=[{last}])(?:" + "|".join(f"(?<={_edge(w)}{t})" for w, t in told) + ")"


def not_behind(words: Iterable[str], gaps: Iterable[str]) -> str:
    """None of the words with none of the gaps (regex of one width) before this place."""
    return "".join(f"(?<!{_edge(w)}{w}{g})" for w, g in product(words, gaps))


def _edge(word: str) -> str:
    return "(?<![A-Z])" if word[0].isascii() else ""


def compact(text: str) -> str:
    """Upper case without separators.

    >>> compact("1301 02-x")
    '130102X'
    """
    return re.sub(f"[{SEPARATORS}]", "", text).upper()


def is_day(year: str, month: str, day: str) -> bool:
    """Whether such a day was, 1800–2099."""
    try:
        return 1800 <= date(int(year), int(month), int(day)).year < 2100
    except ValueError:
        return False


def mod11_2(seventeen: str) -> str:
    """Check character of a resident identity number (GB 11643-1999, ISO 7064 MOD 11-2) for its first 17 digits.

    >>> mod11_2("11010519491231002")
    'X'
    """
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(d) * w for d, w in zip(seventeen, weights, strict=True)) % 11]


def are_mod11_2(digits: Digits) -> Digits:
    """`mod11_2` for cells of 18 places at once: whether the last is right."""
    checks = np.array((1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2), np.uint8)
    answer: Digits = (
        checks[weighted(digits, (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)) % 11] == digits[:, 17]
    )
    return answer


def weighted(digits: Digits, weights: Sequence[int], first: int = 0) -> Digits:
    """Sum of the places from `first` on, each times its weight."""
    total = np.zeros(len(digits), np.int32)
    for at, weight in enumerate(weights, first):
        total += digits[:, at].astype(np.int32) * weight
    return total


def are_provinces(digits: Digits) -> Digits:
    """Whether cells begin as PROVINCE asks."""
    answer: Digits = _PROVINCES[two(digits, 0)]
    return answer


def two(digits: Digits, at: int) -> Digits:
    """The number that two neighbouring digits make."""
    answer: Digits = digits[:, at].astype(np.int32) * 10 + digits[:, at + 1]
    return answer


def are_days(years: Digits, months: Digits, days: Digits) -> Digits:
    """Whether such days were; `is_day` for arrays of numbers, 1800–2099."""
    leap = (years % 4 == 0) & ((years % 100 != 0) | (years % 400 == 0))
    lengths = np.array((0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), np.int32)
    month = np.where((months >= 1) & (months <= 12), months, 0)
    last = lengths[month] + (leap & (month == 2))
    answer: Digits = (years >= 1800) & (years < 2100) & (days >= 1) & (days <= last)
    return answer


def are_luhn(digits: Digits) -> Digits:
    """Whether the last digit of each cell is the Luhn digit of those before it."""
    doubled = np.array([2 * d - 9 * (d > 4) for d in range(11)], np.uint8)
    total = np.zeros(len(digits), np.int32)
    for place in range(digits.shape[1]):
        column = digits[:, -1 - place]
        total += doubled[column] if place % 2 else column
    answer: Digits = total % 10 == 0
    return answer


_PROVINCES = np.array([bool(re.fullmatch(PROVINCE, f"{n:02}")) for n in range(110)])


def luhn_digit(head: str) -> str:
    """Check digit of ISO/IEC 7812-1 (Luhn) for the digits before it.

    >>> luhn_digit("7992739871")
    '3'
    """
    doubled = (int(d) * 2 if i % 2 == 0 else int(d) for i, d in enumerate(reversed(head)))
    return str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)


def organisation_digit(eight: str) -> str:
    """Check character of an organisation code (GB 11714-1997) for its first 8 characters.

    >>> organisation_digit("D2143569")
    'X'
    """
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = 11 - sum(int(c, 36) * w for c, w in zip(eight, weights, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_digit(seventeen: str) -> str:
    """Check character of a unified social credit code (GB 32100-2015, mod 31) for its first 17 characters.

    >>> credit_digit("91350100M000100Y4")
    '3'
    """
    total = sum(CREDIT_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(seventeen))
    return CREDIT_ALPHABET[-total % 31]
