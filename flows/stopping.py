"""Stops a preparation that somebody cancelled: the runner's whole process ends at once, wherever it is, and the supervisor starts
another. Everything is written whole or not at all, so that nothing half done can stay; the next runner clears up.

A library in the middle of a million rows hears no signal, so none is sent: ending the process is the only stop that is true.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from flows.home import Home
from flows.workdir import remove, run_dir

STOPPED = 75  # exit status of a runner that ended because its work was cancelled; its supervisor counts no death
LOOK_SECONDS = 0.5


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
def stopped_when_told(work: int) -> Iterator[None]:
    """Within the block the process ends as soon as the desk says that this work is to stop. After it, it's too late to stop."""
    ended, watch = threading.Event(), threading.Lock()

    def look() -> None:
        from review import queries
        from review.setup import close

        try:
            while not ended.wait(LOOK_SECONDS):
                if queries.work_of(work)["state"] == "stopping":
                    with watch:
                        if not ended.is_set():
                            _end()
        finally:
            close()

    thread = threading.Thread(target=look, name=f"stop-{work}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        with watch:
            ended.set()
        thread.join()


def _end() -> NoReturn:
    os._exit(STOPPED)


def settle_cancelled(home: Home) -> int:
    """Clear up after works whose process was ended; how many there were. Called by the one runner, between works."""
    from review import desk, queries

    rows = queries.work_list("stopping")
    for row in rows:
        path = key_file(home, row["id"])
        key = path.read_text("utf-8") if path.is_file() else ""
        if key:
            remove(run_dir(home.work, key))
        desk.record_cancelled(row["id"], key)
        (home.run / f"work-{row['id']}.json").unlink(missing_ok=True)
        path.unlink(missing_ok=True)
    return len(rows)
