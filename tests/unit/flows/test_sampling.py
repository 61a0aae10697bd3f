"""The half month's draw: reproducible, at least the share, everything within one turn, and no fixed third."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.sampling import days_left, draw, half_month, number_of, turn

NAMES = [f"finance.d{n:04d}" for n in range(1000)]


def later(population: list[tuple[str, int | None]], chosen: tuple[str, ...]) -> list[tuple[str, int | None]]:
    """The population as the next half month finds it."""
    drawn = set(chosen)
    return [(d, 1 if d in drawn else None if waited is None else waited + 1) for d, waited in population]


def test_equal_seed_and_population_give_the_same_sample_in_any_order() -> None:
    population = [(d, n % 4 or None) for n, d in enumerate(NAMES)]
    once = draw("seed", population, 30)
    assert once == draw("seed", population[::-1], 30)
    assert once != draw("another seed", population, 30)


@settings(deadline=None)
@given(st.integers(0, 120), st.integers(4, 100), st.text(max_size=8))
def test_share_is_never_undercut_and_nothing_waits_longer_than_a_turn(count: int, share: int, seed: str) -> None:
    population: list[tuple[str, int | None]] = [(d, None) for d in NAMES[:count]]
    seen: set[str] = set()
    for half in range(turn(share)):
        chosen = draw(f"{seed}{half}", population, share)
        assert len(chosen) * 100 >= share * count
        assert len(set(chosen)) == len(chosen)
        seen |= set(chosen)
        population = later(population, chosen)
    assert seen == set(NAMES[:count])


def test_every_dataset_comes_again_within_a_turn_for_years_while_others_come_and_go() -> None:
    population: list[tuple[str, int | None]] = [(d, None) for d in NAMES[:200]]
    for half in range(48):
        chosen = draw(f"s{half}", population, 30)
        population = later(population, chosen)
        assert all(waited is None or waited <= turn(30) for _, waited in population)
        population = population[5:] + [(d, None) for d in NAMES[200 + 5 * half : 205 + 5 * half]]


def test_what_was_just_inspected_may_come_again() -> None:
    """Nobody can know that a dataset is left alone now."""
    population: list[tuple[str, int | None]] = [(d, None) for d in NAMES[:500]]
    first = draw("one", population, 30)
    again = [draw(f"two {n}", later(population, first), 30) for n in range(5)]
    assert all(set(first) & set(second) for second in again)
    assert len(set(again)) == len(again)


@pytest.mark.parametrize("year", [2026, 2028])
def test_half_months_follow_each_other_and_count_their_days_down(year: int) -> None:
    day = date(year, 1, 1)
    while day.year == year:
        following = day + timedelta(days=1)
        step = number_of(half_month(following)) - number_of(half_month(day))
        assert step == (days_left(day) == 1)
        day = following
