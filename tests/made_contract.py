"""A small valid contract around the tables and checks that a test is about.

Use it as `from tests.made_contract import made_contract`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.contract import Contract


def made_contract(
    fields: Sequence[dict[str, Any]] = (),
    *,
    checks: Sequence[dict[str, Any]] = (),
    key: Sequence[str] = (),
    **rest: Any,
) -> Contract:
    """A contract with one table `main` of `fields` (title defaults to the name); `tables=` in `rest` takes its place."""
    tables = rest.pop("tables", None) or [{"name": "main", "key": tuple(key), "fields": list(fields)}]
    for table in tables:
        table["fields"] = [{"title": f["name"], **f} for f in table["fields"]]
    return Contract.model_validate(
        {
            "id": "finance.made_up",
            "version": 3,
            "title": {"zh": "样例", "en": "Sample"},
            "description": {"zh": "样例", "en": "Sample"},
            "department": "finance",
            "domain": "debt",
            "dataset_type": "gov_debt",
            "disclosure": "proactive",
            "legal_basis": [{"doc": "中华人民共和国预算法"}],
            "contact": {"name": "财政局"},
            "frequency": "annual",
            "tables": tables,
            "checks": list(checks),
            "review": {"tier": "L1"},
            "catalogue": {"organization": "finance-bureau"},
            **rest,
        }
    )
