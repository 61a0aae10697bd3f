"""Text as a recogniser wants it: full-width and other digits and letters plain, invisible characters gone, and a way back.

Spans found in the normalised text are told in the original's offsets. Separators inside numbers are left in place:
the recognisers' own patterns step over them, so that two numbers side by side never melt into one.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

# Rust syntax: a cell holding one of these may hide an identifier from any prefilter, so it is always a candidate.
GUARD = (
    r"[\p{Cf}\p{M}\p{Co}\x{115F}\x{1160}\x{2800}\x{3164}\x{FFA0}\x{FFFC}\x{FFFD}\x{0}-\x{8}\x{B}\x{C}\x{E}-\x{1F}\x{7F}-\x{9F}\x{FF0A}\x{FF0B}\x{FF0D}-\x{FF19}"
    r"\x{FF20}-\x{FF3A}\x{FF3F}\x{FF41}-\x{FF5A}\x{FE50}-\x{FE6B}\x{2011}\x{2012}\x{2015}\x{2024}\x{2212}\x{1D400}-\x{1D7FF}\x{2100}-\x{2188}\x{17F}"
    r"\x{3A7}\x{3C7}\x{425}\x{445}]|[\p{Nd}--0-9]"
)
_LOOKALIKES = {
    **{"х": "x", "Х": "X", "χ": "x", "Χ": "X"},  # Cyrillic and Greek, in the check place of an ID number
    **dict.fromkeys("\u2011\u2012\u2015\u2212", "-"),  # hard hyphen, figure dash, bar, minus
}
# Letters and signs that show nothing, or that stand where a sign was lost.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\ufffc\ufffd")
_ODD = re.compile(r"[^\t\n\r -~、-〔〖-〿㐀-鿿]")


@lru_cache(maxsize=4096)
def plain(char: str) -> str:
    """One character's plain form: "" for an invisible one, itself where nothing plain stands behind it.

    Circled and superscript digits stay: `①138…` is a list number and a telephone number, not one number.
    """
    category = unicodedata.category(char)
    if char in _BLANK or category in {"Cf", "Mn", "Me", "Co"} or (category == "Cc" and char not in "\t\n\r"):
        return ""
    if category == "Nd":
        return str(unicodedata.digit(char))
    if char in _LOOKALIKES:
        return _LOOKALIKES[char]
    if (
        category in {"Lu", "Ll", "Nl"}
        or "\uff01" <= char <= "\uff5e"
        or "\ufe50" <= char <= "\ufe6b"
        or char in "\u3000\u2024\xa0"
    ):
        form = unicodedata.normalize("NFKC", char)
        return form if len(form) == 1 and form.isascii() else char
    return char


class _Forms(dict[int, str]):
    """Plain forms by code point, made as they are met."""

    def __missing__(self, code: int) -> str:
        self[code] = plain(chr(code))
        return self[code]


_FORMS = _Forms()


@dataclass(frozen=True, slots=True)
class Normalised:
    """`text` and the original offsets of its pieces; each piece is verbatim, or one original character's plain form."""

    text: str
    at: tuple[int, ...]  # where each piece begins in `text`
    origin: tuple[int, ...]  # where it begins in the original
    verbatim: tuple[bool, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original of the non-empty span [start, end) of `text`."""
        return self._begin(start), self._begin(end - 1) + 1

    def _begin(self, offset: int) -> int:
        piece = bisect_right(self.at, offset) - 1
        return self.origin[piece] + (offset - self.at[piece] if self.verbatim[piece] else 0)


def normalise(text: str) -> Normalised:
    """The normalised text with its way back.

    >>> n = normalise("电话１３8\\u200b")
    >>> n.text, n.original(2, 5)
    ('电话138', (2, 5))
    """
    if text.isascii() and text.isprintable():
        return Normalised(text, (0,), (0,), (True,))
    same = text.translate(_FORMS)
    if len(same) == len(text):  # a form is one character or none
        return Normalised(same, (0,), (0,), (True,))
    return _with_gaps(text)


def _with_gaps(text: str) -> Normalised:
    """A text from which characters go."""
    pieces: list[tuple[str, int, bool]] = []
    done = 0
    for match in _ODD.finditer(text):
        form, here = plain(match.group()), match.start()
        if form == match.group():
            continue
        if here > done:
            pieces.append((text[done:here], done, True))
        if form:
            pieces.append((form, here, False))
        done = here + 1
    if done < len(text):
        pieces.append((text[done:], done, True))
    at, length = [], 0
    for piece, _, _ in pieces:
        at.append(length)
        length += len(piece)
    return Normalised(
        "".join(p for p, _, _ in pieces), tuple(at), tuple(o for _, o, _ in pieces), tuple(v for _, _, v in pieces)
    )
