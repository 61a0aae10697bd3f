"""Sources on http(s): one GET, streamed. The connection goes to an address that addresses.py allowed, redirects are
followed by hand and checked again, a body that ends too early is never stored.

No proxy is used and nothing but SSL_CERT_FILE (a city's own authority) and NETRC is taken from the environment.
"""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from netrc import NetrcParseError, netrc
from pathlib import Path
from typing import Any

import httpx

from domain.errors import SourceUnavailable, UsageInvalid
from domain.release import Artefact
from intake.connectors.addresses import allowed_address
from intake.connectors.arrival import Budget, Request
from intake.connectors.http_answer import accept, body, file_name, named, shown

PAUSES_SECONDS = (0.5, 2.0)  # so three attempts
REDIRECTS = 5
CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 30.0  # of a server in the middle of an answer
DEFAULT_PORTS = {"http": 80, "https": 443}

logging.getLogger("httpx").setLevel(logging.WARNING)  # its INFO line quotes whole URLs, tokens in the query included


def pull(request: Request) -> tuple[Artefact, ...]:
    """The file at the URL. SourceUnavailable: no connection, an answer other than 200, a truncated body, a limit;
    UsageInvalid: credentials in the URL, a forbidden address or redirect."""
    url, pauses = _parse(request.location), iter(PAUSES_SECONDS)
    while True:
        mark = request.budget.taken
        try:
            return (_fetch(url, request),)
        except SourceUnavailable as fault:
            pause = next(pauses, None)
            if pause is None or not fault.transient:
                raise
        request.budget.taken = mark
        time.sleep(min(pause, request.budget.seconds_left()))


def _fetch(url: httpx.URL, request: Request) -> Artefact:
    deadline = _Deadline(request.budget)
    transport = httpx.HTTPTransport(verify=_tls(request.environ), trust_env=False)
    with httpx.Client(transport=transport, trust_env=False, follow_redirects=False) as client:
        for _ in range(REDIRECTS + 1):
            with deadline.watching(), _get(client, url, request, deadline) as answer:
                if answer.has_redirect_location and not request.follow:
                    raise UsageInvalid(f"{shown(url)} redirects elsewhere; name the address that it ends at")
                if answer.has_redirect_location:
                    url = _redirected(url, answer)
                    continue
                accept(answer, url, request.budget)
                return request.receive(body(answer, url, request.budget), file_name(answer, url))
    raise SourceUnavailable(f"{shown(url)} redirects more than {REDIRECTS} times; give the address it should end at")


# --- asking ---


def _parse(location: str) -> httpx.URL:
    try:
        url = httpx.URL(location)
    except (httpx.InvalidURL, ValueError):
        raise UsageInvalid("the source's URL can't be parsed; write https://host/path") from None
    if url.userinfo:
        raise UsageInvalid(
            f"the URL of {url.host} holds credentials; put them into a netrc file and its path into NETRC"
        )
    if not url.host:
        raise UsageInvalid("the source's URL names no host; write https://host/path")
    return url.copy_with(fragment=None)


def _get(
    client: httpx.Client, url: httpx.URL, request: Request, deadline: _Deadline
) -> AbstractContextManager[httpx.Response]:
    """A streamed GET to a checked address; name and certificate stay those of the host."""
    host = url.raw_host.decode("ascii")
    port = url.port or DEFAULT_PORTS[url.scheme]
    address = request.admit(host, port) if request.admit else allowed_address(host, port, request.environ)
    left = request.budget.seconds_left()
    silence = min(SILENCE_SECONDS, left)
    message = client.build_request(
        "GET",
        url.copy_with(host=address),
        headers={"Host": url.netloc.decode("ascii"), "Accept-Encoding": "identity", "User-Agent": "mingjing"},
        timeout=httpx.Timeout(silence, connect=min(CONNECT_SECONDS, left)),
        extensions={"sni_hostname": host, "trace": deadline.trace},
    )
    return _answered(client, message, url, request)


@contextmanager
def _answered(
    client: httpx.Client, message: httpx.Request, url: httpx.URL, request: Request
) -> Iterator[httpx.Response]:
    with named(url, request.budget):
        answer = client.send(message, auth=_credentials(url.host, request.environ), stream=True)
    try:
        yield answer
    finally:
        answer.close()


def _credentials(host: str, environ: Mapping[str, str]) -> httpx.BasicAuth | None:
    """Login and password that the netrc file has for exactly this host; a redirect elsewhere never gets them."""
    path = environ.get("NETRC")
    if not path:
        return None
    try:
        found = netrc(path).hosts.get(host)
    except (OSError, NetrcParseError, UnicodeDecodeError):
        raise UsageInvalid(
            "the file that NETRC names can't be read as netrc; check path, permissions and form"
        ) from None
    return httpx.BasicAuth(found[0], found[2]) if found else None


def _tls(environ: Mapping[str, str]) -> ssl.SSLContext:
    """Certificates of the authorities that the client library brings, the machine's, and SSL_CERT_FILE's."""
    path = environ.get("SSL_CERT_FILE", "")
    try:
        return _trusting(path, Path(path).stat().st_mtime_ns if path else 0)
    except OSError:
        raise UsageInvalid("the file that SSL_CERT_FILE names holds no readable certificates") from None


@lru_cache(maxsize=8)
def _trusting(path: str, _written: int) -> ssl.SSLContext:
    """Made once for each state of the file: reading the authorities takes longer than most answers. Raises OSError."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    if path:
        context.load_verify_locations(path)
    return context


def _redirected(url: httpx.URL, answer: httpx.Response) -> httpx.URL:
    target = url.join(answer.headers["Location"]).copy_with(fragment=None)
    if target.scheme not in DEFAULT_PORTS or (url.scheme, target.scheme) == ("https", "http"):
        raise UsageInvalid(f"{shown(url)} redirects from {url.scheme} to another scheme; that isn't followed")
    if target.userinfo:
        raise UsageInvalid(f"{shown(url)} redirects to a URL with credentials; that isn't followed")
    return target


# --- time ---


@dataclass
class _Deadline:
    """Shuts the connection down when the time limit passes, even while the library waits for the next byte."""

    budget: Budget
    _socket: socket.socket | None = field(default=None)

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """httpx's trace extension: remember the newest socket (TLS wraps the first one)."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._socket = info["return_value"].get_extra_info("socket")

    @contextmanager
    def watching(self) -> Iterator[None]:
        timer = threading.Timer(self.budget.seconds_left(), self._shut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _shut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
