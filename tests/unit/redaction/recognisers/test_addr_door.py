"""ADDR_DOOR: text → what lies below village or community. All addresses are made up."""

import pytest

from tests.innocent import hits_in_innocent
from tests.looking import sure, weak

ENTITY = "ADDR_DOOR"
FLAT = "某山路216号3栋2单元1201室"
SURE = {
    "flat": (FLAT, [], FLAT),
    "flat under its header": (FLAT, ["家庭住址"], FLAT),
    "below its district": (f"某某市长安区{FLAT}", [], FLAT),
    "below its subdistrict": (f"长安区某某街道{FLAT}", [], FLAT),
    "inside a sentence": (f"现住某某市长安区{FLAT}，已婚", [], FLAT),
    "flat of an estate": ("某苑小区3号楼2单元301室", [], "某苑小区3号楼2单元301室"),
    "flat without 室": ("某苑小区3号楼2单元301", [], "某苑小区3号楼2单元301"),
    "flat alone": ("3栋2单元1201室", [], "3栋2单元1201室"),
    "flat with floor": ("9号楼1单元13楼166号", [], "9号楼1单元13楼166号"),
    "Chinese numbers": ("某苑小区三号楼二单元301室", [], "某苑小区三号楼二单元301室"),
    "full-width": ("某山路２１６号３栋２单元１２０１室", [], "某山路２１６号３栋２单元１２０１室"),
    "spaced": ("某山路216号 3栋 2单元 1201室", [], "某山路216号 3栋 2单元 1201室"),
    "glued to Latin": (f"Addr{FLAT}x", [], FLAT),
    "hyphens": ("某苑小区3-2-301", [], "某苑小区3-2-301"),
    "hyphens behind a street": ("某山路216号3-2-301室", [], "某山路216号3-2-301室"),
    "house of a village group": ("某定县某某村3组12号", [], "3组12号"),
    "house of a Chinese-numbered group": ("某某村民委员会第三小组12号", [], "第三小组12号"),
    "room under its header": ("某山路216号1201室", ["户籍地"], "某山路216号1201室"),
    "room beside its word": ("家住某山路216号1201室", [], "某山路216号1201室"),
    "street number under its header": ("某某路12号", ["住址"], "某某路12号"),
    "lane under its header": ("某某胡同甲12号", ["现住址"], "某某胡同甲12号"),
    "office room under its header": ("某山路216号某某大厦1201室", ["家庭住址"], "某山路216号某某大厦1201室"),
    "village house under its header": ("某某村12号", ["住址"], "12号"),
    "bare room under its header": ("1201室", ["住址"], "1201室"),
    "building under its header": ("某苑小区3号楼", ["住址"], "某苑小区3号楼"),
    "in JSON": (f'{{"地址":"{FLAT}"}}', [], FLAT),
}  # fmt: skip


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [(ENTITY, found)]


WEAK = {
    "street number": ("某某路12号", "某某路12号"),
    "street number under a header of organisations": ("某某市某某路12号", "某某路12号"),
    "room that may be an office": ("某山路216号1201室", "某山路216号1201室"),
    "village house": ("某某村12号", "12号"),
}


@pytest.mark.parametrize(("text", "found"), WEAK.values(), ids=WEAK.keys())
def test_find_without_header_of_dwelling_is_weak(text: str, found: str) -> None:
    for headers in ([], ["注册地址"], ["经营场所"]):
        assert (sure(text, *headers), weak(text, *headers)) == ([], [(ENTITY, found)])


@pytest.mark.parametrize(
    "text",
    [
        "某山大厦12层1201室", "市政务服务中心2号楼305室", "1201室", "办公室", "国道107号", "河道12号断面", "铁路12号线", "某某路12号线", "某某街道12号文",
        "第3单元", "2单元120户", "共3个单元24套", "公里12号", "某某村3组", "贫困村3组2024年12号", "某苑小区3号楼",
    ],
)  # fmt: skip
def test_find_nothing_sure(text: str) -> None:
    assert sure(text) == []
    assert [f for e, f in weak(text) if e == ENTITY and "室" not in f] == []


def test_find_none_in_innocent_text() -> None:
    assert hits_in_innocent(ENTITY) == []
