"""How a number itself is written: other signs for its digits, something between them, another case.

`WRITINGS` is the table: name → function(draw, item) giving the written form, None where the item isn't written so. The
span runs from the first to the last sign of the number, what stands between them included. What stands around it is
left to surroundings.py.

Not here, for the scanner can't be held to it: digits as Chinese words (一三〇一…) or lookalike letters (O for 0, l for
1), which are other words everywhere else; × for X, which is a sign of masking; separators inside numbers that mix letters
and digits, which would join any code with its neighbour (IBAN apart: its printed form has blanks); numbers cut in two
by other words or spread over two cells.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from bench.corpus.numbers import Item

Writing = Callable[[Random, Item], "str | None"]


def _full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _as_is(draw: Random, item: Item) -> str:
    return item.text


def _full(draw: Random, item: Item) -> str:
    return _full_width(item.text)


def _full_here_and_there(draw: Random, item: Item) -> str:
    return "".join(_full_width(c) if draw.random() < 0.5 else c for c in item.text)


def _between(*marks: str) -> Writing:
    """One of the marks between every two signs of any number: marks that nobody sees."""
    return lambda draw, item: draw.choice(marks).join(item.text)


def _somewhere(*marks: str) -> Writing:
    """One of the marks at one place inside."""

    def write(draw: Random, item: Item) -> str:
        cut = draw.randrange(1, len(item.text))
        return item.text[:cut] + draw.choice(marks) + item.text[cut:]

    return write


def _every_digit(*marks: str) -> Writing:
    return lambda draw, item: draw.choice(marks).join(item.text) if item.is_digits and item.groups else None


def _groups(*marks: str) -> Writing:
    def write(draw: Random, item: Item) -> str | None:
        if not item.groups:
            return None
        starts = [sum(item.groups[:n]) for n in range(len(item.groups))]
        parts = [item.text[s : s + g] for s, g in zip(starts, item.groups, strict=True)]
        return draw.choice(marks).join(parts)

    return write


def _thousands(draw: Random, item: Item) -> str | None:
    if not item.text.isdigit() or item.entity not in ("CN_ID18", "CN_FRP18", "BANKCARD"):
        return None
    return f"{int(item.text):,}"


def _digits_as(*zeros: int) -> Writing:
    """The digits of another block of Unicode, whose zero this is."""

    def write(draw: Random, item: Item) -> str | None:
        zero = draw.choice(zeros)
        return "".join(chr(zero + int(c)) if c.isdigit() else c for c in item.text) if item.is_digits else None

    return write


def _last_x(*signs: str) -> Writing:
    def write(draw: Random, item: Item) -> str | None:
        if not item.text.endswith("X") or not item.is_digits:
            return None
        return item.text[:-1] + draw.choice(signs)

    return write


def _lower(draw: Random, item: Item) -> str | None:
    return item.text.lower() if item.text.lower() != item.text else None


def _upper(draw: Random, item: Item) -> str | None:
    return item.text.upper() if item.text.upper() != item.text else None


def _excel_float(draw: Random, item: Item) -> str | None:
    return item.text if item.text.isdigit() and len(item.text) <= 15 and item.groups else None


def _fours(draw: Random, item: Item) -> str | None:
    if item.entity != "IBAN":
        return None
    return " ".join(item.text[n : n + 4] for n in range(0, len(item.text), 4))


def _country(draw: Random, item: Item) -> str | None:
    return draw.choice(["+86", "+86 ", "+86-", "86-", "0086", "0086 "]) + item.text if item.entity == "MOBILE" else None


WRITINGS: dict[str, Writing] = {
    "as is": _as_is,
    "full width": _full,
    "full width here and there": _full_here_and_there,
    "zero-width space": _between("\u200b"),
    "zero-width joiner": _between("\u200c", "\u200d"),
    "byte order mark inside": _somewhere("\ufeff"),
    "word joiner": _between("\u2060"),
    "invisible operators": _somewhere("\u2061", "\u2062", "\u2063", "\u2064", "\u034f", "\u180e"),
    "soft hyphen": _between("\u00ad"),
    "soft hyphen at one place": _somewhere("\u00ad"),
    "left-to-right marks": _between("\u200e"),
    "right-to-left marks": _between("\u200f", "\u061c"),
    "bidi embedding inside": _somewhere("\u202a", "\u202d", "\u202c", "\u2066", "\u2068", "\u2069"),
    "variation selectors": _every_digit("\ufe0e", "\ufe0f"),
    "combining marks": _every_digit("\u0332", "\u0336", "\u20e3"),
    "mathematical digits": _digits_as(0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6),
    "arabic-indic digits": _digits_as(0x0660, 0x06F0),
    "devanagari digits": _digits_as(0x0966),
    "space between every digit": _every_digit(" "),
    "hyphen between every digit": _every_digit("-"),
    "dot between every digit": _every_digit("."),
    "spaces between groups": _groups(" "),
    "two spaces between groups": _groups("  "),
    "hyphens between groups": _groups("-", "－"),
    "spaced hyphens between groups": _groups(" - "),
    "en and em dashes": _groups("–", "—", "―"),
    "minus and hard hyphen": _groups("\u2212", "\u2011", "\u2010"),
    "dots between groups": _groups(".", "．"),
    "middle dots": _groups("·", "•"),
    "ideographic space": _groups("\u3000"),
    "no-break space": _groups("\u00a0"),
    "thin spaces": _groups("\u2009", "\u2007", "\u202f", "\u2002"),
    "underscores": _groups("_", "＿"),
    "slashes": _groups("/", "／"),
    "tab inside": _groups("\t"),
    "line feed inside": _groups("\n"),
    "carriage return and line feed inside": _groups("\r\n"),
    "line feed and blanks inside": _groups("\n  "),
    "thousands separators": _thousands,
    "lower-case x": _last_x("x"),
    "full-width x": _last_x("ｘ", "Ｘ"),
    "cyrillic x": _last_x("х", "Х"),
    "greek x": _last_x("χ", "Χ"),
    "roman ten": _last_x("Ⅹ", "ⅹ"),
    "lower case": _lower,
    "upper case": _upper,
    "printed in fours": _fours,
    "country code": _country,
}
QUIET = ("as is", "full width", "zero-width space", "word joiner", "soft hyphen", "left-to-right marks")
