"""Reading ahead changes nothing but the time: the same pieces, the same fault, and nothing left running."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from catalog.ahead import PIECES, ahead
from domain.errors import ContentChanged


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.ahead.END_SECONDS", 30)  # a machine under load ends a thread late


def running() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name == "read-ahead"]


@pytest.mark.parametrize("count", [0, 1, PIECES, 50])
def test_same_pieces_in_their_order(count: int) -> None:
    pieces = [bytes([number]) for number in range(count)]
    assert list(ahead(iter(pieces))) == pieces
    assert running() == []


def test_fault_comes_after_the_pieces_before_it() -> None:
    def broken() -> Iterator[bytes]:
        yield b"a"
        raise ContentChanged("other bytes")

    got = ahead(broken())
    assert next(got) == b"a"
    with pytest.raises(ContentChanged):
        next(got)
    assert running() == []


def test_whoever_stops_taking_stops_the_reading() -> None:
    taken: list[int] = []

    def endless() -> Iterator[bytes]:
        try:
            for number in range(10**9):
                taken.append(number)
                yield b"x"
        finally:
            taken.append(-1)

    got = ahead(endless())
    assert next(got) == b"x"
    got.close()  # type: ignore[attr-defined]  # a generator
    assert running() == []
    assert len(taken) <= PIECES + 4
    assert taken[-1] == -1  # closed


def test_a_read_that_hangs_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.ahead.END_SECONDS", 0.05)
    goes_on = threading.Event()

    def hanging() -> Iterator[bytes]:
        yield b"a"
        goes_on.wait(60)
        yield b"b"

    got = ahead(hanging())
    assert next(got) == b"a"
    began = time.monotonic()
    got.close()  # type: ignore[attr-defined]  # a generator
    assert time.monotonic() - began < 20
    goes_on.set()
    for thread in threading.enumerate():
        if thread.name == "read-ahead":
            thread.join(20)
    assert running() == []


def test_what_can_t_be_closed_leaves_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda _: None)  # the fault of closing is the thread's own

    class Stubborn(list[bytes]):
        def close(self) -> None:
            raise OSError("stuck")

    assert list(ahead(Stubborn([b"a", b"b"]))) == [b"a", b"b"]
