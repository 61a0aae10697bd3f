"""Everything an xlsx archive carries beside its sheets' cells: each part is read as text, or named as unread.

Known kinds of part have a rule of their own; any other XML gives all its texts; what is no text can't be scanned.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from zipfile import ZipFile

from domain.errors import SourceUnreadable
from domain.finding import Finding, Place, Severity, Source
from domain.table import TextPart
from intake.bounds import Bounds
from intake.containers.binarytext import texts_in
from intake.containers.sheetxml import is_telling
from intake.containers.workbook import Workbook, local, relations, tree
from intake.containers.xmlstream import pieces
from intake.noticed import Places

JOINED_CHARS = 32_768


@dataclass(slots=True)
class Inspection:
    """Texts around the cells, parts nobody could read, and what was noticed."""

    parts: list[TextPart] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def part(self, source: Source, locator: str, text: str) -> None:
        if text.strip():
            self.parts.append(TextPart(source.value, locator, text))


@dataclass(frozen=True, slots=True)
class _Visit:
    """One part of the archive under inspection."""

    archive: ZipFile
    name: str
    owner: str | None  # the sheet that a comments part belongs to
    bounds: Bounds
    seen: Inspection
    places: dict[str, Places]

    def note(self, code: str, locator: str, source: Source) -> None:
        self.places.setdefault(code, Places()).add(Place(self.owner, locator=locator, source=source))


NOTICED = {
    "comment": (Severity.HOLD, "有 {count} 条批注，内容已扫描，不会发布"),
    "external-link": (Severity.HOLD, "有 {count} 处外部链接或数据连接"),
    "macro": (Severity.BLOCK, "含有宏（{count} 处）；请另存为不含宏的工作簿"),
    "document-property": (Severity.INFO, "有 {count} 项文档属性，内容已扫描，不会发布"),
    "defined-name": (Severity.WARN, "有 {count} 个自定义名称，内容已扫描"),
}


def inspect_workbook(archive: ZipFile, book: Workbook, bounds: Bounds) -> Inspection:
    """Look into every part of the archive except worksheets and shared strings, which the reader reads."""
    seen = Inspection()
    places: dict[str, Places] = {}
    owners = {
        target: sheet.name
        for sheet in book.sheets
        for kind, target, external in relations(archive, sheet.part).values()
        if not external and kind in ("comments", "threadedComment")
    }
    read_elsewhere = {s.part for s in book.sheets if s.kind == "worksheet"}
    for member in archive.infolist():
        if member.is_dir() or member.filename in read_elsewhere:
            continue
        visit = _Visit(archive, member.filename, owners.get(member.filename), bounds, seen, places)
        _rule(member.filename)(visit)
        if member.comment:
            seen.part(Source.MEMBER, member.filename, member.comment.decode("utf-8", "replace"))
    if archive.comment:
        seen.part(Source.MEMBER, "archive comment", archive.comment.decode("utf-8", "replace"))
    _names(book, seen, places)
    for code, group in places.items():
        seen.findings += group.finding(code, *NOTICED[code])
    return seen


def _names(book: Workbook, seen: Inspection, places: dict[str, Places]) -> None:
    for number, (name, stands_for) in enumerate(book.names, 1):
        locator = f"defined name {number}"
        seen.part(Source.DEFINED_NAME, locator, f"{name}\t{stands_for}")
        if not name.startswith("_xlnm."):
            places.setdefault("defined-name", Places()).add(Place(locator=locator, source=Source.DEFINED_NAME))


# --- one rule a kind of part -----------------------------------------------------------------------------------------


def _properties(visit: _Visit) -> None:
    for number, element in enumerate(tree(visit.archive, visit.name).iter()):
        own = "\t".join(t for t in (element.get("name") or "", (element.text or "").strip()) if t)
        if not own:
            continue
        locator = f"{visit.name}#{number}"
        visit.seen.part(Source.PROPERTY, locator, own)
        if local(element) not in PROGRAM_PROPERTIES:
            visit.note("document-property", locator, Source.PROPERTY)


PROGRAM_PROPERTIES = frozenset(
    [
        "Application",
        "AppVersion",
        "DocSecurity",
        "ScaleCrop",
        "LinksUpToDate",
        "SharedDoc",
        "HyperlinksChanged",
        "TotalTime",
        "created",
        "modified",
        "revision",
        "lpstr",
        "i4",
        "vt:lpstr",
        "vt:i4",
    ]
)


def _comments(visit: _Visit) -> None:
    for element in tree(visit.archive, visit.name).iter():
        kind = local(element)
        if kind in ("author", "person"):
            visit.seen.part(Source.COMMENT, visit.name, element.get("displayName") or element.text or "")
            visit.seen.part(Source.COMMENT, visit.name, element.get("userId") or "")
        if kind in ("comment", "threadedComment"):
            locator = f"{visit.owner or visit.name}!{element.get('ref', '')}"
            text = "".join(e.text or "" for e in element.iter() if local(e) in ("t", "text"))
            visit.seen.part(Source.COMMENT, locator, text)
            visit.note("comment", locator, Source.COMMENT)


def _relations(visit: _Visit) -> None:
    for element in tree(visit.archive, visit.name):
        if element.get("TargetMode") != "External":
            continue
        visit.seen.part(Source.EXTERNAL_LINK, visit.name, element.get("Target", ""))
        if not element.get("Type", "").endswith("/hyperlink"):
            visit.note("external-link", visit.name, Source.EXTERNAL_LINK)


def _links(visit: _Visit) -> None:
    _every_text(visit, Source.EXTERNAL_LINK, all_attributes=True)


def _connections(visit: _Visit) -> None:
    _links(visit)
    visit.note("external-link", visit.name, Source.EXTERNAL_LINK)


def _pivot(visit: _Visit) -> None:
    _every_text(visit, Source.PIVOT_CACHE, all_attributes=True)


def _member(visit: _Visit) -> None:
    _every_text(visit, Source.MEMBER, all_attributes=False)


def _macro(visit: _Visit) -> None:
    visit.note("macro", visit.name, Source.MEMBER)
    visit.seen.unread.append((visit.name, "宏代码不予读取"))


def _macro_sheet(visit: _Visit) -> None:
    _member(visit)
    visit.note("macro", visit.name, Source.MEMBER)


def _printer(visit: _Visit) -> None:
    for text in texts_in(visit.archive.read(visit.name)):
        visit.seen.part(Source.PROPERTY, visit.name, text)


def _unreadable(visit: _Visit) -> None:
    visit.seen.unread.append((visit.name, "图片、嵌入对象等非文本内容无法扫描"))


def _nothing(_: _Visit) -> None:
    """Read elsewhere: shared strings by the reader; content types name only kinds of part."""


def _every_text(visit: _Visit, source: Source, *, all_attributes: bool) -> None:
    """All texts of an XML part, joined line by line into pieces of bearable size."""
    joined: list[str] = []
    size = 0
    for text in _xml_texts(visit, all_attributes=all_attributes):
        joined.append(text)
        size += len(text)
        if size > JOINED_CHARS:
            visit.seen.part(source, visit.name, "\n".join(joined))
            joined, size = [], 0
    visit.seen.part(source, visit.name, "\n".join(joined))


def _xml_texts(visit: _Visit, *, all_attributes: bool) -> Iterator[str]:
    ready: list[str] = []
    open_text: list[str] = []

    def close(_: str) -> None:
        text = "".join(open_text).strip()
        open_text.clear()
        if text:
            ready.append(text)

    def start(name: str, attributes: dict[str, str]) -> None:
        close(name)
        ready.extend(
            text
            for key, text in attributes.items()
            if is_telling(key, text) or (all_attributes and text and not key.startswith(("xmlns", "xr:")))
        )

    with visit.archive.open(visit.name) as stream:
        for _ in pieces(stream, start, close, open_text.append, visit.bounds, visit.name):
            yield from ready
            ready.clear()


def _drawing(visit: _Visit) -> None:
    """VML isn't always XML; what the parser refuses is read with its tags taken out."""
    try:
        _member(visit)
    except SourceUnreadable as fault:
        if fault.code != "file-truncated":
            raise
        text = visit.archive.read(visit.name).decode("utf-8", "replace")
        visit.seen.part(Source.MEMBER, visit.name, re.sub(r"<[^>]*>", "\n", text))


RULES: tuple[tuple[str, Callable[[_Visit], None]], ...] = (
    (r"\[content_types\]\.xml|.*/sharedstrings\.xml", _nothing),
    (r".*\.rels", _relations),
    (r"docprops/[^/]*\.xml", _properties),
    (r".*/(comment|threadedcomment|person)[^/]*\.xml", _comments),
    (r".*/externallinks/.*\.xml", _links),
    (r".*/(connections|querytable)[^/]*\.xml", _connections),
    (r".*/pivot[^/]*/.*\.xml", _pivot),
    (r".*/(macrosheets|xlmacrosheets|intlmacrosheets|dialogsheets)/.*\.xml", _macro_sheet),
    (r".*/vbaproject[^/]*\.bin|.*/vbadata\.xml|.*/attachedtoolbars[^/]*\.bin", _macro),
    (r".*/printersettings[^/]*\.bin", _printer),
    (r".*\.vml", _drawing),
    (r".*\.xml", _member),
    (r".*", _unreadable),
)


def _rule(name: str) -> Callable[[_Visit], None]:
    return next(rule for pattern, rule in RULES if re.fullmatch(pattern, name.lower()))
