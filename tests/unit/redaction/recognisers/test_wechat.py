"""WECHAT: text → the account, not the word. All accounts are made up."""

import pytest

from tests.innocent import hits_in_innocent
from tests.looking import sure, weak

ENTITY = "WECHAT"
SURE = {
    "bare under its header": ("zhangsan_01", ["微信号"], "zhangsan_01"),
    "letters alone under its header": ("zhangsan", ["微信"], "zhangsan"),
    "with Excel's quote": ("'zhangsan", ["微信"], "zhangsan"),
    "beside its word": ("微信号：zhang_san01", [], "zhang_san01"),
    "letters alone behind a colon": ("微信：zhangsan", [], "zhangsan"),
    "right behind its word": ("微信zhangsan01，电话同", [], "zhangsan01"),
    "glued to Chinese": ("加微zhangsan01咨询", [], "zhangsan01"),
    "Latin word": ("WeChat: zhang-san", [], "zhang-san"),
    "short Latin word": ("VX:zhangsan01", [], "zhangsan01"),
    "shorter still": ("wx：zhangsan01", [], "zhangsan01"),
    "full-width": ("微信：ｚｈａｎｇｓａｎ０１", [], "ｚｈａｎｇｓａｎ０１"),
    "spaced": ("微信号 : zhangsan01", [], "zhangsan01"),
    "in JSON": ('{"微信":"zhangsan01"}', [], "zhangsan01"),
    "original form": ("wxid_abc000def000", [], "wxid_abc000def000"),
    "longest": ("微信：a1234567890123456789", [], "a1234567890123456789"),
}


@pytest.mark.parametrize(("text", "headers", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, headers: list[str], found: str) -> None:
    assert sure(text, *headers) == [(ENTITY, found)]


def test_find_letters_among_others_under_its_header_is_weak() -> None:
    assert weak("张三 zhangsan", "微信") == [(ENTITY, "zhangsan")]


@pytest.mark.parametrize(
    "text",
    [
        "zhangsan01",
        "微信支付WeChat payment",
        "微信公众号hbsczt",
        "微信：1zhangsan",
        "微信：zhang",
        "微信：a12345678901234567890",
        "微信：www.example.org",
    ],
    ids=["no word", "payment", "official account", "digit first", "too short", "too long", "link"],
)
def test_find_none(text: str) -> None:
    assert sure(text) + weak(text) == []


def test_find_mailbox_behind_the_word_is_a_mailbox() -> None:
    assert sure("微信/邮箱：zhangsan@example.org") == [("EMAIL", "zhangsan@example.org")]


def test_find_none_in_innocent_text() -> None:
    assert hits_in_innocent(ENTITY) == []
