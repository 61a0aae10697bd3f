"""What the folder store does beyond the common contract: modes, links, living writers, a full disk."""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import resource
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import ContentChanged, StorageUnavailable
from storage.filesystem import FileStore

SHA = hashlib.sha256(b"data").hexdigest()


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def _put(store: FileStore, data: bytes = b"data") -> Path:
    return Path(store.local_path(store.put_bytes(data, name="a", role="source").sha256))


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o000)
    yield
    os.umask(before)


@pytest.mark.parametrize(("private", "folder", "file"), [(True, 0o700, 0o400), (False, 0o750, 0o440)])
def test_put_closes_folders_and_files(tmp_path: Path, umask: None, private: bool, folder: int, file: int) -> None:
    (tmp_path / "store").mkdir(mode=0o777)
    path = _put(FileStore(tmp_path / "store", private=private))
    assert (_mode(tmp_path / "store"), _mode(path.parent), _mode(path)) == (folder, folder, file)
    assert _mode(tmp_path / "store/incoming") == folder


def test_empty_store_answers_without_making_folders(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "store")
    assert not store.has(SHA)
    store.delete(SHA)
    assert store.expired(0, datetime.now(UTC)) == store.sweep(0, datetime.now(UTC)) == ()
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("kind", ["symlink-to-equal-bytes", "dangling-symlink", "fifo", "directory"])
def test_read_of_what_is_no_plain_file_is_refused(tmp_path: Path, kind: str) -> None:
    store = FileStore(tmp_path / "store")
    path = _put(store)
    path.unlink()
    (tmp_path / "elsewhere").write_bytes(b"data")
    match kind:
        case "symlink-to-equal-bytes":
            path.symlink_to(tmp_path / "elsewhere")
        case "dangling-symlink":
            path.symlink_to(tmp_path / "nowhere")
        case "fifo":
            os.mkfifo(path)
        case _:
            path.mkdir()
    for act in (store.read, store.local_path):
        with pytest.raises(ContentChanged):
            act(SHA)
    with pytest.raises(ContentChanged):
        _put(store)


def test_sweep_spares_a_living_writer(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    _put(store)
    part = tmp_path / "incoming/x.part"
    later = datetime.now(UTC) + timedelta(days=1)
    with part.open("wb") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        assert store.sweep(0, later) == ()
    assert store.sweep(0, later) == ("x.part",)


def test_purge_spares_what_was_stored_again_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileStore(tmp_path)
    path = _put(store)
    now = datetime.now(UTC)
    os.utime(path, (0, 0))
    looked = store.expired(1, now)
    _put(store)
    monkeypatch.setattr(store, "expired", lambda *_: looked)  # as if the look had been just before the second put
    assert store.purge(1, now) == ()
    assert store.read(SHA) == b"data"


def test_put_on_a_full_disk_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    _put(store)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(StorageUnavailable, match="free space"):
            store.put(io.BytesIO(b"x" * 100_000), name="a", role="source")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert list(tmp_path.glob("incoming/*.part")) == []
    assert [p.name for p in tmp_path.glob("??/*")] == [SHA]


def test_chunks_of_any_size_join_to_the_bytes(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    _put(store)
    assert [list(store.chunks(SHA, size)) for size in (1, 3, 99)] == [
        [b"d", b"a", b"t", b"a"],
        [b"dat", b"a"],
        [b"data"],
    ]
