"""What a file is, by its first bytes and by its name; both must agree.

Reading it is left to the readers.
"""

from __future__ import annotations

import re
from pathlib import Path

from domain.errors import SourceUnreadable
from intake.containers.ole import kind_of_compound

HEAD = 8192
KINDS = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls", ".parquet": "parquet",
    ".json": "json", ".geojson": "json", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".zip": "zip",
}  # fmt: skip
FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"SQLite format 3", "a database"),
    (b"{\\rtf", "a text document"),
    (b"\x00\x05\x16\x07", "a side file of macOS"),
)
NAMES = {
    "csv": "delimited text", "xlsx": "an xlsx workbook", "xls": "an old xls workbook", "parquet": "Parquet",
    "json": "JSON", "jsonl": "JSON Lines", "zip": "a zip archive",
}  # fmt: skip

_MARKUP = re.compile(rb"\s*<(?:!doctype|html|head|body|table|\?xml|meta|script|\?mso|!--)", re.IGNORECASE)
_JSON = re.compile(rb'\s*(?:\{\s*["}]|\[\s*[\[{\]])')
_BIFF = re.compile(rb"\x09[\x00\x02\x04\x08].\x00", re.DOTALL)
_BLANK = re.compile(rb"\s*")


def kind_of_file(path: Path, name: str) -> str:
    """csv, xlsx, xls, parquet, json, jsonl or zip. Raises SourceUnreadable: empty, encrypted, not what its name says."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    ending = Path(name).suffix.lower()
    named = KINDS.get(ending)
    if not head:
        raise SourceUnreadable("the file is empty (0 bytes); ask the sender for the data", code="file-empty")
    found = _by_content(path, head, named)
    if found is None:
        found = named if named in ("csv", "json", "jsonl") else "csv"
        if named in ("json", "jsonl") and _is_no_json(head):
            found = "csv"
        if named == "csv" and _JSON.match(_text(head)):
            found = "json"
        if not ending and _JSON.match(_text(head)):
            return "json"
    is_readable = found in KINDS.values()
    if (not ending and is_readable) or (named is not None and (named == found or {named, found} == {"json", "jsonl"})):
        return named or found
    says = NAMES.get(
        named or "", f"a kind of file that isn't read here ({ending})" if _plain(ending) else "no known kind"
    )
    raise SourceUnreadable(
        f"the name says {says}, the content is {NAMES.get(found, found)}; ask the sender for csv, xlsx, xls, parquet, json, "
        "jsonl or geojson, or a zip archive of these, under its right name",
        code="format-mismatch",
    )


def _plain(ending: str) -> bool:
    return re.fullmatch(r"\.[a-z0-9]{1,8}", ending) is not None


def _by_content(path: Path, head: bytes, named: str | None) -> str | None:
    """The kind that the first bytes leave no doubt about; None for text."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(path, named)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _compound(path)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PARE"):
        raise SourceUnreadable("the Parquet file is encrypted; ask the sender for a plain one", code="file-encrypted")
    if _BIFF.match(head):
        return "xls"
    for mark, what in FOREIGN:
        if head.startswith(mark):
            return what
    if _MARKUP.match(_text(head)):
        return "a web page or XML"
    return None


def _text(head: bytes) -> bytes:
    """The head as single bytes, whatever its marks of order say."""
    for mark, codec in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            return head[len(mark) :].decode(codec, "replace").encode()
    return head


def _is_no_json(head: bytes) -> bool:
    text = _text(head).lstrip()
    return bool(text) and text[:1] not in b'{["-0123456789tfn'


def _zip(path: Path, named: str | None) -> str:
    """An archive is a workbook by its parts, not by its name. A directory that can't be read is left to the reader."""
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            names = {n.lower() for n in archive.namelist()}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError):
        return "zip" if named == "zip" else "xlsx"
    if "xl/workbook.xml" in names or (
        "[content_types].xml" in names and any(n.startswith("xl/") and n.endswith("workbook.xml") for n in names)
    ):
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "a binary workbook (xlsb)"
    if "word/document.xml" in names:
        return "a text document"
    if "content.xml" in names:
        return "an OpenDocument file"
    return "zip"


def _compound(path: Path) -> str:
    kind = kind_of_compound(path)
    if kind == "encrypted":
        raise SourceUnreadable(
            "the workbook is protected by a password; ask the sender for an unprotected file", code="file-encrypted"
        )
    return "xls" if kind == "xls" else "an old office document"
