"""Context words and official contacts as the lens reads them."""

import doctest

import pytest

from redaction import lens, shapes
from redaction.lens import Column, open_lens
from tests.looking import LENS
from tests.personal_data import PACKS, contract_with


def test_run_doctests_of_lens_and_shapes() -> None:
    for module in (lens, shapes):
        assert doctest.testmod(module).failed == 0


HEADERS = {
    "alone": ("IP", "IPV4", True),
    "between Chinese": ("登录IP地址", "IPV4", True),
    "between underscores": ("src_ip", "IPV4", True),
    "inside a longer word": ("Description", "IPV4", False),
    "telephone": ("Tel.", "MOBILE", True),
    "inside hotel": ("Hotel", "MOBILE", False),
    "a long word inside another": ("telephone", "MOBILE", True),
    "inside machine": ("Machine", "MAC", False),
    "inside province": ("Province", "VIN", False),
    "Chinese inside a longer word": ("车辆识别代号清单", "VIN", True),
}


@pytest.mark.parametrize(("header", "entity", "speaks"), HEADERS.values(), ids=HEADERS.keys())
def test_header_speaks_for_an_entity(header: str, entity: str, speaks: bool) -> None:
    assert (entity in LENS.column(header).speaks_for) == speaks


def test_foreign_telephone_can_be_an_official_contact() -> None:
    contract = contract_with(
        {"name": "remark", "title": "备注", "type": "string"}, official_contacts=["+44 20 7946 0001"]
    )
    found = open_lens(PACKS, contract).find(["+44 (20) 7946-0001", "+44 20 7946 0002"], Column())
    assert [[s.official for s in spans or ()] for spans in found] == [[True], [False]]
