"""Requests that end: whatever a server does, a connection is shut when the time of its request is over.

A time-out of requests bounds each wait for a byte, so a server that trickles is never silent long enough. How long a request may
take is left to who asks.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakSet

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError
from urllib3.util.retry import Retry

LONGEST_SAID = 40  # signs of a Retry-After; a date has 29
Sockets = WeakSet[socket.socket]


class TookTooLong(requests.exceptions.Timeout):
    """The time of the request was over before its answer was whole."""


@contextmanager
def cut_off(sockets: Sockets, seconds: float) -> Iterator[None]:
    """Shut the session's connections after so many seconds. Raises TookTooLong then, also where what came looks whole."""
    is_over = threading.Event()

    def shut() -> None:
        is_over.set()
        for each in list(sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, shut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (
        OSError,
        ValueError,
    ):  # requests' own are OSErrors; a TLS connection that is shut while it is read gives a ValueError
        if is_over.is_set():
            raise TookTooLong("the answer took too long") from None
        raise
    finally:
        timer.cancel()
    if is_over.is_set():
        raise TookTooLong("the answer took too long")


class Held(HTTPAdapter):
    """Knows the sockets of its connections: they are put into `sockets`."""

    def __init__(self, sockets: Sockets, **options: Any) -> None:
        self._classes = _pools(sockets)
        super().__init__(**options)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._classes

    def proxy_manager_for(self, proxy: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = self._classes
        return manager


def seconds_asked(retry_after: str) -> float:
    """For how many seconds a server wants to be left alone (Retry-After: seconds or a date); 0 where it doesn't say."""
    if not retry_after or len(retry_after) > LONGEST_SAID:
        return 0.0
    try:
        return max(0.0, float(Retry().parse_retry_after(retry_after)))
    except (HTTPError, ValueError, OverflowError):  # a date that there isn't
        return 0.0


def _pools(sockets: Sockets) -> dict[str, Any]:
    class Plain(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            _keep(self.sock)

    class Secure(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            _keep(self.sock)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    def _keep(made: Any) -> None:
        if made is not None:
            sockets.add(made)

    return {"http": PlainPool, "https": SecurePool}
