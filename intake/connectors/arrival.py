"""Bytes on their way in: counted and timed against the contract's limits while they stream into the store.

Where they come from is left to the modules beside this one, what they hold to the readers.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from domain.contract import Limits, SourceSpec
from domain.errors import SourceUnavailable
from domain.ports import ArtefactStore
from domain.release import Artefact

NAME_BYTES = 200  # of a file's name; file systems take 255
MEDIA_TYPES = {  # our own table: the machine's differs from machine to machine, and the type stands in the manifest
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
    "json": "application/json",
    "jsonl": "application/x-ndjson",
    "geojson": "application/geo+json",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}


Admit = Callable[[str, int], str]  # host and port to the address to connect to; raises where it isn't allowed


class Budget:
    """What is left of a pull's limits. Bytes and seconds are counted over all files of the pull together."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self.taken = 0
        self._clock = clock
        self._end = clock() + limits.seconds

    def seconds_left(self) -> float:
        """Seconds until the time limit; SourceUnavailable when it has passed."""
        left = self._end - self._clock()
        if left <= 0:
            raise SourceUnavailable(
                f"the source took longer than limits.seconds ({self.limits.seconds}) in the contract; "
                "raise it there, or ask the sender for smaller files",
                limit="seconds",
            )
        return left

    def is_past(self) -> bool:
        """Whether the time limit has passed."""
        return self._clock() >= self._end

    def announce(self, size: int) -> None:
        """Refuse at once what says it is larger than what is left; SourceUnavailable."""
        if self.taken + size > self.limits.bytes:
            raise SourceUnavailable(
                f"the source is larger than limits.bytes ({self.limits.bytes}) in the contract; "
                "raise it there, or ask the sender for smaller files",
                limit="bytes",
            )

    def take(self, size: int) -> None:
        """Count bytes that arrived; SourceUnavailable past the byte or the time limit."""
        self.announce(size)
        self.taken += size
        self.seconds_left()


@dataclass(frozen=True, slots=True)
class Request:
    """One pull: what is asked for, where relative paths start, whose environment, and where the bytes go."""

    location: str
    spec: SourceSpec
    store: ArtefactStore
    base: Path
    environ: Mapping[str, str]
    budget: Budget
    admit: Admit | None = None  # the http connector's rule for hosts; None: addresses.py's
    follow: bool = True  # whether a redirect may lead elsewhere

    def receive(self, pieces: Iterator[bytes], name: str) -> Artefact:
        """Stream the pieces into the store within the budget; whatever they raise leaves nothing behind."""
        name = clean_name(name)
        media_type = MEDIA_TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")
        stream = cast(BinaryIO, _Stream(pieces, self.budget))
        return self.store.put(stream, name=name, role="source", media_type=media_type)


class _Stream(io.RawIOBase):
    """Pieces as a readable stream, each counted when it arrives."""

    def __init__(self, pieces: Iterator[bytes], budget: Budget) -> None:
        self._pieces, self._budget, self._rest = pieces, budget, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the stub's WriteableBuffer has no length
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._budget.take(len(piece))
            self._rest = memoryview(piece)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def clean_name(name: str) -> str:
    """A file's name for people: base name only, no control characters, UTF-8 (older Chinese archives carry GB18030),
    at most 200 bytes with its ending kept."""
    raw = name.encode("utf-8", "surrogateescape")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    text = "".join(c if c.isprintable() else "_" for c in text.replace("\\", "/").rpartition("/")[2]).strip(" .")
    stem, dot, ending = text.rpartition(".")
    if not dot or len(ending) > 16:
        stem, dot, ending = text, "", ""
    stem = stem.encode()[: NAME_BYTES - len(dot + ending)].decode("utf-8", "ignore")
    return stem + dot + ending or "unnamed"
