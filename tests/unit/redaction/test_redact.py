"""What goes out holds what the contract lets out, the same bytes each time, and a second look finds nothing."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from domain.canonical import canonical_json
from domain.contract import Contract
from domain.finding import Severity
from domain.masking import Redaction
from domain.table import TableInfo
from redaction import rewrite
from redaction.redact import Redacted, redact_reading, redact_tables, residue
from redaction.scan import Scan, scan_reading
from tests.personal_data import KEY, PACKS, card, column_table, contract_with, id18, reading
from tests.tables import table_from_rows

ID = id18()
BASIS = {"doc": "政府采购法实施条例"}
SECRET = "identifier"


def scanned(table: TableInfo, into: Path, contract: Contract | None = None) -> Scan:
    header_map = {"t": {f.name: f.name for f in contract.tables[0].fields}} if contract else {}
    return scan_reading(
        reading(table),
        PACKS,
        contract=contract,
        header_map=header_map,
        hits_dir=into / "hits",
        seed="s",
        file_name="a.csv",
    )


def redacted(
    into: Path, contract: Contract, rows: Sequence[dict[str, str | None]], scope: str = "r1", **keys: Any
) -> Redacted:
    columns = [f.name for f in contract.tables[0].fields]
    table = table_from_rows(into, "t", rows, columns=keys.get("columns", columns))
    return redact_tables({"t": table}, scanned(table, into, contract), contract, PACKS, key=KEY, scope=scope, into=into)


def cells(done: Redacted, name: str = "t") -> list[dict[str, str | None]]:
    return pl.read_parquet(done.tables[name].path).to_dicts()


ALL = contract_with(
    {"name": "note", "title": "备注"},
    {"name": "number", "title": "身份证号", "sensitivity": SECRET, "redaction": {"operator": "drop"}},
    {"name": "holder", "title": "姓名", "sensitivity": SECRET, "redaction": {"operator": "name"}},
    {"name": "born", "title": "出生日期", "redaction": {"operator": "generalise", "level": "year5"}},
    {"name": "address", "title": "住址", "redaction": {"operator": "generalise", "level": "village"}},
    {"name": "person", "title": "编号", "sensitivity": SECRET, "redaction": {"operator": "pseudonym"}},
    {"name": "phone", "title": "电话", "sensitivity": SECRET, "mandate": {"entities": ["MOBILE"], "basis": BASIS}},
    official_contacts=["0311-55500103"],
)
ROW: dict[str, str | None] = {
    "note": f"代办人马德顺{ID}，咨询电话0311-55500103", "number": ID, "holder": "马德顺", "born": "1990-03-07",
    "address": "正定县曲阳桥镇大柳村三组12号", "person": ID, "phone": "13900000000",
}  # fmt: skip


def test_redact_carries_out_every_declared_operator(tmp_path: Path) -> None:
    done = redacted(tmp_path, ALL, [ROW])
    (row,) = cells(done)
    person = row.pop("person")
    assert row == {
        "note": "代办人[姓名][身份证号]，咨询电话0311-55500103", "holder": "马**", "born": "1990-1994",
        "address": "正定县曲阳桥镇大柳村", "phone": "13900000000",
    }  # fmt: skip
    assert person is not None
    assert ID not in person
    assert len(person) == 21
    assert residue(done.tables, PACKS, ALL) == ()


def test_redact_map_says_what_was_done_and_no_value(tmp_path: Path) -> None:
    done = redacted(tmp_path, ALL, [ROW, {**ROW, "born": "不详"}])
    columns = done.map["tables"]["t"]["columns"]
    assert columns["note"] == {"operator": "keep", "changed": 2, "emptied": 0, "spans": {"CN_ID18": 2, "CN_NAME": 2}}
    assert columns["number"]["operator"] == "drop"
    assert columns["born"] == {"operator": "generalise", "changed": 2, "emptied": 1, "spans": {}}
    text = json.dumps(done.map, ensure_ascii=False) + canonical_json(done.map).decode()
    assert all(piece not in text for piece in (ID, ID[:6], "马德顺", "13900000000", "大柳村"))


def test_redact_leaves_undeclared_columns_and_origins_behind(tmp_path: Path) -> None:
    contract = contract_with({"name": "note", "title": "备注"})
    done = redacted(tmp_path, contract, [{"note": "甲", "extra": "乙"}], columns=["note", "extra"])
    assert pl.read_parquet_schema(done.tables["t"].path).names() == ["note"]
    assert done.tables["t"].columns == ("note",)
    assert done.tables["t"].headers == ("备注",)


def test_redact_gives_the_same_bytes_again(tmp_path: Path) -> None:
    rows = [{**ROW, "note": f"{i}{ROW['note']}"} for i in range(300)]
    one, two = (redacted(tmp_path / n, ALL, rows) for n in ("1", "2"))
    assert Path(one.tables["t"].path).read_bytes() == Path(two.tables["t"].path).read_bytes()
    assert canonical_json(one.map) == canonical_json(two.map)


def test_redact_joins_no_two_releases_unless_the_scope_is_the_dataset(tmp_path: Path) -> None:
    def people(contract: Contract, scope: str) -> set[str | None]:
        return {
            r["person"]
            for r in cells(redacted(tmp_path / f"{contract.version}{scope}", contract, [{"person": ID}], scope))
        }

    spec = {"name": "person", "title": "编号", "sensitivity": SECRET}
    by_release = contract_with({**spec, "redaction": {"operator": "pseudonym"}})
    by_dataset = contract_with(
        {**spec, "redaction": {"operator": "pseudonym", "scope": "dataset", "scope_reason": "年度比较"}}, version=2
    )
    assert people(by_release, "r1").isdisjoint(people(by_release, "r2"))
    assert people(by_dataset, "r1") == people(by_dataset, "r2")
    assert people(by_dataset, "r1").isdisjoint(people(by_release, "r1"))


def test_redact_twice_is_redact_once(tmp_path: Path) -> None:
    once = redacted(tmp_path / "1", ALL, [ROW, {**ROW, "note": card() + "卡号" + ID, "person": None}])
    rows = cells(once)
    twice = redacted(tmp_path / "2", ALL, rows)
    assert cells(twice) == rows


def test_redact_uses_header_and_column_as_the_scan_does(tmp_path: Path) -> None:
    contract = contract_with(
        {"name": "a", "title": "收款账号"}, {"name": "b", "title": "代号"}, {"name": "c", "title": "编号"}
    )
    rows: list[dict[str, str | None]] = [
        {"a": card(), "b": f"1301029003{d:02}123", "c": card() if d == 1 else str(d)} for d in range(1, 10)
    ]
    assert cells(redacted(tmp_path, contract, rows))[0] == {"a": "[银行账号]", "b": "[身份证号]", "c": card()}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (ID, "[身份证号]"),
        (f" '{ID}", "[身份证号]"),
        (f"{ID}、{ID}", "[身份证号]、[身份证号]"),
        (f"经办  马德顺{ID}\n", "经办  [姓名][身份证号]\n"),
        (f"全角（{ID}）；", "全角（[身份证号]）；"),
        ("普通（全角）文字，１２３", "普通（全角）文字，１２３"),
        ("", ""),
        (None, None),
    ],
    ids=["whole", "whole with a quote", "two", "text around", "full-width around", "innocent", "empty", "absent"],
)
def test_redact_without_a_contract_changes_spans_alone(tmp_path: Path, cell: str | None, expected: str | None) -> None:
    source = column_table(tmp_path, [cell, "1"])
    done = redact_reading(reading(source), scanned(source, tmp_path), PACKS, into=tmp_path)
    assert cells(done) == [{"备注": expected}, {"备注": "1"}]
    assert residue(done.tables, PACKS, None) == ()


def test_redact_without_a_contract_labels_headers_and_sheet_names(tmp_path: Path) -> None:
    source = table_from_rows(tmp_path, "t", [{f"甲{ID}": "1", "甲[身份证号]": "2"}], sheet=f"表{ID}")
    done = redact_reading(reading(source), scanned(source, tmp_path), PACKS, into=tmp_path)
    (table,) = done.tables.values()
    assert table.columns == ("甲[身份证号]", "甲[身份证号]_2")
    assert table.headers == ("甲[身份证号]", "甲[身份证号]")
    assert ID not in str(done)


def test_redact_crosses_batches_without_losing_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("redaction.engine.BATCH_ROWS", 7)
    texts = [f"第{i}行{ID if i % 3 == 0 else ''}" for i in range(50)]
    source = column_table(tmp_path, texts)
    done = redact_reading(reading(source), scanned(source, tmp_path), PACKS, into=tmp_path)
    assert [r["备注"] for r in cells(done)] == [t.replace(ID, "[身份证号]") for t in texts]


# --- rows ------------------------------------------------------------------------------------------------------------

MINORS = {"field": "age", "below": 14, "reason": "个人信息保护法第二十八条"}
HIDDEN = {"field": "note", "is_in": ["内部"], "reason": "内部事项"}


def contract_of_rows(*drops: dict[str, Any], **keys: Any) -> Contract:
    fields = [
        {"name": "age", "title": "年龄", "type": "integer", "redaction": {"operator": "drop"}},
        {"name": "note", "title": "备注"},
        {"name": "no", "title": "序号", "sensitivity": SECRET, "redaction": {"operator": "serial"}},
    ]
    return contract_with(tables=[{"name": "t", "fields": fields, "drop_rows": list(drops), **keys}])


PEOPLE: list[dict[str, str | None]] = [
    {"age": "13", "note": "一", "no": "甲"}, {"age": "14", "note": "二", "no": "乙"}, {"age": "不详", "note": "三", "no": "丙"},
    {"age": "30", "note": "内部", "no": "丁"}, {"age": "12", "note": "内部", "no": "丁"}, {"age": "31", "note": f"六{ID}", "no": "乙"},
]  # fmt: skip


def test_redact_leaves_out_the_rows_that_the_contract_drops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("redaction.engine.BATCH_ROWS", 2)
    contract = contract_of_rows(MINORS, HIDDEN)
    done = redacted(tmp_path, contract, PEOPLE)
    assert cells(done) == [{"note": "二", "no": "1"}, {"note": "六[身份证号]", "no": "1"}]
    assert done.tables["t"].rows == done.map["tables"]["t"]["rows"] == 2
    assert done.map["tables"]["t"]["rows_dropped"] == [
        {"field": "age", "condition": "below", "reason": MINORS["reason"], "dropped": 3, "unread": 1},
        {"field": "note", "condition": "is_in", "reason": HIDDEN["reason"], "dropped": 1, "unread": 0},
    ]
    assert residue(done.tables, PACKS, contract) == ()
    assert not list(tmp_path.glob("**/rows.parquet"))


def test_redact_still_scans_the_rows_that_are_dropped(tmp_path: Path) -> None:
    contract = contract_of_rows(MINORS)
    table = table_from_rows(tmp_path, "t", PEOPLE)
    assert scanned(table, tmp_path, contract).tables["t"].cells_scanned == len(PEOPLE) * 3


def test_redact_drops_every_row_where_the_condition_has_no_column(tmp_path: Path) -> None:
    contract = contract_of_rows(HIDDEN)
    table = table_from_rows(tmp_path, "t", [{"age": "30"}])
    done = redact_tables({"t": table}, scanned(table, tmp_path), contract, PACKS, key=KEY, scope="r1", into=tmp_path)
    assert done.tables["t"].rows == 0
    assert [f.code for f in residue(done.tables, PACKS, contract)] == ["no-row-left"]


@pytest.mark.parametrize(("allowed", "codes"), [(False, ["no-row-left"]), (True, [])], ids=["refused", "allowed"])
def test_residue_of_a_table_that_lost_every_row(tmp_path: Path, allowed: bool, codes: list[str]) -> None:
    contract = contract_of_rows(MINORS, empty_allowed=allowed)
    done = redacted(tmp_path, contract, PEOPLE[:1])
    assert [f.code for f in residue(done.tables, PACKS, contract)] == codes


def test_redact_numbers_people_of_one_name_apart(tmp_path: Path) -> None:
    contract = contract_with(
        {"name": "holder", "title": "姓名", "sensitivity": SECRET, "redaction": {"operator": "name"}},
        {"name": "number", "title": "身份证号", "sensitivity": SECRET, "redaction": {"operator": "serial"}},
    )
    same = [{"holder": "马德顺", "number": id18(serial=s)} for s in ("123", "124", "123")]
    done = redacted(tmp_path, contract, same)
    assert [(r["holder"], r["number"]) for r in cells(done)] == [("马**", "1"), ("马**", "2"), ("马**", "1")]
    assert residue(done.tables, PACKS, contract) == ()


def test_redact_numbers_on_across_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    contract = contract_with({"name": "n", "title": "列", "redaction": {"operator": "serial"}})
    texts = [f"值{(i * 7) % 20}" for i in range(50)]
    whole = redacted(tmp_path / "1", contract, [{"n": t} for t in texts])
    monkeypatch.setattr("redaction.engine.BATCH_ROWS", 7)
    parts = redacted(tmp_path / "2", contract, [{"n": t} for t in texts])
    assert cells(whole) == cells(parts) == [{"n": str(list(dict.fromkeys(texts)).index(t) + 1)} for t in texts]


# --- residue ---------------------------------------------------------------------------------------------------------


def test_residue_finds_what_a_broken_redaction_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewrite, "_labelled", lambda cells, spans, work, lens: cells)
    done = redacted(tmp_path, ALL, [ROW])
    left = residue(done.tables, PACKS, ALL)
    assert {(f.code, f.severity, f.entity) for f in left} == {
        ("residue", Severity.BLOCK, "CN_ID18"),
        ("residue", Severity.BLOCK, "CN_NAME"),
    }


def test_residue_finds_a_whole_number_that_comes_through_behind_a_declared_operator(tmp_path: Path) -> None:
    declared = {"operator": "keep_ends", "prefix": 10}
    contract = contract_with({"name": "n", "title": "邮箱", "sensitivity": SECRET, "redaction": declared})
    done = redacted(tmp_path, contract, [{"n": "ab@ex.cn（本人常用邮箱）"}])
    assert [(f.code, f.entity) for f in residue(done.tables, PACKS, contract)] == [("residue", "EMAIL")]


def test_residue_finds_a_whole_number_behind_a_mask_that_hides_nothing_of_it(tmp_path: Path) -> None:
    too_much = Redaction.model_construct(**{**Redaction().model_dump(), "operator": "keep_ends", "prefix": 18})
    contract = contract_with({"name": "n", "title": "证件"})
    (field,) = contract.tables[0].fields
    table = contract.tables[0].model_copy(update={"fields": (field.model_copy(update={"redaction": too_much}),)})
    contract = contract.model_copy(update={"tables": (table,)})  # past the contract check, which refuses it
    done = redacted(tmp_path, contract, [{"n": f"{ID}（本人名下）"}])
    assert [(f.code, f.entity) for f in residue(done.tables, PACKS, contract)] == [("residue", "CN_ID18")]


ENDS = {"operator": "keep_ends"}


@pytest.mark.parametrize(
    "declared",
    [
        {"operator": "mask"},
        {**ENDS, "prefix": 4, "suffix": 4},
        {**ENDS, "prefix": 6, "suffix": 4},
        {**ENDS, "suffix": 4},
    ],
    ids=["mask", "4 and 4", "6 and 4", "last 4"],
)
def test_residue_takes_a_declared_mask_as_explained(tmp_path: Path, declared: dict[str, Any]) -> None:
    contract = contract_with({"name": "n", "title": "身份证号", "sensitivity": SECRET, "redaction": declared})
    done = redacted(tmp_path, contract, [{"n": ID}])
    assert residue(done.tables, PACKS, contract) == ()


OPEN = {
    "mask": ({"operator": "mask"}, "马德顺", "****"),
    "keep_ends": ({**ENDS, "prefix": 3, "suffix": 4}, "马德顺的身份证明文件", "138****5678"),
    "name": ({"operator": "name"}, "马德顺", "马**"),
    "year": ({"operator": "generalise", "level": "year"}, "1990-03-07", "1990"),
    "village": ({"operator": "generalise", "level": "village"}, "大柳村三组12号", "大柳村"),
    "band": ({"operator": "generalise", "width": 500}, "1234.5", "1000~1500"),
    "coordinates": ({"operator": "generalise", "digits": 3}, "114.51486, 38.04228", "114.515, 38.042"),
    "bucket": ({"operator": "bucket", "bounds": [0, 18], "labels": ["未成年", "成年"]}, "17", "未成年"),
    "serial": ({"operator": "serial"}, "马德顺", "12"),
}


@pytest.mark.parametrize(("declared", "raw", "done"), OPEN.values(), ids=OPEN.keys())
def test_residue_finds_a_value_that_its_operator_did_not_make(
    tmp_path: Path, declared: dict[str, Any], raw: str, done: str
) -> None:
    contract = contract_with({"name": "n", "title": "列", "redaction": declared})
    table = table_from_rows(tmp_path, "t", [{"n": done}, {"n": None}, {"n": ""}])
    assert residue({"t": table}, PACKS, contract) == ()
    table = table_from_rows(tmp_path, "t", [{"n": done}, {"n": raw}, {"n": raw}])
    found = {f.rule.id: f for f in residue({"t": table}, PACKS, contract) if f.rule}
    finding = found[f"{declared['operator']}.residue"]
    assert (finding.code, finding.severity, finding.count) == ("residue", Severity.BLOCK, 2)
    assert raw not in str(found)


def test_residue_finds_a_mask_that_nobody_declared(tmp_path: Path) -> None:
    table = table_from_rows(tmp_path, "t", [{"note": "1301**********0000"}])
    assert [f.entity for f in residue({"t": table}, PACKS, contract_with({"name": "note", "title": "备注"}))] == [
        "MASKED_ID"
    ]


def test_residue_finds_open_values_in_a_pseudonymous_column(tmp_path: Path) -> None:
    contract = contract_with(
        {"name": "n", "title": "编号", "sensitivity": SECRET, "redaction": {"operator": "pseudonym"}}
    )
    table = table_from_rows(tmp_path, "t", [{"n": "马德顺"}, {"n": None}, {"n": ""}])
    assert [(f.code, f.count) for f in residue({"t": table}, PACKS, contract)] == [("residue", 1)]


def test_residue_finds_an_identifier_in_a_header(tmp_path: Path) -> None:
    table = column_table(tmp_path, ["1"], f"甲{ID}")
    assert [f.code for f in residue({"t": table}, PACKS, None)] == ["residue"]
    assert ID not in str(residue({"t": replace(table)}, PACKS, None))


def test_residue_is_not_found_in_what_the_pack_and_the_contract_let_out(tmp_path: Path) -> None:
    contract = contract_with({"name": "note", "title": "备注"}, official_contacts=["0311-55500103"])
    table = table_from_rows(tmp_path, "t", [{"note": "91130100MA0XKE3T0X 电话0311-55500103"}])
    assert residue({"t": table}, PACKS, contract) == ()
