"""Rows of a PostgreSQL database as the server itself writes them, fetched in batches from a cursor on the server.

One read-only transaction on one snapshot. The query reaches the server as a prepared DECLARE CURSOR: that takes one
statement only, and only one that reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from domain.errors import SourceUnavailable, UsageInvalid
from intake.connectors.arrival import Budget, Request
from intake.connectors.parquet_text import Row

if TYPE_CHECKING:
    import psycopg
    from sqlalchemy import URL, Engine

BATCH_ROWS = 2000
BOOLEAN, BINARY = 16, frozenset({17, 1001})  # type numbers of boolean, bytea, bytea[]
TRUTH = {"t": "true", "f": "false", None: None}
URL_OPTIONS = frozenset({"sslmode", "sslrootcert", "sslcert", "sslkey", "application_name"})
SETTINGS = {  # how values are written must not depend on the server's configuration
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "iso_8601",
    "TimeZone": "Asia/Shanghai",
    "extra_float_digits": "1",
    "lc_monetary": "C",
    "lock_timeout": "30s",
}
HINTS = {  # by SQLSTATE, or its class
    "28": "the account or its password is refused; check the user in the URL and PGPASSWORD",
    "3D": "there is no such database; check the name in the URL",
    "42501": "the account may not read it; grant it SELECT",
    "42P01": "there is no such table; check its spelling and schema",
    "42703": "there is no such column; check the query",
    "42601": "the query isn't one statement in PostgreSQL's syntax",
    "42": "the query doesn't fit the database",
    "22": "the query can't compute one of its values",
    "25006": "the query would write; write a plain SELECT",
    "0A000": "the query would write; write a plain SELECT",
    "55P03": "the table is locked by someone; run again later",
    "08": "the connection broke; run again",
    "53": "the server has no room for another connection; run again later",
    "57": "the server stopped the query; run again later",
}
TRANSIENT = frozenset({"08", "53", "55", "57", "40"})


@contextmanager
def open_rows(url: URL, query: str | None, request: Request) -> Iterator[tuple[list[str], Iterator[Row]]]:
    """Column names and rows of the query, or of the table in the order of its key."""
    if unknown := set(url.query) - URL_OPTIONS:
        raise UsageInvalid(f"the database's URL may not set {', '.join(sorted(unknown))}; see docs on sources")
    engine = _engine(url, request)
    with _named(url, request.budget):
        link = engine.raw_connection()
    with closing(link):
        driver: Any = link.driver_connection
        cursor = _cursor(driver, url, request.budget)
        with _named(url, request.budget):
            statement = query or _whole_table(str(request.spec.table), engine, cursor)
            _limit_time(cursor, request.budget)
            declare = f"DECLARE mingjing NO SCROLL CURSOR FOR {statement}"
            cursor.execute(declare.encode(), prepare=True)  # prepared: the protocol takes one statement only
        batches = _batches(cursor, url, request.budget)
        first = next(batches)
        columns = _columns(cursor)
        flags = [number for number, column in enumerate(cursor.description or ()) if column.type_code == BOOLEAN]
        yield columns, _rows(first, batches, flags)


def _engine(url: URL, request: Request) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    arguments: dict[str, Any] = {
        "connect_timeout": max(2, int(min(10, request.budget.seconds_left()))),
        "client_encoding": "utf8",
        "keepalives_idle": 30,  # a dead network is noticed after a minute
        "keepalives_interval": 10,
        "keepalives_count": 3,
        **_password(request.environ),
    }
    url = url.set(drivername="postgresql+psycopg")
    return create_engine(url, poolclass=NullPool, connect_args=arguments, use_native_hstore=False)


def _password(environ: Mapping[str, str]) -> dict[str, str]:
    return {"password": environ["PGPASSWORD"]} if environ.get("PGPASSWORD") else {}


def _whole_table(table: str, engine: Engine, cursor: psycopg.Cursor[Any]) -> str:
    """All columns of the table, in the order of its primary key, or of every column's text where it has none."""
    from sqlalchemy import inspect

    schema, _, name = table.rpartition(".")
    inspector = inspect(engine)
    if not inspector.has_table(name, schema=schema or None):
        raise SourceUnavailable(
            "the database has no table of the name in source.table, or this account doesn't see it; "
            "check spelling, case and schema (schema.table)"
        )
    quote = engine.dialect.identifier_preparer.quote_identifier
    whole = ".".join(quote(part) for part in (schema, name) if part)
    key = [quote(n) for n in inspector.get_pk_constraint(name, schema=schema or None)["constrained_columns"]]
    if not key:
        cursor.execute(f"SELECT * FROM {whole} LIMIT 0".encode())  # noqa: S608  every name is quoted
        key = [f'{quote(column.name)}::text COLLATE "C"' for column in cursor.description or ()]
    return f"SELECT * FROM {whole} ORDER BY {', '.join(key)}"  # noqa: S608  every name is quoted


def _cursor(connection: psycopg.Connection[Any], url: URL, budget: Budget) -> psycopg.Cursor[Any]:
    """A cursor that gives every value as the text that the server sent."""
    import psycopg
    from psycopg.types.string import TextLoader

    with _named(url, budget):
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        cursor = connection.cursor()
        for kind in cursor.adapters.types:
            for number in filter(None, (kind.oid, kind.array_oid)):
                cursor.adapters.register_loader(number, TextLoader)
        for name, value in SETTINGS.items():
            cursor.execute("SELECT set_config(%s, %s, true)", (name, value))
    return cursor


def _limit_time(cursor: psycopg.Cursor[Any], budget: Budget) -> None:
    milliseconds = max(1, int(budget.seconds_left() * 1000))
    cursor.execute("SELECT set_config('statement_timeout', %s, true)", (str(milliseconds),))


def _batches(cursor: psycopg.Cursor[Any], url: URL, budget: Budget) -> Iterator[list[Row]]:
    """At least one batch, so that the columns are known; the last one is empty."""
    while True:
        with _named(url, budget):
            _limit_time(cursor, budget)
            cursor.execute(f"FETCH FORWARD {BATCH_ROWS} FROM mingjing".encode())
            rows: list[Row] = cursor.fetchall()
        yield rows
        if not rows:
            return


def _columns(cursor: psycopg.Cursor[Any]) -> list[str]:
    described = cursor.description or []
    for number, column in enumerate(described, 1):
        if column.type_code in BINARY:
            raise SourceUnavailable(f"column {number} holds binary data; leave it out with a query in the contract")
    return [column.name for column in described]


def _rows(first: list[Row], batches: Iterator[list[Row]], flags: list[int]) -> Iterator[Row]:
    """Every row, booleans spelled out."""
    batch: list[Row] | None = first
    while batch:
        if not flags:
            yield from batch
        for row in batch if flags else ():
            values = list(row)
            for number in flags:
                values[number] = TRUTH[values[number]]
            yield values
        batch = next(batches, None)


@contextmanager
def _named(url: URL, budget: Budget) -> Iterator[None]:
    """Turn the driver's errors into SourceUnavailable; its own are dropped, they may quote a cell or the query."""
    import psycopg
    from sqlalchemy.exc import SQLAlchemyError

    where = f"PostgreSQL at {url.host or 'this machine'}"
    try:
        yield
    except (SQLAlchemyError, psycopg.Error) as fault:
        state = getattr(getattr(fault, "orig", fault), "sqlstate", None) or ""
        budget.seconds_left()  # the real reason, if the time is over
        if not state:
            raise SourceUnavailable(
                f"{where} can't be reached; check host, port, user and database in the URL, PGPASSWORD, the network",
                transient=True,
            ) from None
        hint = HINTS.get(state) or HINTS.get(state[:2], "look into the server's log")
        raise SourceUnavailable(f"{where}: {hint} (SQLSTATE {state})", transient=state[:2] in TRANSIENT) from None
    except UnicodeDecodeError:
        raise SourceUnavailable(f"{where} holds a text that isn't in its own encoding; have it mended") from None
