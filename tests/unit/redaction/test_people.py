"""Names and sensitive facts of whole columns: found, weighed by the contract, replaced, and not found where nobody is meant."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from domain.errors import FindingBlocks
from domain.finding import Finding, Severity
from domain.table import TableInfo
from redaction import engine, people
from redaction.people import People
from redaction.redact import redact_reading, redact_tables, residue
from redaction.report import scan_lines
from redaction.scan import Scan, coverage, scan_reading
from tests.personal_data import KEY, PACKS, contract_with, id18, reading
from tests.tables import table_from_rows

BASIS = {"doc": "政府采购法实施条例", "article": "第四十三条"}
NAMES = ["马德顺", "白桂兰", "周明", "郝建国", "王秀英", "李海涛"]
Row = dict[str, str | None]


def scan(table: TableInfo, into: Path, **keys: Any) -> Scan:
    asked: dict[str, Any] = {
        "contract": None,
        "header_map": {},
        "hits_dir": into / "hits",
        "seed": "s",
        "file_name": "a",
    }
    return scan_reading(reading(table), PACKS, **(asked | keys))


def told(table: TableInfo, into: Path) -> dict[str, tuple[str, str, int]]:
    found = scan(table, into).findings
    return {f.places[0].column or "": (f.entity or "", f.severity.value, f.count) for f in found}


def table(into: Path, columns: dict[str, Sequence[str | None]]) -> TableInfo:
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    return table_from_rows(into, "t", rows, columns=list(columns))


# --- names -----------------------------------------------------------------------------------------------------------


def test_column_headed_as_names_is_held_cell_by_cell(tmp_path: Path) -> None:
    found = told(table(tmp_path, {"户主": [*NAMES, "无", None], "数": list("12345678")}), tmp_path)
    assert found == {"户主": ("CN_NAME", "hold", 6)}


def test_column_of_names_under_a_silent_header_is_held(tmp_path: Path) -> None:
    found = told(table(tmp_path, {"甲": [*NAMES, "清平启明有限公司", None], "乙": ["货物"] * 8}), tmp_path)
    assert found == {"甲": ("CN_NAME", "hold", 6)}


def test_every_name_of_a_cell_is_a_hit_of_its_own(tmp_path: Path) -> None:
    found = scan(table(tmp_path, {"评审专家": ["周明、白雪、郝建国", "王强"]}), tmp_path).findings
    assert [(f.count, [(p.row, p.start, p.end) for p in f.places]) for f in found] == [
        (4, [(1, 0, 2), (1, 3, 5), (1, 6, 9), (2, 0, 2)])
    ]


def test_name_beside_an_identity_number_is_a_notice_and_another_is_held(tmp_path: Path) -> None:
    sent = table(tmp_path, {"土地使用权人": [f"马德顺{id18()}", "白桂兰", "清平启明有限公司"]})
    done = scan(sent, tmp_path)
    assert sorted((f.entity, f.severity.value, f.count) for f in done.findings) == [
        ("CN_ID18", "hold", 1),
        ("CN_NAME", "hold", 1),
        ("CN_NAME", "info", 1),
    ]
    source = reading(sent)
    assert coverage(source, done, {"t": (3, 1)})[0].complete
    lines = [(f["entity"], f["severity"], f["row"], f["start"], f["end"]) for f in scan_lines(done)]
    assert lines == [("CN_NAME", "info", 1, 0, 3), ("CN_ID18", "hold", 1, 3, 21), ("CN_NAME", "hold", 2, 0, 3)]


def test_names_of_all_batches_make_one_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BATCH_ROWS", 4)
    words = ["第一批", "第二批", "第三批", "第四批", *NAMES]
    assert told(table(tmp_path, {"甲": words}), tmp_path) == {"甲": ("CN_NAME", "hold", 10)}
    for n, others in enumerate(([f"第{i}批" for i in range(10)], [f"{i}" for i in range(10)])):
        assert told(table(tmp_path / str(n), {"甲": [*others, *NAMES]}), tmp_path / str(n)) == {}


def test_column_past_the_cap_is_judged_by_what_was_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BATCH_ROWS", 6)
    monkeypatch.setattr(people, "CAP", 5)
    monkeypatch.setattr(people, "ROOM", 1)
    cells = [*NAMES, *(f"第{i}批" for i in range(100))]
    assert told(table(tmp_path, {"甲": cells}), tmp_path) == {"甲": ("CN_NAME", "hold", 6)}


FIELDS = {
    "kept": ({"name": "n", "title": "姓名"}, "hold", "span-replaced", ["[姓名]", "[姓名]、[姓名]", "某局"]),
    "mandated": (
        {"name": "n", "title": "姓名", "sensitivity": "identifier", "mandate": {"entities": ["CN_NAME"], "basis": BASIS}},
        "info", "kept-by-mandate", ["马德顺", "周明、白雪", "某局"],
    ),
    "masked": (
        {"name": "n", "title": "姓名", "sensitivity": "identifier", "redaction": {"operator": "name"}},
        "info", "column-names-masked", ["马**", "周*、白*", "某*"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("field", "severity", "remedy", "expected"), FIELDS.values(), ids=FIELDS.keys())
def test_contract_says_what_happens_to_names(
    tmp_path: Path, field: dict[str, Any], severity: str, remedy: str, expected: list[str]
) -> None:
    contract = contract_with(field)
    source = table(tmp_path, {"n": ["马德顺", "周明、白雪", "某局"]})
    done = scan(source, tmp_path, contract=contract, header_map={"t": {"n": "n"}})
    assert {(f.entity, f.severity.value, f.remedy) for f in done.findings} == {("CN_NAME", severity, remedy)}
    out = redact_tables({"t": source}, done, contract, PACKS, key=KEY, scope="r", into=tmp_path)
    assert pl.read_parquet(out.tables["t"].path)["n"].to_list() == expected
    assert residue(out.tables, PACKS, contract) == ()


def test_residue_finds_names_that_a_broken_redaction_leaves(tmp_path: Path) -> None:
    left = residue({"t": table(tmp_path, {"n": NAMES})}, PACKS, contract_with({"name": "n", "title": "姓名"}))
    assert [(f.code, f.severity, f.entity, f.count) for f in left] == [("residue", Severity.BLOCK, "CN_NAME", 6)]


def test_redact_without_a_contract_replaces_names_and_nothing_else(tmp_path: Path) -> None:
    source = table(tmp_path, {"甲": ["马德顺", "周明、白桂兰", "郝建国"], "乙": ["货物", "服务", "工程"]})
    out = redact_reading(reading(source), scan(source, tmp_path), PACKS, into=tmp_path).tables
    assert pl.read_parquet(out["t"].path).to_dict(as_series=False) == {
        "甲": ["[姓名]", "[姓名]、[姓名]", "[姓名]"],
        "乙": ["货物", "服务", "工程"],
    }
    assert residue(out, PACKS, None) == ()


# --- facts -----------------------------------------------------------------------------------------------------------

PERSON: dict[str, Sequence[str | None]] = {"身份证号": ["见附件", "见附件"]}
FACTS = {
    "birth date": ("出生日期", ["1990-03-07", "19850612"], ("DOB", "hold", 2)),
    "birth date as Excel writes it": ("出生年月", ["1990-03-07 00:00:00", "1990年3月"], ("DOB", "hold", 2)),
    "age": ("年龄", ["34", "61岁"], ("DOB", "hold", 2)),
    "full-width age and invisible characters": ("年龄", ["３４", "6\u200b1岁"], ("DOB", "hold", 2)),
    "age below fourteen": ("年龄", ["13", "3岁"], ("MINOR", "hold", 2)),
    "ethnicity": ("民族", ["汉族", "回族"], ("ETHNIC", "hold", 2)),
    "party": ("户主政治面貌", ["中共党员", "群众"], ("ETHNIC", "hold", 2)),
    "illness": ("主要诊断", ["尿毒症", "肺癌"], ("HEALTH", "hold", 2)),
    "disability": ("残疾等级", ["1", "2"], ("HEALTH", "hold", 2)),
    "school": ("就读学校", ["清平一小", "清平二小"], ("MINOR", "hold", 2)),
}


@pytest.mark.parametrize(("header", "cells", "expected"), FACTS.values(), ids=FACTS.keys())
def test_column_of_a_sensitive_fact_is_held(
    tmp_path: Path, header: str, cells: list[str], expected: tuple[str, str, int]
) -> None:
    assert told(table(tmp_path, {**PERSON, header: cells}), tmp_path) == {header: expected}


STATISTICS: dict[str, dict[str, Sequence[str | None]]] = {
    "disabled by town": {"乡镇": ["柳林镇", "河口镇"], "残疾人数": ["12", "31"]},
    "age bands": {"年龄段": ["0-14岁", "60岁以上"], "人数": ["120", "310"]},
    "ages": {"年龄": ["13", "14"], "人数": ["120", "310"]},
    "illnesses": {"病种": ["尿毒症", "肺癌"], "例数": ["12", "31"]},
    "peoples": {"民族": ["汉族", "回族"], "人口数量": ["12", "31"]},
    "stages": {"学段": ["小学", "初中"], "学校数": ["12", "31"]},
    "grades": {"残疾等级": ["一级", "二级"], "补贴标准": ["100", "80"]},
    "counts headed as a people": {"少数民族": ["12", "31"], "汉族人口": ["1", "2"]},
}


@pytest.mark.parametrize("columns", STATISTICS.values(), ids=STATISTICS.keys())
def test_statistics_are_no_facts_about_persons(tmp_path: Path, columns: dict[str, Sequence[str | None]]) -> None:
    assert told(table(tmp_path, columns), tmp_path) == {}


def test_counts_beside_names_are_facts_about_persons_still(tmp_path: Path) -> None:
    found = told(table(tmp_path, {"姓名": NAMES[:2], "病种": ["尿毒症", "肺癌"], "次数": ["1", "2"]}), tmp_path)
    assert found["病种"] == ("HEALTH", "hold", 2)


def test_declared_operator_explains_a_fact_and_leaves_no_residue(tmp_path: Path) -> None:
    contract = contract_with(
        {"name": "born", "title": "出生日期", "redaction": {"operator": "generalise", "level": "year5"}},
        {"name": "ill", "title": "病种", "redaction": {"operator": "drop"}},
        {"name": "people", "title": "民族"},
    )
    source = table(tmp_path, {"born": ["1990-03-07"], "ill": ["肺癌"], "people": ["回族"]})
    done = scan(source, tmp_path, contract=contract, header_map={"t": {c: c for c in ("born", "ill", "people")}})
    severities = {f.entity: f.severity.value for f in done.findings}
    assert severities == {"DOB": "info", "HEALTH": "info", "ETHNIC": "hold"}
    out = redact_tables({"t": source}, done, contract, PACKS, key=KEY, scope="r", into=tmp_path)
    assert pl.read_parquet(out.tables["t"].path).to_dicts() == [{"born": "1990-1994", "people": "[民族宗教]"}]
    assert residue(out.tables, PACKS, contract) == ()


def test_label_beside_a_fact_hides_no_fact(tmp_path: Path) -> None:
    source = table(tmp_path, {**PERSON, "病情": ["[健康信息]尿毒症", "[健康信息]"]})
    assert told(source, tmp_path) == {"病情": ("HEALTH", "hold", 1)}


def test_number_inside_a_fact_stays_its_own_hit(tmp_path: Path) -> None:
    source = table(tmp_path, {"姓名": ["周明"], "诊断": [f"肺癌{id18()}转院"]})
    out = redact_reading(reading(source), scan(source, tmp_path), PACKS, into=tmp_path).tables["t"]
    assert pl.read_parquet(out.path)["诊断"].to_list() == ["[健康信息][身份证号][健康信息]"]


# --- completeness, by breaking it ------------------------------------------------------------------------------------


def lost(done: Scan) -> list[Finding]:
    return [f for f in done.findings if f.code == "canary-lost"]


@pytest.mark.parametrize("columns", [{"甲": NAMES}, {"姓名": NAMES}], ids=["by content", "by header"])
def test_scan_that_shows_people_no_batch_loses_its_canary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: dict[str, list[str | None]]
) -> None:
    monkeypatch.setattr(People, "see", lambda self, batch, drawn: None)
    source = table(tmp_path, columns)
    done = scan(source, tmp_path)
    assert lost(done)
    with pytest.raises(FindingBlocks):
        redact_reading(reading(source), done, PACKS, into=tmp_path)


def test_scan_that_skips_a_batch_of_a_column_loses_its_canary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BATCH_ROWS", 4)
    real, calls = People.see, []

    def see(self: People, batch: pl.DataFrame, drawn: Mapping[str, pl.Series]) -> None:
        calls.append(batch)
        if len(calls) != 2:
            real(self, batch, drawn)

    monkeypatch.setattr(People, "see", see)
    assert lost(scan(table(tmp_path, {"甲": ["货物"] * 10}), tmp_path))


def test_scan_that_doesnt_ask_for_announced_names_loses_its_canary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(People, "announced", lambda *_: {})
    assert lost(scan(table(tmp_path, {"姓名": NAMES}), tmp_path))


def test_model_that_knows_no_name_loses_its_canary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("redaction.people.looks_named", lambda texts, words: (0, 0.0))
    assert lost(scan(table(tmp_path, {"甲": ["货物"]}), tmp_path))


def test_made_up_names_are_found_under_every_seed(tmp_path: Path) -> None:
    for seed in range(20):
        assert not lost(scan(table(tmp_path / str(seed), {"甲": ["1"]}), tmp_path / str(seed), seed=str(seed)))
