"""The skeleton of an xlsx workbook: its sheets and their parts, date system, number formats and shared strings.

What the sheets hold is left to sheetxml and the reader, what else the archive carries to ooxml.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from zipfile import ZipFile

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from domain.errors import SourceUnreadable
from intake.bounds import Bounds
from intake.containers.xmlstream import pieces
from intake.readers.cellvalue import Kind, built_in_kind, column_index, kind_of, unescaped

MERGES = 500_000  # of one sheet
STRINGS = 16_000_000  # shared by the cells of a workbook
TREE_BYTES = 64 * 1024**2  # a part that is built as a whole tree
_MERGE = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^<>]{0,200}?ref\s*=\s*[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']"
)


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One sheet of the workbook. `kind`: worksheet, chartsheet, dialogsheet, macrosheet."""

    name: str
    part: str
    visibility: str
    kind: str


@dataclass(frozen=True, slots=True)
class Workbook:
    """What the workbook part says."""

    part: str
    sheets: tuple[SheetPart, ...]
    names: tuple[tuple[str, str], ...]  # defined names and what they stand for
    from_1904: bool


def local(element: Any) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def tree(archive: ZipFile, part: str) -> Any:
    """A small part as an element tree. SourceUnreadable where it is missing, too large or not well-formed."""
    try:
        info = archive.getinfo(part)
    except KeyError:
        raise SourceUnreadable(
            f"the workbook lacks its part {part}; ask the sender for a fresh export", code="file-truncated"
        ) from None
    if info.file_size > TREE_BYTES:
        raise SourceUnreadable(
            f"the part {part} is larger than any office program writes it; ask for a fresh export", code="archive-bomb"
        )
    try:
        return ElementTree.fromstring(archive.read(info), forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError, RecursionError):
        raise SourceUnreadable(
            f"the part {part} isn't well-formed XML; ask the sender for a fresh export", code="file-truncated"
        ) from None


def relations(archive: ZipFile, part: str) -> dict[str, tuple[str, str, bool]]:
    """Relations of a part by id: (kind, target part or address, external)."""
    folder, name = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    if path not in archive.NameToInfo:
        return {}
    found: dict[str, tuple[str, str, bool]] = {}
    for number, element in enumerate(tree(archive, path)):
        target, external = element.get("Target", ""), element.get("TargetMode") == "External"
        if not external:
            target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        found[element.get("Id", f"#{number}")] = (element.get("Type", "").rpartition("/")[2], target, external)
    return found


def workbook(archive: ZipFile) -> Workbook:
    """Read the workbook part. SourceUnreadable where there is none or it contradicts itself."""
    part = next((t for kind, t, _ in relations(archive, "").values() if kind == "officeDocument"), "xl/workbook.xml")
    root, targets = tree(archive, part), relations(archive, part)
    sheets: list[SheetPart] = []
    for element in root.iter():
        if local(element) != "sheet":
            continue
        relation = next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == "id"), "")
        kind, target, _ = targets.get(relation, ("", "", False))
        if target not in archive.NameToInfo:
            raise SourceUnreadable(
                "the workbook lists a sheet that isn't in the file; ask the sender for a fresh export",
                code="file-truncated",
            )
        sheets.append(SheetPart(element.get("name", ""), target, element.get("state", "visible"), kind or "worksheet"))
    if len({s.name.casefold() for s in sheets}) < len(sheets) or len({s.part for s in sheets}) < len(sheets):
        raise SourceUnreadable("two sheets of the workbook share one name; ask the sender for a fresh export")
    names = tuple((e.get("name", ""), e.text or "") for e in root.iter() if local(e) == "definedName")
    properties = next((e for e in root.iter() if local(e) == "workbookPr"), None)
    from_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    return Workbook(part, tuple(sheets), names, from_1904)


def part_of_kind(archive: ZipFile, book: Workbook, kind: str) -> str | None:
    """The part that the workbook relates to as `kind`, or None."""
    return next(
        (
            t
            for k, t, external in relations(archive, book.part).values()
            if k == kind and not external and t in archive.NameToInfo
        ),
        None,
    )


def formats(archive: ZipFile, book: Workbook) -> list[tuple[Kind, int]]:
    """The kind of number format of every cell style."""
    part = part_of_kind(archive, book, "styles")
    if part is None:
        return []
    root = tree(archive, part)
    codes = {e.get("numFmtId", ""): e.get("formatCode", "") for e in root.iter() if local(e) == "numFmt"}
    cells = next((e for e in root if local(e) == "cellXfs"), ())
    return [_kind(e.get("numFmtId", "0"), codes) for e in cells]


def _kind(number: str, codes: dict[str, str]) -> tuple[Kind, int]:
    if number in codes:
        return kind_of(codes[number])
    return built_in_kind(int(number)) if number.isascii() and number.isdigit() else (Kind.PLAIN, 0)


def shared_strings(archive: ZipFile, book: Workbook, bounds: Bounds) -> tuple[list[str], list[str]]:
    """The shared strings in order, and the phonetic hints and other texts found among them."""
    part = part_of_kind(archive, book, "sharedStrings")
    if part is None:
        return [], []
    reader = _Strings()
    with archive.open(part) as stream:
        for _ in pieces(stream, reader.start, reader.end, reader.data, bounds, part, remark=reader.hints.append):
            if len(reader.strings) + len(reader.hints) > STRINGS:
                raise SourceUnreadable(
                    f"the workbook holds more than {STRINGS} shared strings; ask the sender for smaller files",
                    code="limit-exceeded",
                )
    return reader.strings, reader.hints


class _Strings:
    def __init__(self) -> None:
        self.strings: list[str] = []
        self.hints: list[str] = []
        self._text: list[str] = []
        self._in_text = self._in_hint = False

    def start(self, name: str, _: dict[str, str]) -> None:
        if name == "si":
            self._text = []
        elif name == "t":
            self._in_text = True
        elif name == "rPh":
            self._in_hint = True

    def end(self, name: str) -> None:
        if name == "si":
            self.strings.append(unescaped("".join(self._text)))
        elif name == "t":
            self._in_text = False
        elif name == "rPh":
            self._in_hint = False

    def data(self, text: str) -> None:
        if self._in_text:
            (self.hints if self._in_hint else self._text).append(text)
        elif not text.isspace():
            self.hints.append(text)


def merges(archive: ZipFile, part: str) -> list[tuple[int, int, int, int]]:
    """Merged boxes of a worksheet (they stand behind the cells, so they are looked up beforehand)."""
    found = list(islice(_merges(archive, part), MERGES + 1))
    if len(found) > MERGES:
        raise SourceUnreadable(
            f"a sheet holds more than {MERGES} merged boxes; ask the sender for a plain table", code="limit-exceeded"
        )
    return found


def _merges(archive: ZipFile, part: str) -> Iterator[tuple[int, int, int, int]]:
    tail = b""
    with archive.open(part) as stream:
        while chunk := stream.read(1 << 20):
            piece = tail + chunk
            end = 0
            for found in _MERGE.finditer(piece):
                left, top, right, bottom = found.groups()
                yield int(top), column_index(left.decode()), int(bottom), column_index(right.decode())
                end = found.end()
            tail = piece[max(end, len(piece) - 200) :]
