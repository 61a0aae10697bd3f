"""What every ArtefactStore must do, asked of the folder and of S3 alike."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import ArtefactMissing, ContentChanged
from domain.ports import ArtefactStore
from tests.integration.storage.conftest import Back, BucketBack, FolderBack

DATA = b"row,amount\n" + b"1,100.50\n" * 5000
SHA = hashlib.sha256(DATA).hexdigest()
READS: dict[str, Callable[[ArtefactStore, str], object]] = {
    "read": lambda store, sha: store.read(sha),
    "chunks": lambda store, sha: list(store.chunks(sha, 100)),
    "local_path": lambda store, sha: store.local_path(sha),
}
every_read = pytest.mark.parametrize("read", READS.values(), ids=READS)


def _put(store: ArtefactStore, data: bytes = DATA) -> str:
    return store.put_bytes(data, name="a.csv", role="source").sha256


@pytest.mark.parametrize("data", [b"", b"x", DATA, bytes(range(256)) * 80_000], ids=["empty", "one", "some", "20-mb"])
def test_put_then_read_gives_equal_bytes(back: Back, data: bytes) -> None:
    artefact = back.store.put(io.BytesIO(data), name="a.csv", role="source", media_type="text/csv")
    assert (artefact.sha256, artefact.bytes) == (hashlib.sha256(data).hexdigest(), len(data))
    assert (artefact.name, artefact.role, artefact.media_type) == ("a.csv", "source", "text/csv")
    other = back.again()
    assert other.has(artefact.sha256)
    assert other.read(artefact.sha256) == data
    assert b"".join(other.chunks(artefact.sha256, 1 << 16)) == data
    assert Path(other.local_path(artefact.sha256)).read_bytes() == data


def test_put_twice_keeps_one_copy(back: Back) -> None:
    assert _put(back.store) == _put(back.store) == SHA
    assert back.names() == {SHA}
    assert back.store.read(SHA) == DATA


@pytest.mark.parametrize(
    "damage",
    [lambda d: bytes([d[0] ^ 1]) + d[1:], lambda d: d[:-1], lambda d: d + b"\n", lambda _: b""],
    ids=["byte-flipped", "truncated", "longer", "emptied"],
)
@every_read
def test_read_after_tampering_is_refused(
    back: Back, read: Callable[[ArtefactStore, str], object], damage: Callable[[bytes], bytes]
) -> None:
    _put(back.store)
    back.overwrite(SHA, damage(DATA))
    with pytest.raises(ContentChanged) as caught:
        read(back.store, SHA)
    assert "100.50" not in str(caught.value)


def test_put_over_tampered_bytes_is_refused_and_leaves_them(back: Back) -> None:
    _put(back.store)
    back.overwrite(SHA, b"other")
    with pytest.raises(ContentChanged):
        _put(back.store)
    with pytest.raises(ContentChanged):
        back.store.read(SHA)
    back.store.delete(SHA)
    _put(back.store)
    assert back.store.read(SHA) == DATA


@every_read
def test_read_after_removal_is_missing(back: Back, read: Callable[[ArtefactStore, str], object]) -> None:
    _put(back.store)
    back.remove(SHA)
    assert not back.store.has(SHA)
    with pytest.raises(ArtefactMissing):
        read(back.store, SHA)


@every_read
@pytest.mark.parametrize("name", ["", "../../etc/passwd", SHA.upper(), SHA[:-1], SHA + "\n"])
def test_read_with_a_name_that_is_no_hash_is_missing(
    back: Back, read: Callable[[ArtefactStore, str], object], name: str
) -> None:
    with pytest.raises(ArtefactMissing):
        read(back.store, name)


def test_delete_removes_and_is_silent_about_nothing(back: Back) -> None:
    _put(back.store)
    back.store.delete(SHA)
    back.store.delete(SHA)
    assert back.names() == set()
    assert not back.store.has(SHA)


def test_put_of_a_stream_that_breaks_leaves_nothing(back: Back) -> None:
    class Broken(io.RawIOBase):
        sent = 0

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the stub wants WriteableBuffer
            self.sent += 1
            if self.sent > 3:
                raise TimeoutError("the sender went away")
            buffer[:4] = b"abcd"
            return 4

    with pytest.raises(TimeoutError):
        back.store.put(Broken(), name="a", role="source")  # type: ignore[arg-type]  # a raw stream is enough
    assert back.names() == set()
    assert _leftovers(back) == []


def test_concurrent_puts_of_equal_and_different_bytes_all_hold(back: Back) -> None:
    blobs = [bytes([n % 5]) * (300_000 + n % 5) for n in range(20)]
    start = threading.Barrier(4)

    def work(chunk: list[bytes]) -> list[str]:
        start.wait()
        return [_put(back.store, blob) for blob in chunk]

    with ThreadPoolExecutor(4) as pool:
        hashes = [h for got in pool.map(work, [blobs[n::4] for n in range(4)]) for h in got]
    assert back.names() == set(hashes)
    assert len(set(hashes)) == 5
    for sha256 in set(hashes):
        assert hashlib.sha256(back.store.read(sha256)).hexdigest() == sha256


def test_expired_and_purge_take_what_is_old_and_not_kept(back: Back) -> None:
    first, second = _put(back.store, b"first"), _put(back.store, b"second")
    now = datetime.now(UTC)
    assert back.store.expired(1, now) == ()
    later = now + timedelta(days=31)
    assert back.store.expired(30, later) == tuple(sorted((first, second)))
    assert back.store.purge(30, later, keep={second}) == (first,)
    assert back.names() == {second}
    assert back.store.purge(30, later) == (second,)


def test_put_again_makes_old_bytes_young(back: Back) -> None:
    _put(back.store)
    if isinstance(back, FolderBack):
        back.age(SHA, 40 * 86400)
        assert back.store.expired(30, datetime.now(UTC)) == (SHA,)
    else:
        time.sleep(1.1)  # S3 counts in seconds
    between = datetime.now(UTC)
    time.sleep(1.1 if isinstance(back, BucketBack) else 0)
    _put(back.store)
    assert back.store.expired(0, between - timedelta(seconds=1)) == ()
    assert back.store.read(SHA) == DATA


# --- another process ---

_CHILD = """
import io, os, signal, sys
from pathlib import Path
from storage.filesystem import FileStore
from storage.s3 import S3Store
from tests.memory import peak_kb

kind, place, task = sys.argv[1:]
store = FileStore(Path(place), private=True) if kind == "filesystem" else S3Store(
    place, "quarantine", cache=Path(os.environ["CACHE"]))

class Endless(io.RawIOBase):
    def __init__(self, pieces): self.left = pieces
    def read(self, size=-1):
        if task == "die" and self.left == 2: os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1
        return bytes([self.left % 251]) * size if self.left >= 0 else b""

store.put_bytes(b"warm up", name="w", role="source")
before = peak_kb()
artefact = store.put(Endless(4 if task == "die" else 200), name="big", role="source")
for _ in store.chunks(artefact.sha256): pass
store.local_path(artefact.sha256)
print(artefact.bytes, (peak_kb() - before) // 1024)
"""


def _child(back: Back, tmp_path: Path, task: str) -> subprocess.CompletedProcess[str]:
    kind, place = ("s3", back.store.bucket) if isinstance(back, BucketBack) else ("filesystem", str(back.store.root))
    server = back.server.environ if isinstance(back, BucketBack) else {}
    environ = {**os.environ, **server, "CACHE": str(tmp_path / "cache"), "PYTHONPATH": "."}
    command = [sys.executable, "-c", _CHILD, kind, place, task]
    return subprocess.run(command, capture_output=True, text=True, env=environ, timeout=120, check=False)


def _leftovers(back: Back) -> list[Path]:
    root = back.store.cache if isinstance(back, BucketBack) else back.store.root
    return list(root.glob("incoming/*.part"))


def test_killed_put_leaves_nothing_visible_and_is_swept(back: Back, tmp_path: Path) -> None:
    done = _child(back, tmp_path, "die")
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert back.names() == {hashlib.sha256(b"warm up").hexdigest()}
    (left,) = _leftovers(back)
    assert left.stat().st_mode & 0o777 == 0o600
    now = datetime.now(UTC)
    assert back.store.sweep(3600, now) == ()
    assert back.store.sweep(3600, now + timedelta(hours=2))[0] == left.name
    assert _leftovers(back) == []


@pytest.mark.slow
def test_put_and_read_of_200_mb_keep_memory_flat(back: Back, tmp_path: Path) -> None:
    done = _child(back, tmp_path, "live")
    assert done.returncode == 0, done.stderr
    size, grown_mb = map(int, done.stdout.split())
    assert size == 200 << 20
    assert grown_mb < 20
