"""ICD-10 codes beside a word of diagnoses, and columns of them. All persons are made up."""

from pathlib import Path

import pytest

from redaction.scan import scan_reading
from tests.disguises import apart, wide
from tests.innocent import hits_in_innocent
from tests.looking import look, sure
from tests.personal_data import PACKS, reading
from tests.tables import table_from_rows

SURE = {
    "beside its word": ("临床诊断C34.1", "C34.1"),
    "behind a colon": ("诊断：E11.900；2型", "E11.900"),
    "lower case": ("确诊c34.1", "c34.1"),
    "full-width": (f"诊断{wide('C34.1')}", wide("C34.1")),
    "a filled place": ("主要诊断编码 I10.x05", "I10.x05"),
    "clinical edition": ("诊断J18.900x001", "J18.900x001"),
    "in brackets": ("糖尿病（ICD-10：E11.9）", "E11.9"),
    "before the word": ("B20.1为主要诊断", "B20.1"),
}
NONE = {
    "alone": "C34.1",
    "a category alone": "诊断I10",
    "a version": "诊断设备软件V2.1",
    "a part of a code": "诊断试剂AC34.1",
    "more dots": "诊断试剂C34.1.2",
    "a share": "诊断符合率B12.5%",
    "an amount": "诊断费12.50元",
    "far from the word": apart("诊断", "C34.1", 31),
    "another word": "设备编号C34.1",
}


@pytest.mark.parametrize(("text", "found"), SURE.values(), ids=SURE.keys())
def test_find_code_of_a_diagnosis_is_sure(text: str, found: str) -> None:
    assert sure(text) == [("HEALTH", found)]


@pytest.mark.parametrize("text", NONE.values(), ids=NONE.keys())
def test_find_no_code_of_a_diagnosis(text: str) -> None:
    assert "HEALTH" not in [s.entity for s in look(text)]


def test_header_alone_does_not_speak_for_it() -> None:
    assert look("C34.1", "诊断") == look("C34.1", "ICD-10编码") == []


def test_find_none_in_innocent_text() -> None:
    assert hits_in_innocent("HEALTH") == []


HEADERS = (
    "ICD编码",
    "ICD-10编码",
    "ICD10",
    "疾病编码",
    "病种代码",
    "诊断编码",
    "出院诊断编码",
    "主要诊断编码",
    "icd_code",
)


@pytest.mark.parametrize("header", HEADERS)
def test_column_of_codes_states_health_beside_names_and_not_in_statistics(tmp_path: Path, header: str) -> None:
    found = {}
    for other, cells in (("姓名", "王建英 李秀兰 张志明"), ("死亡人数", "12 3 45")):
        rows = [{other: c, header: d} for c, d in zip(cells.split(), ("C34.1", "I10", "E11.9"), strict=True)]
        scan = scan_reading(
            reading(table_from_rows(tmp_path, other, rows)), PACKS, contract=None, header_map={}, hits_dir=tmp_path / other,
            seed="s", file_name="a.csv",
        )  # fmt: skip
        found[other] = sum(f.count for f in scan.findings if f.entity == "HEALTH")
    assert found == {"姓名": 3, "死亡人数": 0}
