"""Which services of an installation run now: told by file locks, which the kernel gives back when a process dies."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import UsageInvalid
from flows.home import Home


def _lock_file(home: Home) -> Path:
    return home.run / "runner.lock"


def runner_is_alive(home: Home) -> bool:
    """Whether a runner of this installation takes requests at this moment."""
    path = _lock_file(home)
    if not path.exists():
        return False
    with path.open("rb") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(handle, fcntl.LOCK_UN)
        return False


@contextmanager
def hold_runner_lock(home: Home) -> Iterator[None]:
    """Be the one runner of this installation. Raises UsageInvalid where there is one."""
    path = _lock_file(home)
    with path.open("ab") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageInvalid("this installation is being served already; stop that service first") from None
        yield
