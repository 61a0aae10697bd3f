"""Every operator, on any text: twice is once, equal bytes again, nothing of a disguised number beyond what is declared."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.contract import FieldSpec
from redaction.normalise import normalise
from redaction.operators.declared import form_for, operator_for
from redaction.operators.seen import Operator, visible
from redaction.operators.stars import keep_ends
from tests.personal_data import KEY, contract_with

COMPOUNDS = frozenset({"欧阳", "司马"})
CONTRACT = contract_with({"name": "f", "title": "列"})
SPECS: dict[str, dict[str, object]] = {
    "mask": {"operator": "mask"},
    "keep_ends": {"operator": "keep_ends", "prefix": 3, "suffix": 4},
    "name": {"operator": "name"},
    "year": {"operator": "generalise", "level": "year"},
    "year5": {"operator": "generalise", "level": "year5"},
    "month": {"operator": "generalise", "level": "month"},
    "village": {"operator": "generalise", "level": "village"},
    "town": {"operator": "generalise", "level": "town"},
    "county": {"operator": "generalise", "level": "county"},
    "band": {"operator": "generalise", "width": 0.3},
    "digits": {"operator": "generalise", "digits": 2},
    "geojson": {"operator": "generalise", "digits": 2},
    "bucket": {"operator": "bucket", "bounds": [0, 18, 60], "labels": ["0–17", "18–59", "60岁（含）以上"]},
    "serial": {"operator": "serial"},
    "pseudonym": {"operator": "pseudonym"},
}
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
DIGITS = st.text("0123456789０１２３４５６７８９.,-+~eE ", max_size=24)
DATES = st.dates().map(str) | st.from_regex(
    r"(18|19|20)[0-9]{2}[-年/.][0-9]{1,2}([-月/.][0-9]{1,2}日?)?", fullmatch=True
)
PLACES = st.text("河北省石家庄市正定县曲阳桥镇大柳村社区街道路号3组栋 \u200b", max_size=24)
NAMES = st.text("欧阳司马张三李四阿·*、，; Jo-'\u200b１", max_size=10)
PAIRS = st.tuples(st.floats(-200, 200), st.floats(-90, 90)).map(lambda p: f"{p[0]}, {p[1]:.6f}")
POINTS = st.tuples(st.floats(-200, 200), st.floats(-90, 90), st.floats(allow_nan=False)).map(
    lambda p: f'{{"type":"Point","coordinates":[{p[0]},{p[1]},{p[2]}]}}'
)
CELL = st.one_of(ANY, DIGITS, DATES, PLACES, NAMES, PAIRS, POINTS, st.sampled_from(["0–17", "1~2", "p" + "a" * 20]))


def field(name: str) -> FieldSpec:
    kind = "geojson" if name == "geojson" else "string"
    spec: FieldSpec = (
        contract_with({"name": "f", "title": "列", "type": kind, "redaction": SPECS[name]}).tables[0].fields[0]
    )
    return spec


FIELDS = {name: field(name) for name in SPECS}


def operator(name: str) -> Operator:
    return operator_for(FIELDS[name], CONTRACT, key=KEY, scope="1", compounds=COMPOUNDS)


@pytest.mark.parametrize("name", SPECS)
@settings(max_examples=400, deadline=None)
@given(cells=st.lists(CELL, max_size=6))
def test_operator_twice_is_once_and_the_same_again(name: str, cells: list[str]) -> None:
    first, second, again = operator(name), operator(name), operator(name)
    once = [first(c) for c in cells]
    assert [again(c) for c in cells] == once
    assert [None if c is None else second(c) for c in once] == once
    fits = form_for(FIELDS[name], CONTRACT, compounds=COMPOUNDS)
    assert all(c is None or not c.strip() or fits(c) for c in once)


@pytest.mark.parametrize("name", SPECS)
@settings(max_examples=300, deadline=None)
@given(cell=CELL)
def test_operator_keeps_blank_and_nothing_else_unread(name: str, cell: str) -> None:
    done = operator(name)(cell)
    if not cell.strip():
        assert done == cell
    elif not visible(cell):
        assert done is None


@settings(max_examples=800, deadline=None)
@given(CELL, st.integers(0, 6), st.integers(0, 4))
def test_keep_ends_shows_no_more_than_declared(cell: str, prefix: int, suffix: int) -> None:
    done = keep_ends(cell, prefix, suffix)
    if done is None or not cell.strip():
        return
    shown = [c for c in done if c != "*"]
    assert len(shown) <= prefix + suffix
    assert not shown or done.count("*") >= 4
    assert not Counter(shown) - Counter(normalise(cell).text)


@settings(max_examples=600, deadline=None)
@given(st.decimals(-(10**14), 10**14, places=4, allow_nan=False))
def test_band_holds_its_number(value: Decimal) -> None:
    done = operator("band")(f"{value:f}")
    assert done is not None
    low, high = (Decimal(end) for end in done.split("~"))
    assert low <= value < high
    assert high - low == Decimal("0.3")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from("甲乙丙丁戊 "), max_size=30))
def test_serial_tells_values_apart_and_says_nothing_else(cells: list[str]) -> None:
    number = operator("serial")
    done = [number(c) for c in cells]
    filled = [(c, d) for c, d in zip(cells, done, strict=True) if c.strip()]
    assert len(set(filled)) == len({c for c, _ in filled}) == len({d for _, d in filled})
    renamed = operator("serial")
    assert [renamed("名" + c if c.strip() else c) for c in cells] == done
