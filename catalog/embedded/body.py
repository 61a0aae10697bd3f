"""A request's body into a dictionary, in constant memory: files of a multipart body go straight into the file store.

Limits hold while the bytes arrive, not after. What the dictionary means is left to the actions.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from python_multipart import MultipartParser
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect, Request

from catalog.embedded.files import Arriving, Files, Upload
from catalog.embedded.refusals import BadRequest, Invalid, TooLarge
from catalog.embedded.strict_json import loads

MOST_FIELD_BYTES = 16 * 1024 * 1024  # of everything in a request that isn't a file
MOST_PARTS = 2000
SILENCE_SECONDS = 120


@dataclass(frozen=True)
class Limits:
    """Bytes of one file, and of one request."""

    upload_bytes: int = 4 * 1024**3
    request_bytes: int = 16 * 1024**3


@dataclass
class Received:
    """The call's data, and the files that came with it (they lie in incoming/ until an action keeps them)."""

    data: dict[str, Any]
    uploads: list[Upload] = field(default_factory=list)

    def discard(self) -> None:
        """Remove what no action kept."""
        for upload in self.uploads:
            upload.path.unlink(missing_ok=True)


async def receive(request: Request, files: Files, limits: Limits) -> Received:
    """Read the whole request. Raises BadRequest, TooLarge, Invalid (one file too large)."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > limits.request_bytes:
        raise TooLarge(limits.request_bytes)
    if kind == b"multipart/form-data":
        if not options.get(b"boundary"):
            raise BadRequest("multipart without a boundary")
        return await _multipart(request, options[b"boundary"], files, limits)
    raw = bytearray()
    async for chunk in _chunks(request):
        raw += chunk
        if len(raw) > MOST_FIELD_BYTES:
            raise TooLarge(MOST_FIELD_BYTES)
    return Received(_decoded(bytes(raw), form=kind == b"application/x-www-form-urlencoded"))


async def drain(request: Request, most: int) -> None:
    """Read on without keeping anything, so that a client that is still sending gets to hear the answer."""
    seen = 0
    try:
        async for chunk in _chunks(request):
            seen += len(chunk)
            if seen > most:
                return
    except (BadRequest, ClientDisconnect, RuntimeError):  # the last: it was read to its end already
        return


def _decoded(raw: bytes, *, form: bool) -> dict[str, Any]:
    if not raw.strip():
        return {}
    try:
        data = loads(raw)
    except ValueError:
        if form:
            return collected(
                parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_PARTS)
            )
        raise BadRequest("JSON Error: the body isn't JSON") from None
    if not isinstance(data, dict):
        raise BadRequest("JSON Error: the body needs to be a dictionary")
    return data


def collected(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Key and value pairs as a dictionary; a key that comes twice holds a list."""
    data: dict[str, Any] = {}
    for key, value in pairs:
        if key not in data:
            data[key] = value
        else:
            data[key] = [*data[key], value] if isinstance(data[key], list) else [data[key], value]
    return data


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise BadRequest(f"nothing more arrived within {SILENCE_SECONDS} seconds") from None
        yield chunk


async def _multipart(request: Request, boundary: bytes, files: Files, limits: Limits) -> Received:
    parts = _Parts(files, limits)
    total = 0
    try:
        parser = MultipartParser(boundary, parts.callbacks())  # type: ignore[arg-type] # its TypedDict names each key
        async for chunk in _chunks(request):
            total += len(chunk)
            if total > limits.request_bytes:
                raise TooLarge(limits.request_bytes)
            await asyncio.to_thread(parser.write, chunk)  # writes to disk
        parser.finalize()
        if not parts.ended:
            raise BadRequest("the multipart body ends too early")
        return await asyncio.to_thread(parts.finish)
    except MultipartParseError:
        parts.discard()
        raise BadRequest("the multipart body can't be read") from None
    except BaseException:
        parts.discard()
        raise


class _Parts:
    """Receives the parser's events: fields into a dictionary, files into the store."""

    def __init__(self, files: Files, limits: Limits) -> None:
        self._files, self._limits = files, limits
        self._pairs: list[tuple[str, str]] = []
        self._arriving: list[tuple[str, Arriving]] = []
        self._headers: dict[bytes, bytes] = {}
        self._field_bytes = self._count = 0
        self.ended = False

    def callbacks(self) -> dict[str, Any]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers,
            "on_part_data": self._on_data,
            "on_part_end": self._on_end,
            "on_end": self._on_all,
        }

    def finish(self) -> Received:
        """All parts as data. Every file is durable when this returns."""
        uploads = [(name, arriving.finish()) for name, arriving in self._arriving]
        data: dict[str, Any] = dict(self._pairs)
        return Received(data | dict(uploads), [upload for _, upload in uploads])

    def discard(self) -> None:
        for _, arriving in self._arriving:
            arriving.discard()

    def _begin(self) -> None:
        self._count += 1
        if self._count > MOST_PARTS:
            raise TooLarge(MOST_PARTS)
        self._headers, self._value = {}, bytearray()
        self._header_name, self._header_value = b"", b""
        self._file: Arriving | None = None

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[self._header_name.lower()] = self._header_value
        self._header_name = self._header_value = b""

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if b"name" not in options:
            raise BadRequest("a part of the multipart body has no name")
        self._name = options[b"name"].decode("utf-8", "replace")
        if b"filename" in options:
            self._file = self._files.arriving(options[b"filename"].decode("utf-8", "replace"))
            self._arriving.append((self._name, self._file))

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._file is None:
            self._field_bytes += end - start
            if self._field_bytes > MOST_FIELD_BYTES:
                raise TooLarge(MOST_FIELD_BYTES)
            self._value += data[start:end]
            return
        if self._file.received + end - start > self._limits.upload_bytes:
            raise Invalid({"upload": ["File upload too large"]})
        self._file.write(data[start:end])

    def _on_end(self) -> None:
        if self._file is None:
            self._pairs.append((self._name, self._value.decode("utf-8", "replace")))

    def _on_all(self) -> None:
        self.ended = True
