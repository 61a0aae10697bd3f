"""Files that operators hand in through the console: kept private under HOME/run/uploads until a run has pulled them into
quarantine, or for a day. What may be handed in, and by whom, is left to the console and the desk.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from domain.errors import UsageInvalid
from flows.home import Home

KEPT_SECONDS = 24 * 3600.0
LONGEST_NAME = 120  # bytes, as file systems count them
_STRANGE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]")


def _folder(home: Home) -> Path:
    return home.run / "uploads"


def keep_upload(home: Home, name: str, chunks: Iterable[bytes]) -> str:
    """Write the bytes (0600, folder 0700) under the name the sender gave, as far as a file system takes it; returns the path.

    Raises UsageInvalid for a name without anything to keep.
    """
    kept = _STRANGE.sub("", name.replace("\\", "/").rpartition("/")[2]).lstrip(".").strip()
    stem, dot, suffix = kept.rpartition(".")
    room = LONGEST_NAME - len((dot + suffix).encode())
    if not stem or room < 1:
        raise UsageInvalid("the file needs a name with its format at the end, such as 预算.xlsx")
    stem = stem.encode()[:room].decode("utf-8", "ignore")
    folder = _folder(home) / secrets.token_hex(8)
    folder.mkdir(mode=0o700, parents=True)
    path = folder / f"{stem}{dot}{suffix}"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        for chunk in chunks:
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return str(path)


def forget_upload(home: Home, location: str | None) -> None:
    """Remove a file that was handed in, once it is in quarantine; silent for any other location."""
    folder = Path(location).parent if location else None
    if folder is not None and folder.parent == _folder(home):
        shutil.rmtree(folder, ignore_errors=True)


def sweep_uploads(home: Home, now: datetime) -> int:
    """Remove what nobody came for within a day; how many."""
    old = [p for p in _folder(home).glob("*") if now.timestamp() - p.stat().st_mtime > KEPT_SECONDS]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)
