"""What an audit has done so far, one line a file, so that a killed one goes on where it was.

A result counts again while dataset, resource, address, the entry's word on the bytes (hash, last change) and the rule
packs are the same. Where an entry says nothing of its bytes a result holds within one run, however often that was killed.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from catalog.foreign import ForeignDataset, ForeignResource
from domain.canonical import canonical_json, sha256_hex
from domain.errors import UsageInvalid

FORM = "mingjing-audit/1"


class State:
    """The results of one folder. Made by `keeping`."""

    def __init__(self, path: Path, url: str, packs: str, fresh: bool) -> None:
        self._path, self._packs = path, packs
        self._known: dict[str, dict[str, Any]] = {}
        self._run = ""
        if path.exists() and not fresh:
            self._read(url)
        if self._run:
            self._append({})  # closes a line that a kill cut off
            return
        self._run = secrets.token_hex(8)
        if not self._known:
            path.unlink(missing_ok=True)
            self._append({"form": FORM, "catalogue": url})
        self._append({"run": self._run})

    def known(
        self, dataset: ForeignDataset, resource: ForeignResource, *, of_this_run: bool = False
    ) -> dict[str, Any] | None:
        """The result that still holds, or None. `of_this_run`: whatever the entry says, its bytes were fetched in this run."""
        line = self._known.get(self._key(dataset, resource))
        if line is None or not (line["run"] == self._run or (resource.stamp and not of_this_run)):
            return None
        result: dict[str, Any] = line["result"]
        return result

    def keep(self, dataset: ForeignDataset, resource: ForeignResource, result: Mapping[str, Any]) -> None:
        """Remember a result; on disk when this returns."""
        key = self._key(dataset, resource)
        line = {"key": key, "run": self._run, "result": dict(result)}
        self._append(line)
        self._known[key] = line

    def finish(self) -> None:
        """The run is whole."""
        self._append({"end": self._run})

    def _key(self, dataset: ForeignDataset, resource: ForeignResource) -> str:
        named = [dataset.id, resource.id, resource.url, resource.format, resource.stamp, self._packs]
        return sha256_hex(canonical_json([n.encode("utf-8", "replace").decode() for n in named]))[:32]

    def _read(self, url: str) -> None:
        lines = list(_lines(self._path))
        if not lines or lines[0].get("form") != FORM or lines[0].get("catalogue") != url:
            raise UsageInvalid(
                f"{self._path} belongs to another audit; choose another --out, or read anew with --fresh"
            )
        for line in lines[1:]:
            if "run" in line and "key" not in line:
                self._run = line["run"]
            elif line.get("end") == self._run:
                self._run = ""
            elif "key" in line:
                self._known[line["key"]] = line

    def _append(self, line: Mapping[str, Any]) -> None:
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            text = json.dumps(line, ensure_ascii=False) if line else ""
            os.write(handle, text.encode() + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for raw in file:
            try:
                line = json.loads(raw)
            except ValueError:  # cut off by a kill
                continue
            if isinstance(line, dict):
                yield line


@contextmanager
def keeping(folder: Path, url: str, *, packs: str, fresh: bool) -> Iterator[State]:
    """The state in `folder`. Raises UsageInvalid where another audit runs there, or the folder is another catalogue's."""
    with alone(folder):
        yield State(folder / "state.jsonl", url, packs, fresh)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """`folder` (made 0700) for one audit at a time. Raises UsageInvalid where another one runs there."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as fault:
        raise UsageInvalid(f"{folder} can't be written ({fault.strerror}); choose another --out") from None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageInvalid(f"another audit works in {folder}; wait for it, or choose another --out") from None
        yield
    finally:
        os.close(lock)
