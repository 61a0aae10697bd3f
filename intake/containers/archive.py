"""Zip archives, opened only after their counts and sizes were weighed and every byte was inflated once and checked.

What the members mean is left to ooxml and the workbook readers.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import SourceUnreadable
from intake.bounds import Bounds

MEMBERS = 10_000
INFLATED = 2 * 1024**3
RATIO = 200  # real workbooks stay below 50
RATIO_FROM = 32 * 1024**2  # small archives may be as repetitive as they like
CHUNK = 1 << 20
END = 22  # bytes of the record that closes an archive, its comment apart
XML_ENDINGS = (".xml", ".rels", ".vml")

_DOCTYPE = tuple("<!DOCTYPE".encode(codec) for codec in ("ascii", "utf-16-le", "utf-16-be"))
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']{1,40})["']""")
_ENCODINGS = {b"utf-8", b"utf8", b"us-ascii", b"utf-16"}


@contextmanager
def opened(path: Path, bounds: Bounds) -> Iterator[zipfile.ZipFile]:
    """The archive, once it is known to be whole, unencrypted, of bearable size and free of document types."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError):
        raise _cut() from None
    with archive:
        _weigh(archive, path.stat().st_size)
        for member in archive.infolist():
            _inflate(archive, member, bounds)
        _check_end(archive, path)
        yield archive


def _weigh(archive: zipfile.ZipFile, packed: int) -> None:
    members = archive.infolist()
    inflated = sum(m.file_size for m in members)
    too_steep = inflated > RATIO_FROM and inflated > RATIO * packed
    if len(members) > MEMBERS or inflated > INFLATED or too_steep:
        raise SourceUnreadable(
            f"the archive claims {len(members)} parts and {inflated} bytes in {packed}; it was not unpacked, "
            "ask the sender for a smaller workbook or a CSV",
            code="archive-bomb",
        )
    if any(m.flag_bits & 0x1 for m in members):
        raise SourceUnreadable(
            "the archive is protected by a password; ask the sender for an unprotected file", code="file-encrypted"
        )
    if any(m.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for m in members):
        raise SourceUnreadable("the archive is packed in a way no office program uses; ask for a fresh export")
    names = [m.filename.lower() for m in members]
    if len(set(names)) < len(names):
        raise SourceUnreadable(
            "the archive holds two parts of one name, so programs would disagree on what it says; ask for a fresh export"
        )


def _inflate(archive: zipfile.ZipFile, member: zipfile.ZipInfo, bounds: Bounds) -> None:
    """Every byte once: the checksum holds, the size is the claimed one, XML brings no document type along."""
    is_xml = member.filename.lower().endswith(XML_ENDINGS)
    size, tail = 0, b""
    try:
        with archive.open(member) as stream:
            while chunk := stream.read(CHUNK):
                bounds.time()
                if is_xml:
                    _check_xml(tail + chunk, first=size == 0)
                size, tail = size + len(chunk), chunk[-32:]
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError):
        raise _cut() from None
    if size != member.file_size:
        raise _cut()


def _check_xml(piece: bytes, *, first: bool) -> None:
    if any(mark in piece for mark in _DOCTYPE):
        raise SourceUnreadable(
            "a part of the workbook brings its own document type (as entity bombs do); ask the sender for a fresh export",
            code="archive-bomb",
        )
    declared = _DECLARED.search(piece[:300]) if first else None
    if declared and declared[1].lower() not in _ENCODINGS:
        raise SourceUnreadable("a part of the workbook isn't Unicode; ask the sender for a fresh export")


def _check_end(archive: zipfile.ZipFile, path: Path) -> None:
    """Nothing stands behind the archive's end, where no program looks; a folder holds no bytes of its own."""
    with path.open("rb") as raw:
        raw.seek(-(END + len(archive.comment)), 2)
        closes = raw.read(4) == b"PK\x05\x06"
    if not closes or any(m.is_dir() and m.file_size for m in archive.infolist()):
        raise SourceUnreadable(
            "the archive holds bytes behind its end or under a folder's name, where no program reads them; ask the sender to "
            "pack the files again"
        )


def _cut() -> SourceUnreadable:
    return SourceUnreadable(
        "the archive is cut off or damaged; ask the sender to send the whole file again", code="file-truncated"
    )
