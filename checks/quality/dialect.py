"""SQLAlchemy's DuckDB dialect, made fit for Great Expectations: read-only, rows outlive the statement that made them.

GX fetches rows after it has closed the connection, and DuckDB drops them on ROLLBACK: so there are no transactions here.
Reflection asks for PostgreSQL catalogue tables that DuckDB lacks: columns come from information_schema instead.
"""

from __future__ import annotations

from typing import Any

import duckdb
from duckdb_engine import ConnectionWrapper, Dialect
from sqlalchemy import text
from sqlalchemy.dialects import registry
from sqlalchemy.types import NullType

SCHEME = "mingjing_duckdb"


class ReadingDuckDB(Dialect):  # type: ignore[misc]  # duckdb_engine has no types here
    """Opens an in-memory database of this process by name, as open_session made it."""

    supports_statement_cache = False

    def connect(self, database: str, **_: Any) -> Any:
        return ConnectionWrapper(duckdb.connect(database))

    def do_begin(self, dbapi_connection: Any) -> None: ...

    def do_commit(self, dbapi_connection: Any) -> None: ...

    def do_rollback(self, dbapi_connection: Any) -> None: ...

    def get_columns(self, connection: Any, table_name: str, *_: Any, **__: Any) -> list[dict[str, Any]]:
        query = text(
            "SELECT column_name FROM information_schema.columns WHERE table_name = :table ORDER BY ordinal_position"
        )
        names = connection.execute(query, {"table": table_name}).scalars().all()
        return [{"name": n, "type": NullType(), "nullable": True, "default": None} for n in names]


def register() -> None:
    """Make `mingjing_duckdb:///NAME` known to SQLAlchemy."""
    registry.register(SCHEME, __name__, ReadingDuckDB.__name__)
