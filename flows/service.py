"""Which services of an installation run now: told by file locks, which the kernel gives back when a process dies."""

from __future__ import annotations

import fcntl
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import BinaryIO

from domain.errors import UsageInvalid
from flows.holding import end_at_last
from flows.home import Home

TRIES, PAUSE = 20, 0.01  # seconds
END_SECONDS = 12.0  # within these a service that was told to stop has ended


def _lock_file(home: Home, name: str) -> Path:
    return home.run / f"{name}.lock"


def until_told(ends_within: float | None = END_SECONDS) -> threading.Event:
    """Set as soon as this process is told to stop (SIGTERM, Ctrl-C); it has then `ends_within` seconds to end in order, and ends
    at once after them (None: it takes the time it needs). Call it in the main thread.

    A library may put a handler of its own in the place of ours for a while, which raises wherever the main thread stands, and
    where that is a finaliser Python swallows it. So a thread reads from the kernel's pipe which signals came.
    """
    stop = threading.Event()
    came, told = os.pipe()
    os.set_blocking(told, False)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave_it_to_the_thread)
    signal.set_wakeup_fd(told, warn_on_full_buffer=False)
    threading.Thread(target=_heed, args=(came, stop, ends_within), name="until-told", daemon=True).start()
    return stop


def _leave_it_to_the_thread(_signal: int, _frame: FrameType | None) -> None:
    """Sets nothing: the main thread may stand inside the event's own lock, and would wait for itself."""


def _heed(came: int, stop: threading.Event, ends_within: float | None) -> None:
    while os.read(came, 1)[0] not in (signal.SIGTERM, signal.SIGINT):
        pass
    stop.set()
    if ends_within is not None:
        time.sleep(ends_within)
        end_at_last(
            f"told to stop {ends_within:.0f} seconds ago and not done; what was begun is done at the next start"
        )


def runner_is_alive(home: Home, name: str = "runner") -> bool:
    """Whether the runner of this installation, or the one of that name beside it (flows/watching), takes requests at this moment."""
    path = _lock_file(home, name)
    if not path.exists():
        return False
    with path.open("rb") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(handle, fcntl.LOCK_UN)
        return False


def check_unserved(home: Home) -> None:
    """Raises UsageInvalid where a runner takes this installation's requests already."""
    if runner_is_alive(home):
        raise _served(home)


@contextmanager
def hold_runner_lock(home: Home, name: str = "runner") -> Iterator[None]:
    """Be the one runner of that name in this installation, its process number in the lock file. Raises UsageInvalid where there
    is one."""
    with _lock_file(home, name).open("ab") as handle:
        if not _taken(handle):
            raise _served(home, name)
        handle.truncate(0)
        handle.write(str(os.getpid()).encode())
        handle.flush()
        yield


def _taken(handle: BinaryIO) -> bool:
    """Take the lock. Whoever only asks whether there is a runner holds it for an instant, so it's tried again."""
    for _ in range(TRIES):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(PAUSE)
        else:
            return True
    return False


def _served(home: Home, name: str = "runner") -> UsageInvalid:
    holder = _lock_file(home, name).read_text("utf-8")
    return UsageInvalid(
        f"this installation is being served already, by the runner with process number {holder or 'unknown'}; leave the "
        "work to it, or stop the command it belongs to (`mingjing serve`, `mingjing demo`) and run this again"
    )
