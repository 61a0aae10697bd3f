"""Bytes on their way into a store: streamed into a `.part` file while they are hashed, invisible until they are whole.

A writer holds a lock on its part, so that sweeping up after a crash never takes a living writer's file. Where the
finished part goes is left to filesystem.py and s3.py.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from domain.errors import ArtefactMissing, ContentChanged, StorageUnavailable

CHUNK = 1 << 20
INCOMING = "incoming"
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Part:
    """A whole, durable temporary file and what it holds."""

    path: Path
    sha256: str
    bytes: int


def require_sha256(text: str) -> str:
    """The text itself if it is 64 lower-case hex digits, else ArtefactMissing: a name must never become a path."""
    if SHA256.fullmatch(text):
        return text
    raise ArtefactMissing("an artefact is named by 64 hex digits; the record that names this one is damaged")


def changed(sha256: str) -> ContentChanged:
    """The error for stored bytes that aren't what their name says."""
    return ContentChanged(
        f"stored artefact {sha256[:16]}… no longer has the bytes it was stored with; keep a copy for the inquiry, "
        "delete it from the store, then take the source in again"
    )


def missing(sha256: str) -> ArtefactMissing:
    """The error for an artefact that isn't there."""
    return ArtefactMissing(f"artefact {sha256[:16]}… isn't in the store; take the source in again or restore a backup")


def verified(pieces: Iterable[bytes], sha256: str) -> Iterator[bytes]:
    """The pieces as they come; ContentChanged after the last one if their hash isn't `sha256`."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
        yield piece
    if digest.hexdigest() != sha256:
        raise changed(sha256)


@contextmanager
def disk(folder: Path) -> Iterator[None]:
    """Turn the operating system's refusal to write below `folder` into StorageUnavailable."""
    try:
        yield
    except OSError as fault:
        raise StorageUnavailable(
            f"the store {folder} can't be written: {fault.strerror}; free space or mend permissions, then run again"
        ) from None


def sync_folder(folder: Path) -> None:
    """Make a rename or a removal in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def spooled(stream: BinaryIO, folder: Path) -> Iterator[Part]:
    """Copy the stream to a new part in `folder` (which exists), hashing it; gone at the end unless moved away.

    Constant memory. The stream's own exceptions pass through and leave nothing behind.
    """
    path = folder / f"{secrets.token_hex(16)}.part"
    with disk(folder):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            digest, size = hashlib.sha256(), 0
            while piece := stream.read(CHUNK):
                digest.update(piece)
                size += len(piece)
                with disk(folder):
                    _write_all(file, piece)
            with disk(folder):
                os.fsync(file.fileno())
            yield Part(path, digest.hexdigest(), size)
    finally:
        path.unlink(missing_ok=True)


def _write_all(file: BinaryIO, piece: bytes) -> None:
    """Unbuffered files may take less than they were given."""
    rest = memoryview(piece)
    while rest:
        rest = rest[file.write(rest) :]


def sweep_parts(folder: Path, older_than_seconds: float, now: datetime) -> tuple[str, ...]:
    """Delete parts whose writer is gone and that weren't written to for that long; names of those deleted."""
    swept: list[str] = []
    for path in sorted(folder.glob("*.part")):
        with suppress(FileNotFoundError), path.open("rb") as file, suppress(BlockingIOError):
            if now.timestamp() - os.fstat(file.fileno()).st_mtime < older_than_seconds:
                continue
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
            swept.append(path.name)
    return tuple(swept)
