"""Zip archives of department files: every member is read by the ordinary reader of its kind, one level deep.

What a member is and how it is read is handed in; what can't be read is named as unread, never stepped over.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from domain.errors import SourceUnreadable
from domain.finding import Finding, Place, Source
from domain.table import Member, Reading, TableInfo, TextPart
from intake.bounds import Bounds
from intake.containers.archive import opened
from intake.containers.binarytext import texts_in
from intake.containers.inspection import JOINT

MEMBERS = 1_000
UTF8_NAME = 0x800
_UNSAFE = re.compile(r"^/|^[A-Za-z]:|\\|(?:^|/)\.\.(?:/|$)|[\x00-\x1f\x7f]")
_TELLING = re.compile(r"[0-9０-９]{5}|@")

ReadMember = Callable[[Path, str, Path], Reading]  # the unpacked file, its name, the folder for its tables


@dataclass(slots=True)
class Unpacked:
    """The members' readings gathered, under the members' names."""

    members: list[Member] = field(default_factory=list)
    tables: list[TableInfo] = field(default_factory=list)
    parts: list[TextPart] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def read_zip(path: Path, *, into: Path, read_member: ReadMember, only_one: bool, bounds: Bounds) -> Unpacked:
    """Read every member. `only_one`: a contract's source, which is one file. Raises SourceUnreadable."""
    done = Unpacked()
    with opened(path, bounds) as archive:
        entries = [(at, info) for at, info in enumerate(archive.infolist()) if not info.is_dir()]
        _weigh(archive.infolist(), bounds)
        _notes(archive, done)
        for number, (at, info) in enumerate(entries, 1):
            name = _name(info)
            done.parts.append(TextPart(Source.MEMBER.value, f"member {number}", name))
            shown = _shown(name, number, done)
            folder = into / f"member-{number}"
            folder.mkdir()
            file = folder / "sent"
            with archive.open(info) as packed, file.open("wb") as plain:
                shutil.copyfileobj(packed, plain)
            _take(file, name, shown, at, folder, read_member, done)
            file.unlink()
    if only_one and len(done.members) != 1:
        raise SourceUnreadable(
            f"the archive holds {len(done.members)} data files, a release is made of one; ask the sender for the one file",
            code="format-mismatch",
        )
    if len(done.members) > 1:
        done.tables = [replace(t, name=f"{t.member}/{t.name}") for t in done.tables]
    return done


def _weigh(entries: list[zipfile.ZipInfo], bounds: Bounds) -> None:
    if len(entries) > MEMBERS:
        raise SourceUnreadable(
            f"the archive holds more than {MEMBERS} files; ask the sender for fewer", code="limit-exceeded"
        )
    bounds.size(sum(e.file_size for e in entries))
    names = [_name(e) for e in entries]
    if any(_UNSAFE.search(n) for n in names):
        raise SourceUnreadable("a name in the archive leads out of it; ask the sender to pack the files again")
    if len({PurePosixPath(n).as_posix().casefold() for n in names}) < len(names):
        raise SourceUnreadable("the archive holds two files of one name; ask the sender to pack the files again")


def _name(info: zipfile.ZipInfo) -> str:
    """The member's name; Chinese programs write GB18030 where the format asks for code page 437."""
    raw = info.orig_filename
    if info.flag_bits & UTF8_NAME:
        return raw
    try:
        return raw.encode("cp437").decode("gb18030")
    except UnicodeError:
        return raw


def _shown(name: str, number: int, done: Unpacked) -> str:
    """The name for locators, or only its number where it could itself hold an identifier."""
    taken = {m.name for m in done.members}
    return f"member {number}" if _TELLING.search(name) or len(name) > 200 or name in taken else name


def _notes(archive: zipfile.ZipFile, done: Unpacked) -> None:
    for number, info in enumerate(archive.infolist(), 1):
        if info.is_dir():
            done.parts.append(TextPart(Source.MEMBER.value, f"folder {number}", _name(info)))
        if extra := JOINT.join(texts_in(info.extra)):
            done.parts.append(TextPart(Source.MEMBER.value, f"extra field of entry {number}", extra))
        if info.comment:
            done.parts.append(TextPart(Source.MEMBER.value, f"note of entry {number}", _plain(info.comment)))
    if archive.comment:
        done.parts.append(TextPart(Source.MEMBER.value, "archive comment", _plain(archive.comment)))


def _plain(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


def _take(file: Path, name: str, shown: str, at: int, folder: Path, read_member: ReadMember, done: Unpacked) -> None:
    """One member into the gathered whole: its tables, texts, findings, all told under its name."""
    try:
        reading = read_member(file, PurePosixPath(name).name, folder)
    except SourceUnreadable as refused:
        if refused.code == "file-empty":
            return  # no text but its name, which was kept
        if refused.code == "format-mismatch":
            done.unread.append((shown, "压缩包里的这个文件不是可读取的数据文件（或又是压缩包），无法扫描"))
            return
        where = f"{shown}: {refused.locator}" if refused.locator else shown
        raise SourceUnreadable(f"in the archive's {shown}: {refused}", code=refused.code, locator=where) from None
    done.members.append(Member(shown, at, reading.format, reading.encoding, reading.delimiter))
    done.tables += [_within(t, shown) for t in reading.tables]
    done.parts += [replace(p, locator=f"{shown}: {p.locator}") for p in reading.parts]
    done.unread += [(f"{shown}: {where}", reason) for where, reason in reading.unread]
    done.findings += [replace(f, places=tuple(_places(f.places, shown))) for f in reading.findings]


def _within(table: TableInfo, shown: str) -> TableInfo:
    preamble = tuple(replace(p, locator=f"{shown}: {p.locator}") for p in table.preamble)
    return replace(table, member=shown, preamble=preamble)


def _places(places: tuple[Place, ...], shown: str) -> Iterator[Place]:
    for place in places:
        yield replace(place, locator=f"{shown}: {place.locator}" if place.locator else shown)
