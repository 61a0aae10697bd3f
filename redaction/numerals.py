"""Numbers written in other signs than digits: Chinese numerals, circled, bracketed, raised and lowered ones; × for an X;
and the letters O, I, l that a scanned page or a typist puts for 0 and 1.

Plain only where so many stand side by side that they can be nothing but one number: `①138…` is a list number and a
telephone number, `二〇二四年` a year; letters only in what has the length of an identity or mobile number. What stands in
the plain text is left to the recognisers.
"""

from __future__ import annotations

import re
import sys
import unicodedata

from redaction.shapes import GAP

MANY = 7  # such signs in one number that are no list and no date

_HAN = ("〇零○", "一壹幺弌㈠㊀〡", "二贰貳弍㈡㊁〢", "三叁參叄弎㈢㊂〣", "四肆㈣㊃〤", "五伍㈤㊄〥", "六陆陸㈥㊅〦", "七柒㈦㊆〧", "八捌㈧㊇〨", "九玖㈨㊈〩")  # fmt: skip
_LETTERS = "OoIl"
FEW_LETTERS = 0.4  # of one number at most; more of them make a word or a code
_CROSSES = "×✕✖⨯✗✘╳叉乂Ⓧⓧ"


def _signs() -> dict[str, str]:
    """Digit by sign. Decimal digits of other scripts are normalise's."""
    codes = (chr(c) for c in range(0x80, sys.maxunicode + 1))
    found = {
        c: str(unicodedata.digit(c)) for c in codes if unicodedata.category(c) == "No" and unicodedata.digit(c, -1) >= 0
    }
    return found | {sign: str(digit) for digit, signs in enumerate(_HAN) for sign in signs}


SIGNS = _signs()
_SIGN = f"[{''.join(sorted(SIGNS))}]"

# Rust and Python syntax: only texts holding one of these can be written so.
# With so few letters two digits stand side by side somewhere, before letters, behind them, or all letters stand in front.
_SOME = f"[{_LETTERS}]{{1,7}}"
_MISREAD = f"[0-9]{{2}}{_SOME}(?:[0-9Xx]|[^0-9A-Za-z]|$)|[0-9]{_SOME}[0-9]{{2}}|(?:^|[^0-9A-Za-z]){_SOME}[0-9]{{6}}"
NUMERAL_GUARD = (
    f"{_SIGN}(?:{GAP}(?:{_SIGN}|[0-9])){{{MANY - 1}}}|[0-9]{{3}}[{_CROSSES}](?:[^0-9*{_CROSSES}]|$)|{_MISREAD}"
)

_guard = re.compile(NUMERAL_GUARD)
_number = re.compile(f"(?:{_SIGN}|[0-9])(?:{GAP}(?:{_SIGN}|[0-9]))*")
_crossed = re.compile(f"(?<![0-9])((?:[0-9]{GAP}){{17}})[{_CROSSES}](?![0-9*{_CROSSES}])")
_misread = re.compile(
    f"(?<![0-9A-Za-z])(?=[0-9]*[{_LETTERS}])(?:[1-8Il][0-9{_LETTERS}]{{16}}[0-9Xx{_LETTERS}]|[1Il][3-9][0-9{_LETTERS}]{{9}})(?![0-9A-Za-z])"
)
_to_digits = str.maketrans(SIGNS)
_from_letters = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1"})
_to_x = str.maketrans(dict.fromkeys(_CROSSES, "X"))


def with_digits(text: str) -> str | None:
    """The text with such numbers in digits, sign for sign, so that every offset stays; None where there is none.

    >>> with_digits("电话一三八 〇〇〇〇 一二三四"), with_digits("二〇二四年一月"), with_digits("①13800001234")
    ('电话138 0000 1234', None, None)
    >>> with_digits("电话138OOOO1234"), with_digits("No13800001234"), with_digits("138Ol")
    ('电话13800001234', None, None)
    """
    if not _guard.search(text):
        return None
    plain = _number.sub(_in_digits, text)
    plain = _crossed.sub(lambda m: m[0].translate(_to_x), plain)
    plain = _misread.sub(_without_letters, plain)
    return plain if plain != text else None


def _without_letters(number: re.Match[str]) -> str:
    text = number[0]
    return text.translate(_from_letters) if sum(sign in _LETTERS for sign in text) <= FEW_LETTERS * len(text) else text


def _in_digits(number: re.Match[str]) -> str:
    text = number[0]
    return text.translate(_to_digits) if sum(sign in SIGNS for sign in text) >= MANY else text
