"""What is at least as strict as what, how a remedy is written, and what it leaves of a contract."""

from __future__ import annotations

from typing import Any

import pytest

from domain.errors import UsageInvalid
from domain.masking import Redaction
from domain.remedy import Override, check_stricter, choices, is_as_strict, merged, parse, under
from tests.review_desk import make_contract

FIELDS: list[dict[str, Any]] = [
    {"name": "region", "title": "地区"},
    {"name": "phone", "title": "电话", "sensitivity": "identifier", "redaction": {"operator": "keep_ends", "prefix": 3, "suffix": 4}},
    {"name": "born", "title": "出生", "type": "date", "sensitivity": "sensitive", "redaction": {"operator": "generalise", "level": "year"}},
]  # fmt: skip
CONTRACT = make_contract(tables=[{"name": "main", "fields": FIELDS}])


def r(operator: str, **how: Any) -> Redaction:
    return Redaction(operator=operator, **how)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        (r("drop"), r("keep"), True),
        (r("mask"), r("serial"), True),
        (r("mask"), r("drop"), False),
        (r("keep"), r("mask"), False),
        (r("keep"), r("keep"), True),
        (r("keep_ends", prefix=1), r("keep"), True),
        (r("keep_ends", prefix=1), r("keep_ends", prefix=3, suffix=4), True),
        (r("keep_ends", prefix=4), r("keep_ends", prefix=3, suffix=4), False),
        (r("generalise", level="year5"), r("generalise", level="year"), True),
        (r("generalise", level="month"), r("generalise", level="year"), False),
        (r("generalise", level="county"), r("generalise", level="village"), True),
        (r("generalise", width=10), r("generalise", width=5), True),
        (r("generalise", width=7), r("generalise", width=5), False),
        (r("generalise", digits=1), r("generalise", digits=2), True),
        (r("generalise", level="year"), r("generalise", width=5), False),
        (r("bucket", bounds=(0,), labels=("全部",)), r("bucket", bounds=(0, 9), labels=("少", "多")), True),
        (r("bucket", bounds=(0, 5), labels=("少", "多")), r("bucket", bounds=(0, 9), labels=("少", "多")), False),
        (r("serial"), r("pseudonym"), True),
        (r("pseudonym"), r("serial"), False),
        (r("pseudonym"), r("pseudonym", scope="dataset", scope_reason="连续统计"), True),
        (r("pseudonym", scope="dataset", scope_reason="连续统计"), r("pseudonym"), False),
        (r("name"), r("keep_ends", prefix=1), False),
        (r("drop", reason="改了说法"), r("drop"), True),
    ],
    ids=str,
)  # fmt: skip
def test_is_as_strict(new: Redaction, old: Redaction, expected: bool) -> None:
    assert is_as_strict(new, old) is expected


@pytest.mark.parametrize("operator", [r("keep_ends", prefix=1), r("name"), r("generalise", level="year")], ids=str)
def test_a_labelled_column_shows_no_part_of_a_value(operator: Redaction) -> None:
    assert not is_as_strict(operator, r("keep"), labelled=True)
    assert is_as_strict(r("mask"), r("keep"), labelled=True)


def test_choices_are_stricter_and_fit_the_type() -> None:
    offered = {c.field("phone").name: choices(c.field("phone")) for c in CONTRACT.tables}["phone"]
    assert [o.operator for o in offered] == ["drop", "mask", "keep_ends"]
    assert {o.level for o in choices(CONTRACT.tables[0].field("born")) if o.level} == {"year5"}


def test_parse_reads_table_parameters_and_first_table() -> None:
    assert parse("phone=drop", CONTRACT) == Override("main", "phone", r("drop"))
    assert parse("main.phone=keep_ends:prefix=1,suffix=2", CONTRACT).redaction == r("keep_ends", prefix=1, suffix=2)


@pytest.mark.parametrize(
    "text", ["phone", "phone=shred", "phone=mask:prefix=1", "phone=keep_ends", "phone=keep_ends:prefix=x"]
)
def test_parse_refuses(text: str) -> None:
    with pytest.raises(UsageInvalid):
        parse(text, CONTRACT)


@pytest.mark.parametrize(
    "orders",
    [[], [("phone", r("keep"))], [("phone", r("keep_ends", prefix=3, suffix=4))], [("none", r("drop"))],
     [("born", r("serial"))], [("phone", r("drop")), ("phone", r("mask"))]],
    ids=["nothing", "weaker", "equal", "unknown", "incomparable", "twice"],
)  # fmt: skip
def test_check_stricter_refuses(orders: list[tuple[str, Redaction]]) -> None:
    with pytest.raises(UsageInvalid):
        check_stricter(CONTRACT, [Override("main", f, o) for f, o in orders])


def test_under_changes_the_ordered_column_alone() -> None:
    left = under(CONTRACT, [Override("main", "phone", r("drop")), Override("main", "gone", r("drop"))])
    assert [f.redaction.operator for f in left.tables[0].fields] == ["keep", "drop", "generalise"]
    assert under(left, [Override("main", "phone", r("mask"))]) == left, "the contract became stricter than the order"


def test_under_refuses_what_can_not_be_compared() -> None:
    with pytest.raises(UsageInvalid, match="born"):
        under(CONTRACT, [Override("main", "born", r("serial"))])


def test_merged_keeps_the_last_word_and_round_trips() -> None:
    first, last = Override("main", "phone", r("mask")), Override("main", "phone", r("drop"))
    other = Override("main", "born", r("generalise", level="year5"))
    assert merged([[first, other], [last]]) == (other, last)
    assert [Override.from_dict(o.to_dict()) for o in (first, other)] == [first, other]
