"""Text cells that a spreadsheet would carry out as a formula. The bytes are never altered: a person decides.

Source: OWASP, CSV Injection; the full-width signs are the ones its note on East Asian locales names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from checks.quality.session import Session, open_session, parquet
from checks.quality.sql import ORIGIN, ROW, name, text
from domain.contract import Contract
from domain.finding import PLACES_KEPT, Finding, Place, RuleRef, Severity
from domain.table import ROW_ORIGIN, TableInfo

_START = r"^[=+\-@\t\r\n＝＋－＠]"
_DASHES = r"[-－]+"
_NUMBER = r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?([eE][+-]?\d{1,3})?%?"
_INNOCENT = rf"\s*({_DASHES}|{_NUMBER})\s*"


def formula_like(tables: Mapping[str, TableInfo], contract: Contract) -> tuple[Finding, ...]:
    """One hold finding `formula-like` for each column with such cells; count and first places are exact.

    `tables`: the redacted tables as they go out. Lone dashes and plain numbers with a sign (`-`, `—`, `--`, `-1.50`,
    `+3`, `-0.5%`) are what statistics look like and pass.
    """
    with open_session() as session:
        return tuple(f for table in tables.values() for f in _in_table(session, table, contract))


def _in_table(session: Session, table: TableInfo, contract: Contract) -> Iterator[Finding]:
    stored = session.columns(table)
    origin = name(ROW_ORIGIN) if ROW_ORIGIN in stored else "CAST(NULL AS BIGINT)"
    for column in (c for c in stored if c != ROW_ORIGIN):
        cell = '"' + column.replace('"', '""') + '"'
        query = (
            f"SELECT file_row_number + 1 AS {name(ROW)}, {origin} AS {name(ORIGIN)}, count(*) OVER () "
            f"FROM {parquet(table)} WHERE regexp_matches({cell}, {text(_START)}) "
            f"AND NOT regexp_full_match({cell}, {text(_INNOCENT)}) ORDER BY {name(ROW)} LIMIT {PLACES_KEPT}"
        )
        rows = session.connection.execute(query).fetchall()
        if rows:
            yield _finding(table, column, rows, contract)


def _finding(table: TableInfo, column: str, rows: list[tuple[int, int | None, int]], contract: Contract) -> Finding:
    places = tuple(
        Place(table.name, column, row, locator=None if origin is None else table.locator(origin, column))
        for row, origin, _ in rows
    )
    count = rows[0][2]
    note = f"有 {count} 个文字单元格以 =、+、-、@ 或制表符开头，用电子表格打开时会被当作公式执行：请确认内容无害。"
    rule = RuleRef(contract.id, str(contract.version), "formula-like", "OWASP CSV Injection")
    return Finding("formula-like", Severity.HOLD, count, places, rule, note)
