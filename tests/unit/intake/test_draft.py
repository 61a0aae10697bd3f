"""A drafted contract is one that load_contract takes, guesses with caution, and holds no value."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.contract_file import load_contract
from domain.errors import UsageInvalid
from intake.draft import draft_contract
from tests.sent_files import read_sent, read_text, xlsx


def test_draft_is_a_valid_contract_with_types(tmp_path: Path) -> None:
    text = "序号,单位名称,金额（万元）,日期,年度,姓名,备注,自定义\n1,甲局,1.50,2026-01-02,2026,某某,长,007\n2,乙局,-2,2026-01-03,2025,某某,短,008\n"
    draft = draft_contract(read_text(tmp_path, text), dataset_id="finance.budgets")
    fields = {f.name: f for f in load_contract(draft, "draft.yaml").tables[0].fields}
    assert {n: f.type for n, f in fields.items()} == {
        "seq_no": "integer", "unit_name": "string", "amount": "number", "date_on": "date", "year": "year",
        "person_name": "string", "remarks": "string", "f08": "string",
    }  # fmt: skip
    assert (fields["person_name"].sensitivity, fields["person_name"].redaction.operator) == ("identifier", "drop")
    assert fields["remarks"].sensitivity == "free_text"
    assert fields["amount"].unit == "万元"
    assert load_contract(draft, "draft.yaml").disclosure == "withheld"
    assert "# 请核定" in draft
    assert not [v for v in ("甲局", "某某", "1.50", "007") if v in draft]


def test_draft_of_file_without_header_holds_no_value(tmp_path: Path) -> None:
    draft = draft_contract(read_text(tmp_path, "13800000000,110101199001010015\n1,2\n"), dataset_id="a.b")
    assert "138" not in draft
    assert "1101" not in draft
    load_contract(draft, "draft.yaml")


def test_draft_of_several_sheets_names_each(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", ("收入(1)", [["a", "true"], [1, 2]]), ("支出", [["a", "a"], [1, 2]]))
    contract = load_contract(draft_contract(read_sent(path), dataset_id="a.b"), "draft.yaml")
    assert [(t.name, t.sheet) for t in contract.tables] == [("b_1", r"^收入\(1\)$"), ("b_2", "^支出$")]
    assert [f.name for f in contract.tables[0].fields] == ["a", "true_field"]


def test_draft_refuses_an_id_of_another_form(tmp_path: Path) -> None:
    with pytest.raises(UsageInvalid):
        draft_contract(read_text(tmp_path, "a,b\n1,2\n"), dataset_id="no dots")
