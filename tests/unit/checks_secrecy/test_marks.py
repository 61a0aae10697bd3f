"""Classification marks are found however they are written, and lawful words nearby are not."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from checks.secrecy.marks import check_marks
from checks.secrecy.negative_list import check_contract, check_negative_list
from checks.secrecy.texts import ODD
from domain.contract import Disclosure
from domain.finding import Source
from domain.pack import Packs, load_pack
from domain.table import Reading, TextPart
from tests.tables import table_from_rows

RULES = Path(__file__).parents[3] / "rules"
PACKS = Packs(
    {name: load_pack((RULES / f"{name}.yaml").read_text("utf-8"), name) for name in ("secrecy", "negative_list")}
)
TODAY = date(2026, 11, 24)


def _reading(tmp_path: Path, cells: list[str | None], **changes: object) -> Reading:
    table = table_from_rows(tmp_path, "t", [{"名称": "甲", "备注": c} for c in cells], sheet="表")
    values: dict[str, object] = {"sha256": "0" * 64, "bytes": 1, "format": "csv", "encoding": None, "tables": (table,)}
    return Reading(**(values | changes))  # type: ignore[arg-type]


def _codes(
    tmp_path: Path, cell: str, disclosure: str = "proactive", issued_on: date | None = None
) -> list[tuple[str, str]]:
    contract = SimpleNamespace(disclosure=Disclosure(disclosure), dataset_type="x", id="a.b")
    found = check_marks(
        _reading(tmp_path, [cell]), PACKS, file_name="a.csv", contract=contract, today=TODAY, issued_on=issued_on
    )  # type: ignore[arg-type]
    return [(f.code, f.severity.value) for f in found]


@pytest.mark.parametrize(
    "cell",
    [
        "秘密★10年", "机密★长期", "绝密★2030年12月前", "秘密★", "秘 密 ★ 5 年", "秘密级☆三年", "秘\u200b密★10年", "秘密★１０年", "绝密＊二十年",
        "机密★工程竣工后", "機密★10年", "附件：秘密★6个月", "密级：机密", "保密等级: 秘密", "涉密等级　绝密", "密 级：秘密",
    ],
)  # fmt: skip
def test_marks_classification_blocks(tmp_path: Path, cell: str) -> None:
    assert ("secrecy-mark", "block") in _codes(tmp_path, cell)


@pytest.mark.parametrize(
    "cell",
    [
        "商业秘密", "保守国家秘密法", "保密审查情况:已审查", "不涉密", "竞争性磋商", "磋商文件", "密级：绝密/机密/秘密", "秘密投票", "公开招标", "内部装修工程",
        "机械密封件★", "5★酒店", "密度★", "国家秘密管理",
    ],
)  # fmt: skip
def test_marks_lawful_words_pass(tmp_path: Path, cell: str) -> None:
    assert _codes(tmp_path, cell) == []


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("内部资料，注意保存", "working-secret"), ("此文件不得外传", "working-secret"), ("属工作秘密", "working-secret"), ("仅供领导参阅", "working-secret"),
        ("(征求意见稿)", "process-information"), ("市长办公会会议纪要", "process-information"), ("关于资金的请示", "process-information"),
    ],
)  # fmt: skip
def test_marks_internal_words_hold(tmp_path: Path, cell: str, code: str) -> None:
    assert _codes(tmp_path, cell)[0] == (code, "hold")


@pytest.mark.parametrize(
    ("cell", "issued_on", "code"),
    [
        ("秘密★15年", None, "secrecy-term-invalid"), ("机密★三十年", None, "secrecy-term-invalid"), ("秘密★3年", date(2020, 2, 29), "secrecy-expired"),
    ],
    ids=["over-limit", "over-limit-han", "expired"],
)  # fmt: skip
def test_marks_odd_terms_are_said_besides(tmp_path: Path, cell: str, issued_on: date | None, code: str) -> None:
    assert _codes(tmp_path, cell, issued_on=issued_on) == [("secrecy-mark", "block"), (code, "hold")]


def test_marks_term_within_limits_says_nothing_more(tmp_path: Path) -> None:
    assert _codes(tmp_path, "秘密★10年", issued_on=date(2020, 1, 1)) == [("secrecy-mark", "block")]


@pytest.mark.parametrize(
    ("cell", "disclosure", "codes"),
    [
        ("（此件公开发布）", "proactive", []),
        ("（此件主动公开）", "proactive", []),
        ("（此件依申请公开）", "proactive", [("disclosure-mark-conflict", "block")]),
        ("（此件依申请公开）", "on_request", []),
        ("此件不予公开", "proactive", [("disclosure-mark-conflict", "block")]),
        ("此件 不公开", "withheld", []),
        ("此件删减后公开", "proactive", [("disclosure-mark-conflict", "block")]),
    ],
)
def test_disclosure_mark_must_agree_with_contract(
    tmp_path: Path, cell: str, disclosure: str, codes: list[tuple[str, str]]
) -> None:
    assert _codes(tmp_path, cell, disclosure) == codes


def test_marks_are_found_around_the_table_too(tmp_path: Path) -> None:
    reading = _reading(
        tmp_path,
        ["x"],
        parts=(TextPart("comment", "表!B2", "机密★5年"), TextPart("property", "core.subject", "密级：秘密")),
    )
    found = check_marks(reading, PACKS, file_name="秘密★10年.xlsx", contract=None, today=TODAY)
    assert {(p.source, p.locator) for f in found for p in f.places} == {
        (Source.FILE_NAME, None), (Source.COMMENT, "表!B2"), (Source.PROPERTY, "core.subject"),
    }  # fmt: skip


def test_marks_count_every_cell_and_name_its_place(tmp_path: Path) -> None:
    (finding,) = check_marks(
        _reading(tmp_path, ["秘密★10年", None, "", "秘密★10年"]), PACKS, file_name="a", contract=None, today=TODAY
    )
    assert (finding.count, [p.row for p in finding.places], finding.places[1].locator) == (2, [1, 4], "表!B5")


def test_marks_note_holds_no_cell_text(tmp_path: Path) -> None:
    found = check_marks(_reading(tmp_path, ["标记甲乙丙 秘密★10年"]), PACKS, file_name="a", contract=None, today=TODAY)
    assert "标记甲乙丙" not in str([f.to_dict() for f in found])


@pytest.mark.parametrize(
    ("header", "cell", "rules"),
    [
        ("备注", "某部12345部队营区改造", ["NEG-MIL-01", "NEG-MIL-02"]),
        ("备注", "1234567部队", []),
        ("功能科目编码", "2040501", ["NEG-BUD-01"]),
        ("功能科目编码", "2010101", []),
        ("备注", "2040501", []),
        ("备注", "网络拓扑图绘制", ["NEG-INF-01"]),
        ("备注", "城市管线普查", []),
    ],
)
def test_negative_list_matches_words_and_codes(tmp_path: Path, header: str, cell: str, rules: list[str]) -> None:
    table = table_from_rows(tmp_path, "t", [{header: cell}])
    reading = Reading("0" * 64, 1, "csv", None, (table,))
    found = check_negative_list(reading, PACKS, file_name="a.csv", contract=None)
    assert sorted(f.rule.id for f in found if f.rule) == rules


@pytest.mark.parametrize(("form", "count"), [("geojson", 1), ("csv", 0)])
def test_negative_list_map_attributes_block_on_maps_alone(tmp_path: Path, form: str, count: int) -> None:
    reading = Reading("0" * 64, 1, form, None, (table_from_rows(tmp_path, "t", [{"限高": "4.5"}]),))
    assert len(check_negative_list(reading, PACKS, file_name="a", contract=None)) == count


def test_check_contract_asks_the_list_about_the_dataset_itself() -> None:
    data = PACKS["negative_list"].data
    entry = {"id": "NEG-X", "title": "试", "severity": "block", "citation": "c", "datasets": ["police_posts"]}
    pack = PACKS["negative_list"]
    packs = Packs({"negative_list": type(pack)(pack.id, pack.version, {**data, "entries": [entry]}, pack.sha256)})
    contract = SimpleNamespace(id="a.b", dataset_type="police_posts")
    (finding,) = check_contract(contract, packs)  # type: ignore[arg-type]
    assert finding.severity.value == "block"
    assert check_contract(contract, PACKS) == ()  # type: ignore[arg-type]


def test_prefilters_are_supersets() -> None:
    samples = {
        "SEC-M-01": ["秘密★1年", "秘\u3000密★", "绝 密级★长期", "機密★10年"],
        "SEC-M-02": ["密级秘密", "密 级：机密", "涉密等级:绝密"],
    }
    for row in PACKS["secrecy"].data["marks"]:
        for text in samples.get(row["id"], []):
            assert pl.Series([text]).str.contains(f"(?:{row['prefilter']})|{ODD}").item()
