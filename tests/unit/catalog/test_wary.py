"""The pace of reading a foreign catalogue."""

from __future__ import annotations

import pytest

from catalog.wary import LONGEST_WAIT, Pace


class Clock:
    """Time that passes by sleeping alone."""

    def __init__(self) -> None:
        self.now, self.slept = 100.0, list[float]()

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds

    def pace(self, per_second: float) -> Pace:
        return Pace(per_second, sleep=self.sleep, clock=lambda: self.now)


def test_requests_keep_their_distance() -> None:
    clock = Clock()
    pace = clock.pace(4)
    for _ in range(3):
        pace.wait()
    assert clock.slept == [0.25, 0.25]
    clock.now += 10
    pace.wait()
    assert clock.slept == [0.25, 0.25]  # what wasn't used isn't saved up
    pace.wait()
    assert clock.slept[2:] == [0.25]


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7.0),
        ("", 5.0),
        ("soon", 5.0),
        ("999999", LONGEST_WAIT),
        ("-1", 5.0),
        ("1e9", 5.0),
        ("9" * 400, 5.0),
        ("٣", 5.0),
    ],
)
def test_a_busy_server_is_left_alone_as_long_as_it_says_but_not_for_ever(said: str, seconds: float) -> None:
    clock = Clock()
    pace = clock.pace(1000)
    pace.wait()
    pace.hold(said)
    pace.wait()
    assert clock.slept == [seconds]


def test_robots_may_slow_down_but_not_speed_up() -> None:
    clock = Clock()
    pace = clock.pace(1)
    pace.slow_to(0.1)
    pace.wait()
    pace.wait()
    pace.slow_to(3)
    pace.wait()
    pace.wait()
    assert clock.slept == [1.0, 1.0, 3.0]
