"""Record streams of old workbooks: texts outside the cells (headers, text boxes, names, links), and signs of macros.

Records are walked without knowing their layouts: what text any of them holds is found as runs of characters, a
superset. Only cells, looks and positions are left out; cells are left to the reader.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from domain.finding import Source
from intake.containers.binarytext import texts_in
from intake.containers.inspection import JOINT
from intake.readers.cellvalue import number_text

CONTINUE, BOUND_SHEET, END, STRINGS, FORMULA, NUMBER, LABEL = 0x3C, 0x85, 0x0A, 0xFC, 0x06, 0x203, 0x204
STARTS = {0x809, 0x409, 0x209, 0x09}
CHART = 0x20  # of a start: what follows are a chart's own records
DRAWINGS = {0xEB, 0xEC, 0xED}
SOURCES: dict[int, Source] = {
    0x14: Source.PAGE_HEADER,
    0x15: Source.PAGE_HEADER,
    0x89C: Source.PAGE_HEADER,
    0x5C: Source.PROPERTY,  # who wrote last
    0x5B: Source.PROPERTY,  # file sharing
    0x4D: Source.PROPERTY,  # printer
    0x18: Source.DEFINED_NAME,
    0x218: Source.DEFINED_NAME,
    0x894: Source.DEFINED_NAME,  # note of a name
    0x1AE: Source.EXTERNAL_LINK,
    0x17: Source.EXTERNAL_LINK,
    0x23: Source.EXTERNAL_LINK,
    0x59: Source.EXTERNAL_LINK,
    0x5A: Source.EXTERNAL_LINK,  # values kept from another workbook
    0x1B8: Source.EXTERNAL_LINK,
    0x800: Source.EXTERNAL_LINK,  # tooltip of a link
    0xDC: Source.EXTERNAL_LINK,  # query parameters and connections
    0x1C: Source.COMMENT,
    FORMULA: Source.NESTED,
    0x85: Source.SHEET_NAME,
}  # any other record that holds text is a member
WORDS = {
    0x14: "page header", 0x15: "page footer", 0x89C: "page header", 0x1B6: "text box or comment", 0x1BE: "data validation",
    0x1B8: "link", 0x800: "link", 0x5A: "values of another workbook", 0xAF: "scenario", 0x9E: "filter", FORMULA: "formula",
    0x1B1: "conditional format", 0xEC: "drawing", 0xEB: "drawing", 0x5D: "control or drawing", 0x5C: "last user",
    NUMBER: "chart value", LABEL: "chart label",
}  # fmt: skip
SOURCES |= dict.fromkeys((0xB0, 0xB1, 0xC6, 0xC7, 0xCD, 0xD0, 0xD1, 0xF6, 0x1B5, 0x51, 0x52), Source.PIVOT_CACHE)
# Numbers, looks and positions; and the cells, which the reader reads: xlrd's texts, results, shared strings.
WITHOUT_TEXT = STARTS | {
    END, STRINGS, NUMBER, LABEL, 0x7E, 0xBD, 0xBE, 0xD6, 0xFD, 0xFF, 0x201, 0x205, 0x207, 0x208, 0xD7, 0x20B, 0xE5, 0x7D,
    0xE0, 0x87C, 0x87D, 0x92,
}  # fmt: skip
PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xe1", b"\x01\x00\x09\x00\x00\x03")
PICTURE_RECORDS = {0x7F}


class Spot(NamedTuple):
    """What kind of text it is and where: `sheet` is None for the workbook's own records."""

    source: Source
    sheet: str | None
    word: str

    @property
    def locator(self) -> str:
        return f"{self.sheet}!{self.word}" if self.sheet is not None else f"workbook {self.word}"


def records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Every record with its continuations joined; stops where the stream is cut."""
    for _, kind, parts in _walk(stream):
        yield kind, b"".join(parts)


def _walk(stream: bytes) -> Iterator[tuple[int, int, list[bytes]]]:
    """Where each record begins, its kind, its body and the bodies of its continuations."""
    at, end = 0, len(stream)
    start, kind, parts = 0, -1, [b""]
    while at + 4 <= end:
        code, size = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + size]
        if code == CONTINUE and kind >= 0:
            parts.append(body)
        else:
            if kind >= 0:
                yield start, kind, parts
            start, kind, parts = at, code, [body]
        at += 4 + size
    if kind >= 0:
        yield start, kind, parts


def texts_around(stream: bytes, codepage: str | None) -> Iterator[tuple[Spot, str]]:
    """Texts of every record but the cells', each with its place; equal texts of one place once."""
    names: dict[int, str] = {}
    sheet: str | None = None
    open_parts: list[int] = []
    known: set[tuple[Spot, str]] = set()
    for start, kind, parts in _walk(stream):
        body = b"".join(parts)
        if kind in STARTS:
            sheet = names.get(start) if not open_parts else sheet
            open_parts.append(int.from_bytes(body[2:4], "little"))
        elif kind == END and open_parts:
            open_parts.pop()
        elif kind == BOUND_SHEET and len(body) > 8:
            names[int.from_bytes(body[:4], "little")] = _sheet_name(body)
        in_chart = CHART in open_parts
        for text in _texts(kind, body, parts, codepage, in_chart=in_chart):
            found = Spot(SOURCES.get(kind, Source.MEMBER), sheet, WORDS.get(kind, f"record {kind:#x}")), text
            if text.strip() and found not in known:
                known.add(found)
                yield found


def _texts(kind: int, body: bytes, parts: list[bytes], codepage: str | None, *, in_chart: bool) -> Iterator[str]:
    if in_chart and kind == NUMBER and len(body) >= 14:
        yield number_text(repr(struct.unpack_from("<d", body, 6)[0]))
    elif kind == STRINGS:
        for hint in hints(parts):
            yield JOINT.join(dict.fromkeys(texts_in(hint)))
    elif kind == BOUND_SHEET:
        if len(body) > 8 and body[5] & 0x0F:  # no worksheet, so that no reader opens it
            yield _sheet_name(body)
    elif kind not in WITHOUT_TEXT or (in_chart and kind == LABEL):
        held = body[22:] if kind == FORMULA else body
        if kind != FORMULA or b"\x17" in held:  # a formula without a text token has no text
            yield JOINT.join(dict.fromkeys(texts_in(held, codepage=codepage)))


def _sheet_name(body: bytes) -> str:
    """A sheet's name from its record; one byte a character, or two."""
    count, wide = body[6], body[7] & 1
    return body[8 : 8 + count * (1 + wide)].decode("utf-16-le" if wide else "latin-1", "replace")


def hints(parts: list[bytes]) -> list[bytes]:
    """What the shared strings carry beside their characters: how they are read aloud, as raw bytes.

    `parts`: the record and its continuations ([MS-XLS] 2.4.265, 2.5.293). A record that doesn't hold together is given
    back whole, so that nothing in it goes unscanned.
    """
    reader = _Strings(parts)
    try:
        return [hint for hint in reader.all() if hint]
    except (IndexError, struct.error):
        return parts


class _Strings:
    """Steps through the shared strings; characters that go on in a continuation begin there with a new width."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts, self._part, self._at = parts, 0, 8

    def all(self) -> Iterator[bytes]:
        total = struct.unpack_from("<I", self._parts[0], 4)[0]
        for _ in range(total):
            count, flags = struct.unpack("<HB", self._take(3))
            runs = struct.unpack("<H", self._take(2))[0] if flags & 8 else 0
            extra = struct.unpack("<I", self._take(4))[0] if flags & 4 else 0
            self._characters(count, flags & 1)
            self._take(4 * runs)
            yield self._take(extra)

    def _take(self, size: int) -> bytes:
        taken = b""
        while len(taken) < size:
            if self._at >= len(self._parts[self._part]):
                self._part, self._at = self._part + 1, 0
                self._parts[self._part]  # IndexError where the strings end too early
            piece = self._parts[self._part][self._at : self._at + size - len(taken)]
            taken, self._at = taken + piece, self._at + len(piece)
        return taken

    def _characters(self, count: int, wide: int) -> None:
        while count:
            if self._at >= len(self._parts[self._part]):
                self._part, self._at = self._part + 1, 1
                wide = self._parts[self._part][0] & 1
            fit = (len(self._parts[self._part]) - self._at) // (1 + wide)
            step = min(fit, count)
            if not step:
                raise IndexError
            self._at += step * (1 + wide)
            count -= step


def has_picture(stream: bytes) -> bool:
    """Whether a drawing holds a picture."""
    for kind, body in records(stream):
        if kind in PICTURE_RECORDS or (kind in DRAWINGS and any(mark in body for mark in PICTURES)):
            return True
    return False


def has_external_book(stream: bytes) -> bool:
    """Whether a formula may point into another file (the record of the own book and of add-ins doesn't count)."""
    return any(kind == 0x1AE and len(body) > 4 for kind, body in records(stream))
