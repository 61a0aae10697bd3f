"""Run a contract's rules over fitted tables and say what doesn't hold, as findings.

What fits a file to its contract (missing tables and columns) is left to intake/ and flows/.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from checks.quality.later import put_off
from checks.quality.rule import Rule, not_typed, typed_name
from checks.quality.session import NotTyped, open_session
from checks.quality.suite import rules_of, with_text
from domain.contract import Contract
from domain.finding import Finding, Place, RuleRef, Severity
from domain.table import TableInfo

if TYPE_CHECKING:
    from checks.quality.expectations import Outcome


def warm() -> None:
    """Import Great Expectations, which takes seconds. For processes that will check soon."""
    for unused in ("altair", "scipy.stats"):  # what it draws charts and estimates distributions with
        put_off(unused)
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # 1.24 sends nothing any more; a release that does shall find it off
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # its parsers import modules that Python is retiring
        import checks.quality.expectations  # noqa: F401


def run_quality(
    tables: Mapping[str, TableInfo], contract: Contract, *, spill: Path | None = None
) -> tuple[Finding, ...]:
    """Findings of every rule that doesn't hold, one for each rule and field, in the contract's order.

    `tables`: fitted tables by name, columns named as the contract's fields. A field without a column is absent in every
    row; rules that need a table which isn't given are left out, for its absence is the fit's finding. A rule that can't
    be compiled or run, and a table that can't be typed, is a check-failed finding. `spill`: folder for what outgrows
    memory (default: the system's temporary one); it needs the protection of the source itself.
    """
    warm()
    from checks.quality.expectations import Outcome, validate

    rules = [r for r in rules_of(contract) if r.needs <= tables.keys()]
    outcomes: dict[int, Outcome] = {id(r): Outcome(r, None) for r in rules if r.query is None}
    failed: dict[str, Finding] = {}
    with open_session(spill) as session:
        for spec in contract.tables:
            if spec.name not in tables:
                continue
            try:
                session.load(typed_name(spec.name), tables[spec.name], spec, with_text(contract, spec))
            except NotTyped:
                failed[spec.name] = not_typed(spec.name, contract)
        for name in tables:
            todo = [r for r in rules if r.table == name and r.query is not None and not r.needs & failed.keys()]
            if todo:
                outcomes |= {id(o.rule): o for o in validate(session, name, todo)}
    found = [_finding(outcomes[id(r)], tables[r.table], contract) for r in rules if id(r) in outcomes]
    return (*failed.values(), *(f for f in found if f is not None))


def _ref(rule: Rule, contract: Contract) -> RuleRef:
    return RuleRef(contract.id, str(contract.version), rule.id, rule.citation)


def _finding(outcome: Outcome, table: TableInfo, contract: Contract) -> Finding | None:
    rule = outcome.rule
    if outcome.count is None:
        note = f"检查 {rule.id} 未能执行，不能视为通过：请核对合同中这条规则的写法。规则内容：{rule.says}"
        place = Place(rule.table, rule.column)
        return Finding("check-failed", Severity.BLOCK, 1, (place,), _ref(rule, contract), note)
    if outcome.count == 0:
        return None
    places = tuple(_place(rule, table, row, origin) for row, origin in outcome.places)
    note = f"有 {outcome.count} 处不符合规定：{rule.says}"
    return Finding(rule.code, rule.severity, outcome.count, places, _ref(rule, contract), note)


def _place(rule: Rule, table: TableInfo, row: int | None, origin: int | None) -> Place:
    locator = None if origin is None else table.locator(origin, rule.column)
    return Place(rule.table, rule.column, row, locator=locator)
