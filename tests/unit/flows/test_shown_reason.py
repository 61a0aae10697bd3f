"""Which of a person's words the public reads on a tombstone."""

from __future__ import annotations

import pytest

import flows.tombstone as tombstone
from domain.withdrawal import PLAIN_REASONS, Cause, plain_reason
from flows.tombstone import shown_reason
from tests.personal_data import PACKS, id18


@pytest.mark.parametrize(
    ("typed", "is_shown"),
    [
        ("第三列口径有误，应为万元", True),
        ("石家庄市裕华区财政局口径调整", True),
        (f"第 3 行的 {id18()} 没有遮盖", False),
        ("联系电话0311-86001234", False),
        ("王局长说有误", False),
        ("赵雪梅", False),
    ],
    ids=["plain words", "an office", "an identity number", "a telephone", "a name with a title", "a name alone"],
)
def test_words_go_out_where_nobody_is_in_them(typed: str, is_shown: bool) -> None:
    assert shown_reason(typed, Cause.WRONG, PACKS) == (typed if is_shown else plain_reason("wrong"))


def test_words_that_nobody_could_look_at_stay_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bool:
        raise MemoryError

    monkeypatch.setattr(tombstone, "may_be_shown", broken)
    assert shown_reason("第三列口径有误", Cause.LEAK, PACKS) == plain_reason("leak")


def test_every_order_has_words_of_the_platform_s_own() -> None:
    assert set(PLAIN_REASONS) == set(Cause)
    assert all(shown_reason(words, cause, PACKS) == words for cause, words in PLAIN_REASONS.items())
