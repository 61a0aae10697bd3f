"""Pieces of a file read ahead in a thread: the next one is read and hashed while the last is sent, or hashed once more."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from queue import Full, Queue

PIECES = 4  # that wait at most; one more is in hand
PIECE_BYTES = 1 << 19  # as many are still in the processor's cache when they are sent, or hashed once more
LOOK_SECONDS = 0.1
END_SECONDS = 1.0  # a read that hangs isn't waited for; the thread ends with it


def ahead(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same pieces in their order, and the fault that ended them. Whoever stops taking them stops the reading, and what is
    read from is closed."""
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
        end: BaseException | None = None
        try:
            for piece in pieces:
                if not put(piece):
                    break
        except BaseException as fault:  # raised where the pieces are taken
            end = fault
        try:
            getattr(pieces, "close", lambda: None)()
        finally:
            put(end)  # whatever happens: somebody may be waiting for it

    thread = threading.Thread(target=fill, name="read-ahead", daemon=True)
    try:
        thread.start()
        while (one := waiting.get()) is not None:
            if isinstance(one, BaseException):
                raise one
            yield one
    finally:
        stopped.set()
        if thread.is_alive():
            thread.join(END_SECONDS)
