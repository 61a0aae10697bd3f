"""What an http server answered: whether it is a whole file, its bytes as they arrive, its name, and what goes wrong."""

from __future__ import annotations

import ssl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import Message

import httpx

from domain.errors import SourceUnavailable, UsageInvalid
from intake.connectors.arrival import Budget

TRY_AGAIN = frozenset({429, 500, 502, 503, 504})


def accept(answer: httpx.Response, url: httpx.URL, budget: Budget) -> None:
    """Only a whole file: 200, and not longer than the limit by its own word."""
    status = answer.status_code
    if status != 200:
        hint = "try again later" if status in TRY_AGAIN else "check the address and who may read it"
        raise SourceUnavailable(f"{shown(url)} answered {status}; {hint}", transient=status in TRY_AGAIN)
    length = answer.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit():
        budget.announce(int(length))


def body(answer: httpx.Response, url: httpx.URL, budget: Budget) -> Iterator[bytes]:
    """The file's bytes. A server that compresses although asked not to is understood if it is gzip."""
    encoding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in ("gzip", "x-gzip"):
        return _unzipped(_raw(answer, url, budget), url)
    if encoding not in ("", "identity"):
        raise SourceUnavailable(
            f"{shown(url)} answers in an encoding that wasn't asked for; let it send the plain file"
        )
    if "Content-Length" not in answer.headers and "chunked" not in answer.headers.get("Transfer-Encoding", "").lower():
        raise SourceUnavailable(
            f"{shown(url)} doesn't say how long the file is, so a cut one would look whole; "
            "fetch it by hand, compare it with the sender, and take it in by its path"
        )
    return _raw(answer, url, budget)


def _raw(answer: httpx.Response, url: httpx.URL, budget: Budget) -> Iterator[bytes]:
    """Pieces as they arrive, so that limits hold for a server that trickles."""
    pieces = answer.iter_raw()
    while True:
        with named(url, budget):
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


def file_name(answer: httpx.Response, url: httpx.URL) -> str:
    """The file's name: as the server calls it, else the last part of the address, else the host."""
    header = Message()
    with suppress(ValueError, UnicodeError):
        header["Content-Disposition"] = answer.headers.get("Content-Disposition", "")
        if name := header.get_filename():
            return name
    return url.path.rstrip("/").rpartition("/")[2] or url.host


def shown(url: httpx.URL) -> str:
    """The URL without credentials, query and fragment, for messages."""
    return str(url.copy_with(username=None, password=None, query=None, fragment=None))


@contextmanager
def named(url: httpx.URL, budget: Budget) -> Iterator[None]:
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
