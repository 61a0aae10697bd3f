"""The release's page says in which column cells couldn't be scanned and why; their rows stand in the finding alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from domain.finding import Place, Source
from domain.table import UnreadReason, Unscanned
from review.console.words import UNREAD
from tests.console_visits import table_release, text_of, visit

GAPS = (
    *(Unscanned(reason, 1_234, (Place("main", "note", 7, locator="Sheet1!C9"),)) for reason in UnreadReason),
    Unscanned(UnreadReason.TOO_LONG, 1, (Place(locator="Sheet1!B2", source=Source.COMMENT),)),
)


@pytest.mark.parametrize(("language", "side", "unit"), [("zh-hans", 0, "1,234 处"), ("en", 1, "1,234 places")])
def test_release_page_tells_what_was_not_scanned(console: Path, language: str, side: int, unit: str) -> None:
    release = table_release(unscanned=GAPS)
    answer = visit("sec", language).get(f"/releases/{release}")
    text = re.sub(r"\s+", " ", text_of(answer))
    assert answer.content.decode().count("main · note") == len(UnreadReason)  # a sender's names are Chinese on both
    assert all(pair[side] in text for pair in UNREAD.values())
    assert text.count(unit) == len(UnreadReason)
    assert ("批注", "comment")[side] in text
    assert "没有查完" in text if side == 0 else "not complete" in text
    assert "C9" not in text


def test_release_page_without_gaps_has_no_word_of_them(console: Path) -> None:
    assert "没有扫描" not in text_of(visit("sec").get(f"/releases/{table_release()}"))
