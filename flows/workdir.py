"""Steps of one run on disk: each writes into a `NAME.*.part` of its process, which becomes `NAME` when the step is whole.

The run's directory is named by its run key (a hash of everything that goes in), so a run that died is found again.
Raw tables lie here while a run is under way; the directory is 0700 and removed when the release is sealed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter

from flows.holding import check_held

T = TypeVar("T")


def run_dir(work: Path, run_key: str) -> Path:
    """The run's directory, made if it isn't there."""
    path = work / run_key[:32]
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


@contextmanager
def writing(run: Path, step: str) -> Iterator[Path]:
    """A fresh directory for the step's files; on leaving without an error it takes the step's name at once."""
    part, done = run / f"{step}.{os.getpid()}.part", run / step
    for left in run.glob(f"{step}.*.part"):  # of a process that died, or was halted until this one took over
        shutil.rmtree(left, ignore_errors=True)
    part.mkdir(mode=0o700)
    yield part
    check_held()
    shutil.rmtree(done, ignore_errors=True)
    part.replace(done)
    handle = os.open(run, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_done(run: Path, step: str) -> bool:
    return (run / step).is_dir()


def remove(run: Path) -> None:
    """Forget the run's files."""
    check_held()
    shutil.rmtree(run, ignore_errors=True)


def save(path: Path, kind: Any, value: Any) -> bytes:
    """Write a domain value as JSON; returns the bytes."""
    data: bytes = _adapter(kind).dump_json(value)
    path.write_bytes(data)
    return data


def load(path: Path, kind: type[T]) -> T:
    """Read back what `save` wrote."""
    known: Any = kind
    found: T = _adapter(known).validate_json(path.read_bytes())
    return found


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    """Compiling a type's schema costs tens of milliseconds."""
    return TypeAdapter(kind)
