"""A multipart request body that streams: a few MiB in memory however large the file. ckanapi's own loads files whole."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from catalog.ahead import ahead


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to send. `chunks` gives its bytes anew at each call, exactly `size` of them; `name` is ASCII."""

    name: str
    media_type: str
    size: int
    chunks: Callable[[], Iterator[bytes]]

    def read(self) -> bytes:  # ckanapi takes for a file what has a read method
        raise TypeError("an upload is streamed by its chunks")


class MultipartBody:
    """multipart/form-data of text fields and uploads, with a length known beforehand, so that no server needs chunking."""

    def __init__(self, fields: Mapping[str, str], uploads: Mapping[str, Upload]) -> None:
        self._boundary = f"mingjing-{secrets.token_hex(16)}"
        heads = [self._head(f'name="{_plain(key)}"') + text.encode() + b"\r\n" for key, text in fields.items()]
        self._start = b"".join(heads)
        self._files = [
            (self._head(f'name="{_plain(key)}"; filename="{_plain(up.name)}"', up.media_type), up)
            for key, up in uploads.items()
        ]
        self._end = f"--{self._boundary}--\r\n".encode()

    @property
    def content_type(self) -> str:
        return f"multipart/form-data; boundary={self._boundary}"

    def __len__(self) -> int:
        return len(self._start) + sum(len(h) + up.size + 2 for h, up in self._files) + len(self._end)

    def __iter__(self) -> Iterator[bytes]:
        yield self._start
        for head, upload in self._files:
            yield head
            sent = 0
            for chunk in ahead(upload.chunks()):
                sent += len(chunk)
                yield chunk
            if sent != upload.size:
                raise ValueError(f"{upload.name}: {sent} bytes to send where {upload.size} were announced")
            yield b"\r\n"
        yield self._end

    def _head(self, disposition: str, media_type: str | None = None) -> bytes:
        kind = f"Content-Type: {media_type}\r\n" if media_type else ""
        return f"--{self._boundary}\r\nContent-Disposition: form-data; {disposition}\r\n{kind}\r\n".encode()


def _plain(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]+", name):
        raise ValueError("field and file names in an upload are ASCII letters, digits and ._-")
    return name
