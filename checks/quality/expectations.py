"""Rules as Great Expectations: one suite per table, its results as numbers of rows and places, never as values.

This module is slow to import (seconds): only run.py imports it, inside the functions that need it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import great_expectations as gx
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation

from checks.quality.dialect import SCHEME, register
from checks.quality.rule import AT, Rule, typed_name
from checks.quality.session import Session
from checks.quality.sql import ORIGIN, ROW, name
from domain.finding import PLACES_KEPT, Severity

_TOTAL = "__total"
_ROWS = "unexpected_rows_query.table"
_SEVERITIES = {Severity.BLOCK: "critical", Severity.HOLD: "warning", Severity.WARN: "info", Severity.INFO: "info"}

# GX logs the messages of what failed, and DuckDB's messages quote cells: a fault speaks through its Outcome alone.
# Some of its modules set a level of their own, so each is silenced by name.
for known in [n for n in logging.root.manager.loggerDict if n.split(".")[0] == "great_expectations"]:
    logging.getLogger(known).setLevel(logging.CRITICAL + 1)
logging.getLogger("great_expectations").setLevel(logging.CRITICAL + 1)
register()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a rule went: `count` rows at fault and the first (row, origin) of them; `count` None: it could not be run."""

    rule: Rule
    count: int | None
    places: tuple[tuple[int | None, int | None], ...] = ()


class ExpectNoRowsAtFault(UnexpectedRowsExpectation):  # type: ignore[misc]  # GX has no types for us
    """Like its parent, but counted and cut to the first places in one query: failing rows are never all fetched."""

    metric_dependencies: ClassVar[tuple[str, ...]] = (_ROWS,)

    def _validate(self, metrics: dict[str, Any], *_: Any, **__: Any) -> Any:
        rows = metrics[_ROWS]
        count = rows[0][_TOTAL] if rows else 0
        return {"success": count == 0, "result": {"observed_value": count, "details": {"unexpected_rows": rows}}}


class ExpectValuesPresent(ExpectNoRowsAtFault): ...


class ExpectValuesOfType(ExpectNoRowsAtFault): ...


class ExpectValuesUnique(ExpectNoRowsAtFault): ...


class ExpectValuesInRange(ExpectNoRowsAtFault): ...


class ExpectValuesInList(ExpectNoRowsAtFault): ...


class ExpectValuesToMatchPattern(ExpectNoRowsAtFault): ...


class ExpectValueLengths(ExpectNoRowsAtFault): ...


class ExpectKeysUnique(ExpectNoRowsAtFault): ...


class ExpectIdentityToHold(ExpectNoRowsAtFault): ...


class ExpectRowRuleToHold(ExpectNoRowsAtFault): ...


class ExpectTotalsToAddUp(ExpectNoRowsAtFault): ...


class ExpectHierarchyToAddUp(ExpectNoRowsAtFault): ...


class ExpectTablesToAgree(ExpectNoRowsAtFault): ...


EXPECTATIONS: dict[str, type[ExpectNoRowsAtFault]] = {
    "value-missing": ExpectValuesPresent,
    "value-not-typed": ExpectValuesOfType,
    "value-not-unique": ExpectValuesUnique,
    "value-out-of-range": ExpectValuesInRange,
    "value-not-in-list": ExpectValuesInList,
    "value-pattern": ExpectValuesToMatchPattern,
    "value-length": ExpectValueLengths,
    "duplicate-key": ExpectKeysUnique,
    "identity-broken": ExpectIdentityToHold,
    "row-rule-broken": ExpectRowRuleToHold,
    "sum-broken": ExpectTotalsToAddUp,
    "hierarchy-broken": ExpectHierarchyToAddUp,
    "cross-table-broken": ExpectTablesToAgree,
}


def validate(session: Session, table: str, rules: Sequence[Rule]) -> tuple[Outcome, ...]:
    """Run the rules as one suite over the typed table of `table`; one outcome for each, in their order."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    source = context.data_sources.add_sql(
        name="typed", connection_string=f"{SCHEME}:///{session.database}", create_temp_table=False
    )
    engine = source.get_engine()
    try:
        asset = source.add_table_asset(name=table, table_name=typed_name(table))
        batch = asset.add_batch_definition_whole_table("whole").get_batch()
        suite = gx.ExpectationSuite(name=table, expectations=[_expectation(n, r) for n, r in enumerate(rules)])
        results = batch.validate(suite, result_format={"result_format": "COMPLETE"}).results
    finally:
        engine.dispose()
    by_number = {r.expectation_config.meta["rule"]: r for r in results}
    return tuple(_outcome(rule, by_number.get(n)) for n, rule in enumerate(rules))


def _expectation(position: int, rule: Rule) -> ExpectNoRowsAtFault:
    first = (
        f"SELECT {AT}, count(*) OVER () AS {name(_TOTAL)} FROM ({rule.query}) ORDER BY {name(ROW)} LIMIT {PLACES_KEPT}"
    )
    return EXPECTATIONS[rule.code](
        unexpected_rows_query=first,
        description=rule.says,
        severity=_SEVERITIES[rule.severity],
        meta={"rule": position, "id": rule.id},
    )


def _outcome(rule: Rule, result: Any) -> Outcome:
    """A result counts only if GX says that it was reached: no result, an exception or no number is a failure."""
    count = result.result.get("observed_value") if result is not None else None
    if not isinstance(count, int) or result.success != (count == 0) or _raised(result.exception_info):
        return Outcome(rule, None)
    rows = result.result["details"]["unexpected_rows"]
    return Outcome(rule, count, tuple((r[ROW], r[ORIGIN]) for r in rows))


def _raised(info: Any) -> bool:
    """GX gives one exception record, or one for each metric that raised."""
    if not isinstance(info, dict):
        return False
    records = [info] if "raised_exception" in info else list(info.values())
    return any(not isinstance(r, dict) or r.get("raised_exception", True) for r in records)
