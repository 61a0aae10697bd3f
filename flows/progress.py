"""How far a run is: steps announce themselves, whoever asked for the run listens (a bar, a request row, nobody)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[str, int, int], None]  # step's title, its number from 1, number of steps
RowListener = Callable[[int, int], None]  # rows of the step that are done, rows in all
KeyListener = Callable[[str], None]  # the run's key

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)
_row_listener: ContextVar[RowListener | None] = ContextVar("row_listener", default=None)
_key_listener: ContextVar[KeyListener | None] = ContextVar("key_listener", default=None)


@contextmanager
def listening(listener: Listener, rows: RowListener | None = None, key: KeyListener | None = None) -> Iterator[None]:
    """Within the block, every announced step is passed to `listener`, rows that are counted to `rows`, and the key of a
    preparation that begins to `key`."""
    token, row_token, key_token = _listener.set(listener), _row_listener.set(rows), _key_listener.set(key)
    try:
        yield
    finally:
        _listener.reset(token)
        _row_listener.reset(row_token)
        _key_listener.reset(key_token)


def announce(title: str, number: int, of: int) -> None:
    """Say that a step begins. Titles are fixed words, never data."""
    if (listener := _listener.get()) is not None:
        listener(title, number, of)


def begins(run_key: str) -> None:
    """Say which preparation this is, before the desk is told of it."""
    if (listener := _key_listener.get()) is not None:
        listener(run_key)


def counting(total: int) -> Callable[[int], None]:
    """A function to be told of rows that are done, of `total` in the step that was announced last."""
    done = 0

    def count(rows: int) -> None:
        nonlocal done
        done += rows
        if (listener := _row_listener.get()) is not None:
            listener(done, total)

    return count
