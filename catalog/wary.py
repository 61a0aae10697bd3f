"""A session for a catalogue that nobody vouches for: it connects where the caller's gate says, waits its turn, follows
no redirect, and stops reading an answer that doesn't end.

The gate (which hosts, at which address) is left to the caller; sorting faults is left to ckan.py.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from catalog.bounded import Held, Sockets, seconds_asked
from catalog.ckan import Session

Gate = Callable[[str, int], str]  # host and port to the address to connect to; raises where it isn't allowed
ANSWER_BYTES = 32 << 20  # of one answer of the Action API
ANSWER_SECONDS = 120.0
LONGEST_WAIT = 120.0  # that a server may ask for
BUSY = frozenset({429, 503})


class AnswerTooLong(requests.exceptions.RequestException):
    """The answer went on past the limit."""


class Pace:
    """At most so many requests a second, to whichever part of the catalogue; waits longer where the server asked for it."""

    def __init__(
        self,
        per_second: float,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gap, self._sleep, self._clock = 1.0 / per_second, sleep, clock
        self._next = clock()

    def slow_to(self, seconds: float) -> None:
        """From now on at least so many seconds between two requests."""
        self._gap = max(self._gap, seconds)

    def wait(self) -> None:
        """Wait for one's turn."""
        now = self._clock()
        if self._next > now:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + self._gap

    def hold(self, retry_after: str) -> None:
        """Nothing more for as many seconds as a busy server said (at most two minutes; 5 s where it said nothing)."""
        self._next = max(self._next, self._clock() + min(seconds_asked(retry_after) or 5.0, LONGEST_WAIT))


class WarySession(Session):
    """A Session bound by a gate and a pace. `ca_file`: certificates that are trusted beside the known authorities' (PEM)."""

    def __init__(self, gate: Gate, pace: Pace, ca_file: str | None = None) -> None:
        super().__init__()
        self._pace = pace
        self.led_to = ""  # where the last answer wanted to lead
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Gated(gate, self._sockets, ca_file))

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """One request; its answer is read here, up to the limits of bytes and seconds."""
        self._pace.wait()
        kwargs |= {"allow_redirects": False, "stream": True, "proxies": {}}  # a proxy would look the name up itself
        self.seconds = min(self.seconds, ANSWER_SECONDS)
        with self.bounded():
            response = super().send(request, **kwargs)
            self.led_to = response.headers.get("Location", "") if response.is_redirect else ""
            if response.status_code in BUSY:
                self._pace.hold(response.headers.get("Retry-After", ""))
            _read(response)
        return response


def _read(response: requests.Response) -> None:
    pieces, size = [], 0
    try:
        for piece in response.iter_content(1 << 16):
            pieces.append(piece)
            size += len(piece)
            if size > ANSWER_BYTES:
                raise AnswerTooLong("the answer doesn't end")
    finally:
        response.close()
    response._content, response._content_consumed = b"".join(pieces), True  # type: ignore[attr-defined]  # as requests keeps it


@lru_cache(maxsize=8)
def _trusting(ca_file: str | None, _written: int) -> ssl.SSLContext:
    """Made once for each state of the file: reading the authorities takes longer than most answers."""
    context = ssl.create_default_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


class _Gated(Held):
    """Connects to the very address that the gate gave; name and certificate stay those of the host."""

    def __init__(self, gate: Gate, sockets: Sockets, ca_file: str | None) -> None:
        self._gate, self._ca_file = gate, ca_file
        super().__init__(sockets)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        written = Path(self._ca_file).stat().st_mtime_ns if self._ca_file else 0
        super().init_poolmanager(*args, **kwargs, ssl_context=_trusting(self._ca_file, written))

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:  # the stub's TypedDicts know none of urllib3's further options
        built: Any = super().build_connection_pool_key_attributes(request, verify, cert)
        place, options = built
        host, port = str(place["host"]), place["port"] or {"http": 80, "https": 443}[str(place["scheme"])]
        if place["scheme"] == "https":
            options = {**options, "server_hostname": host, "assert_hostname": host}
        return {**place, "host": self._gate(host, int(port))}, options

    def add_headers(self, request: requests.PreparedRequest, **kwargs: Any) -> None:  # noqa: ARG002 - the adapter's signature
        """The Host header, which the address in the connection would take the place of."""
        headers: Mapping[str, Any] = request.headers
        if "Host" not in headers:
            request.headers["Host"] = urlsplit(str(request.url)).netloc.rpartition("@")[2]
