"""Holds claimed work: says at the desk that it goes on, and ends the process where somebody cancelled it or where the claim lapsed
and another took it over. The whole process ends at once, wherever it is, and the supervisor starts another. Everything is
written whole or not at all, so that nothing half done can stay; the next runner clears up.

A library in the middle of a million rows hears no signal, so none is sent: ending the process is the only stop that is true.
A process that was halted for a while hears nothing either: before it writes at the desk, or in the catalogue, it looks first.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from domain.errors import TransitionRefused
from flows.home import Home
from flows.workdir import remove, run_dir

STOPPED = 75  # exit status where the work was cancelled or another's; the supervisor counts no death
LOOK_SECONDS = 0.5
LOST = "work {work} was taken over by another runner while this one was halted; it ends here and leaves it to the other"
_held: list[tuple[int, str]] = []  # work and name of its runner, in this process
_acting = threading.Lock()


def key_file(home: Home, work: int) -> Path:
    """Where the runner notes which preparation a work is, for whoever clears up after it."""
    return home.run / f"work-{work}.key"


def note_key(home: Home, work: int, run_key: str) -> None:
    """Written before the desk hears of the run, so that no release is ever left without it."""
    path = key_file(home, work)
    part = path.with_suffix(".part")
    part.write_text(run_key, "utf-8")
    part.replace(path)


@contextmanager
def held(work: int, worker: str, *, is_cancellable: bool = False) -> Iterator[None]:
    """Within the block the claim is extended in time. The process ends as soon as the claim isn't that worker's any more, before
    anything it writes after that, and with `is_cancellable` as soon as the desk says that the work is to stop. After the
    block it's too late to stop."""
    from review.transaction import fenced

    ended = threading.Event()

    def keep() -> None:
        from review.acts.work import LEASE_SECONDS
        from review.setup import close

        lapses = time.monotonic() + LEASE_SECONDS
        try:
            while not ended.wait(LOOK_SECONDS):
                try:
                    is_over, said = _is_over(work, worker, is_cancellable=is_cancellable)
                    if not is_over and lapses - (now := time.monotonic()) < LEASE_SECONDS * 2 / 3:
                        _extend(work, worker)
                        lapses = now + LEASE_SECONDS
                except TransitionRefused:
                    is_over, said = True, LOST
                except Exception:  # the database may come back before the claim lapses
                    is_over, said = time.monotonic() > lapses, LOST
                with _acting:
                    if is_over and not ended.is_set():
                        _end(said.format(work=work))
        finally:
            close()

    thread = threading.Thread(target=keep, name=f"hold-{work}", daemon=True)
    _held.append((work, worker))
    thread.start()
    try:
        with fenced(check_held):
            yield
    finally:
        with _acting:
            ended.set()
        thread.join()
        _held.remove((work, worker))


@contextmanager
def to_its_end() -> Iterator[None]:
    """Within the block nobody's word ends the process: what has been begun here is done, then it ends."""
    with _acting:
        yield


def check_held() -> None:
    """Before something is done that others see: the process ends where the work that it does was taken over."""
    for work, worker in _held:
        is_over, said = _is_over(work, worker, is_cancellable=False)
        if is_over:
            _end(said.format(work=work))


def _is_over(work: int, worker: str, *, is_cancellable: bool) -> tuple[bool, str]:
    """Whether that worker has to stop, and what its log is told."""
    from review import queries

    row = queries.work_of(work)
    if row["worker"] != worker or row["state"] not in ("running", "stopping"):
        return True, LOST
    return is_cancellable and row["state"] == "stopping", ""


def _extend(work: int, worker: str) -> None:
    from review import desk
    from review.acts.work import LEASE_SECONDS

    desk.extend_claim(work, worker, lease_seconds=LEASE_SECONDS)


def _end(said: str = "") -> NoReturn:
    if said:
        print(said, file=sys.stderr, flush=True)
    os._exit(STOPPED)


def settle_cancelled(home: Home, kinds: Collection[str]) -> int:
    """Clear up after works of those kinds whose process was ended; how many there were. Called by the one process that does them,
    between works."""
    from review import desk, queries

    rows = [row for row in queries.work_list("stopping") if row["kind"] in kinds]
    for row in rows:
        path = key_file(home, row["id"])
        key = path.read_text("utf-8") if path.is_file() else ""
        if key:
            remove(run_dir(home.work, key))
        desk.record_cancelled(row["id"], key)
        (home.run / f"work-{row['id']}.json").unlink(missing_ok=True)
        path.unlink(missing_ok=True)
    return len(rows)
