"""EMAIL: text → what is found. All addresses are of reserved domains or made up."""

import pytest

from tests.innocent import hits_in_innocent
from tests.looking import sure, weak

ENTITY = "EMAIL"
SURE = {
    "bare": ("a.b-c+d@mail.example.org", "a.b-c+d@mail.example.org"),
    "in brackets": ("（ab@example.org）", "ab@example.org"),
    "glued to Chinese": ("邮箱ab@example.org联系", "ab@example.org"),
    "full-width": ("ａｂ＠ｅｘａｍｐｌｅ．ｏｒｇ", "ａｂ＠ｅｘａｍｐｌｅ．ｏｒｇ"),
    "blanks at the sign": ("ab @ example.org", "ab @ example.org"),
    "spelled": ("ab[at]example.org", "ab[at]example.org"),
    "a hash for the sign": ("ab#example.com", "ab#example.com"),
    "spelled in other brackets": ("ab【at】example.org", "ab【at】example.org"),
    "spelled, braces": ("ab{at}example.org", "ab{at}example.org"),
    "spelled, full-width": ("ab（at）example.org", "ab（at）example.org"),
    "a Chinese full stop": ("ab@example。com", "ab@example。com"),
    "a Chinese full stop behind a dot": ("ab@mail.example。org，", "ab@mail.example。org"),
    "the word for the dot": ("ab@example点com", "ab@example点com"),
    "the dot in brackets": ("ab(at)example(dot)com", "ab(at)example(dot)com"),
    "at apart beside its word": ("邮箱：ab at example.org", "ab at example.org"),
    "at and dot apart beside their word": ("邮箱 ab at example dot com", "ab at example dot com"),
    "at in brackets apart beside its word": ("邮箱ab (at) example.org", "ab (at) example.org"),
    "a sentence behind": ("ab@example.org。联系", "ab@example.org"),
    "a Latin sentence behind": ("ab@example.org。QQ见附件", "ab@example.org"),
    "link": ('<a href="mailto:ab@example.org">', "ab@example.org"),
    "odd host": ("a@-x.com", "a@-x.com"),
}


@pytest.mark.parametrize(("text", "found"), SURE.values(), ids=SURE.keys())
def test_find_is_sure(text: str, found: str) -> None:
    assert sure(text) == [(ENTITY, found)]


@pytest.mark.parametrize(
    "text",
    [
        "look at example.org",
        "查看 at example.com",
        "meet at example dot com",
        "a@b",
        "@example.org",
        "3#楼",
        "价格@5元",
        "user@",
    ],
)
def test_find_none(text: str) -> None:
    assert sure(text) + weak(text) == []


def test_find_none_in_innocent_text() -> None:
    assert hits_in_innocent(ENTITY) == []
