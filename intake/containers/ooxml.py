"""Everything an xlsx archive carries beside its sheets' cells: each part is read as text, or named as unread.

Known kinds of part have a rule of their own; any other XML gives all its texts; what is no text can't be scanned.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from zipfile import ZipFile

from domain.errors import SourceUnreadable
from domain.finding import Place, Source
from intake.bounds import Bounds
from intake.containers.binarytext import texts_in
from intake.containers.inspection import JOINT, NOTICED, Inspection
from intake.containers.workbook import Workbook, local, part_of_kind, relations, tree
from intake.containers.xmlstream import pieces
from intake.containers.xmltexts import is_encoded, is_telling, xml_texts
from intake.noticed import Places

JOINED_CHARS = 32_768

_GUID = re.compile(r"\{[0-9A-Fa-f-]{36}\}")
_RELATIONS = re.compile(r"_rels/([^/]*)\.rels$")


@dataclass(frozen=True, slots=True)
class _Visit:
    """One part of the archive under inspection."""

    archive: ZipFile
    name: str
    owner: str | None  # the sheet that the part belongs to: its comments, drawings, charts, tables …
    bounds: Bounds
    seen: Inspection
    places: dict[str, Places]

    @property
    def locator(self) -> str:
        return f"{self.owner}!{self.name}" if self.owner else self.name

    def part(self, source: Source, text: str, locator: str | None = None) -> None:
        self.seen.part(source, locator or self.locator, text)

    def unread(self, reason: str) -> None:
        if (self.locator, reason) not in self.seen.unread:
            self.seen.unread.append((self.locator, reason))

    def note(self, code: str, locator: str, source: Source) -> None:
        self.places.setdefault(code, Places()).add(Place(self.owner, locator=locator, source=source))


def inspect_workbook(archive: ZipFile, book: Workbook, bounds: Bounds) -> Inspection:
    """Look into every part of the archive except worksheets and shared strings, which the reader reads."""
    seen = Inspection()
    places: dict[str, Places] = {}
    owners = _owners(archive, book)
    read_elsewhere = {s.part for s in book.sheets if s.kind == "worksheet"}
    read_elsewhere.add(part_of_kind(archive, book, "sharedStrings") or "")
    names = JOINT.join(m.filename for m in archive.infolist() if is_telling("", m.filename))
    seen.part(Source.MEMBER, "archive names", names)
    for member in archive.infolist():
        if member.comment:
            seen.part(Source.MEMBER, member.filename, member.comment.decode("utf-8", "replace"))
        seen.part(Source.MEMBER, member.filename, JOINT.join(texts_in(member.extra)))
        if member.is_dir() or member.filename in read_elsewhere:
            continue
        owner = owners.get(_RELATIONS.sub(r"\1", member.filename))
        visit = _Visit(archive, member.filename, owner, bounds, seen, places)
        _rule(member.filename)(visit)
    if archive.comment:
        seen.part(Source.MEMBER, "archive comment", archive.comment.decode("utf-8", "replace"))
    _names(book, seen, places)
    for code, group in places.items():
        seen.findings += group.finding(code, *NOTICED[code])
    return seen


def _owners(archive: ZipFile, book: Workbook) -> dict[str, str]:
    """The sheet by which each part hangs, however many relations away: a drawing, its chart, the chart's colours."""
    owners = {sheet.part: sheet.name for sheet in book.sheets}
    waiting = deque(owners)
    while waiting:
        part = waiting.popleft()
        for _, target, external in relations(archive, part).values():
            if not external and target in archive.NameToInfo and target not in owners:
                owners[target] = owners[part]
                waiting.append(target)
    return owners


def _names(book: Workbook, seen: Inspection, places: dict[str, Places]) -> None:
    for number, (name, stands_for) in enumerate(book.names, 1):
        locator = f"defined name {number}"
        seen.part(Source.DEFINED_NAME, locator, f"{name}\t{stands_for}")
        if not name.startswith("_xlnm."):
            places.setdefault("defined-name", Places()).add(Place(locator=locator, source=Source.DEFINED_NAME))


# --- one rule a kind of part -----------------------------------------------------------------------------------------


def _properties(visit: _Visit) -> None:
    for number, element in enumerate(tree(visit.archive, visit.name).iter()):
        said = [element.get("name") or "", (element.text or "").strip()]
        said += [t for k, t in element.attrib.items() if k != "name" and is_telling(k, t) and t != FORMAT_ID]
        said.append((element.tail or "").strip())
        own = "\t".join(t for t in said if t)
        if not own:
            continue
        locator = f"{visit.name}#{number}"
        visit.part(Source.PROPERTY, own, locator)
        if local(element) not in PROGRAM_PROPERTIES:
            visit.note("document-property", locator, Source.PROPERTY)
    _remarks(visit)


FORMAT_ID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # of custom properties, the same in every file
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
    """Comments with the cells they stand at; their authors and whatever else the part says."""
    root = tree(visit.archive, visit.name)
    within: set[int] = set()
    for element in root.iter():
        if local(element) not in ("comment", "threadedComment"):
            continue
        within.update(id(e) for e in element.iter())
        locator = f"{visit.owner or visit.name}!{element.get('ref', '')}"
        runs = [e for e in element.iter() if local(e) in ("t", "text")]
        read = {id(element), *map(id, runs)}
        visit.part(Source.COMMENT, "".join(e.text or "" for e in runs), locator)
        others = [f"{e.text or ''}{e.tail or ''}".strip() for e in element.iter() if id(e) not in read]
        others += [
            t for e in element.iter() for k, t in e.attrib.items() if is_telling(k, t) and not _GUID.fullmatch(t)
        ]
        visit.part(Source.COMMENT, JOINT.join(t for t in others if t), locator)
        visit.note("comment", locator, Source.COMMENT)
    for element in root.iter():
        if id(element) in within:
            continue
        visit.part(Source.COMMENT, (element.text or "").strip())
        for key, text in element.attrib.items():
            if is_telling(key, text):
                visit.part(Source.COMMENT, text)
    _remarks(visit)


def _relations(visit: _Visit) -> None:
    for element in tree(visit.archive, visit.name).iter():
        visit.part(Source.EXTERNAL_LINK, (element.text or "").strip())
        if element.get("TargetMode") != "External":
            for text in element.attrib.values():
                if is_telling("", text):
                    visit.part(Source.EXTERNAL_LINK, text)
            continue
        visit.part(Source.EXTERNAL_LINK, element.get("Target", ""))
        if not element.get("Type", "").endswith("/hyperlink"):
            visit.note("external-link", visit.name, Source.EXTERNAL_LINK)
    _remarks(visit)


def _remarks(visit: _Visit) -> None:
    """Comments and processing instructions of a part that was read as a tree, which leaves them out."""
    found: list[str] = []
    with visit.archive.open(visit.name) as stream:
        for _ in pieces(stream, _pass, _pass, _pass, visit.bounds, visit.name, remark=found.append):
            pass
    visit.part(Source.MEMBER, JOINT.join(found))


def _pass(*_: object) -> None:
    """Read already."""


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
    visit.unread("宏代码不予读取")


def _macro_sheet(visit: _Visit) -> None:
    _member(visit)
    visit.note("macro", visit.name, Source.MEMBER)


def _printer(visit: _Visit) -> None:
    for text in texts_in(visit.archive.read(visit.name)):
        visit.part(Source.PROPERTY, text)


def _unreadable(visit: _Visit) -> None:
    name = visit.name.lower()
    visit.unread(next(reason for pattern, reason in NO_TEXT if re.fullmatch(pattern, name)))


NO_TEXT = (
    (r".*/model/.*", "数据模型（Power Pivot）是压缩的数据库，无法扫描，其中可能保存着表格里看不到的数据"),
    (
        r".*/embeddings/.*|.*/package/.*|.*\.(xlsx?|docx?|pptx?|zip|pdf)",
        "嵌入的文件或对象无法扫描，其中可能保存着完整的原始数据",
    ),
    (r".*/(activex|ctrlprops)/.*", "控件的二进制内容无法扫描"),
    (r".*/media/.*|.*\.(png|jpe?g|gif|bmp|tiff?|emf|wmf|wdp|svg|webp)", "图片无法扫描，其中可能显示任何文字"),
    (r".*", "图片、嵌入对象等非文本内容无法扫描"),
)


def _every_text(visit: _Visit, source: Source, *, all_attributes: bool) -> None:
    """All texts of an XML part, joined into pieces of bearable size; encoded content is named as unread."""
    joined: list[str] = []
    size = 0
    with visit.archive.open(visit.name) as stream:
        for text in xml_texts(stream, visit.bounds, visit.name, all_attributes=all_attributes):
            if is_encoded(text):
                visit.unread("一段编码（base64）内容无法扫描，例如数据查询（Power Query）或数字签名")
            joined.append(text)
            size += len(text)
            if size > JOINED_CHARS:
                visit.part(source, JOINT.join(joined))
                joined, size = [], 0
    visit.part(source, JOINT.join(joined))


def _drawing(visit: _Visit) -> None:
    """VML isn't always XML; what the parser refuses is read with its tags taken out."""
    try:
        _member(visit)
    except SourceUnreadable as fault:
        if fault.code != "file-truncated":
            raise
        text = visit.archive.read(visit.name).decode("utf-8", "replace")
        visit.part(Source.MEMBER, re.sub(r"<[^<>]*>", "\n", text))


RULES: tuple[tuple[str, Callable[[_Visit], None]], ...] = (
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
