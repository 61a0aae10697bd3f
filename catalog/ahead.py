"""Pieces of a file read ahead in a thread: the next one is read and hashed while the last is sent, or hashed once more."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from queue import Full, Queue

PIECES = 4  # that wait at most, a megabyte each
LOOK_SECONDS = 0.1


def ahead(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same pieces in their order, and the fault that ended them. Whoever stops taking them stops the reading."""
    waiting: Queue[bytes | BaseException | None] = Queue(PIECES)
    stopped = threading.Event()

    def put(one: bytes | BaseException | None) -> bool:
        while not stopped.is_set():
            try:
                waiting.put(one, timeout=LOOK_SECONDS)
            except Full:
                continue
            return True
        return False

    def fill() -> None:
        try:
            if all(put(piece) for piece in pieces):
                put(None)
        except BaseException as fault:  # raised where the pieces are taken
            put(fault)

    thread = threading.Thread(target=fill, name="read-ahead", daemon=True)
    thread.start()
    try:
        while (one := waiting.get()) is not None:
            if isinstance(one, BaseException):
                raise one
            yield one
    finally:
        stopped.set()
        thread.join()
