"""Files on this machine: a path or a glob pattern, relative to `base` or absolute. Only plain files are taken."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from domain.errors import SourceUnavailable
from domain.release import Artefact
from intake.connectors.arrival import Request

CHUNK = 1 << 20


def pull(request: Request) -> tuple[Artefact, ...]:
    """Every matching file in the order of its path. SourceUnavailable: none there, a directory or device among them,
    a relative location that leads out of the base, a file that changes while it is read."""
    found = find(request.location, request.base)
    files = [(path.name, plain_file(path, inside=fence(request.location, request.base))) for path in found]
    request.budget.announce(sum(real.stat().st_size for _, real in files))
    return tuple(request.receive(_pieces(real, name), name) for name, real in files)


def fence(location: str, base: Path) -> Path | None:
    """The folder that a location may not leave: the base for a relative one, none for an absolute one."""
    return None if Path(location).is_absolute() else base.resolve()


def find(location: str, base: Path) -> list[Path]:
    """Paths that the location names, sorted; a file whose name merely looks like a pattern is itself."""
    path = base / location
    if os.path.lexists(path):
        return [path]
    if glob.has_magic(location):
        pattern = location if Path(location).is_absolute() else str(Path(glob.escape(str(base))) / location)
        found = sorted(set(glob.glob(pattern, recursive=True)))  # noqa: PTH207  Path.glob takes no absolute pattern
        if found:
            return [Path(name) for name in found]
    raise SourceUnavailable(f"no file at {path}; check the path, and that the sender has delivered")


def plain_file(path: Path, *, inside: Path | None) -> Path:
    """The real path of a plain file. SourceUnavailable for anything else, or where it lies outside of `inside`."""
    try:
        real = path.resolve(strict=True)
        mode = real.stat().st_mode
    except (OSError, RuntimeError) as fault:  # RuntimeError: links in a circle
        raise SourceUnavailable(
            f"{path} can't be opened ({type(fault).__name__}); check path and permissions"
        ) from None
    if inside is not None and not real.is_relative_to(inside):
        raise SourceUnavailable(f"{path} leads out of {inside}; give an absolute path if that is what you mean")
    if not stat.S_ISREG(mode):
        kind = "a directory" if stat.S_ISDIR(mode) else "a device, pipe or socket"
        raise SourceUnavailable(f"{path} is {kind}; name a file, or a pattern that matches files only")
    return real


def _pieces(path: Path, name: str) -> Iterator[bytes]:
    """The file's bytes; refused if it was exchanged meanwhile for a link or pipe, or is still being written."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb", buffering=0) as file:
            before = os.fstat(handle)
            if not stat.S_ISREG(before.st_mode):
                raise SourceUnavailable(f"{path} is no longer a plain file; look who exchanged it")
            size = 0
            while piece := file.read(CHUNK):
                size += len(piece)
                yield piece
            after = os.fstat(handle)
    except OSError as fault:
        raise SourceUnavailable(f"{path} can't be read ({fault.strerror}); check path and permissions") from None
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns) or size != after.st_size:
        raise SourceUnavailable(f"{name} changed while it was read; wait until the sender has finished", transient=True)
