"""The ledger's head (number and hash of the last entry), signed and kept outside the database: HOME/ledger.head.

Whoever cuts off or rewrites the ledger in the database would have to forge this file too. It may lag behind the
database by entries that extend it, after a crash between commit and signing; the next write catches up.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from domain.canonical import canonical_json
from domain.errors import LedgerBroken
from review import keys

PURPOSE = "mingjing.ledger-head.v1"
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Head:
    """Number and hash of the last signed entry."""

    seq: int = 0
    hash: str = GENESIS


def head_path(home: Path) -> Path:
    return home / "ledger.head"


def read_head(home: Path, public: str | None = None) -> Head | None:
    """The signed head; None where no file is. Raises LedgerBroken where it isn't this installation's signature."""
    try:
        text = head_path(home).read_text("utf-8")
    except FileNotFoundError:
        return None
    return check_head(text, public or keys.public_key(home))


def check_head(text: str, public: str) -> Head:
    """The head in a signed text. Raises LedgerBroken for any other text or key."""
    try:
        signed: Any = json.loads(text)
        head = Head(**signed["head"])
        genuine = keys.is_signed(public, PURPOSE, canonical_json(asdict(head)), signed["signature"])
    except (ValueError, KeyError, TypeError):
        genuine = False
    if not genuine:
        raise LedgerBroken(
            "the ledger's signed head isn't genuine; restore ledger.head and the database from one backup"
        )
    return head


def head_text(home: Path, head: Head) -> str:
    """The head with its signature, as JSON."""
    data = canonical_json(asdict(head))
    signed = {"head": asdict(head), "public_key": keys.public_key(home), "signature": keys.sign(home, PURPOSE, data)}
    return json.dumps(signed, sort_keys=True) + "\n"


def write_head(home: Path, head: Head) -> None:
    """Sign and keep a head: whole or not at all, durable on return. The caller holds `head_lock`."""
    path = head_path(home)
    part = path.with_name("ledger.head.part")
    with part.open("w", encoding="utf-8") as stream:
        stream.write(head_text(home, head))
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)
    folder = os.open(home, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def head_lock(home: Path) -> Iterator[None]:
    """One writer of the head at a time, over threads and processes of this machine."""
    with (home / "ledger.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
