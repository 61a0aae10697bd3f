"""The identities of the debt tables on figures that counties published (预〔2018〕209号 formats)."""

from pathlib import Path

import pytest

from checks.quality.run import run_quality
from tests.made_contract import made_contract
from tests.tables import table_from_rows

TABLES: dict[str, list[str]] = {
    "1-1": ["A == B + C", "D == E + F", "D <= A", "E <= B", "F <= C"],
    "1-2": ["r5 == r1 + r3 - r4", "r5 <= r2"],
    "1-4": ["A == B + D", "C <= B", "E <= D", "F == G + H", "I == J + K", "L == M + O", "Q == R + S"],
    "1-6": ["J == A + D"],
}
QIJIANG = {"A": "152.5", "B": "89", "C": "63.5", "D": "84.44", "E": "51.97", "F": "32.47"}
QIJIANG_GENERAL = {"r1": "48.99", "r2": "89.00", "r3": "14.39", "r4": "11.41", "r5": "51.97"}
XUANZHOU = {
    "A": "13.9703", "B": "4.7407", "C": "3.8999", "D": "9.2296", "E": "4.0296", "F": "3.8645", "G": "3.2629", "H": "0.6016",
    "I": "1.9841", "J": "0.9841", "K": "1.0", "L": "1.6371", "M": "1.6371", "O": "0", "Q": "2.0417", "R": "0.9618", "S": "1.0799",
}  # fmt: skip


@pytest.mark.parametrize(
    ("table", "row", "broken"),
    [
        ("1-1", QIJIANG, []),
        ("1-1", {**QIJIANG, "F": "32.48"}, ["D == E + F"]),
        ("1-1", {**QIJIANG, "D": "152.51", "E": "120.04"}, ["D <= A", "E <= B"]),
        ("1-2", QIJIANG_GENERAL, []),
        ("1-2", {**QIJIANG_GENERAL, "r4": "11.42"}, ["r5 == r1 + r3 - r4"]),
        ("1-4", XUANZHOU, []),
        ("1-4", {**XUANZHOU, "J": "0.9842"}, ["I == J + K"]),
        ("1-6", {"A": "42,866", "D": "42,866", "J": "502,325"}, ["J == A + D"]),
    ],
    ids=["qijiang-limits", "balance-one-off", "over-the-limit", "qijiang-general", "repaid-one-off", "xuanzhou", "interest-one-off", "published-error"],
)  # fmt: skip
def test_debt_identities_on_published_figures(
    tmp_path: Path, table: str, row: dict[str, str | None], broken: list[str]
) -> None:
    lower = {k.lower(): v for k, v in row.items()}
    checks = [{"id": e, "kind": "identity", "expr": e.lower()} for e in TABLES[table]]
    contract = made_contract([{"name": n, "type": "number"} for n in lower], checks=checks)
    found = run_quality({"main": table_from_rows(tmp_path, "main", [lower])}, contract)
    assert [f.rule.id for f in found if f.rule] == broken
