"""One SQLite file in WAL mode: many readers, one writer, whole transactions. What the rows mean is left to the others."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VERSION = 1
SCHEMA = """
CREATE TABLE owner (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('organization', 'group')), name TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL, state TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE package (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
  owner TEXT NOT NULL REFERENCES owner (id), private INTEGER NOT NULL, state TEXT NOT NULL,
  created TEXT NOT NULL, modified TEXT NOT NULL, public_since TEXT, body TEXT NOT NULL);
CREATE VIEW public_package AS SELECT * FROM package WHERE state = 'active' AND NOT private;
CREATE INDEX package_by_time ON package (modified);
CREATE INDEX package_by_owner ON package (owner);
CREATE TABLE resource (
  id TEXT PRIMARY KEY, package TEXT NOT NULL REFERENCES package (id), position INTEGER NOT NULL,
  blob TEXT UNIQUE, bytes INTEGER, sha256 TEXT, file_name TEXT, body TEXT NOT NULL);
CREATE INDEX resource_by_package ON resource (package, position);
CREATE TABLE state (generation INTEGER NOT NULL);
INSERT INTO state VALUES (0);
CREATE TABLE gone (id TEXT PRIMARY KEY, name TEXT, removed TEXT NOT NULL);
CREATE TABLE trait (
  field TEXT NOT NULL, value TEXT NOT NULL, package INTEGER NOT NULL, PRIMARY KEY (field, value, package)
) WITHOUT ROWID;
CREATE INDEX trait_by_package ON trait (package);
CREATE VIRTUAL TABLE words USING fts5 (title, keywords, body, tokenize = 'unicode61 remove_diacritics 2', prefix = '1');
"""
ADDED = """
CREATE TABLE IF NOT EXISTS report (
  id TEXT PRIMARY KEY, package TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL);
"""  # since the first form; what an older program doesn't know doesn't harm it


class Database:
    """Connections to one file. Threads share it: a connection is lent to one at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer_lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._pool_lock = threading.Lock()
        self._writer = self._open()
        self._prepare()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one moment: what is committed later isn't seen until the block ends."""
        connection = self._take()
        try:
            connection.execute("BEGIN")
            yield connection
        finally:
            connection.rollback()
            with self._pool_lock:
                self._idle.append(connection)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The one writing connection: committed to disk when the block ends, undone when it raises."""
        with self._writer_lock:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.commit()
            except BaseException:
                self._writer.rollback()
                raise

    def forget(self) -> None:
        """Take what was removed out of the write-ahead log too, unless somebody is reading: then the next call does."""
        with self._writer_lock:
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close every connection; nobody may be using one."""
        with self._pool_lock:
            for connection in (*self._idle, self._writer):
                connection.close()
            self._idle.clear()

    def _take(self) -> sqlite3.Connection:
        with self._pool_lock:
            if self._idle:
                return self._idle.pop()
        return self._open()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=30, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -32000")
        connection.execute("PRAGMA secure_delete = ON")  # what was withdrawn leaves the file, not only the list
        return connection

    def _prepare(self) -> None:
        version = self._writer.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            self._writer.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")
        elif version != VERSION:
            raise RuntimeError(f"the catalogue's database has form {version}, this program reads form {VERSION}")
        self._writer.executescript(ADDED)
