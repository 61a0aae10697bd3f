"""Leave out the rows that a contract's conditions drop: a new Parquet file of those that stay, and counts.

Done before fields are redacted, so a condition may use a field that doesn't go out. The scan and the coverage certificate
look at all rows; everything after it (redacted table, exports, comparison of editions) sees those that stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from domain.contract import Contract, TableSpec
from domain.finding import Finding, Place, RuleRef, Severity
from domain.masking import RowDrop
from domain.table import TableInfo
from redaction.engine import batches
from redaction.operators.rows import Verdict, judge_for


@dataclass(slots=True)
class RowLog:
    """How many rows a condition dropped, and how many of these because their value couldn't be compared.

    A row is counted at the first condition that drops it.
    """

    drop: RowDrop
    dropped: int = 0
    unread: int = 0

    def to_dict(self) -> dict[str, Any]:
        return {
            "field": self.drop.field, "condition": self.drop.condition, "reason": self.drop.reason,
            "dropped": self.dropped, "unread": self.unread,
        }  # fmt: skip


def rows_that_stay(info: TableInfo, spec: TableSpec, path: Path) -> tuple[TableInfo, list[RowLog]]:
    """The fitted table without dropped rows, at `path`; the table itself where the contract declares no condition.

    A condition on a column that the table lacks drops every row: nobody can tell.
    """
    logs = [RowLog(drop) for drop in spec.drop_rows]
    if not logs:
        return info, []
    kept = 0
    schema = pq.read_schema(info.path)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for frame in batches(info.path, schema.names):
            stays = frame.filter(_stays(frame, logs, spec))
            kept += stays.height
            writer.write_table(stays.to_arrow().cast(schema))
    return replace(info, path=str(path), rows=kept), logs


def _stays(frame: pl.DataFrame, logs: list[RowLog], spec: TableSpec) -> pl.Series:
    """A mask of the rows that no condition drops; counts go to the logs."""
    left = pl.repeat(True, frame.height, dtype=pl.Boolean, eager=True)
    for log in logs:
        verdicts = _verdicts(frame, log.drop, spec)
        log.dropped += int((left & (verdicts != Verdict.STAYS.value)).sum())
        log.unread += int((left & (verdicts == Verdict.UNREAD.value)).sum())
        left &= verdicts == Verdict.STAYS.value
    return left


def _verdicts(frame: pl.DataFrame, drop: RowDrop, spec: TableSpec) -> pl.Series:
    if drop.field not in frame.columns:
        return pl.repeat(Verdict.UNREAD.value, frame.height, dtype=pl.String, eager=True)
    cells, judge = frame[drop.field], judge_for(drop, spec.field(drop.field))
    distinct = cells.unique(maintain_order=True)
    judged = pl.Series([judge(v).value for v in distinct.to_list()], dtype=pl.String)
    return cells.replace_strict(distinct, judged, return_dtype=pl.String)


def tables_that_stay(fitted: Mapping[str, TableInfo], contract: Contract, into: Path) -> dict[str, TableInfo]:
    """Every fitted table as far as its rows go out, for whoever compares editions; new files are written in `into`."""
    return {n: rows_that_stay(t, contract.table(n), into / f"stays-{n}.parquet")[0] for n, t in fitted.items()}


def nothing_left(table: TableInfo, spec: TableSpec, contract: Contract) -> Finding | None:
    """A block finding where conditions dropped every row and the contract doesn't allow an empty table."""
    if table.rows or not spec.drop_rows or spec.empty_allowed:
        return None
    rule = RuleRef(contract.id, str(contract.version), f"{spec.name}.drop_rows")
    note = "按合同声明的条件去掉行后，表里没有留下数据行：请核对条件和来件"
    return Finding("no-row-left", Severity.BLOCK, 1, (Place(spec.name),), rule, note)
