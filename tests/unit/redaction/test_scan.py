"""Every cell and every text around is scanned; a scanner that skips anything can't say that it is complete."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from domain.errors import FindingBlocks
from domain.finding import Finding, Severity
from domain.table import Reading, TextPart
from redaction import engine
from redaction.detect import Recogniser, TextTooHard
from redaction.hit_files import parts, read_parts
from redaction.lens import Lens
from redaction.redact import redact_reading
from redaction.report import scan_json, scan_lines
from redaction.scan import Scan, coverage, scan_reading
from tests.personal_data import PACKS, card, column_table, contract_with, id18, reading
from tests.tables import table_from_rows

ID = id18()


def scan(source: Reading, into: Path, **changes: Any) -> Scan:
    keys: dict[str, Any] = {
        "contract": None,
        "header_map": {},
        "hits_dir": into / "hits",
        "seed": "s",
        "file_name": "a.csv",
    }
    return scan_reading(source, PACKS, **(keys | changes))


def told(findings: tuple[Finding, ...]) -> list[tuple[str | None, str, int]]:
    return [(f.entity, f.severity.value, f.count) for f in findings]


def test_scan_tells_places_in_rows_offsets_and_locators(tmp_path: Path) -> None:
    cells = [{"项目": "甲", "备注": "无"}, {"项目": "乙", "备注": f"证件ID{ID}，电话１３９００００００００"}]
    source = reading(table_from_rows(tmp_path, "t", cells, sheet="表", first_row=4))
    done = scan(source, tmp_path)
    assert told(done.findings) == [("CN_ID18", "hold", 1), ("MOBILE", "hold", 1)]
    place = done.findings[0].places[0]
    assert (place.table, place.column, place.row, place.start, place.end, place.locator) == (
        "t",
        "备注",
        2,
        4,
        22,
        "表!B5",
    )
    assert done.findings[0].valid is True
    assert done.findings[1].places[0].end == 36


def test_scan_counts_exactly_and_keeps_the_first_places(tmp_path: Path) -> None:
    done = scan(reading(column_table(tmp_path, [ID] * 250)), tmp_path)
    (finding,) = done.findings
    assert (finding.count, len(finding.places), finding.places[-1].row) == (250, 100, 100)


def test_scan_looks_at_everything_around_the_cells(tmp_path: Path) -> None:
    table = table_from_rows(tmp_path, "t", [{"甲": "1"}], sheet="13900000001")
    table = replace(table, preamble=(TextPart("cell", "A1", f"经办人身份证{ID}"),), headers=("联系13900000002",))
    source = reading(
        table, parts=[TextPart("comment", "B2", "手机13900000003"), TextPart("property", "creator", "a@example.org")]
    )
    done = scan(source, tmp_path, file_name=f"{ID}.csv")
    found = {(h.place.source.value, h.span.entity) for h in done.around}
    assert found == {
        ("file_name", "CN_ID18"), ("sheet_name", "MOBILE"), ("cell", "CN_ID18"), ("header", "MOBILE"), ("comment", "MOBILE"),
        ("property", "EMAIL"),
    }  # fmt: skip
    assert coverage(source, done, {"t": (1, 1)})[0].complete


def test_scan_shows_no_identifier_that_stands_in_a_header_or_sheet_name(tmp_path: Path) -> None:
    table = table_from_rows(tmp_path, "t", [{f"电话{ID}": f"x{ID}"}], sheet=f"表{ID}")
    source = reading(table)
    done = scan(source, tmp_path)
    certificate, lost = coverage(source, done, {"t": (1, 1)})
    report = scan_json(source, done, certificate, file="a.csv")
    assert lost == ()
    assert ID not in str(done.findings) + str(report) + str(list(scan_lines(done))) + str(certificate.to_dict())


def test_scan_reads_the_header_as_context(tmp_path: Path) -> None:
    row = {"收款账号": card(), "编号": card(), "组织机构代码": "D2143569X"}
    done = scan(reading(table_from_rows(tmp_path, "t", [row])), tmp_path)
    by_column = {f.places[0].column: f for f in done.findings}
    assert by_column["收款账号"].severity is Severity.HOLD
    assert (by_column["编号"].severity, by_column["编号"].remedy) == (Severity.INFO, None)
    assert by_column["组织机构代码"].entity == "ORGCODE"


def test_scan_takes_a_column_full_of_old_id_numbers_for_one(tmp_path: Path) -> None:
    numbers: list[str | None] = [f"1301029003{d:02}123" for d in range(1, 21)]
    full = scan(reading(column_table(tmp_path, [*numbers, "另见附件", None, ""], "代号")), tmp_path)
    few = scan(reading(column_table(tmp_path, [*numbers[:5], *["甲"] * 20], "代号", "u")), tmp_path / "few")
    assert told(full.findings) == [("CN_ID15", "hold", 20)]
    assert told(few.findings) == [("CN_ID15", "info", 5)]


def test_scan_says_a_mistyped_number_is_not_valid(tmp_path: Path) -> None:
    wrong = ID[:-1] + str((int(ID[-1]) + 1) % 10)
    done = scan(reading(column_table(tmp_path, [wrong])), tmp_path)
    assert [(f.severity, f.valid) for f in done.findings] == [(Severity.HOLD, False)]


def test_scan_is_silent_about_a_clean_table(tmp_path: Path) -> None:
    rows = [
        {"项目": f"第{i}号工程", "金额": f"{i * 1234567.5:.2f}", "日期": "2026-01-15", "备注": None} for i in range(300)
    ]
    assert scan(reading(table_from_rows(tmp_path, "t", rows)), tmp_path).findings == ()


# --- under a contract ------------------------------------------------------------------------------------------------

BASIS = {"doc": "政府采购法实施条例", "article": "第四十三条"}
FIELDS = (
    {"name": "note", "title": "备注"},
    {"name": "number", "title": "身份证号", "sensitivity": "identifier", "redaction": {"operator": "drop"}},
    {
        "name": "phone",
        "title": "联系电话",
        "sensitivity": "identifier",
        "mandate": {"entities": ["MOBILE"], "basis": BASIS},
    },
    {"name": "code", "title": "统一社会信用代码"},
)


def under_contract(
    tmp_path: Path, row: dict[str, str | None], extra: dict[str, str] | None = None
) -> dict[str, Finding]:
    contract = contract_with(*FIELDS, official_contacts=["0311-55500103", "office@example.org"])
    sent = {"note": "备注", "number": "身份证号码", "phone": "联系电话", "code": "代码"}
    columns = {sent[k]: v for k, v in row.items()} | (extra or {})
    table = table_from_rows(tmp_path, "来件", [columns], columns=[*sent.values(), *(extra or {})])
    done = scan(reading(table), tmp_path, contract=contract, header_map={"t": sent})
    return {f"{f.places[0].column}.{f.entity}": f for f in done.findings}


TREATMENTS = {
    "unexpected in a kept field": ({"note": f"号{ID}"}, "note.CN_ID18", "hold", "span-replaced"),
    "in a dropped field": ({"number": ID}, "number.CN_ID18", "info", "column-dropped"),
    "mandated": ({"phone": "13900000000"}, "phone.MOBILE", "info", "kept-by-mandate"),
    "not what the mandate names": ({"phone": f"证{ID}"}, "phone.CN_ID18", "hold", "span-replaced"),
    "official telephone": ({"note": "咨询电话(0311)5550 0103"}, "note.LANDLINE", "info", "kept-official-contact"),
    "official mailbox": ({"note": "Office@Example.org"}, "note.EMAIL", "info", "kept-official-contact"),
    "the contract's own contact": ({"note": "电话0311-55500101"}, "note.LANDLINE", "info", "kept-official-contact"),
    "another telephone": ({"note": "咨询电话0311-55500199"}, "note.LANDLINE", "hold", "span-replaced"),
    "public code": ({"code": "91130100MA0XKE3T0X"}, "code.USCC_STRICT", "info", None),
    "half masked": ({"note": "1301**********0000"}, "note.MASKED_ID", "hold", "span-replaced"),
}


@pytest.mark.parametrize(("row", "key", "severity", "remedy"), TREATMENTS.values(), ids=TREATMENTS.keys())
def test_scan_weighs_a_hit_by_the_contract(
    tmp_path: Path, row: dict[str, str | None], key: str, severity: str, remedy: str | None
) -> None:
    found = under_contract(tmp_path, row)
    assert list(found) == [key]
    assert (found[key].severity.value, found[key].remedy) == (severity, remedy)
    assert found[key].places[0].table == "t"


def test_scan_holds_what_stands_in_a_column_that_the_contract_does_not_know(tmp_path: Path) -> None:
    found = under_contract(tmp_path, {"note": None}, {"多出的列": "13900000000"})
    assert [(f.severity.value, f.remedy) for f in found.values()] == [("hold", "not-published")]


def test_scan_cites_the_law_of_a_mandate(tmp_path: Path) -> None:
    rule = under_contract(tmp_path, {"phone": "13900000000"})["phone.MOBILE"].rule
    assert rule is not None
    assert (rule.pack, rule.id, rule.citation) == ("personal", "mobile.mandated", "政府采购法实施条例第四十三条")


# --- completeness, by breaking the scanner ---------------------------------------------------------------------------


def _table(tmp_path: Path) -> Reading:
    rows: list[dict[str, str | None]] = [{"甲": "1", "乙": f"x{ID}", "丙": None} for _ in range(25)]
    return reading(table_from_rows(tmp_path, "t", rows))


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BATCH_ROWS", 10)


@pytest.mark.usefixtures("small_batches")
def test_coverage_of_a_whole_scan_is_complete(tmp_path: Path) -> None:
    source = _table(tmp_path)
    done = scan(source, tmp_path)
    certificate, lost = coverage(source, done, {"t": (25, 3)})
    assert (certificate.complete, lost, certificate.canaries_planted) == (True, (), 3 * 3 + 1)
    assert certificate.tables[0].cells == certificate.tables[0].cells_scanned == 75
    assert sum(f.count for f in done.findings) == 25


def _no_second_column(real: Callable[..., Any]) -> Callable[..., Any]:
    def skip(batch: Any, *rest: Any) -> Any:
        return real(replace(batch, columns=tuple(c for c in batch.columns if c != "乙")), *rest)

    return skip


def _no_third_batch(real: Callable[..., Any]) -> Callable[..., Any]:
    def skip(batch: Any, *rest: Any) -> Any:
        return [] if batch.first > 20 else real(batch, *rest)

    return skip


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("broken", [_no_second_column, _no_third_batch])
def test_coverage_of_a_scanner_that_skips_is_not_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Callable[..., Any]
) -> None:
    monkeypatch.setattr(engine, "_batch_hits", broken(engine._batch_hits))
    source = _table(tmp_path)
    certificate, lost = coverage(source, scan(source, tmp_path), {"t": (25, 3)})
    assert not certificate.complete
    assert [(f.code, f.severity) for f in lost] == [("coverage-incomplete", Severity.BLOCK)]


def test_scan_with_a_deaf_recogniser_loses_its_canaries_and_redacts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Recogniser.find
    monkeypatch.setattr(Recogniser, "find", lambda self, text: [] if self.entity == "PLATE" else real(self, text))
    source = _table(tmp_path)
    done = scan(source, tmp_path)
    assert {(f.code, f.severity) for f in done.findings if f.code == "canary-lost"} == {("canary-lost", Severity.BLOCK)}
    assert not coverage(source, done, {"t": (25, 3)})[0].complete
    with pytest.raises(FindingBlocks):
        redact_reading(source, done, PACKS, into=tmp_path)


def test_scan_with_a_prefilter_that_lets_nothing_through_loses_its_canaries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Lens, "sieves", lambda self, column: ("never-in-a-text",))
    assert "canary-lost" in {f.code for f in scan(_table(tmp_path), tmp_path).findings}


def test_coverage_counts_a_text_that_is_too_hard_as_not_scanned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Recogniser.find

    def find(self: Recogniser, text: str) -> Any:
        if text.startswith("难"):
            raise TextTooHard
        return real(self, text)

    monkeypatch.setattr(Recogniser, "find", find)
    source = reading(column_table(tmp_path, ["1", f"难{ID}"]))
    certificate, lost = coverage(source, scan(source, tmp_path), {"t": (2, 1)})
    assert (certificate.complete, certificate.tables[0].cells_scanned, len(lost)) == (False, 1, 1)


@pytest.mark.parametrize(
    "census", [{"t": (26, 3)}, {"t": (25, 4)}, {}, {"t": (25, 3), "u": (0, 0)}, {"u": (25, 3)}, {"t": (75, 1)}],
    ids=["a row more", "a column more", "no count", "a table more", "another table", "other rectangle"],
)  # fmt: skip
def test_coverage_that_differs_from_the_census_is_not_complete(
    tmp_path: Path, census: dict[str, tuple[int, int]]
) -> None:
    source = _table(tmp_path)
    certificate, lost = coverage(source, scan(source, tmp_path), census)
    assert not certificate.complete
    assert [f.code for f in lost] == ["coverage-incomplete"]


def test_coverage_of_a_file_with_unread_parts_is_not_complete(tmp_path: Path) -> None:
    source = replace(_table(tmp_path), unread=(("pivot", "not readable"),))
    certificate, lost = coverage(source, scan(source, tmp_path), {"t": (25, 3)})
    assert (certificate.complete, len(lost)) == (False, 1)


def test_scan_of_an_empty_table_is_complete_with_its_canaries(tmp_path: Path) -> None:
    source = reading(column_table(tmp_path, []))
    certificate, lost = coverage(source, scan(source, tmp_path), {"t": (0, 1)})
    assert (certificate.complete, lost, certificate.canaries_planted) == (True, (), 2)


def test_scan_writes_no_canary_and_the_same_hits_again(tmp_path: Path) -> None:
    source = _table(tmp_path)
    first, second = scan(source, tmp_path / "1"), scan(source, tmp_path / "2")
    written = [[p.path.read_bytes() for p in parts(s.tables["t"].hits)] for s in (first, second)]
    assert written[0] == written[1]
    assert {c for part in read_parts(first.tables["t"].hits) for c in part["column"]} == {"乙"}


def test_hits_of_a_column_stand_in_the_order_of_its_rows(tmp_path: Path) -> None:
    names = ["李建华", "王秀英", "张志明", "李建华", "陈玉梅"]
    cells = [{"姓名": names[n % 5], "备注": f"王玉梅{ID}" if n % 7 else None} for n in range(3_000)]
    for part in read_parts(scan(reading(table_from_rows(tmp_path, "t", cells)), tmp_path).tables["t"].hits):
        place = {"姓名": 0, "备注": 1}
        at = [(place[h["column"]], h["row"], h["start"]) for h in part.iter_rows(named=True)]
        assert at == sorted(at)
        assert {c for c, _, _ in at} == {0, 1}


def test_scan_json_has_the_promised_shape(tmp_path: Path) -> None:
    source = reading(column_table(tmp_path, [f"ID{ID}"]), parts=[TextPart("comment", "B2", "手机13900000003")])
    done = scan(source, tmp_path)
    report = scan_json(source, done, coverage(source, done, {"t": (1, 1)})[0], file="a.csv")
    assert report["tables"] == [{"name": "t", "rows": 1, "columns": 1, "cells": 1, "cells_scanned": 1}]
    assert (report["complete"], report["sha256"], report["bytes"], report["file"]) == (True, "0" * 64, 1, "a.csv")
    lines = list(scan_lines(done))
    assert lines[0] == {
        "code": "personal-data", "entity": "CN_ID18", "severity": "hold", "table": "t", "column": "备注", "row": 1, "start": 2,
        "end": 20, "score": 1.0, "valid": True, "source": "cell", "locator": "line 2",
    }  # fmt: skip
    assert lines[1]["source"] == "comment"
    assert list(report) == ["file", "sha256", "bytes", "tables", "complete", "unscanned"]
    assert report["unscanned"] == []
