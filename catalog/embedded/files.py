"""The published bytes on disk. A file arrives in incoming/, is made durable, and moves to kept/ under a name of its own.

Bytes are never replaced in place: new bytes are a new file, and the old one goes once nothing names it. Which resource
owns which file is left to the database; whatever it doesn't name is swept away at the next start.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

MEDIA_TYPES = {
    ".csv": "text/csv; charset=utf-8",
    ".tsv": "text/tab-separated-values; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".geojson": "application/geo+json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xls": "application/vnd.ms-excel",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".zip": "application/zip",
}
NAME_LENGTHS = (3, 100)  # CKAN's


def media_type(file_name: str) -> str:
    """The type a download is sent with. Unknown endings, web pages among them, go as plain bytes.

    >>> media_type("a.csv"), media_type("a.html")
    ('text/csv; charset=utf-8', 'application/octet-stream')
    """
    return MEDIA_TYPES.get(Path(file_name).suffix.lower(), "application/octet-stream")


def tidy_file_name(name: str) -> str:
    """A name for addresses as CKAN makes it: ASCII letters, digits and `._-`, no path, 3 to 100 characters.

    >>> tidy_file_name("../../etc/预算 2018.BIN"), tidy_file_name("..\\\\.."), tidy_file_name("a b.csv")
    ('-2018.bin', '___', 'a-b.csv')
    """
    name = re.split(r"[/\\]", unicodedata.normalize("NFKD", name))[-1].lower().strip()
    name = re.sub(r"[^a-z0-9_. -]", "", name).replace(" ", "-")
    name = re.sub(r"-+", "-", name)
    if not name.strip("."):
        name = ""
    shortest, longest = NAME_LENGTHS
    stem, dot, ending = name.rpartition(".")
    if len(name) > longest:
        name = stem[: longest - len(ending) - 1] + dot + ending if len(ending) < 20 else name[:longest]
    return name + "_" * (shortest - len(name))


@dataclass
class Upload:
    """A file that has arrived whole in incoming/, its bytes counted and hashed on the way, durable on disk."""

    name: str
    path: Path
    bytes: int
    sha256: str


@dataclass
class Arriving:
    """A file being received. Call `finish` or `discard`."""

    name: str
    path: Path
    out: BinaryIO
    received: int = 0
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def write(self, data: bytes) -> None:
        self.digest.update(data)
        self.received += len(data)
        self.out.write(data)

    def finish(self) -> Upload:
        self.out.flush()
        os.fsync(self.out.fileno())
        self.out.close()
        return Upload(self.name, self.path, self.received, self.digest.hexdigest())

    def discard(self) -> None:
        self.out.close()
        self.path.unlink(missing_ok=True)


class Files:
    """incoming/ and kept/ under one folder of one file system."""

    def __init__(self, root: Path) -> None:
        self._incoming, self._kept = root / "incoming", root / "kept"
        for folder in (self._incoming, self._kept):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def arriving(self, name: str) -> Arriving:
        """A new file to write to; `name` is the sender's and touches no path."""
        path = self._incoming / secrets.token_hex(16)
        return Arriving(name, path, path.open("xb"))

    def keep(self, upload: Upload) -> str:
        """Move an upload to its place; the returned name finds it again. Durable when this returns."""
        blob = upload.path.name
        folder = self._kept / blob[:2]
        if not folder.exists():
            folder.mkdir(mode=0o700)
            _sync(self._kept)
        upload.path.rename(folder / blob)
        _sync(folder)
        return blob

    def open(self, blob: str) -> BinaryIO | None:
        """The bytes; None where the file is gone. An open file stays readable when it is dropped meanwhile."""
        try:
            return (self._kept / blob[:2] / blob).open("rb")
        except FileNotFoundError:
            return None

    def drop(self, blob: str) -> None:
        """Remove the bytes for good."""
        (self._kept / blob[:2] / blob).unlink(missing_ok=True)

    def sweep(self, named: set[str]) -> int:
        """Remove what an interrupted run left: half arrivals, and files that no resource names. How many."""
        left = [*self._incoming.iterdir(), *(p for p in self._kept.glob("*/*") if p.name not in named)]
        for path in left:
            path.unlink()
        return len(left)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
