"""What a dataset owes: age of the last edition, the next one by frequency and by law, days of publication."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from domain.canonical import canonical_json
from tests.console_visits import CONTRACTS, text_of, visit
from tests.review_desk import PASSWORD, STORE, approve, make_contract, make_manifest, receipt

TODAY = date(2026, 3, 11)
LAW = [{"rule": "GEN-T-01", "start": "formed_on"}]  # twenty workdays


@pytest.fixture(autouse=True)
def today(console: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("review.console.freshness.timezone", SimpleNamespace(localdate=lambda *_: TODAY))


def edition(
    contract: Any, formed_on: str, published_on: str = "", period: str = "2026-01", days: int | None = None
) -> str:
    """A release of that date; public where a day is given, for so many days."""
    from review import desk, queries

    CONTRACTS[contract.id] = contract
    release = desk.receive(contract, period, f"run-{period}")
    made = make_manifest(queries.show(release), contract, [], period)
    metadata = STORE.put_bytes(canonical_json({"publication_days": days}), name="metadata.json", role="metadata")
    manifest = replace(made, dates={"formed_on": formed_on} if formed_on else {}, metadata=metadata)
    STORE.put_bytes(manifest.content, name="manifest.json", role="manifest")
    desk.record_checked(release, manifest, [])
    if published_on:
        desk.submit(release, "op", PASSWORD)
        approve(release)
        desk.record_published(release, receipt(release, published_on=f"{published_on}T08:00:00Z"))
    return release


def page(language: str = "zh-hans") -> tuple[Any, str]:
    answer = visit("op", language).get("/datasets/finance.debt_limit")
    return answer.context["fresh"], " ".join(text_of(answer).split())


def test_age_next_update_and_reckoned_deadline(console: Path) -> None:
    edition(make_contract(frequency="monthly", deadlines=LAW), "2026-01-05", "2026-02-05")
    found, said = page()
    assert (found.age, found.was_late) == (34, 3)
    assert found.next is not None
    assert (found.next.on, found.next.late) == (date(2026, 3, 5), 6)
    assert found.legal is not None
    assert found.coming is None
    assert found.legal.on == date(2026, 3, 11), "twenty workdays from 5 February, over the spring festival"
    assert "2026-01 · 2026年2月5日发布，已公开 34 天" in said
    assert "发布时已逾法定期限 3 天" in said
    assert "每月 · 2026年3月5日 逾期 6 天" in said
    assert "2026年3月11日 今天到期" in said
    assert "推算" in said
    assert "6 days late" in page("en")[1]


def test_edition_on_its_way_has_the_registers_deadline(console: Path) -> None:
    contract = make_contract(frequency="monthly", deadlines=LAW)
    edition(contract, "2026-01-05", "2026-01-20")
    coming = edition(contract, "2026-02-02", period="2026-02")
    found, said = page()
    assert found.coming is not None
    assert found.coming.public_id == coming
    assert found.legal is not None
    assert (found.legal.on, found.legal.late) == (date(2026, 3, 6), 5)
    assert "2026年3月6日 逾期 5 天" in said
    assert "推算" not in said


@pytest.mark.parametrize(
    ("published_on", "words"),
    [
        ("2026-03-01", "到 2026年3月31日 自动撤下 还有 20 天"),
        ("2026-02-12", "还有 3 天"),
        ("2026-01-01", "已到期，等撤下"),
    ],
)
def test_days_of_publication_run_out(console: Path, published_on: str, words: str) -> None:
    """Those that were approved, whatever the contract says by now."""
    edition(make_contract(publication_days=30), "", published_on, days=30)
    CONTRACTS["finance.debt_limit"] = make_contract(publication_days=90, version=2)
    assert words in page()[1]


@pytest.mark.parametrize("frequency", ["once", "irregular"])
def test_what_cant_be_told_is_not_guessed(console: Path, frequency: str) -> None:
    edition(make_contract(frequency=frequency, deadlines=LAW), "2026-01-05", "2026-01-20")
    found, said = page()
    assert (found.next, found.legal, found.until) == (None, None, None)
    assert "没有固定日期" in said
    assert "算不出来" in said
    assert "长期公开" in said


def test_nothing_public_yet_and_no_rule(console: Path) -> None:
    found, said = page()
    assert (found.age, found.next, found.legal) == (None, None, None)
    assert "还没有公开过" in said
    assert "契约没有写期限规则" in said


@pytest.mark.parametrize(
    ("start", "frequency", "expected"),
    [
        (date(2026, 1, 31), "monthly", date(2026, 2, 28)),
        (date(2026, 12, 15), "monthly", date(2027, 1, 15)),
        (date(2026, 11, 30), "quarterly", date(2027, 2, 28)),
        (date(2024, 2, 29), "annual", date(2025, 2, 28)),
        (date(2026, 12, 28), "weekly", date(2027, 1, 4)),
        (date(2026, 1, 1), "once", None),
    ],
)
def test_one_interval_on(start: date, frequency: str, expected: date | None) -> None:
    from review.console.freshness import moved_on

    assert moved_on(start, frequency) == expected
