"""How far a run is: steps announce themselves, whoever asked for the run listens (a bar, a request row, nobody)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[str, int, int], None]  # step's title, its number from 1, number of steps
RowListener = Callable[[int, int], None]  # rows of the step that are done, rows in all

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)
_row_listener: ContextVar[RowListener | None] = ContextVar("row_listener", default=None)


@contextmanager
def listening(listener: Listener, rows: RowListener | None = None) -> Iterator[None]:
    """Within the block, every announced step is passed to `listener`, and rows that are counted to `rows`."""
    token, row_token = _listener.set(listener), _row_listener.set(rows)
    try:
        yield
    finally:
        _listener.reset(token)
        _row_listener.reset(row_token)


def announce(title: str, number: int, of: int) -> None:
    """Say that a step begins. Titles are fixed words, never data."""
    if (listener := _listener.get()) is not None:
        listener(title, number, of)


def counting(total: int) -> Callable[[int], None]:
    """A function to be told of rows that are done, of `total` in the step that was announced last."""
    done = 0

    def count(rows: int) -> None:
        nonlocal done
        done += rows
        if (listener := _row_listener.get()) is not None:
            listener(done, total)

    return count
