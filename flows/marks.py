"""Small files that outlive a crash: written whole and durably, or not at all."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from domain.canonical import canonical_json


def keep(path: Path, value: Mapping[str, Any]) -> None:
    """Canonical JSON (0600, its folder 0700), durable before it returns."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    keep_bytes(path, canonical_json(dict(value)))


def keep_bytes(path: Path, content: bytes) -> None:
    """The bytes (0600), durable before it returns; the folder is there."""
    part = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_native_id()}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def kept(path: Path) -> dict[str, Any]:
    """What was kept there, or an empty dictionary."""
    return dict(json.loads(path.read_bytes())) if path.is_file() else {}


def all_kept(folder: Path) -> Iterator[dict[str, Any]]:
    """Everything kept in the folder, by file name."""
    for path in sorted(folder.glob("*.json")):
        if found := kept(path):
            yield found
