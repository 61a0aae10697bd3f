"""How far a run is: steps announce themselves, whoever asked for the run listens (a bar, a request row, nobody)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[str, int, int], None]  # step's title, its number from 1, number of steps

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Within the block, every announced step is passed to `listener`."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def announce(title: str, number: int, of: int) -> None:
    """Say that a step begins. Titles are fixed words, never data."""
    if (listener := _listener.get()) is not None:
        listener(title, number, of)
