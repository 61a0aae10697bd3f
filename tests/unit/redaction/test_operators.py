"""Every operator does what it says, empties what it can't read, and leaves its own output alone."""

from decimal import Decimal

import pytest

from domain.contract import FieldSpec
from domain.masking import RowDrop
from redaction.operators.addresses import generalise_address
from redaction.operators.coordinates import round_coordinates, round_geojson
from redaction.operators.dates import generalise_date
from redaction.operators.declared import form_for, operator_for
from redaction.operators.numbers import band, bucket
from redaction.operators.persons import mask_name
from redaction.operators.pseudonyms import looks_pseudonymous, pseudonym
from redaction.operators.rows import judge_for
from redaction.operators.seen import Operator
from redaction.operators.serial import Serial
from redaction.operators.stars import keep_ends, mask
from tests.personal_data import KEY, contract_with

COMPOUNDS = frozenset({"欧阳", "司马"})

ADDRESSES = {
    "whole": ("河北省石家庄市正定县曲阳桥镇周家庄村三组12号", ("河北省石家庄市正定县", "河北省石家庄市正定县曲阳桥镇", "河北省石家庄市正定县曲阳桥镇周家庄村")),
    "district and street office": ("石家庄市长安区建北街道和平社区8栋2单元1201室", ("石家庄市长安区", "石家庄市长安区建北街道", "石家庄市长安区建北街道和平社区")),
    "from the town": ("柳林镇大柳村三组", (None, "柳林镇", "柳林镇大柳村")),
    "village alone": ("大柳村三组12号", (None, None, "大柳村")),
    "street and number": ("建设大街6号", (None, None, None)),
    "a number": ("12345678", (None, None, None)),
    "blank": (" ", (" ", " ", " ")),
}  # fmt: skip


@pytest.mark.parametrize(("text", "cut"), ADDRESSES.values(), ids=ADDRESSES.keys())
def test_generalise_address_cuts_behind_the_level(text: str, cut: tuple[str | None, ...]) -> None:
    assert tuple(generalise_address(text, level) for level in ("county", "town", "village")) == cut


DATES = {
    "hyphens": ("1987-03-05", ("1987", "1985-1989", "1987-03")),
    "Chinese": ("1987年3月5日", ("1987", "1985-1989", "1987-03")),
    "compact": ("19870305", ("1987", "1985-1989", "1987-03")),
    "with a time": ("1987/3/5 10:20:30", ("1987", "1985-1989", "1987-03")),
    "year and month": ("1987年3月", ("1987", "1985-1989", "1987-03")),
    "year": ("1987", ("1987", "1985-1989", None)),
    "no such day": ("1987-02-30", (None, None, None)),
    "words": ("待定", (None, None, None)),
    "an id number": ("130102198703050000", (None, None, None)),
}


@pytest.mark.parametrize(("text", "levels"), DATES.values(), ids=DATES.keys())
def test_generalise_date(text: str, levels: tuple[str | None, ...]) -> None:
    assert tuple(generalise_date(text, level) for level in ("year", "year5", "month")) == levels


ENDS = {
    "a telephone": ("13900005678", 3, 4, "139****5678"),
    "one too short": ("1390005678", 3, 4, "**********"),
    "as long as what is shown": ("1395678", 3, 4, "*******"),
    "first alone": ("张三李四王", 1, 0, "张****"),
    "last alone": ("123456789", 0, 4, "*****6789"),
    "full-width": ("１３９００００５６７８", 3, 4, "139****5678"),
    "blanks hide nothing": ("139 - - - 5678", 3, 4, "*" * 14),
    "invisible characters hide nothing": ("139" + "\u200b" * 8 + "5678", 3, 4, "*******"),
    "nothing visible": ("\u200b\u2060", 1, 0, None),
    "blank": (" ", 1, 0, " "),
}


@pytest.mark.parametrize(("text", "prefix", "suffix", "expected"), ENDS.values(), ids=ENDS.keys())
def test_keep_ends_hides_four_at_least(text: str, prefix: int, suffix: int, expected: str | None) -> None:
    assert keep_ends(text, prefix, suffix) == expected


def test_mask_hides_everything() -> None:
    assert [mask(t) for t in ("abcde", "１２", "\u200b", "", "  ")] == ["*****", "**", None, "", "  "]


NAMES = {
    "two": ("张三", "张*"),
    "three": ("张小三", "张**"),
    "four": ("张王小三", "张**"),
    "compound surname, three": ("司马迁", "司马**"),
    "compound surname, four": ("欧阳小明", "欧阳**"),
    "compound surname that is the whole name": ("欧阳", "欧*"),
    "with a blank": ("张　三", "张*"),
    "minority": ("阿依古丽·买买提", "阿**"),
    "foreign": ("Jean-Luc O'Neill", "J**"),
    "already masked in the middle": ("张*三", "张**"),
    "already masked": ("张**、欧阳**、李*", "张**、欧阳**、李*"),
    "several": ("张三，李小四;欧阳某某", "张*、李**、欧阳**"),
    "one character": ("张", None),
    "a number behind it": ("张三13900000000", None),
    "one of several no name": ("张三、139", None),
    "a sentence": ("经村委会研究决定并报乡政府批准同意后由户主本人签字领取并且存档备查了的", None),
    "separators": ("、、", None),
    "stars": ("**", None),
    "blank": ("", ""),
}


@pytest.mark.parametrize(("text", "masked"), NAMES.values(), ids=NAMES.keys())
def test_mask_name(text: str, masked: str | None) -> None:
    assert mask_name(text, COMPOUNDS) == masked


AGES = ([Decimal(0), Decimal(18), Decimal(60)], ("0–17", "18–59", "60岁（含）以上"))


@pytest.mark.parametrize(
    ("text", "label"),
    [("0", "0–17"), ("17.9", "0–17"), ("18", "18–59"), ("60", "60岁（含）以上"), ("1,000", "60岁（含）以上"), ("-1", None), ("17岁", None),
     ("60岁(含)以上", "60岁（含）以上"), ("0–17", "0–17"), ("NaN", None), ("", "")],
    ids=["first", "before a bound", "on a bound", "last", "far", "below", "words", "label in other width", "label", "nan", "blank"],
)  # fmt: skip
def test_bucket(text: str, label: str | None) -> None:
    assert bucket(text, *AGES) == label


def test_serial_runs_in_order_of_first_appearance() -> None:
    number = Serial()
    assert [number(t) for t in ("丙", "甲", "丙", " 丙 ", "乙", "", "\u200b")] == ["1", "2", "1", "1", "3", "", None]
    again = Serial()
    assert [again(t) for t in ("1", "2", "1", "1", "3")] == ["1", "2", "1", "1", "3"]


AGE = FieldSpec(name="age", title="年龄", type="integer")
BORN = FieldSpec(name="born", title="出生日期", type="date")
KIND = FieldSpec(name="kind", title="类别", missing=("—",))
ROWS = {
    "below": (AGE, {"below": 14}, {"13": "dropped", "14": "stays", "１３": "dropped", "不详": "unread", "": "unread", None: "unread"}),
    "at least": (AGE, {"at_least": 60}, {"60": "dropped", "59.5": "stays", "六十": "unread"}),
    "day": (BORN, {"at_least": "2012-09-01"}, {"2012年9月1日": "dropped", "20120831": "stays", "2012-09": "unread", "2012": "unread"}),
    "one of": (KIND, {"is_in": ("涉密", "内部 资料")}, {"涉 密": "dropped", "涉\u200b密": "dropped", "内部资料": "dropped", "公开": "stays", None: "stays"}),
    "none of": (KIND, {"not_in": ("公开",)}, {"公开": "stays", " 公开": "stays", "公开吗": "dropped", None: "dropped", "": "dropped"}),
    "filled": (KIND, {"filled": True}, {"甲": "dropped", "": "stays", None: "stays", "—": "stays", "\u200b": "stays"}),
    "not filled": (KIND, {"filled": False}, {"甲": "stays", "": "dropped", None: "dropped", "—": "dropped"}),
}  # fmt: skip


@pytest.mark.parametrize(("field", "condition", "verdicts"), ROWS.values(), ids=ROWS.keys())
def test_row_condition(field: FieldSpec, condition: dict[str, object], verdicts: dict[str | None, str]) -> None:
    judge = judge_for(RowDrop.model_validate({"field": field.name, "reason": "依据", **condition}), field)
    assert {text: judge(text).value for text in verdicts} == verdicts


def test_pseudonym_is_the_same_for_the_same_person_in_one_scope_only() -> None:
    one = pseudonym("13010219900307123x", KEY, "release:1")
    assert one == pseudonym(" １３０１０２19900307123X ", KEY, "release:1")
    others = [pseudonym("13010219900307123x", *a) for a in ((KEY, "release:2"), (b"another key", "release:1"))]
    assert len({one, *others}) == 3
    assert one is not None
    assert looks_pseudonymous(one)


def test_pseudonym_of_another_scope_is_not_taken_for_its_own() -> None:
    foreign = pseudonym("甲", KEY, "release:2")
    assert foreign is not None
    assert pseudonym(foreign, KEY, "release:1") != foreign


def field_with(kind: str = "string", **redaction: object) -> FieldSpec:
    field: FieldSpec = (
        contract_with({"name": "f", "title": "列", "type": kind, "redaction": redaction}).tables[0].fields[0]
    )
    return field


FIELDS = {
    "mask": field_with(operator="mask"),
    "keep_ends": field_with(operator="keep_ends", prefix=1, suffix=2),
    "name": field_with(operator="name"),
    "pseudonym": field_with(operator="pseudonym"),
    "year": field_with(operator="generalise", level="year"),
    "year5": field_with(operator="generalise", level="year5"),
    "month": field_with(operator="generalise", level="month"),
    "village": field_with(operator="generalise", level="village"),
    "town": field_with(operator="generalise", level="town"),
    "county": field_with(operator="generalise", level="county"),
    "width": field_with(operator="generalise", width=2.5),
    "digits": field_with(operator="generalise", digits=3),
    "geojson": field_with("geojson", operator="generalise", digits=3),
    "bucket": field_with(operator="bucket", bounds=[0, 18], labels=["未成年", "成年"]),
    "serial": field_with(operator="serial"),
}
VALUES = [
    "", " ", "甲", "1987-03-05", "1987", "1985-1989", "114.51486, 38.04228", "-3.7", "1,234.5", "0", "-0.1", "欧阳某某",
    "河北省石家庄市正定县曲阳桥镇周家庄村三组12号", '{"type":"Point","coordinates":[114.51486,38.04228]}',
    '{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[-0.00001,1e3]}]}', '{"type":"Point"}', "NaN", "Infinity",
    "成年", "17", "1" * 40, "\u200b", "張三、李四", "9" * 15 + ".99999", "1e400", "-180.00000",
]  # fmt: skip


def operator_of(field: FieldSpec) -> Operator:
    return operator_for(field, contract_with({"name": "f", "title": "列"}), key=KEY, scope="1", compounds=COMPOUNDS)


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("value", VALUES)
def test_operator_leaves_its_own_output_alone_and_knows_its_form(name: str, value: str) -> None:
    field = FIELDS[name]
    once = operator_of(field)(value)
    if once is None:
        return
    assert operator_of(field)(once) == once
    assert not once.strip() or form_for(field, contract_with({"name": "f", "title": "列"}), compounds=COMPOUNDS)(once)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", "0~5"), ("-0", "0~5"), ("5", "5~10"), ("-0.1", "-5~0"), ("9,999.99", "9995~10000"), ("NaN", None), ("Infinity", None),
     ("约5", None), ("1e5", None), ("1,2", None), ("9" * 30, None), ("5~10", "5~10"), ("6~11", None)],
)  # fmt: skip
def test_band(text: str, expected: str | None) -> None:
    assert band(text, Decimal(5)) == expected


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"Feature","properties":{"owner":"x"}}',
        "[1,2]",
        '{"type":"Point","coordinates":["x",1]}',
        '{"type":"Point","coordinates":114.5}',
        '{"type":"Point","coordinates":[4212345.25,38567890.5]}',
        '{"type":"Point","coordinates":[1e400,38.5]}',
        '{"type":"Polygon","coordinates":' + "[" * 800 + "]" * 800 + "x}",
        "{",
        "[" * 100_000,
    ],
)
def test_round_geojson_empties_what_is_no_geometry(text: str) -> None:
    assert round_geojson(text, 3) is None


@pytest.mark.parametrize(
    "text", ["4212345.25 38567890.5", "38°02′32.2″", "1.2.34567", "114.5-38.04228", "9" * 60 + ".1", "°"]
)
def test_round_coordinates_empties_what_is_not_degrees(text: str) -> None:
    assert round_coordinates(text, 3) is None


@pytest.mark.parametrize("text", ["联系人abc@ex.村", "张三，大柳村", "①②③村", "·村"])
def test_generalise_address_lets_nothing_but_chinese_names_through(text: str) -> None:
    assert generalise_address(text, "village") is None
