"""Fragments that several recognisers share: provinces, dates, separators inside numbers, check-digit arithmetic.

What a number is and whether it matters is left to the recognisers and the personal pack.
"""

from __future__ import annotations

import re
from datetime import date

# As people set them inside long numbers; `，／` for raw text, which prefilters see. Rarer dashes are `-` when normalised.
SEPARATORS = r"\s\-‐–—_.,，/／·•"
GAP = f"[{SEPARATORS}]{{0,3}}"  # a hyphen between blanks, a line feed with an indent
GAP_HERE = f"[{SEPARATORS}]{{1,3}}"
PROVINCE = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"  # first two digits of GB/T 2260, 81–83 HK, MO, TW
MONTH_DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
BIRTHDAY = f"(?:18|19|20)[0-9]{{2}}{MONTH_DAY}"
HAN = "一-鿿"
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
