"""Artefacts in a folder: `root/ab/abcd…` (the sha256 as the file's name), written once, read-only, verified on reading.

Safe for many processes at once on one local file system. Which folder serves as quarantine and how many days it keeps
what it holds is left to flows.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from domain.errors import StorageUnavailable
from domain.release import Artefact
from storage.spool import (
    CHUNK,
    INCOMING,
    SHA256,
    Part,
    changed,
    disk,
    missing,
    require_sha256,
    spooled,
    sweep_parts,
    sync_folder,
    verified,
)


class FileStore:
    """An ArtefactStore in the folder `root`, which is made when first written to.

    `private` (the quarantine): folders 0700 and files 0400, else 0750 and 0440. A file that isn't a plain file with
    the bytes of its name is never handed out and never mended silently: ContentChanged, for a person to look into.
    """

    def __init__(self, root: Path, *, private: bool = False) -> None:
        self.root = root
        self._folder_mode, self._file_mode = (0o700, 0o400) if private else (0o750, 0o440)

    # --- writing ---

    def put(self, stream: BinaryIO, *, name: str, role: str, media_type: str = "application/octet-stream") -> Artefact:
        """Store a stream in constant memory; returns when bytes and name are durable. Equal bytes are stored once.

        Whatever the stream raises passes through and leaves nothing behind. Raises StorageUnavailable where the disk
        refuses, ContentChanged where other bytes stand under this hash.
        """
        with spooled(stream, self._folder(INCOMING)) as part:
            self._settle(part)
            return Artefact(part.sha256, part.bytes, name, role, media_type)

    def put_bytes(self, data: bytes, *, name: str, role: str, media_type: str = "application/octet-stream") -> Artefact:
        """Store bytes; as `put`."""
        return self.put(BytesIO(data), name=name, role=role, media_type=media_type)

    def _settle(self, part: Part) -> None:
        """Give the part its name; where the name is taken, the bytes there must be these, and their age starts anew."""
        target = self._path(part.sha256)
        with self._locked(fcntl.LOCK_SH):
            if os.path.lexists(target):
                for _ in self.chunks(part.sha256):
                    pass
                with disk(self.root):
                    os.utime(target)
                return
            with disk(self.root):
                folder = self._folder(part.sha256[:2])
                part.path.chmod(self._file_mode)
                part.path.rename(target)
                sync_folder(folder)

    def _folder(self, name: str) -> Path:
        """The subfolder, made durable and closed to others; a root that was open is closed."""
        path = self.root / name
        with disk(self.root):
            if not path.is_dir():
                self.root.mkdir(mode=self._folder_mode, parents=True, exist_ok=True)
                if self.root.stat().st_mode & 0o777 & ~self._folder_mode:
                    self.root.chmod(self._folder_mode)
                path.mkdir(mode=self._folder_mode, exist_ok=True)
                sync_folder(self.root)
        return path

    @contextmanager
    def _locked(self, kind: int) -> Iterator[None]:
        """Shared: a name is being given. Exclusive: one is being taken away. So neither undoes the other."""
        with disk(self.root):
            handle = os.open(self._folder(INCOMING) / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, kind)
            yield
        finally:
            os.close(handle)

    # --- reading ---

    def chunks(self, sha256: str, size: int = CHUNK) -> Iterator[bytes]:
        """The bytes in pieces. ArtefactMissing before the first; ContentChanged after the last one at the latest."""
        handle = self._open(sha256)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise changed(sha256)
        with os.fdopen(handle, "rb", buffering=0) as file:
            yield from verified(iter(lambda: file.read(size), b""), sha256)

    def _open(self, sha256: str) -> int:
        """A file descriptor, never through a symbolic link and never waiting on a FIFO."""
        path = self._path(sha256)
        try:
            return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as fault:
            if fault.errno in (errno.ENOENT, errno.ENOTDIR):
                raise missing(sha256) from None
            if fault.errno in (errno.ELOOP, errno.ENXIO):
                raise changed(sha256) from None
            raise StorageUnavailable(
                f"the store {self.root} can't be read: {fault.strerror}; mend permissions, then run again"
            ) from None

    def read(self, sha256: str) -> bytes:
        """All bytes, verified. Raises ArtefactMissing, ContentChanged."""
        return b"".join(self.chunks(sha256))

    def local_path(self, sha256: str) -> str:
        """The file itself, verified just now; read-only for the caller."""
        for _ in self.chunks(sha256):
            pass
        return str(self._path(sha256))

    def has(self, sha256: str) -> bool:
        """Whether something stands under this hash (not yet verified)."""
        return os.path.lexists(self._path(sha256))

    # --- taking away ---

    def delete(self, sha256: str) -> None:
        """Remove the bytes durably; silent where there are none."""
        path = self._path(sha256)
        if os.path.lexists(path):
            self._remove(path)

    def expired(self, days: float, now: datetime) -> tuple[str, ...]:
        """Hashes stored, or stored again, `days` or longer before `now` (with time zone), sorted."""
        limit = (now - timedelta(days=days)).timestamp()
        return tuple(p.name for p in self._stored() if p.lstat().st_mtime <= limit)

    def purge(self, days: float, now: datetime, keep: Collection[str] = frozenset()) -> tuple[str, ...]:
        """Delete what is `expired`, apart from `keep` (what open releases still need); the hashes deleted."""
        limit = (now - timedelta(days=days)).timestamp()
        return tuple(s for s in self.expired(days, now) if s not in keep and self._remove(self._path(s), limit))

    def sweep(self, older_than_seconds: float, now: datetime) -> tuple[str, ...]:
        """Delete leftovers of crashed writers; names of the files deleted. Living writers keep theirs."""
        return sweep_parts(self.root / INCOMING, older_than_seconds, now)

    def _remove(self, path: Path, not_after: float | None = None) -> bool:
        """Unlink, unless it was stored again after `not_after` meanwhile."""
        with self._locked(fcntl.LOCK_EX), disk(self.root), suppress(FileNotFoundError):
            if not_after is not None and path.lstat().st_mtime > not_after:
                return False
            path.unlink()
            sync_folder(path.parent)
            return True
        return False

    def _stored(self) -> Iterator[Path]:
        return (p for p in sorted(self.root.glob("??/*")) if SHA256.fullmatch(p.name))

    def _path(self, sha256: str) -> Path:
        return self.root / require_sha256(sha256)[:2] / sha256
