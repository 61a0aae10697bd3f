"""The SQL connector: exact text, equal bytes for equal content, nothing but reading, no data in messages."""

from __future__ import annotations

import io
import sqlite3
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pyarrow.parquet as pq
import pytest

from domain.errors import SourceUnavailable, UsageInvalid
from domain.release import Artefact
from tests.servers import PostgresServer
from tests.sources import Puller

MARK = "张三丰9527"


class Database:
    """A database under test: run statements in it, and the location that a contract would name."""

    def __init__(self, location: str, run: Callable[..., None], environ: dict[str, str]) -> None:
        self.location, self.run, self.environ = location, run, environ


@pytest.fixture
def sqlite(tmp_path: Path) -> Database:
    (tmp_path / "base").mkdir()

    def run(*statements: str) -> None:
        connection = sqlite3.connect(tmp_path / "base/x.db")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()

    return Database("sqlite:///x.db", run, {})


@pytest.fixture
def postgresql(postgres: PostgresServer) -> Database:
    name = postgres.create_database()

    def run(*statements: str) -> None:
        with psycopg.connect(postgres.conninfo(name)) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    return Database(postgres.url(name), run, {"PGPASSWORD": postgres.password})


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def database(request: pytest.FixtureRequest) -> Database:
    made: Database = request.getfixturevalue(request.param)
    return made


@pytest.fixture
def take(tmp_path: Path, request: pytest.FixtureRequest) -> Puller:
    return Puller(tmp_path)


def _pull(take: Puller, database: Database, **words: Any) -> Artefact:
    take.environ = database.environ
    (artefact,) = take(database.location, **words)
    return artefact


def _rows(take: Puller, artefact: Artefact) -> list[tuple[str | None, ...]]:
    table = pq.read_table(io.BytesIO(take.store.read(artefact.sha256)))
    assert {str(t) for t in table.schema.types} == {"string"}
    return [tuple(row.values()) for row in table.to_pylist()]


def _refused(take: Puller, database: Database, kind: type[Exception] = SourceUnavailable, **words: Any) -> str:
    with pytest.raises(kind) as caught:
        _pull(take, database, **words)
    assert take.stored() == []
    trace = "".join(traceback.format_exception(caught.value))
    assert MARK not in trace
    assert not [s for s in database.environ.values() if s in trace]
    return str(caught.value)


# --- what both do ---


def test_pull_table_in_the_order_of_its_key(take: Puller, database: Database) -> None:
    database.run(
        'CREATE TABLE "拨款" (id integer, 金额 varchar(20), "odd "" name" varchar(9), PRIMARY KEY (金额, id))',
        """INSERT INTO "拨款" VALUES (2, '1.50', NULL), (1, '1.50', ''), (3, '007', 'x')""",
    )
    artefact = _pull(take, database, table="拨款")
    assert (artefact.name, artefact.media_type) == ("拨款.parquet", "application/vnd.apache.parquet")
    assert _rows(take, artefact) == [("3", "007", "x"), ("1", "1.50", ""), ("2", "1.50", None)]
    table = pq.read_table(io.BytesIO(take.store.read(artefact.sha256)))
    assert table.column_names == ["id", "金额", 'odd " name']


@pytest.mark.parametrize("key", ["PRIMARY KEY (a, b)", "CHECK (a > 0)"], ids=["key", "no-key"])
def test_equal_content_gives_equal_bytes_whatever_its_order(take: Puller, database: Database, key: str) -> None:
    rows = [f"({n % 7 + 1}, '{n}')" for n in range(5000)]
    hashes = set()
    for order in (rows, rows[::-1]):
        database.run(f"CREATE TABLE t (a integer, b varchar(9), {key})", f"INSERT INTO t VALUES {','.join(order)}")
        hashes.add(_pull(take, database, table="t").sha256)
        database.run("DROP TABLE t")
    assert len(hashes) == 1


def test_pull_view_and_query(take: Puller, database: Database) -> None:
    database.run(
        "CREATE TABLE t (a integer, b varchar(9))",
        "INSERT INTO t VALUES (1, 'x'), (2, 'y')",
        "CREATE VIEW v AS SELECT a FROM t",
    )
    assert _rows(take, _pull(take, database, table="v")) == [("1",), ("2",)]
    query = "WITH w AS (SELECT a, b || '%;--' AS c FROM t) SELECT c, a FROM w WHERE c LIKE '%' ORDER BY a DESC; "
    artefact = _pull(take, database, query=query)
    assert artefact.name == "query.parquet"
    assert _rows(take, artefact) == [("y%;--", "2"), ("x%;--", "1")]


def test_pull_empty_table_keeps_its_columns(take: Puller, database: Database) -> None:
    database.run("CREATE TABLE t (a integer, b varchar(9))")
    artefact = _pull(take, database, table="t")
    assert pq.read_table(io.BytesIO(take.store.read(artefact.sha256))).column_names == ["a", "b"]


@pytest.mark.parametrize(
    ("spec", "shown"),
    [
        ({}, "table or query"),
        ({"table": "t", "query": "SELECT 1 ORDER BY 1"}, "table or query"),
        ({"query": "DROP TABLE t"}, "one single SELECT"),
        ({"query": "SELECT 1 ORDER BY 1; DROP TABLE t"}, "one single SELECT"),
        ({"query": "/* SELECT */ DELETE FROM t"}, "one single SELECT"),
        ({"query": "SELECT * FROM t"}, "ORDER BY"),
        ({"query": "SELECT * FROM (SELECT * FROM t ORDER BY 1) AS s -- ORDER BY 1"}, "ORDER BY"),
        ({"query": "SELECT 1 AS a, 2 AS a ORDER BY 1"}, "one name"),
    ],
    ids=["neither", "both", "drop", "two", "delete", "no-order", "inner-order", "twice"],
)
def test_wrong_query_says_how_to_write_it(take: Puller, database: Database, spec: dict[str, str], shown: str) -> None:
    database.run("CREATE TABLE t (a integer)")
    assert shown in _refused(take, database, UsageInvalid, **spec)


@pytest.mark.parametrize("spec", [{"table": "absent"}, {"query": "SELECT a FROM absent ORDER BY 1"}])
def test_absent_table_is_named(take: Puller, database: Database, spec: dict[str, str]) -> None:
    database.run("CREATE TABLE t (a integer)")
    assert "check" in _refused(take, database, **spec)


@pytest.mark.parametrize(
    ("limits", "shown"),
    [
        ({"rows": 4999}, "limits.rows (4999)"),
        ({"columns": 1}, "limits.columns"),
        ({"bytes": 9000}, "limits.bytes (9000)"),
    ],
    ids=["rows", "columns", "bytes"],
)
def test_table_past_a_limit_is_refused(take: Puller, database: Database, limits: dict[str, int], shown: str) -> None:
    rows = ",".join(f"({n}, 'same')" for n in range(5000))
    database.run("CREATE TABLE t (a integer PRIMARY KEY, b varchar(9))", f"INSERT INTO t VALUES {rows}")
    assert shown in _refused(take, database, table="t", limits=limits)
    assert len(_rows(take, _pull(take, database, table="t", limits={"rows": 5000, "columns": 2}))) == 5000


def test_text_that_packs_well_counts_in_full_for_the_byte_limit(take: Puller, database: Database) -> None:
    rows = ",".join(f"({n}, '{'same' * 25}')" for n in range(2000))
    database.run("CREATE TABLE t (a integer PRIMARY KEY, b varchar(100))", f"INSERT INTO t VALUES {rows}")
    assert _pull(take, database, table="t").bytes < 50_000
    take.store.delete(take.stored()[0])
    assert "limits.bytes (50000)" in _refused(take, database, table="t", limits={"bytes": 50_000})


def test_endless_query_meets_the_time_limit(take: Puller, database: Database) -> None:
    database.run("CREATE TABLE t (a integer)")
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n ORDER BY 1"
    began = time.monotonic()
    assert "limits.seconds (1)" in _refused(take, database, query=endless, limits={"seconds": 1})
    assert time.monotonic() - began < 5


def test_binary_column_is_refused(take: Puller, database: Database) -> None:
    kind = "bytea" if database.environ else "blob"
    database.run(f"CREATE TABLE t (a integer, b {kind})", "INSERT INTO t VALUES (1, NULL)")
    if not database.environ:  # SQLite's columns have no type of their own: a value tells
        database.run("INSERT INTO t VALUES (2, x'00ff')")
    assert "column 2 holds binary" in _refused(take, database, table="t")


# --- SQLite ---


def test_sqlite_values_keep_their_exact_text(take: Puller, sqlite: Database) -> None:
    sqlite.run(
        "CREATE TABLE t (n integer PRIMARY KEY, v)",
        "INSERT INTO t VALUES (1, 0.1), (2, 123456789012345678), (3, '1.50'), (4, '2026-01-02'), (5, 1e300), (6, '')",
    )
    values = [row[1] for row in _rows(take, _pull(take, sqlite, table="t"))]
    assert values == ["0.1", "123456789012345678", "1.50", "2026-01-02", "1e+300", ""]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT load_extension('x') ORDER BY 1",
        "SELECT * FROM pragma_table_info('t') ORDER BY 1",
        "WITH w AS (SELECT 1) INSERT INTO t SELECT * FROM w ORDER BY 1",
    ],
    ids=["extension", "pragma", "insert"],
)
def test_sqlite_query_that_does_more_than_read_is_refused(take: Puller, sqlite: Database, query: str) -> None:
    sqlite.run("CREATE TABLE t (a integer)")
    _refused(take, sqlite, query=query)
    assert _rows(take, _pull(take, sqlite, table="t")) == []


def test_sqlite_invalid_text_is_refused_without_quoting_it(take: Puller, sqlite: Database) -> None:
    sqlite.run("CREATE TABLE t (a text)", f"INSERT INTO t VALUES ('{MARK}' || CAST(x'ff' AS text))")
    assert "UTF-8" in _refused(take, sqlite, table="t")


@pytest.mark.parametrize("content", [b"", b"not a database" * 100, b"SQLite format 3\0" + b"\xff" * 4000])
def test_sqlite_file_that_is_none_is_refused(take: Puller, content: bytes) -> None:
    (take.base / "x.db").write_bytes(content)
    _refused(take, Database("sqlite:///x.db", lambda: None, {}), table="t")


def test_sqlite_file_outside_of_base_or_absent_is_refused(take: Puller) -> None:
    for location in ("sqlite:///../x.db", "sqlite:///absent.db"):
        _refused(take, Database(location, lambda: None, {}), table="t")
    assert list(take.base.iterdir()) == []


# --- PostgreSQL ---


@pytest.mark.server
def test_postgresql_values_are_the_server_s_exact_text(take: Puller, postgresql: Database) -> None:
    values = {
        "1::int8": "1",
        "123456789012345678901234567890.10::numeric": "123456789012345678901234567890.10",
        "0.0000001::numeric": "0.0000001",
        "1e20::numeric": "100000000000000000000",
        "'NaN'::numeric": "NaN",
        "0.1::float8": "0.1",
        "true": "true",
        "false": "false",
        "NULL::bool": None,
        "'0044-03-15 BC'::date": "0044-03-15 BC",
        "'infinity'::date": "infinity",
        "'2026-01-02'::date": "2026-01-02",
        "'2026-01-02 03:04:05.6'::timestamp": "2026-01-02 03:04:05.6",
        "'2026-01-02 00:00:00+00'::timestamptz": "2026-01-02 08:00:00+08",
        "'1 day 2 hours'::interval": "P1DT2H",
        '\'{"b": 1.0, "a": [2]}\'::json': '{"b": 1.0, "a": [2]}',
        "ARRAY['x,y', NULL]": '{"x,y",NULL}',
        "'ab'::char(4)": "ab  ",
        "'10.0.0.1'::inet": "10.0.0.1",
        "'00000000-0000-0000-0000-000000000001'::uuid": "00000000-0000-0000-0000-000000000001",
        "'blue'::colour": "blue",
        "ROW(1, 'x')::text": "(1,x)",
        "E'a\\n\\tb'": "a\n\tb",
    }
    postgresql.run("CREATE TYPE colour AS ENUM ('blue')", "SET DateStyle = 'German'")
    columns = ", ".join(f"{expression} AS c{number}" for number, expression in enumerate(values))
    assert _rows(take, _pull(take, postgresql, query=f"SELECT {columns} ORDER BY 1")) == [tuple(values.values())]


@pytest.mark.server
def test_postgresql_table_of_a_schema_with_strange_types(take: Puller, postgresql: Database) -> None:
    postgresql.run(
        "CREATE SCHEMA s", "CREATE TYPE s.pair AS (a int, b text)",
        "CREATE TABLE s.t (j json, p s.pair, x xml, a int[])",
        "INSERT INTO s.t VALUES ('{}', ROW(2, 'y'), '<x/>', '{1,2}'), ('[]', ROW(1, 'x'), NULL, NULL)",
    )  # fmt: skip
    artefact = _pull(take, postgresql, table="s.t")
    assert artefact.name == "s.t.parquet"
    assert _rows(take, artefact) == [("[]", "(1,x)", None, None), ("{}", "(2,y)", "<x/>", "{1,2}")]


@pytest.mark.server
@pytest.mark.parametrize(
    "query",
    [
        "SELECT pg_advisory_lock(1), nextval('s') ORDER BY 1",
        "SELECT write_it() ORDER BY 1",
        "WITH w AS (DELETE FROM t RETURNING a) SELECT a FROM w ORDER BY 1",
        "SELECT a, $x$;$x$ AS b FROM t ORDER BY a FOR UPDATE",
        "SELECT E'\\'' AS a ORDER BY 1; COMMIT; DROP TABLE t; SELECT ''",
        "SELECT 1 AS a INTO u ORDER BY 1",
    ],
    ids=["sequence", "function", "delete", "for-update", "second-statement", "into"],
)
def test_postgresql_query_that_would_write_is_refused(take: Puller, postgresql: Database, query: str) -> None:
    postgresql.run(
        "CREATE TABLE t (a integer)", "INSERT INTO t VALUES (1)", "CREATE SEQUENCE s",
        "CREATE FUNCTION write_it() RETURNS int LANGUAGE sql AS 'DELETE FROM t; SELECT 1'",
    )  # fmt: skip
    with pytest.raises((SourceUnavailable, UsageInvalid)):
        _pull(take, postgresql, query=query)
    assert take.stored() == []
    assert _rows(take, _pull(take, postgresql, table="t")) == [("1",)]


@pytest.mark.server
def test_postgresql_second_statement_is_refused_by_the_server_too(
    take: Puller, postgresql: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgresql.run("CREATE TABLE t (a integer)", "INSERT INTO t VALUES (1)")
    monkeypatch.setattr("intake.connectors.sql.selected", lambda spec: spec.query)
    assert "42601" in _refused(take, postgresql, query="SELECT 1; COMMIT; DROP TABLE t")
    monkeypatch.undo()
    assert _rows(take, _pull(take, postgresql, table="t")) == [("1",)]


@pytest.mark.server
@pytest.mark.parametrize(
    ("query", "state"),
    [
        ("SELECT a::int FROM t ORDER BY 1", "22"),
        ("SELECT b FROM t ORDER BY 1", "42703"),
        ("SELECT 1/0 AS a FROM t ORDER BY 1", "22"),
    ],
    ids=["cast", "column", "division"],
)
def test_postgresql_errors_quote_no_cell(take: Puller, postgresql: Database, query: str, state: str) -> None:
    postgresql.run("CREATE TABLE t (a text)", f"INSERT INTO t VALUES ('{MARK}')")
    assert state in _refused(take, postgresql, query=query)


@pytest.mark.server
def test_postgresql_error_after_the_first_batch_leaves_nothing(take: Puller, postgresql: Database) -> None:
    postgresql.run("CREATE TABLE t AS SELECT n FROM generate_series(1, 100000) AS n")
    assert "22012" in _refused(take, postgresql, query="SELECT 1 / (99999 - n) AS a FROM t ORDER BY n")


@pytest.mark.server
def test_postgresql_later_batches_have_only_the_time_that_is_left(take: Puller, postgresql: Database) -> None:
    sleepy = (
        "SELECT n, CASE n WHEN 1 THEN pg_sleep(2)::text WHEN 2500 THEN pg_sleep(60)::text END AS nap "
        "FROM generate_series(1, 3000) AS n ORDER BY n"
    )
    began = time.monotonic()
    assert "limits.seconds (3)" in _refused(take, postgresql, query=sleepy, limits={"seconds": 3})
    assert time.monotonic() - began < 4.5


@pytest.mark.server
@pytest.mark.parametrize("fault", ["password", "account", "database", "port", "name"])
def test_postgresql_without_connection_is_named_and_tells_no_secret(
    take: Puller, postgres: PostgresServer, postgresql: Database, fault: str
) -> None:
    location, environ = postgresql.location, {"PGPASSWORD": "hunter2hunter2"}
    match fault:
        case "account":
            location = location.replace("owner@", "nobody@")
        case "database":
            location, environ = postgres.url("absent"), {"PGPASSWORD": postgres.password}
        case "port":
            location = location.replace(str(postgres.port), "1")
        case "name":
            location = "postgresql+psycopg://owner@/x?sslmode=verify-full&application_name=m"
    message = _refused(take, Database(location, postgresql.run, environ), table="t")
    assert "check" in message


@pytest.mark.server
def test_postgresql_account_without_right_is_named(
    take: Puller, postgres: PostgresServer, postgresql: Database
) -> None:
    postgresql.run("CREATE TABLE t (a integer)", "CREATE ROLE reader LOGIN PASSWORD 'reading-only'")
    location = postgresql.location.replace("owner@", "reader@")
    database = Database(location, postgresql.run, {"PGPASSWORD": "reading-only"})
    try:
        assert "SELECT" in _refused(take, database, table="t")
    finally:
        postgresql.run("DROP ROLE reader")
