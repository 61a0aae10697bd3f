"""Texts wrapped in other notations inside a cell: JSON and program escapes, HTML and XML, percent-encoding, base64.

Each wrapping is taken off as a browser or parser would, step by step, and every step is a view with its way back to the
cell's own offsets. What stands in a view is left to the recognisers, what base64 holds to encoded.py, numbers in other
signs to numerals.py.
"""

from __future__ import annotations

import html
import re
import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from domain.table import UnreadReason
from redaction.encoded import ENCODED, ENCODED_GUARD, NotReadable, opened
from redaction.normalise import Normalised, normalise
from redaction.numerals import NUMERAL_GUARD, with_digits

DEPTH = 8  # wrappings around wrappings
TOKENS = 1_000_000  # escapes, entities and tags of one view
LONGEST = 4_000_000  # characters of one view

# Rust and Python syntax: only texts holding one of these can be wrapped; all others pay nothing.
# Full-width signs count, for they are looked at once they are plain.
_WRAPPED = (
    r'[\\＼][nrtbfuUx"/\\＂／＼]|[\\＼][0-3][0-7]{2}|[&＆](?:[#＃][0-9xX]|[A-Za-z][A-Za-z0-9]{1,31}[;；])|[<＜][a-zA-Z/!?／！？]'
    rf"|[%％](?:[0-9A-Fa-f]{{2}}|u[0-9A-Fa-f]{{4}})|[\]］]{{2}}[>＞]|_x[0-9A-Fa-f]{{4}}_|{ENCODED_GUARD}"
)
NESTED_GUARD = f"{_WRAPPED}|{NUMERAL_GUARD}"

_GUARD = re.compile(_WRAPPED)
_ESCAPE = (
    r"(?P<pair>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|"
    r"(?P<code>\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\u\{0{0,20}[0-9a-fA-F]{1,6}\}|\\U[0-9a-fA-F]{8}|%u[0-9a-fA-F]{4}|_x[0-9a-fA-F]{4}_)"
    r"|(?P<octal>\\[0-3][0-7]{2})"
    r'|(?P<sign>\\[nrtbf"/\\])'
    r"|(?P<entity>&(?:#[xX]0{0,20}[0-9a-fA-F]{1,6}|#0{0,20}[0-9]{1,7});?|&[a-zA-Z][a-zA-Z0-9]{1,31};)"
    r"|(?P<percent>(?:%[0-9a-fA-F]{2})+)"
)
_CODED = f"|(?P<coded>{ENCODED})"
# Neither alternative can run past the next angle bracket, so that hostile text costs no square.
_MARKUP = r"|(?P<frame><!\[CDATA\[|\]\]>)|(?P<tag><[a-zA-Z/!?][^<>]*>)"
_BARE, _KEPT, _STRIPPED = re.compile(_ESCAPE), re.compile(_ESCAPE + _CODED), re.compile(_ESCAPE + _MARKUP + _CODED)

_SIGNS = {"n": "\n", "r": "\r", "t": "\t", "b": "", "f": "\n"}
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|big|code|del|em|font|i|ins|kbd|mark|nobr|q|r|s|small|span|strike|strong|sub|sup|t|tt|u|var|wbr)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text with one wrapping off. Pieces as in Normalised, but a decoded piece stands for `width` original characters.

    `width` is 0 for a verbatim piece.
    """

    text: str
    at: array[int]
    origin: array[int]
    width: array[int]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the wrapped text of the non-empty span [start, end) of `text`."""
        piece, inside = self._piece(start)
        begin = self.origin[piece] + (0 if self.width[piece] else inside)
        piece, inside = self._piece(end - 1)
        return begin, self.origin[piece] + (self.width[piece] or inside + 1)

    def _piece(self, offset: int) -> tuple[int, int]:
        piece = bisect_right(self.at, offset) - 1
        return piece, offset - self.at[piece]


@dataclass(frozen=True, slots=True)
class View:
    """What a text says with some wrappings off, normalised; `steps` lead back, the outermost first."""

    text: str
    steps: tuple[Decoded | Normalised, ...] = ()

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the text that was unfolded of the non-empty span [start, end) of `text`."""
        for step in reversed(self.steps):
            start, end = step.original(start, end)
        return start, end


def unfold(text: str) -> list[View] | None:
    """All views of a normalised text that differ from it; None where it can't be looked through (`refusal` says why).

    Escapes and entities are undone with the tags left in (what attributes say), with the tags taken out (digits that
    stand on both sides of one), and with the tags taken out of what was decoded. Linear in the text; never raises.

    >>> [v.text for v in unfold("<b>13</b>8&#48;")]
    ['<b>13</b>80', '1380']
    >>> unfold("<b>13</b>8")[0].original(0, 3)
    (3, 10)
    """
    try:
        views = _unwrapped(text) if _GUARD.search(text) else []
    except NotReadable:
        return None
    for view in (View(text), *views):
        if (plain := with_digits(view.text)) is not None:
            views.append(View(plain, view.steps))
    return views


def refusal(text: str) -> UnreadReason | None:
    """Why a normalised text can't be looked through; None where it can."""
    try:
        _unwrapped(text)
    except NotReadable as refused:
        return refused.reason
    return None


def _unwrapped(text: str) -> list[View]:
    """The views with wrappings off. Raises NotReadable."""
    with_tags = _rounds(View(text), strip=False)
    views = [*with_tags]
    for begin in (View(text), *with_tags[-1:]):
        views += _rounds(begin, strip=True)
    first_of = {v.text: v for v in reversed(views)}
    return [v for v in views if first_of[v.text] is v and v.text and v.text != text]


def _rounds(view: View, *, strip: bool) -> list[View]:
    """The view after each round of taking wrappings off, until nothing is left to take. Raises NotReadable."""
    views: list[View] = []
    while _GUARD.search(view.text):
        decoded = _decoded(view.text, strip=strip)
        if decoded.at and len(views) == DEPTH:
            raise NotReadable(UnreadReason.TOO_DEEP)
        if not decoded.at and not decoded.width:
            break
        plain = normalise(decoded.text)
        view = View(plain.text, (*view.steps, decoded, plain))
        views.append(view)
    return views


def _decoded(text: str, *, strip: bool) -> Decoded:
    """One round; without pieces where nothing is wrapped. Raises NotReadable where there is too much of it."""
    pieces: list[str] = []
    at, origin, width = array("q"), array("q"), array("q")
    length = done = tokens = 0

    def piece(form: str, start: int, wide: int) -> None:
        nonlocal length
        pieces.append(form)
        at.append(length)
        origin.append(start)
        width.append(wide)
        length += len(form)

    for start, wide, form in _tokens(text, strip=strip):
        tokens += 1
        if tokens > TOKENS:
            raise NotReadable(UnreadReason.TOO_WRAPPED)
        if start > done:
            piece(text[done:start], done, 0)
        if form:
            piece(form, start, wide)
        done = start + wide
    if length > LONGEST:
        raise NotReadable(UnreadReason.TOO_WRAPPED)
    if not tokens:
        return Decoded(text, array("q"), array("q"), array("q"))
    if done < len(text):
        piece(text[done:], done, 0)
    if not at:  # nothing but tags
        piece("\n", 0, len(text))
    return Decoded("".join(pieces), at, origin, width)


def _tokens(text: str, *, strip: bool) -> Iterator[tuple[int, int, str]]:
    """Start, width and plain form of everything that is wrapped."""
    if not strip:
        yield from _forms(_KEPT, text, 0, len(text))
        return
    done = 0
    for start, end in _remarks(text):
        yield from _forms(_STRIPPED, text, done, start)
        yield start, end - start, ""
        done = end
    yield from _forms(_STRIPPED, text, done, len(text))


def _remarks(text: str) -> Iterator[tuple[int, int]]:
    """Comments of markup; searching ends with the first that isn't closed, since no later one can be."""
    end = 0
    while (start := text.find("<!--", end)) >= 0 and (close := text.find("-->", start + 4)) >= 0:
        end = close + 3
        yield start, end


def _forms(pattern: re.Pattern[str], text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    for found in pattern.finditer(text, start, end):
        kind, token, here = found.lastgroup, found.group(), found.start()
        if kind == "percent":
            yield from _percent(token, here)
            continue
        if kind == "coded":
            said = opened(token)
            if said != token:
                yield here, len(token), said
            else:  # escapes made of the same signs
                yield from _forms(_BARE, text, here, here + len(token))
            continue
        form = _form(kind, token)
        if form != token:
            yield here, len(token), form


def _form(kind: str | None, token: str) -> str:
    match kind:
        case "pair":
            high, low = int(token[2:6], 16), int(token[8:12], 16)
            return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
        case "code":
            code = int(token[2:].strip("{}_"), 16)
            return "\ufffd" if 0xD800 <= code <= 0xDFFF or code > sys.maxunicode else chr(code)
        case "octal":
            return chr(int(token[1:], 8))
        case "sign":
            return _SIGNS.get(token[1], token[1])
        case "entity":
            return html.unescape(token)
        case "frame":
            return ""
        case _:  # a tag: letters on both sides of <b> are one word, on both sides of <td> two
            return "" if _INLINE.match(token) else "\n"


def _percent(token: str, here: int) -> Iterator[tuple[int, int, str]]:
    """Percent-encoded bytes as characters: UTF-8, else GB18030, else only the ASCII among them."""
    data = bytes.fromhex(token.replace("%", ""))
    for codec in ("utf-8", "gb18030"):
        try:
            text = data.decode(codec)
        except UnicodeDecodeError:
            continue
        for character in text:
            wide = 3 * len(character.encode(codec))
            yield here, wide, character
            here += wide
        return
    for offset, byte in enumerate(data):
        yield here + 3 * offset, 3, chr(byte) if byte < 0x80 else "\ufffd"
