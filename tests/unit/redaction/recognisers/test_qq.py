"""QQ: text → the account, not the word. All accounts are made up."""

import pytest

from tests.innocent import hits_in_innocent
from tests.looking import sure, weak

ENTITY = "QQ"
SURE = {
    "bare under its header": ("100000001", ["QQ号"], "100000001"),
    "under the word alone": ("100000001", ["qq"], "100000001"),
    "among others under its header": ("张三 100000001", ["QQ"], "100000001"),
    "beside its word": ("QQ：100000001", [], "100000001"),
    "glued to its word": ("联系QQ100000001。", [], "100000001"),
    "lower case": ("qq:100000001", [], "100000001"),
    "Chinese word": ("扣扣100000001", [], "100000001"),
    "with 号": ("QQ号码: 100000001", [], "100000001"),
    "full-width": ("ＱＱ：１０００００００１", [], "１０００００００１"),
    "shortest": ("QQ 10000", [], "10000"),
    "longest": ("QQ:20000000001", [], "20000000001"),
    "in JSON": ('{"qq":"100000001"}', [], "100000001"),
    "glued to Latin behind": ("QQ:100000001x", [], "100000001"),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [(ENTITY, found)]


def test_find_group_number_is_weak() -> None:
    assert (sure("QQ群：100000001"), weak("QQ群：100000001")) == ([], [(ENTITY, "100000001")])


@pytest.mark.parametrize(
    "text", ["100000001", "QQ：1234", "QQ：0123456", "QQ：123456789012", "TQQ100000001", "QQ浏览器 12.5"]
)
def test_find_none(text: str) -> None:
    assert sure(text) + weak(text) == []


def test_find_mailbox_at_qq_is_a_mailbox_and_its_neighbours_are_not_accounts() -> None:
    text = "100000001@qq.com，编号20240115"
    assert sure(text) == [("EMAIL", "100000001@qq.com")]
    assert weak(text) == []


def test_find_none_in_innocent_text() -> None:
    assert hits_in_innocent(ENTITY) == []
