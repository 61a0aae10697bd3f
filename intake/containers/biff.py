"""Record streams of old workbooks: texts outside the cells (headers, text boxes, names, links), and signs of macros.

Records are walked without knowing all their layouts: what text they hold is found as runs of characters, a superset.
Cells are left to the reader.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from domain.finding import Source
from intake.containers.binarytext import texts_in

CONTINUE, BOUND_SHEET, MACRO_PROJECT, PASSWORD, END_OF_SHEET, START = 0x3C, 0x85, 0xD3, 0x2F, 0x0A, 0x809
DRAWINGS = {0xEB, 0xEC, 0xED}
LINKS = {
    0x1AE: "external book",
    0x17: "external sheets",
    0x23: "external name",
    0x1B8: "hyperlink",
    0x16: "external count",
}
TEXTS: dict[int, Source] = {
    0x14: Source.PAGE_HEADER,
    0x15: Source.PAGE_HEADER,
    0x89C: Source.PAGE_HEADER,
    0x1B6: Source.MEMBER,  # text boxes, and the text of comments
    0x5C: Source.PROPERTY,  # who wrote last
    0x5B: Source.PROPERTY,  # file sharing
    0x1BE: Source.MEMBER,  # data validation
    0x1B2: Source.MEMBER,
    0x18: Source.DEFINED_NAME,
    0x1AE: Source.EXTERNAL_LINK,
    0x17: Source.EXTERNAL_LINK,
    0x23: Source.EXTERNAL_LINK,
    0x1B8: Source.EXTERNAL_LINK,
    0x800: Source.EXTERNAL_LINK,  # tooltip of a link
    0xAF: Source.MEMBER,  # scenario
    0x0D: Source.MEMBER,
    0x100D: Source.MEMBER,  # texts and series names of charts
    0x4D: Source.PROPERTY,  # printer
    0x1E: Source.MEMBER,  # number formats
    0x41E: Source.MEMBER,
    0xDC: Source.EXTERNAL_LINK,  # query parameters and connections
    0xCD: Source.PIVOT_CACHE,
    0x1A9: Source.MEMBER,
    0xEC: Source.MEMBER,
    0xEB: Source.MEMBER,
}
PIVOT = range(0xB0, 0x104)
PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xe1", b"\x01\x00\x09\x00\x00\x03")
PICTURE_RECORDS = {0x7F}


def records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Every record with its continuations joined; stops where the stream is cut."""
    at, end = 0, len(stream)
    kind, parts = -1, [b""]
    while at + 4 <= end:
        code, size = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + size]
        at += 4 + size
        if code == CONTINUE and kind >= 0:
            parts.append(body)
            continue
        if kind >= 0:
            yield kind, b"".join(parts)
        kind, parts = code, [body]
    if kind >= 0:
        yield kind, b"".join(parts)


def texts_around(stream: bytes, codepage: str | None) -> Iterator[tuple[Source, str]]:
    """Texts of the records that hold texts outside the cells."""
    for kind, body in records(stream):
        source = TEXTS.get(kind)
        if source is not None:
            text = "\n".join(dict.fromkeys(texts_in(body, codepage=codepage)))
            if text.strip():
                yield source, text


def has_picture(stream: bytes) -> bool:
    """Whether a drawing holds a picture."""
    for kind, body in records(stream):
        if kind in PICTURE_RECORDS or (kind in DRAWINGS and any(mark in body for mark in PICTURES)):
            return True
    return False


def has_external_book(stream: bytes) -> bool:
    """Whether a formula may point into another file (the record of the own book and of add-ins doesn't count)."""
    return any(kind == 0x1AE and len(body) > 4 for kind, body in records(stream))
