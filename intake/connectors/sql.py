"""Sources in a database, by SQLAlchemy URL: a table, or a query of one SELECT with ORDER BY, read in one read-only
snapshot and stored as `<table>.parquet` with the exact text of every value.

Only databases that can be held to reading are known: SQLite (a file, opened read-only) and PostgreSQL (and those that
speak its protocol; `PGPASSWORD` holds the password). Give the platform an account that may do nothing but read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from domain.contract import SourceSpec
from domain.errors import UsageInvalid
from domain.release import Artefact
from intake.connectors import sql_postgresql, sql_sqlite
from intake.connectors.arrival import Request
from intake.connectors.parquet_text import parquet_pieces

if TYPE_CHECKING:
    from sqlalchemy import URL

DATABASES = {"sqlite": sql_sqlite.open_rows, "postgresql": sql_postgresql.open_rows}
QUOTED = re.compile(
    r"'(?:[^']|'')*' | \"(?:[^\"]|\"\")*\" | \$(\w*)\$.*?\$\1\$ | --[^\n]* | /\*.*?\*/", re.VERBOSE | re.DOTALL
)
INNERMOST = re.compile(r"\([^()]*\)")


def pull(request: Request) -> tuple[Artefact, ...]:
    """The table or the query's rows as one Parquet file. SourceUnavailable: no connection, no such table, a limit, a
    value that is no text (binary); UsageInvalid: credentials in the URL, not exactly one SELECT, no order."""
    url = _parse(request.location)
    query = selected(request.spec)
    name = "query" if query else str(request.spec.table).replace("/", "_")
    with DATABASES[url.get_backend_name()](url, query, request) as (columns, rows):
        return (request.receive(parquet_pieces(columns, rows, request.budget), f"{name}.parquet"),)


def _parse(location: str) -> URL:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(location)
    except (ArgumentError, ValueError):
        raise UsageInvalid(
            "the database's URL can't be parsed; write postgresql+psycopg://user@host/database"
        ) from None
    if url.password is not None:
        raise UsageInvalid("the database's URL holds a password; take it out and put it into PGPASSWORD")
    return url


def selected(spec: SourceSpec) -> str | None:
    """The query as it may run, or None for a whole table. UsageInvalid unless it is one SELECT with an order: without
    one, equal content wouldn't give equal bytes. The database enforces reading; this only says it sooner."""
    if bool(spec.table) == bool(spec.query):
        raise UsageInvalid("a database source needs either table or query in the contract's source")
    if not spec.query:
        return None
    query = spec.query.strip().rstrip(";").rstrip()
    bare = QUOTED.sub(" ", query)
    if ";" in bare or not re.match(r"\s*(select|with|values)\b", bare, re.IGNORECASE):
        raise UsageInvalid("the contract's source.query isn't one single SELECT; write exactly one")
    outer = bare
    while (shorter := INNERMOST.sub(" ", outer)) != outer:
        outer = shorter
    if not re.search(r"\border\s+by\b", outer, re.IGNORECASE):
        raise UsageInvalid("the contract's source.query has no ORDER BY; add one that puts every row in its place")
    return query
