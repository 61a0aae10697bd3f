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
import zlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from netrc import NetrcParseError, netrc
from typing import Any

import httpx

from domain.errors import SourceUnavailable, UsageInvalid
from domain.release import Artefact
from intake.connectors.addresses import allowed_address
from intake.connectors.arrival import Budget, Request

PAUSES_SECONDS = (0.5, 2.0)  # so three attempts
REDIRECTS = 5
CONNECT_SECONDS = 10.0
SILENCE_SECONDS = 30.0  # of a server in the middle of an answer
DEFAULT_PORTS = {"http": 80, "https": 443}
TRY_AGAIN = frozenset({429, 500, 502, 503, 504})

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
                if answer.has_redirect_location:
                    url = _redirected(url, answer)
                    continue
                _accept(answer, url, request.budget)
                return request.receive(_body(answer, url, request.budget), _name(answer, url))
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
    address = allowed_address(host, url.port or DEFAULT_PORTS[url.scheme], request.environ)
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
    with _named(url, request.budget):
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
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    if path := environ.get("SSL_CERT_FILE"):
        try:
            context.load_verify_locations(path)
        except OSError:
            raise UsageInvalid("the file that SSL_CERT_FILE names holds no readable certificates") from None
    return context


# --- answers ---


def _redirected(url: httpx.URL, answer: httpx.Response) -> httpx.URL:
    try:
        target = url.join(answer.headers["Location"]).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError):
        raise SourceUnavailable(f"{shown(url)} redirects to something that is no URL; tell its operator") from None
    if target.scheme not in DEFAULT_PORTS or (url.scheme, target.scheme) == ("https", "http"):
        raise UsageInvalid(f"{shown(url)} redirects from {url.scheme} to another scheme; that isn't followed")
    if target.userinfo:
        raise UsageInvalid(f"{shown(url)} redirects to a URL with credentials; that isn't followed")
    return target


def _accept(answer: httpx.Response, url: httpx.URL, budget: Budget) -> None:
    """Only a whole file: 200, and not longer than the limit by its own word."""
    status = answer.status_code
    if status != 200:
        hint = "try again later" if status in TRY_AGAIN else "check the address and who may read it"
        raise SourceUnavailable(f"{shown(url)} answered {status}; {hint}", transient=status in TRY_AGAIN)
    length = answer.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit():
        budget.announce(int(length))


def _body(answer: httpx.Response, url: httpx.URL, budget: Budget) -> Iterator[bytes]:
    """The file's bytes. A server that compresses although asked not to is understood if it is gzip."""
    encoding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        return _raw(answer, url, budget)
    if encoding in ("gzip", "x-gzip"):
        return _unzipped(_raw(answer, url, budget), url)
    raise SourceUnavailable(f"{shown(url)} answers in an encoding that wasn't asked for; let it send the plain file")


def _raw(answer: httpx.Response, url: httpx.URL, budget: Budget) -> Iterator[bytes]:
    """Pieces as they arrive, so that limits hold for a server that trickles."""
    pieces = answer.iter_raw()
    while True:
        with _named(url, budget):
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


def _unzipped(pieces: Iterator[bytes], url: httpx.URL) -> Iterator[bytes]:
    """Inflated in pieces of at most 1 MiB, so that the byte limit stops a bomb; the stream must end where it says."""
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
    damaged = SourceUnavailable(f"{shown(url)} sent gzip that is damaged or cut off; try again", transient=True)
    for piece in pieces:
        if inflate.eof:
            raise damaged
        rest = piece
        while rest and not inflate.eof:
            try:
                yield inflate.decompress(rest, 1 << 20)
            except zlib.error:
                raise damaged from None
            rest = inflate.unconsumed_tail
    while not inflate.eof and (more := inflate.decompress(b"", 1 << 20)):
        yield more
    if not inflate.eof or inflate.unused_data:
        raise damaged


def _name(answer: httpx.Response, url: httpx.URL) -> str:
    """The file's name: as the server calls it, else the last part of the address, else the host."""
    header = Message()
    with suppress(ValueError, UnicodeError):
        header["Content-Disposition"] = answer.headers.get("Content-Disposition", "")
        if name := header.get_filename():
            return name
    return url.path.rstrip("/").rpartition("/")[2] or url.host


# --- messages and time ---


def shown(url: httpx.URL) -> str:
    """The URL without credentials, query and fragment, for messages."""
    return str(url.copy_with(username=None, password=None, query=None, fragment=None))


@contextmanager
def _named(url: httpx.URL, budget: Budget) -> Iterator[None]:
    """Turn the client library's errors into SourceUnavailable; its own messages may quote URLs and bytes."""
    try:
        yield
    except httpx.UnsupportedProtocol:
        raise UsageInvalid("only http and https are fetched") from None
    except ssl.SSLError:
        raise SourceUnavailable(f"{shown(url)} has a certificate that isn't trusted; see SSL_CERT_FILE") from None
    except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError) as fault:
        budget.seconds_left()  # the real reason, if the time is over
        if isinstance(fault, httpx.ConnectError) and "CERTIFICATE" in str(fault):
            raise SourceUnavailable(
                f"{shown(url)} has a certificate that isn't trusted; have SSL_CERT_FILE name your authority's"
            ) from None
        kind = "ended in the middle of the file" if isinstance(fault, httpx.RemoteProtocolError) else "failed"
        raise SourceUnavailable(
            f"the connection to {shown(url)} {kind} ({type(fault).__name__}); check network and address, then run again",
            transient=True,
        ) from None


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
