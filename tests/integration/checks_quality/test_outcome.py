"""Only a result that Great Expectations reached counts; anything else is a check that failed."""

from types import SimpleNamespace
from typing import Any

import pytest

from checks.quality.rule import Rule
from checks.quality.run import warm
from domain.finding import Severity

RULE = Rule("R", "value-missing", "main", "x", Severity.BLOCK, "必须填写")
FINE = {"raised_exception": False, "exception_message": None}
RAISED = {"('metric', 'id')": {"raised_exception": True, "exception_message": "…"}}


def result(success: bool, body: dict[str, Any], info: Any = FINE) -> Any:
    return SimpleNamespace(success=success, result=body, exception_info=info)


def observed(count: Any, rows: list[dict[str, int]]) -> dict[str, Any]:
    return {"observed_value": count, "details": {"unexpected_rows": rows}}


@pytest.mark.parametrize(
    ("given", "count"),
    [
        (result(True, observed(0, [])), 0),
        (result(False, observed(2, [{"__row": 1, "__origin": 2}])), 2),
        (None, None),
        (result(True, {}), None),
        (result(False, {}), None),
        (result(True, observed(None, [])), None),
        (result(True, observed(2, [])), None),
        (result(False, observed(0, [])), None),
        (result(True, observed(0, []), RAISED), None),
        (result(True, observed(0, []), {**FINE, "raised_exception": True}), None),
    ],
    ids=["passed", "failed", "no-result", "empty", "empty-failed", "no-number", "claims-success", "claims-failure", "a-metric-raised", "raised"],
)  # fmt: skip
def test_outcome_counts_only_what_was_reached(given: Any, count: int | None) -> None:
    warm()
    from checks.quality.expectations import _outcome

    assert _outcome(RULE, given).count == count
