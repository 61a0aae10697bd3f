"""What flows hands from one craft to another: protocols only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Protocol

from domain.release import Artefact


class ArtefactStore(Protocol):
    """Bytes by sha256. Every read verifies the hash and raises ContentChanged where it differs."""

    def put(self, stream: BinaryIO, *, name: str, role: str, media_type: str = "application/octet-stream") -> Artefact:
        """Store a stream; returns when the bytes are durable. Equal bytes are stored once."""

    def put_bytes(self, data: bytes, *, name: str, role: str, media_type: str = "application/octet-stream") -> Artefact:
        """Store bytes."""

    def read(self, sha256: str) -> bytes:
        """All bytes. Raises ArtefactMissing, ContentChanged."""

    def chunks(self, sha256: str, size: int = 1 << 20) -> Iterator[bytes]:
        """The bytes in pieces; ContentChanged is raised after the last piece at the latest."""

    def local_path(self, sha256: str) -> str:
        """A verified local file with these bytes, read-only for the caller."""

    def has(self, sha256: str) -> bool:
        """Whether the bytes are there (not yet verified)."""

    def delete(self, sha256: str) -> None:
        """Remove the bytes; silent where there are none."""
