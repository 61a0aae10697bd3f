"""Compound files, the shell of old workbooks: which streams there are, their properties, macros and foreign objects."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from domain.errors import SourceUnreadable
from domain.finding import Place, Source
from intake.bounds import Bounds
from intake.containers.biff import has_external_book, has_picture, texts_around
from intake.containers.binarytext import texts_in
from intake.containers.inspection import JOINT, NOTICED, Inspection
from intake.noticed import Places

BOOKS = ("workbook", "book")
PLAIN = {"\x05summaryinformation", "\x05documentsummaryinformation", *BOOKS}
LABELS = {"\x01compobj", "\x01ole", "user names"}
NO_TEXT = (
    ("revision log", "修订记录无法读取，其中保存着修改前的内容；请取消共享工作簿后另存"),
    ("mbd", "嵌入的文件或对象无法扫描，其中可能保存着完整的原始数据"),
    ("ctls", "控件的二进制内容无法扫描"),
    ("", "嵌入对象等非文本内容无法扫描"),
)
MACROS = ("_vba_project_cur", "_vba_project", "macros")
PERSONAL = ("author", "last_saved_by", "manager", "company", "title", "subject", "keywords", "comments", "category")


@contextmanager
def compound(path: Path) -> Iterator[Any]:
    """The open compound file. SourceUnreadable where its tables don't hold together."""
    import olefile

    try:
        file = olefile.OleFileIO(str(path), raise_defects=olefile.DEFECT_INCORRECT)
    except Exception as fault:  # olefile lets struct, index and value errors through; none may carry bytes on
        raise cut(fault) from None
    with file:
        yield file


def cut(fault: Exception) -> SourceUnreadable:
    """The refusal of a damaged compound file; of the library's error only the kind is told."""
    return SourceUnreadable(
        f"the old workbook is cut off or damaged ({type(fault).__name__}); ask the sender to send it again",
        code="file-truncated",
    )


def streams(file: Any) -> list[list[str]]:
    """Paths of all streams."""
    return [list(map(str, path)) for path in file.listdir()]


def kind_of_compound(path: Path) -> str:
    """`xls`, `encrypted` (a protected modern workbook) or `other`."""
    with compound(path) as file:
        names = {path[0].lower() for path in streams(file)}
    if "encryptedpackage" in names or "encryptioninfo" in names:
        return "encrypted"
    return "xls" if names & set(BOOKS) else "other"


def book_stream(path: Path) -> bytes:
    """The workbook's record stream; the whole file where it has no compound shell."""
    with path.open("rb") as raw:
        if raw.read(4) != b"\xd0\xcf\x11\xe0":
            return path.read_bytes()
    with compound(path) as file:
        for stream in streams(file):
            if len(stream) == 1 and stream[0].lower() in BOOKS:
                return _bytes(file, stream)
    raise SourceUnreadable("the file holds no workbook; ask the sender for a table", code="format-mismatch")


def _bytes(file: Any, stream: list[str]) -> bytes:
    try:
        return bytes(file.openstream(stream).read())
    except Exception as fault:  # as above
        raise cut(fault) from None


def inspect_compound(path: Path, codepage: str | None, bounds: Bounds) -> Inspection:
    """Texts, macros, links and foreign objects of an old workbook, cells and notes apart."""
    seen = Inspection()
    book = book_stream(path)
    for spot, text in texts_around(book, codepage):
        bounds.time()
        seen.part(spot.source, spot.locator, text)
    if has_picture(book):
        seen.unread.append(("workbook drawings", "图片等非文本内容无法扫描"))
    links, macros = Places(), Places()
    if has_external_book(book):
        links.add(Place(locator="workbook", source=Source.EXTERNAL_LINK))
    with path.open("rb") as raw:
        is_compound = raw.read(4) == b"\xd0\xcf\x11\xe0"
    if is_compound:
        with compound(path) as file:
            _properties(file, seen)
            for stream in streams(file):
                _stream(file, stream, seen, macros)
    seen.findings += links.finding("external-link", *NOTICED["external-link"])
    seen.findings += macros.finding("macro", *NOTICED["macro"])
    return seen


def _stream(file: Any, stream: list[str], seen: Inspection, macros: Places) -> None:
    name = stream[0].lower()
    locator = "/".join(s.strip("\x01\x03\x05") for s in stream)
    if name in MACROS:
        if not macros.count:
            macros.add(Place(locator=locator, source=Source.MEMBER))
            seen.unread.append((locator, "宏代码不予读取"))
    elif name.startswith("_sx_db"):
        seen.part(Source.PIVOT_CACHE, locator, JOINT.join(dict.fromkeys(texts_in(_bytes(file, stream)))))
    elif name in LABELS:
        seen.part(Source.MEMBER, locator, JOINT.join(dict.fromkeys(texts_in(_bytes(file, stream), codepage="gb18030"))))
    elif name not in PLAIN:
        seen.unread.append((locator, next((why for mark, why in NO_TEXT if name.startswith(mark)))))


def _properties(file: Any, seen: Inspection) -> None:
    """Both property sets as texts; the strings of custom properties too."""
    try:
        found = file.get_metadata()
    except Exception:  # a damaged property set is read as loose characters below
        found = None
    told = Places()
    for name in PERSONAL if found else ():
        value = getattr(found, name, None)
        text = _decoded(value) if isinstance(value, bytes) else str(value or "")
        if text.strip("\x00 "):
            seen.part(Source.PROPERTY, f"property {name}", text.strip("\x00"))
            told.add(Place(locator=f"property {name}", source=Source.PROPERTY))
    for stream in streams(file):
        if stream[0].startswith("\x05"):
            text = JOINT.join(dict.fromkeys(texts_in(_bytes(file, stream), codepage="gb18030")))
            seen.part(Source.PROPERTY, stream[0].strip("\x05"), text)
    seen.findings += told.finding("document-property", *NOTICED["document-property"])


def _decoded(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("gb18030", "replace")
