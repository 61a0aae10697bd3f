"""Clears up after work that somebody cancelled: its process has ended (flows/holding), nothing half done can stay."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from flows.home import Home
from flows.workdir import remove, run_dir


def key_file(home: Home, work: int) -> Path:
    """Where the runner notes which preparation a work is, for whoever clears up after it."""
    return home.run / f"work-{work}.key"


def note_key(home: Home, work: int, run_key: str) -> None:
    """Written before the desk hears of the run, so that no release is ever left without it."""
    path = key_file(home, work)
    part = path.with_suffix(".part")
    part.write_text(run_key, "utf-8")
    part.replace(path)


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
