"""Free text that a contract keeps goes to a reviewer, whatever the tagger says; law and standing phrases explain it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from domain.finding import Severity
from redaction.hit_files import read_parts
from redaction.person_tagger import LONGEST, person_tagger
from redaction.scan import Scan, scan_reading
from tests.personal_data import PACKS, contract_with, id18, reading
from tests.tables import table_from_rows

BASIS = {"doc": "政府采购法实施条例", "article": "第四十三条"}
TEXT = {"name": "note", "title": "备注", "sensitivity": "free_text"}
SAYS = "由村民马德顺代领，联系张建国办理"


class Fixed:
    """A tagger that finds one text wherever it stands, and counts what it was asked."""

    def __init__(self, name: str) -> None:
        self.name, self.asked = name, 0

    def find(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        self.asked += len(texts)
        return [[(t.index(self.name), t.index(self.name) + len(self.name))] if self.name in t else [] for t in texts]


def scan(into: Path, field: dict[str, Any], cells: list[str | None], tagger: Any = None, **more: Any) -> Scan:
    contract = contract_with(field, *more.get("fields", ()))
    rows = [{"note": c, **more.get("row", {})} for c in cells]
    table = table_from_rows(into, "t", rows, columns=["note", *more.get("row", {})])
    return scan_reading(
        reading(table), PACKS, contract=contract, header_map={"t": {c: c for c in table.columns}}, hits_dir=into / "hits",
        seed="s", file_name="a", tagger=tagger,
    )  # fmt: skip


def told(done: Scan) -> list[tuple[str, str, int, list[int | None]]]:
    return [
        (f.code, f.severity.value, f.count, [p.row for p in f.places])
        for f in done.findings
        if f.code == "free-text" or f.severity is Severity.HOLD
    ]


CASES: dict[str, tuple[dict[str, Any], list[str | None], list[tuple[str, str, int, list[int]]]]] = {
    "kept": (TEXT, ["分期付款", None, "", "无", "分期付款", "见函"], [("free-text", "hold", 3, [1, 5, 6])]),
    "dropped": ({**TEXT, "redaction": {"operator": "drop"}}, [SAYS], []),
    "masked": ({**TEXT, "redaction": {"operator": "mask"}}, [SAYS], []),
    "no free text": ({"name": "note", "title": "规格"}, [SAYS], []),
    "standing phrases": (
        {**TEXT, "constraints": {"enum": ["分期付款"], "severity": "info"}}, ["分期付款", "另付"], [("free-text", "hold", 1, [2])],
    ),
    "word for no value": ({**TEXT, "missing": ["Nah"]}, ["Nah", "nil"], [("free-text", "hold", 1, [2])]),
    "ordered by law": ({**TEXT, "mandate": {"entities": ["FREE_TEXT"], "basis": BASIS}}, ["质保三年", "按季考核"], []),
    "ordered by law, with a name": (
        {**TEXT, "mandate": {"entities": ["FREE_TEXT"], "basis": BASIS}}, ["质保三年", "马德顺代领"], [("free-text", "hold", 1, [2])],
    ),
    "mandate for something else": (
        {**TEXT, "mandate": {"entities": ["LANDLINE"], "basis": BASIS}}, ["质保三年"], [("free-text", "hold", 1, [1])],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("field", "cells", "expected"), CASES.values(), ids=CASES.keys())
def test_free_text_is_held_unless_it_is_explained(
    tmp_path: Path, field: dict[str, Any], cells: list[str | None], expected: list[tuple[str, str, int, list[int]]]
) -> None:
    assert told(scan(tmp_path, field, cells, Fixed("马德顺"))) == expected


def test_silence_of_the_tagger_publishes_nothing(tmp_path: Path) -> None:
    assert told(scan(tmp_path, TEXT, [SAYS], Fixed("没有的名字"))) == [("free-text", "hold", 1, [1])]


def test_cell_that_is_held_already_is_not_held_twice(tmp_path: Path) -> None:
    done = scan(tmp_path, TEXT, [f"经办{id18()}", "另付"], Fixed("马德顺"))
    assert told(done) == [("personal-data", "hold", 1, [1]), ("free-text", "hold", 1, [2])]


def test_names_in_free_text_are_hints_with_their_places(tmp_path: Path) -> None:
    done = scan(tmp_path, TEXT, ["马德顺代领", "无", "由马德顺代领"], Fixed("马德顺"))
    hints = [
        h
        for part in read_parts(done.tables["t"].hits)
        for h in part.select("row", "start", "end", "entity", "score").to_dicts()
    ]
    assert hints == [
        {"row": 1, "start": 0, "end": 3, "entity": "CN_NAME", "score": 0.3},
        {"row": 3, "start": 1, "end": 4, "entity": "CN_NAME", "score": 0.3},
    ]
    assert [(f.entity, f.severity, f.count) for f in done.findings if f.code == "personal-data"] == [
        ("CN_NAME", Severity.INFO, 2)
    ]


def test_tagger_is_asked_once_a_distinct_text(tmp_path: Path) -> None:
    tagger = Fixed("马德顺")
    scan(tmp_path, TEXT, ["另付", "另付", None, "无", "按季考核"] * 20, tagger)
    assert tagger.asked == 2


@pytest.mark.parametrize(("title", "count"), [("身份证号", 1), ("单位", 0)], ids=["beside persons", "beside nobody"])
def test_words_of_illness_are_hints_where_persons_are_meant(tmp_path: Path, title: str, count: int) -> None:
    fields = [{"name": "other", "title": title, "redaction": {"operator": "drop"}}]
    done = scan(tmp_path, TEXT, ["因尿毒症致困"], Fixed("马德顺"), fields=fields, row={"other": "x"})
    assert len([f for f in done.findings if f.entity == "HEALTH" and f.severity is Severity.INFO]) == count


def test_finding_shows_no_text(tmp_path: Path) -> None:
    assert "马德顺" not in str(scan(tmp_path, TEXT, [SAYS], Fixed("马德顺")).findings)


# --- the network -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SAYS, ["马德顺", "张建国"]),
        ("质保三年，24小时响应", []),
        ("建设精品录播教室，含设备安装、调试和培训", []),
        ("清平启明科技有限公司", []),
        ("含教学系统、课程资源、AI教具设备及部署调试", []),
        ("公告期内书面向当地乡镇人民政府提出，电话0311-55500104", []),
        ("", []),
    ],
    ids=["two persons", "service", "need", "company", "abbreviation", "channel", "nothing"],
)
def test_tagger_finds_persons(text: str, expected: list[str]) -> None:
    assert [text[a:b] for a, b in person_tagger().find([text])[0]] == expected


def test_tagger_says_the_same_alone_and_in_company() -> None:
    texts = [SAYS, "质保三年", "镇长李国强主持会议，副镇长王秀英汇报。到会三十人。", "x" * 500, "联系王秀英" * 3]
    together = person_tagger().find(texts)
    assert together == [person_tagger().find([t])[0] for t in texts]


def test_tagger_gives_offsets_of_the_whole_text() -> None:
    text = "会议按时召开。\n" * 40 + "，由周明华签到" + "然后会议继续进行，" * (LONGEST // 4) + "王秀英离席"
    assert [text[a:b] for a, b in person_tagger().find([text])[0]] == ["周明华", "王秀英"]
