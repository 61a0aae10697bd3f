"""What the catalogue holds: database and files under one folder, changed together or not at all.

A change moves its files into place first, then commits the rows that name them, then removes what nothing names any
more. Whoever looks sees the catalogue before a change or after it; a run that dies in between leaves only files that
nobody can reach, and the next start sweeps them away.
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from catalog.embedded.database import Database
from catalog.embedded.facets import Facets
from catalog.embedded.files import Files, Upload

Clock = Callable[[], datetime]


class RootTaken(Exception):
    """Another process serves this folder."""


@dataclass
class Change:
    """One transaction under way. `now` is its time: UTC, microseconds, later than that of every change before."""

    connection: sqlite3.Connection
    now: str
    _files: Files
    _kept: list[str] = field(default_factory=list)
    _dropped: list[str] = field(default_factory=list)

    def keep(self, upload: Upload) -> str:
        """Take a file in; it is removed again if the change fails."""
        blob = self._files.keep(upload)
        self._kept.append(blob)
        return blob

    def drop(self, blob: str | None) -> None:
        """Let a file go once the change is committed."""
        if blob:
            self._dropped.append(blob)

    def _undo(self) -> None:
        for blob in self._kept:
            self._files.drop(blob)

    def _finish(self) -> None:
        for blob in self._dropped:
            self._files.drop(blob)


class Holding:
    """One catalogue's database and files. One process per folder."""

    def __init__(self, root: Path, clock: Clock = lambda: datetime.now(UTC)) -> None:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = (root / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise RootTaken(f"another catalogue process serves {root}; stop it first") from None
        self._clock, self._last = clock, datetime.min.replace(tzinfo=UTC)
        self.files = Files(root)
        self.database = Database(root / "catalogue.sqlite")
        self.facets = Facets()
        with self.database.reading() as connection:
            self.swept = self.files.sweep({row[0] for row in connection.execute("SELECT blob FROM resource") if row[0]})

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """A connection that sees one moment."""
        return self.database.reading()

    @contextmanager
    def changing(self) -> Iterator[Change]:
        """A change; nobody else changes meanwhile. Files and rows stay as they were if the block raises."""
        change: Change | None = None
        try:
            with self.database.writing() as connection:
                change = Change(connection, self._moment(connection), self.files)
                connection.execute("UPDATE state SET generation = generation + 1")
                yield change
        except BaseException:
            if change is not None:
                change._undo()
            raise
        change._finish()

    def close(self) -> None:
        """Close database and lock."""
        self.database.close()
        self._lock.close()

    def _moment(self, connection: sqlite3.Connection) -> str:
        newest = connection.execute("SELECT max(modified) FROM package").fetchone()[0]
        stored = datetime.fromisoformat(newest).replace(tzinfo=UTC) if newest else self._last
        self._last = max(self._clock(), self._last + timedelta(microseconds=1), stored + timedelta(microseconds=1))
        return self._last.replace(tzinfo=None).isoformat(timespec="microseconds")
