"""Base64 inside a text: what it says where it's text, also compressed; and what can't be looked into.

A view of a wrapped text (nested.py) is made of it. The content of a picture, a document or an archive can't be scanned:
its cell counts as not scanned, as such a part of a workbook does.
"""

from __future__ import annotations

import base64
import codecs
import re
import zlib

from domain.table import UnreadReason

LONG = 400  # characters of base64 that are the content of a file, where they are no text
INFLATED = 1_000_000  # characters of one compressed text

# Three digits in a row are one of these in base64, wherever they stand among digits: eleven hold three such.
_DIGITS = "(?:[MNO][DTjz][AEIMQUYcgk][w-z0-5]){3}"
_FILES = (
    "H4sI",
    "UEsDB",
    "JVBERi0",
    "iVBORw0KGgo",
    "/9j/4",
    "R0lGOD",
    "0M8R4KGx",
)  # gzip, zip, PDF, PNG, JPEG, GIF, old office
_SIGN = "[A-Za-z0-9+/_-]"

# Rust and Python syntax. A file's content is longer than any check sum or signature's line.
ENCODED_GUARD = f"{_DIGITS}|H4sI{_SIGN}{{8}}|UEsDB{_SIGN}{{8}}|[A-Za-z0-9+/]{{72}}"
ENCODED = rf"(?:{_SIGN}{{60,}}[\r\n]{{1,2}})*{_SIGN}{{12,}}={{0,2}}"  # in lines as mail has them, or in one

_telling = re.compile(f"{_DIGITS}|^(?:{'|'.join(map(re.escape, _FILES))})")
_nine = re.compile("[0-9]{9}")
_kinds = (re.compile("[a-z]"), re.compile("[A-Z]"), re.compile("[0-9]"))
_GZIP, _CLOSED = b"\x1f\x8b", (b"PK\x03\x04", b"%PDF-", b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"\xd0\xcf\x11\xe0")


class NotReadable(Exception):
    """A text can't be looked through, and why. Caught in nested.py, where cells are looked through."""

    def __init__(self, reason: UnreadReason = UnreadReason.FILE_INSIDE) -> None:
        super().__init__(reason)
        self.reason = reason


def opened(piece: str) -> str:
    """The text that a piece of base64 holds; the piece itself where it holds none. Raises NotReadable.

    >>> opened("MTM4MDAwMDEyMzQ="), opened("Verwaltungsakt"), opened("130102199003071233")
    ('13800001234', 'Verwaltungsakt', '130102199003071233')
    """
    is_file = len(piece) >= LONG and all(kind.search(piece) for kind in _kinds)
    if not (is_file or _telling.search(piece)):
        return piece
    for begin in range(4):  # a word may be glued before it; shifted, its digits are none
        text = _text(_bytes(piece[begin:]))
        if text is not None and (is_file or _nine.search(text)):
            return piece[:begin] + text
    if is_file:
        raise NotReadable
    return piece


def _bytes(piece: str) -> bytes:
    signs = "".join(piece.split()).rstrip("=").replace("-", "+").replace("_", "/")
    signs = signs[: len(signs) - (len(signs) % 4 == 1)]
    return base64.b64decode(signs + "=" * (-len(signs) % 4))


def _text(data: bytes) -> str | None:
    if data.startswith(_CLOSED):
        raise NotReadable
    if data.startswith(_GZIP):
        data = _inflated(data)
    for codec in ("utf-8", "gb18030"):
        try:
            text = codecs.getincrementaldecoder(codec)().decode(data)  # a last character may be cut
        except UnicodeDecodeError:
            continue
        if text and all(part.isprintable() for part in text.split()):
            return text
    return None


def _inflated(data: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(data, INFLATED)
    except zlib.error:
        raise NotReadable from None
    if unpacker.unconsumed_tail:
        raise NotReadable
    return plain
