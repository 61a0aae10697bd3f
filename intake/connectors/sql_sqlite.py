"""Rows of a SQLite file as text. The file is opened read-only and an authorizer lets nothing but reading through."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.errors import SourceUnavailable, UsageInvalid
from intake.connectors.arrival import Request
from intake.connectors.local import fence, plain_file
from intake.connectors.parquet_text import Row

if TYPE_CHECKING:
    from sqlalchemy import URL

READING = frozenset({
    sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE,
})  # fmt: skip
STEPS = 20_000  # of SQLite's machine between two looks at the clock: a few milliseconds
HINTS = {
    "SQLITE_NOTADB": "it isn't a SQLite database; name one, or give the file itself",
    "SQLITE_CORRUPT": "it is damaged; ask for it again",
    "SQLITE_BUSY": "somebody writes to it; run again later",
    "SQLITE_LOCKED": "somebody writes to it; run again later",
    "SQLITE_CANTOPEN": "it can't be opened; check permissions of the file and its folder",
    "SQLITE_AUTH": "the query would do more than read; write a plain SELECT",
    "SQLITE_ERROR": "the query doesn't fit it; check the names of tables and columns, and the syntax",
}


@contextmanager
def open_rows(url: URL, query: str | None, request: Request) -> Iterator[tuple[list[str], Iterator[Row]]]:
    """Column names and rows of the query, or of the table in the order of its key."""
    if not url.database or url.database == ":memory:" or url.query or url.host:
        raise UsageInvalid("write sqlite:///path/to/file with nothing behind the path")
    path = plain_file(request.base / url.database, inside=fence(url.database, request.base))
    with _named(path, request), closing(_connect(path)) as connection:
        statement = query or _whole_table(str(request.spec.table), connection)
        connection.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in READING else sqlite3.SQLITE_DENY)
        connection.set_progress_handler(request.budget.is_past, STEPS)
        cursor = connection.execute(statement)
        yield [column[0] for column in cursor.description], _rows(cursor, path, request)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=10)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _whole_table(table: str, connection: sqlite3.Connection) -> str:
    """All columns of the table, in the order of its primary key, or of all columns where it has none."""
    from sqlalchemy import create_engine, inspect
    from sqlalchemy.pool import StaticPool

    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    inspector = inspect(engine)
    if table not in (*inspector.get_table_names(), *inspector.get_view_names()):
        raise SourceUnavailable("the database has no table of the name in source.table; check its spelling and case")
    quote = engine.dialect.identifier_preparer.quote_identifier
    key = list(inspector.get_pk_constraint(table)["constrained_columns"])
    if not key:
        key = [column[0] for column in connection.execute(f"SELECT * FROM {quote(table)} LIMIT 0").description]  # noqa: S608  quoted
    order = ", ".join(f"{quote(name)} COLLATE BINARY" for name in key)
    return f"SELECT * FROM {quote(table)} ORDER BY {order}"  # noqa: S608  every name is quoted


def _rows(cursor: sqlite3.Cursor, path: Path, request: Request) -> Iterator[Row]:
    rows = iter(cursor)
    while True:
        with _named(path, request):
            row = next(rows, None)
        if row is None:
            return
        yield [_text(value, number) for number, value in enumerate(row, 1)]


def _text(value: Any, number: int) -> str | None:
    """The value's text: integers in full, floating numbers in the shortest form that reads back equal."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        raise SourceUnavailable(f"column {number} holds binary data; leave it out with a query in the contract")
    return repr(value)


@contextmanager
def _named(path: Path, request: Request) -> Iterator[None]:
    """Turn SQLite's errors into SourceUnavailable; its own are dropped, they may quote a cell."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (sqlite3.Error, SQLAlchemyError) as fault:
        request.budget.seconds_left()  # the real reason, if the time is over: the progress handler interrupts
        name = getattr(getattr(fault, "orig", fault), "sqlite_errorname", None) or type(fault).__name__
        hint = HINTS.get(
            name.removesuffix("_RECOVERY"), "a text in it isn't valid UTF-8, or the query isn't one statement"
        )
        raise SourceUnavailable(f"{path.name} can't be read as a database ({name}): {hint}") from None
