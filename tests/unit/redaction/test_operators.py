"""Every operator does what it says, empties what it can't read, and leaves its own output alone."""

from decimal import Decimal

import pytest

from domain.contract import FieldSpec
from redaction import operators
from tests.personal_data import KEY, contract_with

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
    assert tuple(operators.generalise_address(text, level) for level in ("county", "town", "village")) == cut


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
    assert tuple(operators.generalise_date(text, level) for level in ("year", "year5", "month")) == levels


def test_mask_hides_at_least_something() -> None:
    assert operators.mask("abcd", 2, 2) == "****"
    assert operators.mask("abcde", 2, 2) == "ab*de"
    assert operators.mask("abcde", 0, 0) == "*****"


def test_pseudonym_is_the_same_for_the_same_person_in_one_scope_only() -> None:
    one = operators.pseudonym("13010219900307123x", KEY, "release:1")
    assert one == operators.pseudonym(" １３０１０２19900307123X ", KEY, "release:1")
    others = [
        operators.pseudonym("13010219900307123x", *a) for a in ((KEY, "release:2"), (b"another key", "release:1"))
    ]
    assert len({one, *others}) == 3
    assert operators.looks_pseudonymous(one)


def test_pseudonym_of_another_scope_is_not_taken_for_its_own() -> None:
    foreign = operators.pseudonym("甲", KEY, "release:2")
    assert operators.pseudonym(foreign, KEY, "release:1") != foreign


FIELDS = {
    "mask": {"operator": "mask", "prefix": 1, "suffix": 2},
    "pseudonym": {"operator": "pseudonym"},
    "year": {"operator": "generalise", "level": "year"},
    "year5": {"operator": "generalise", "level": "year5"},
    "month": {"operator": "generalise", "level": "month"},
    "village": {"operator": "generalise", "level": "village"},
    "town": {"operator": "generalise", "level": "town"},
    "county": {"operator": "generalise", "level": "county"},
    "width": {"operator": "generalise", "width": 2.5},
    "digits": {"operator": "generalise", "digits": 3},
    "geojson": {"operator": "generalise", "digits": 3},
}
VALUES = [
    "", " ", "甲", "1987-03-05", "1987", "1985-1989", "114.51486, 38.04228", "-3.7", "1,234.5", "0", "-0.1", "欧阳某某",
    "河北省石家庄市正定县曲阳桥镇周家庄村三组12号", '{"type":"Point","coordinates":[114.51486,38.04228]}',
    '{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[-0.00001,1e3]}]}', '{"type":"Point"}', "NaN", "Infinity",
]  # fmt: skip


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("value", VALUES)
def test_operator_leaves_its_own_output_alone(name: str, value: str) -> None:
    contract = contract_with(
        {"name": "f", "title": "列", "type": "geojson" if name == "geojson" else "string", "redaction": FIELDS[name]}
    )
    field: FieldSpec = contract.tables[0].fields[0]
    operator = operators.operator_for(field, contract, key=KEY, scope="1")
    once = operator(value)
    assert once is None or operator(once) == once


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", "0~5"), ("5", "5~10"), ("-0.1", "-5~0"), ("9,999.99", "9995~10000"), ("NaN", None), ("Infinity", None), ("约5", None)],
)  # fmt: skip
def test_band(text: str, expected: str | None) -> None:
    assert operators.band(text, Decimal(5)) == expected


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"Feature","properties":{"owner":"x"}}',
        "[1,2]",
        '{"type":"Point","coordinates":["x",1]}',
        "{",
        "[" * 100_000,
    ],
)
def test_round_geojson_empties_what_is_no_geometry(text: str) -> None:
    assert operators.round_geojson(text, 3) is None
