"""What a spreadsheet would carry out is found; what statistics look like is not."""

from pathlib import Path

import pytest

from checks.quality.formula import formula_like
from domain.finding import PLACES_KEPT
from tests.made_contract import made_contract
from tests.tables import table_from_rows

CONTRACT = made_contract([{"name": "note"}, {"name": "other"}])


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "=HYPERLINK(1)",
        "+86 311 5550",
        "-其中：专项",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "-1+1",
        "＝1",
        "＋甲",
        "－乙",
        "＠x",
        "--1",
        "-1,23",
    ],
)
def test_formula_like_cell_is_held(tmp_path: Path, cell: str) -> None:
    table = table_from_rows(tmp_path, "main", [{"note": "甲"}, {"note": cell}, {"note": None}], sheet="10月")
    (found,) = formula_like({"main": table}, CONTRACT)
    assert (found.code, found.severity.value, found.count) == ("formula-like", "hold", 1)
    assert [(p.table, p.column, p.row, p.locator) for p in found.places] == [("main", "note", 2, "10月!A3")]


@pytest.mark.parametrize(
    "cell", ["-", "—", "--", "－", "——", "-1.50", "+3", "-1,234.5", "-0.5%", "+1.2E-5", "a=b", " =1", "", "1-2"]
)
def test_formula_like_passes_dashes_and_numbers(tmp_path: Path, cell: str) -> None:
    assert formula_like({"main": table_from_rows(tmp_path, "main", [{"note": cell}])}, CONTRACT) == ()


def test_formula_like_is_one_finding_a_column_with_exact_count(tmp_path: Path) -> None:
    rows: list[dict[str, str | None]] = [{"note": "=1", "other": "@"} for _ in range(PLACES_KEPT + 7)]
    found = formula_like({"main": table_from_rows(tmp_path, "main", rows)}, CONTRACT)
    assert [(f.places[0].column, f.count, len(f.places)) for f in found] == [
        ("note", PLACES_KEPT + 7, PLACES_KEPT),
        ("other", PLACES_KEPT + 7, PLACES_KEPT),
    ]
