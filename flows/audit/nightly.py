"""Adopted catalogues are looked at again each night: the work `adopted`, and the process that does it.

A process of its own beside the runner: a look goes at the pace of somebody else's server, and no publication and no order to
hide waits for that. It is told to stop by its end: whatever a look has seen is kept, and the work is claimed again.
What a change leads to is left to review/acts/adopted.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.errors import MingjingError
from flows.audit.adopted import baseline_files, read_baseline
from flows.audit.run import Asked, compare_one, labels
from flows.cases import due_on
from flows.home import Home, home_path, open_home
from flows.platform import Platform, open_platform
from flows.runner import do_work, note

if TYPE_CHECKING:
    from review.adopted_look import Look

WORKER = f"adopted-{os.getpid()}"
POLL_SECONDS = 5.0
KEPT_OF_CHANGE = ("key", "code", "severity", "dataset", "field", "file")


def look_at_all(platform: Platform) -> dict[str, int]:
    """Look at every adopted catalogue again, keep what was found and open the cases that it wants; {catalogues, reached,
    datasets, files, unseen, changes, held, fresh}: `held` have to be looked at by a person, `fresh` are those of them that nobody was told of before.

    One that can't be looked at is told of and tried again the next night; the others don't wait for it. Raises PackInvalid.
    """
    from review import desk

    numbers: Counter[str] = Counter()
    paths, shown = baseline_files(platform.home), labels(platform.packs)
    due = due_on(platform, urgent=False)
    looks = []
    for path in paths:
        look = _look(platform.home, path, shown)
        numbers.update({"reached": int(not look.fault), **look.counts}, **desk.record_adopted(look, due))
        looks.append(look)
    if all(look.adopted_on for look in looks):  # else nobody knows which catalogue that was
        desk.forget_adopted([look.catalogue for look in looks])
    named = ("reached", "datasets", "files", "unseen", "changes", "held", "fresh")
    return {"catalogues": len(paths), **{name: numbers[name] for name in named}}


def take_in(platform: Platform, known: dict[Path, int]) -> None:
    """Let the desk know of what was adopted since: it stands as it was adopted, and open cases about it are settled without
    waiting for the night. `known`: baselines that it knows, with the nanosecond of their file."""
    from review import adopted, desk
    from review.adopted_look import Look

    for path in baseline_files(platform.home):
        if known.get(path) == (written := path.stat().st_mtime_ns):
            continue
        try:
            baseline = read_baseline(path)
        except MingjingError:
            continue  # the night's look tells of it
        row = adopted.watched(baseline.catalogue)
        if row is None or row.adopted_on < baseline.on:
            files = [file for dataset in baseline.datasets for file in dataset.files]
            unseen = sum(file.sha256 is None for file in files)
            counts = {"datasets": len(baseline.datasets), "files": len(files) - unseen, "unseen": unseen, "gaps": 0}
            desk.record_adopted(Look(baseline.catalogue, baseline.on, counts), due_on(platform, urgent=False))
        known[path] = written


def _look(home: Home, path: Path, shown: Any) -> Look:
    from review.adopted_look import Look

    url, on = path.parent.name, ""
    try:
        baseline = read_baseline(path)
        url, on = baseline.catalogue, baseline.on
        found = compare_one(home, baseline, Asked(url), os.environ, shown)
    except MingjingError as named:
        note(named, f"look at {url}")
        return Look(url, on, fault=named.name())
    except Exception as fault:  # of one catalogue; the others are looked at
        note(fault, f"look at {url}")
        return Look(url, on, fault="fault")
    counts = {
        "datasets": found["datasets"], "files": found["files"], "unseen": len(found["unseen"]), "gaps": len(found["gaps"]),
    }  # fmt: skip
    changes = [{name: change[name] for name in KEPT_OF_CHANGE} for change in found["changes"]]
    unseen = frozenset((one["dataset"], one["file"]) for one in found["unseen"])
    return Look(url, on, counts, changes, unseen, is_whole=not found["gaps"])


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
    from review.acts.work import APART

    row = desk.claim(WORKER, kinds=APART)
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
