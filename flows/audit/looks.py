"""A night's look at what was adopted: every catalogue compared with its baseline, and the desk told; what was adopted since, too.

When it happens and in which process is left to nightly.py; what counts as a change to adopted.py, what one leads to to
review/acts/adopted.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.errors import MingjingError
from flows.audit.adopted import as_adopted, baseline_files, read_baseline
from flows.audit.run import Asked, compare_one, labels
from flows.cases import due_on
from flows.guard import note
from flows.home import Home
from flows.platform import Platform

if TYPE_CHECKING:
    from review.adopted_look import Look

KEPT_OF_CHANGE = ("key", "code", "severity", "dataset", "field", "file")


def look_at_all(platform: Platform) -> dict[str, int]:
    """Look at every adopted catalogue again, keep what was found and open the cases that it wants; {catalogues, reached,
    datasets, files, unseen, changes, held, fresh}: `held` have to be looked at by a person, `fresh` are those of them that
    nobody was told of before.

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
    """Let the desk know of what was adopted since: it stands as it was adopted as far as it could be looked at then, and open cases
    about it are settled without waiting for the night. `known`: baselines that it knows, with the nanosecond of their file."""
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
            found = as_adopted(baseline, labels(platform.packs))
            look = Look(baseline.catalogue, baseline.on, _counts(found), _kept(found["unlooked"]))
            desk.record_adopted(look, due_on(platform, urgent=False))
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
    counts = _counts({**found, "unseen": len(found["unseen"]), "gaps": len(found["gaps"])})
    changes = _kept([*found["changes"], *found["unlooked"]])
    unseen = frozenset((one["dataset"], one["file"]) for one in found["unseen"])
    return Look(url, on, counts, changes, unseen, is_whole=not found["gaps"])


def _counts(found: Mapping[str, Any]) -> dict[str, int]:
    return {name: found[name] for name in ("datasets", "files", "unseen", "unhashed", "gaps")}


def _kept(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{name: row[name] for name in KEPT_OF_CHANGE} for row in rows]
