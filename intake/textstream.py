"""The encoding of a text file, decided by its whole content and never by a guess from its beginning.

Order: byte order mark, strict UTF-8, strict GB18030; a contract may force one. What the text means is left to readers.
"""

from __future__ import annotations

import codecs
import io
from dataclasses import dataclass
from pathlib import Path

from domain.contract import SourceSpec
from domain.errors import SourceUnreadable
from intake.bounds import Bounds

CHUNK = 4 * 1024 * 1024
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SURE_BYTES = 16  # so much good UTF-8 isn't GB18030 by chance; read as such, one bad byte would garble the whole file
NAMES = {"utf-8-sig": "utf-8"}


@dataclass(frozen=True, slots=True)
class BadByte:
    """The first byte that a codec can't take."""

    encoding: str
    offset: int
    zero: bool = False
    beyond_ascii: int = 0  # bytes of longer characters that were decoded before it

    def refusal(self) -> SourceUnreadable:
        what = "holds a zero byte" if self.zero else f"isn't {self.encoding}"
        return SourceUnreadable(
            f"the text {what} at byte {self.offset}; ask the sender to save the file again as UTF-8",
            code="encoding-invalid",
            locator=f"byte {self.offset}",
        )


def encoding_of(path: Path, spec: SourceSpec, bounds: Bounds) -> str:
    """The codec that decodes the whole file strictly. SourceUnreadable `encoding-invalid` names the first bad byte."""
    with path.open("rb") as stream:
        head = stream.read(4)
    marked = next((codec for mark, codec in MARKS if head.startswith(mark)), None)
    forced = "utf-8-sig" if spec.encoding == "utf-8" else spec.encoding
    if only := forced or marked:
        if bad := first_bad_byte(path, only, bounds):
            raise bad.refusal()
        return only
    utf8 = first_bad_byte(path, "utf-8", bounds)
    if utf8 is None:
        return "utf-8"
    if utf8.zero or utf8.beyond_ascii >= SURE_BYTES:
        raise utf8.refusal()
    gb18030 = first_bad_byte(path, "gb18030", bounds)
    if gb18030 is None:
        return "gb18030"
    raise max(utf8, gb18030, key=lambda bad: bad.offset).refusal()


def open_text(path: Path, encoding: str) -> io.TextIOWrapper:
    """The decoded file with its line ends as they are."""
    return path.open("r", encoding=encoding, errors="strict", newline="")


def first_bad_byte(path: Path, encoding: str, bounds: Bounds) -> BadByte | None:
    """Decode the whole file strictly in pieces; zero characters and half characters count as bad too."""
    name = NAMES.get(encoding, encoding)
    decoder = codecs.getincrementaldecoder(name)("strict")
    done = beyond = 0
    with path.open("rb") as stream:
        while True:
            bounds.time()
            chunk = stream.read(CHUNK)
            held = len(decoder.getstate()[0])
            try:
                text = decoder.decode(chunk, final=not chunk)
                beyond += len(text.encode()) - len(text)
            except UnicodeDecodeError as fault:
                good = fault.object[: fault.start]
                beyond += len(good) - len(good.decode(name, "ignore"))
                return BadByte(name, done - held + fault.start, beyond_ascii=beyond)
            except UnicodeEncodeError:
                return BadByte(name, done - held)
            if "\x00" in text:
                return BadByte(name, done + max(chunk.find(b"\x00"), 0), zero=True)
            done += len(chunk)
            if not chunk:
                return None
