"""Holds claimed work: says at the desk that it goes on, and ends the process where somebody cancelled it or where the claim lapsed
and another took it over. The whole process ends at once, wherever it is, and the supervisor starts another. Everything is
written whole or not at all, so that nothing half done can stay.

A library in the middle of a million rows hears no signal, so none is sent: ending the process is the only stop that is true.
A process that was halted for a while hears nothing either: before it writes at the desk, in the catalogue or in the directory of a
run that others may go on with, it looks first.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from domain.errors import TransitionRefused

STOPPED = 75  # exit status where the work was cancelled or another's; the supervisor counts no death
LOOK_SECONDS = 0.5
LAST_SECONDS = 2.0  # that what goes together still has, where the process ends in any case
LOST = "work {work} was taken over by another runner while this one was halted; it ends here and leaves it to the other"
_held: list[tuple[int, str]] = []  # work and name of its runner, in this process
_acting = threading.Lock()


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


def end_at_last(said: str) -> NoReturn:
    """End the process, wherever it is; what must go together (`to_its_end`) has LAST_SECONDS."""
    _acting.acquire(timeout=LAST_SECONDS)
    print(said, file=sys.stderr, flush=True)
    os._exit(1)


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
