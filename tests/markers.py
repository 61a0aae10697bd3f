"""Unmistakable made-up values, and a search that finds them, or pieces of them, in whatever a program leaves behind.

A piece is six characters in a row of a number or word, or four Han characters in a row of the phrase. Files are looked
at as UTF-8, UTF-16, GB18030 and with their escapes undone; archives, Parquet, databases and pickled results are opened.
"""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import unquote

from redaction.shapes import mod11_2

HAN, DIGITS = 4, 6
_HAN_POOL = "琅玕霁旸瀛澂翀赟曦骞璟昶珩瑄翊筠蘅霈澍鄯邺鄞泷沣滹沱漳滏洺磁鹿泉藁栾赵辛晋深饶"
_RUNS = (
    (re.compile(r"[A-Za-z0-9]{6,}"), DIGITS),
    (re.compile(r"[\u4e00-\u9fff]{4,}"), HAN),
)
_NOISE = re.compile(  # what chance alone may fill with six digits in a row: hashes, moments, fractions
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|\b(?=[0-9]*[a-f])[0-9a-f]{12,}\b"
    r"|\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?"
    r"|\b\d{1,5}\.\d{3,}\b"
)
_ESCAPES = (
    (re.compile(r"\\+u([0-9a-fA-F]{4})"), lambda m: chr(int(m[1], 16))),
    (re.compile(r"(?:\\+x[0-9a-fA-F]{2})+"), lambda m: bytes.fromhex(re.sub(r"\\+x", "", m[0])).decode("utf-8", "replace")),
)  # fmt: skip


@dataclass(frozen=True)
class Mark:
    """The values of one case: an ID-shaped number, a mobile number, a phrase of Han characters, a Latin word."""

    case: str
    number: str
    phone: str
    phrase: str
    word: str

    @property
    def values(self) -> tuple[str, ...]:
        return (self.number, self.phone, self.phrase, self.word)


def made(case: str) -> Mark:
    """The marks of a case; equal names have equal marks."""
    draw = Random(case)
    head = f"1199{draw.randrange(90, 100)}{draw.randrange(1940, 2010)}{draw.randrange(1, 13):02}{draw.randrange(1, 29):02}{draw.randrange(1000):03}"
    letters = "".join(draw.choice("bcdfghjkmnpqrstvwxz") for _ in range(14))
    phrase = "".join(draw.sample(_HAN_POOL, 12))
    return Mark(case, head + mod11_2(head), f"1{draw.randrange(3, 10)}{draw.randrange(10**8, 10**9)}", phrase, letters)


@dataclass
class Search:
    """All marks made so far; `found` says which cases' values stand in a text or file."""

    pieces: dict[str, str] = field(default_factory=dict)
    before: dict[Path, tuple[int, int]] = field(default_factory=dict)
    rows: set[int] = field(default_factory=set)

    def mark(self, case: str) -> Mark:
        """New marks, known to the search from now on."""
        mark = made(case)
        for value in mark.values:
            size = HAN if "\u4e00" <= value[0] <= "\u9fff" else DIGITS
            self.pieces |= {value[i : i + size]: case for i in range(len(value) - size + 1)}
        return mark

    def in_text(self, text: str) -> set[str]:
        """Cases whose marks stand in the text, whole or in part."""
        plain = _NOISE.sub(" ", text)
        return {
            self.pieces[run[i : i + size]]
            for pattern, size in _RUNS
            for run in pattern.findall(plain)
            for i in range(len(run) - size + 1)
            if run[i : i + size] in self.pieces
        }

    def in_bytes(self, data: bytes) -> set[str]:
        """Cases whose marks stand in the bytes, as any of the encodings and inside what is packed."""
        found: set[str] = set()
        for text in readings(data):
            found |= self.in_text(text)
        for inner in unpacked(data):
            found |= self.in_bytes(inner)
        return found

    def in_file(self, path: Path) -> set[str]:
        """As `in_bytes`; of a database only rows that weren't there before, its journal left to it."""
        if path.name.endswith(("-wal", "-shm")):
            return set()
        if path.suffix not in (".db", ".sqlite3"):
            return self.in_bytes(path.read_bytes())
        fresh = {hash(row): row for row in dumped(path)}
        texts = [row for number, row in fresh.items() if number not in self.rows]
        self.rows |= fresh.keys()
        return self.in_text("\n".join(texts))

    def in_files(self, root: Path, *, apart: Iterable[str], all_bytes: bool = False) -> dict[str, set[str]]:
        """Files under `root` that hold marks, those that changed since the last call; `apart`: beginnings left out."""
        leaks: dict[str, set[str]] = {}
        for path in sorted(root.rglob("*")):
            inside = path.relative_to(root).as_posix()
            if inside.startswith(tuple(apart)) or not path.is_file():
                continue
            state = (path.stat().st_mtime_ns, path.stat().st_size)
            if not all_bytes and self.before.get(path) == state and path.suffix not in (".db", ".sqlite3"):
                continue
            self.before[path] = state
            hits = self.in_text(inside) | (self.in_bytes(path.read_bytes()) if all_bytes else self.in_file(path))
            if hits:
                leaks[inside] = hits
        return leaks


def readings(data: bytes) -> Iterator[str]:
    """The bytes as the texts that they may be, escapes undone."""
    text = data.decode("utf-8", "ignore")
    yield text
    if "\\" in text or "%" in text or "&#" in text:
        undone = unquote(html.unescape(text))
        for pattern, plain in _ESCAPES:
            undone = pattern.sub(plain, undone)
        yield undone
    if b"\x00" in data or not _is_utf8(data):
        for codec in ("utf-16-le", "utf-16-be"):
            yield data.decode(codec, "ignore")
            yield data[1:].decode(codec, "ignore")
        yield data.decode("gb18030", "ignore")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def unpacked(data: bytes) -> Iterator[bytes]:
    """What lies inside an archive, a Parquet file or a JSON text with packed strings."""
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield archive.read(name)
    elif data.startswith(b"\x1f\x8b"):
        yield gzip.decompress(data)
    elif data.startswith(b"PAR1"):
        import pyarrow.parquet as pq

        table = pq.read_table(io.BytesIO(data))
        yield json.dumps(table.to_pydict(), ensure_ascii=False, default=str).encode()
        yield str(table.schema).encode()
    elif data.startswith((b"{", b"[")):
        yield from _packed_strings(data)


def _packed_strings(data: bytes) -> Iterator[bytes]:
    """Base64 inside JSON, as Prefect keeps pickled results."""
    for found in re.findall(rb'"([A-Za-z0-9+/\\n]{40,}={0,2})', data):
        try:
            inner = base64.b64decode(found.replace(b"\\n", b""), validate=True)
        except ValueError:
            continue
        yield inner
        if inner[:1] == b"\x78":
            yield zlib.decompress(inner)


def dumped(database: Path) -> Iterator[str]:
    """Every row of every table of a SQLite database as text."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30) as base:
        base.text_factory = lambda raw: raw.decode("utf-8", "replace")
        for (name,) in base.execute("select name from sqlite_master where type='table'").fetchall():
            for row in base.execute(f'select * from "{name}"'):
                yield "\n".join(text for cell in row for text in _cell(cell))
    base.close()


def _cell(cell: object) -> Iterator[str]:
    match cell:
        case bytes():
            yield from readings(cell)
            yield from (text for inner in unpacked(cell) for text in readings(inner))
        case str() if "\\" in cell or "%" in cell:
            yield from readings(cell.encode())
        case None:
            return
        case _:
            yield str(cell)
