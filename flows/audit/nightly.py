"""Adopted catalogues are looked at again each night: the work `adopted`, and the process that does it.

A process of its own beside the runner: a look goes at the pace of somebody else's server, and no publication and no order to
hide waits for that. It is told to stop by its end: whatever a look has seen is kept, and the work is claimed again.
The look itself is left to looks.py.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from domain.errors import MingjingError
from flows.audit.adopted import baseline_files
from flows.audit.looks import take_in
from flows.guard import note
from flows.home import Home, home_path, open_home
from flows.platform import open_platform
from flows.runner import do_work

WORKER = f"adopted-{os.getpid()}"
POLL_SECONDS = 5.0


def ask() -> int | None:
    """Ask for tonight's look; the work's number, None where nothing was adopted or an earlier look still waits or goes on."""
    from review import desk, queries

    platform = open_platform()
    if not baseline_files(platform.home):
        return None
    if any(row["kind"] == "adopted" for state in ("queued", "running") for row in queries.work_list(state)):
        return None
    return desk.ask("adopted", {})


def step(home: Home) -> bool:
    """Do the look that was asked for, or that died with the process before; True where there was one."""
    from review import desk

    row = desk.claim(WORKER, kinds=("adopted",))
    if row is not None:
        do_work(home, row, WORKER)
    return row is not None


def main() -> None:
    """Run until SIGTERM (started by `mingjing serve`); where it can't run it says why in one line."""
    try:
        home = open_home(home_path(None))
        while not baseline_files(home):  # nothing to do, nothing to hold in memory
            time.sleep(POLL_SECONDS)
        platform = open_platform()
    except MingjingError as refused:
        note(refused, "adopted")
        sys.exit(refused.exit_status)
    known: dict[Path, int] = {}
    while True:
        try:
            take_in(platform, known)
            is_done = step(home)
        except Exception as fault:  # the database may come back
            note(fault, "adopted")
            is_done = False
        if not is_done:
            time.sleep(POLL_SECONDS)


if __name__ == "__main__":
    main()
