"""A SQLAlchemy dialect through which Great Expectations reads a DuckDB database of this process.

duckdb-engine can't serve here: GX fetches rows after it has let the connection go, and they are lost on its ROLLBACK;
its reflection asks for PostgreSQL catalogue tables that DuckDB lacks; and beside GX it leaves DuckDB's binding with
objects that complain on stderr when the interpreter ends. Only reading is needed: no transactions, plain reflection.
"""

from __future__ import annotations

from typing import Any

import duckdb
from sqlalchemy import text
from sqlalchemy.dialects import registry
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.engine.url import URL
from sqlalchemy.types import NullType

SCHEME = "mingjing_duckdb"


class ReadingDuckDB(DefaultDialect):
    """Opens an in-memory database by name, as open_session made it."""

    name = "duckdb"
    driver = "duckdb"
    default_paramstyle = "qmark"
    supports_statement_cache = False
    supports_native_boolean = True
    supports_multivalues_insert = True

    @classmethod
    def import_dbapi(cls) -> Any:
        return duckdb

    def create_connect_args(self, url: URL) -> tuple[list[str], dict[str, Any]]:
        return [url.database or ":memory:"], {}

    def do_begin(self, dbapi_connection: Any) -> None: ...

    def do_commit(self, dbapi_connection: Any) -> None: ...

    def do_rollback(self, dbapi_connection: Any) -> None: ...

    def has_table(self, connection: Any, table_name: str, *_: Any, **__: Any) -> bool:
        return table_name in self._names(connection, "table")

    def get_table_names(self, connection: Any, *_: Any, **__: Any) -> list[str]:
        return self._names(connection, "table")

    def get_view_names(self, connection: Any, *_: Any, **__: Any) -> list[str]:  # noqa: ARG002  # no views here
        return []

    def get_schema_names(self, connection: Any, **_: Any) -> list[str]:  # noqa: ARG002  # only one
        return ["main"]

    def get_columns(self, connection: Any, table_name: str, *_: Any, **__: Any) -> list[Any]:
        columns = self._names(connection, "column", "WHERE table_name = :table", table=table_name)
        return [{"name": c, "type": NullType(), "nullable": True, "default": None} for c in columns]

    def _names(self, connection: Any, what: str, where: str = "", **parameters: str) -> list[str]:
        query = f"SELECT {what}_name FROM information_schema.{what}s {where} ORDER BY ALL"
        return list(connection.execute(text(query), parameters).scalars())


def register() -> None:
    """Make `mingjing_duckdb:///NAME` known to SQLAlchemy."""
    registry.register(SCHEME, __name__, ReadingDuckDB.__name__)
