"""Local sources, the dispatch by scheme, names and limits."""

from __future__ import annotations

import io
import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from domain.contract import Limits, SourceSpec
from domain.errors import SourceUnavailable, UsageInvalid
from intake.connect import pull
from intake.connectors.arrival import clean_name
from storage.filesystem import FileStore
from tests.sources import Puller


@pytest.fixture
def take(tmp_path: Path) -> Puller:
    return Puller(tmp_path)


def _write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())


def test_pull_one_file_stores_its_bytes(take: Puller) -> None:
    _write(take.base, "in/预算.csv")
    (artefact,) = take("in/预算.csv")
    assert (artefact.name, artefact.role, artefact.media_type) == ("预算.csv", "source", "text/csv")
    assert take.store.read(artefact.sha256) == "in/预算.csv".encode()
    assert take.stored() == [artefact.sha256]


@pytest.mark.parametrize(
    ("location", "names"),
    [
        ("in/*.csv", ["a.csv", "b.csv", "c.csv"]),
        ("in/[ab].csv", ["a.csv", "b.csv"]),
        ("**/*.xlsx", ["y.xlsx", "x.xlsx"]),
        ("odd[1].csv", ["odd[1].csv"]),
    ],
    ids=["star", "class", "folders", "name-that-looks-like-a-pattern"],
)
def test_pull_pattern_gives_files_in_order(take: Puller, location: str, names: list[str]) -> None:
    _write(take.base, "in/b.csv", "in/a.csv", "in/c.csv", "in/.hidden.csv", "odd[1].csv", "z/x.xlsx", "in/y.xlsx")
    assert [a.name for a in take(location)] == names
    assert [a.name for a in take(str(take.base / location))] == names


def test_pull_from_a_base_with_magic_characters(tmp_path: Path) -> None:
    (tmp_path / "[x]").mkdir()
    take = Puller(tmp_path / "[x]")
    _write(take.base, "a.csv")
    assert [a.name for a in take("*.csv")] == ["a.csv"]


def _directory(base: Path) -> str:
    (base / "folder").mkdir()
    return "folder"


def _fifo(base: Path) -> str:
    os.mkfifo(base / "pipe")
    return "pipe"


def _pattern_with_directory(base: Path) -> str:
    _write(base, "a.csv")
    (base / "b.csv").mkdir()
    return "*.csv"


def _link_outside(base: Path) -> str:
    _write(base.parent, "secret.csv")
    (base / "link.csv").symlink_to(base.parent / "secret.csv")
    return "link.csv"


def _folder_link_outside(base: Path) -> str:
    _write(base.parent, "other/secret.csv")
    (base / "in").symlink_to(base.parent / "other")
    return "in/*.csv"


def _dots(base: Path) -> str:
    _write(base.parent, "secret.csv")
    return "../secret.csv"


def _circle(base: Path) -> str:
    (base / "a.csv").symlink_to(base / "b.csv")
    (base / "b.csv").symlink_to(base / "a.csv")
    return "a.csv"


@pytest.mark.parametrize(
    "arrange",
    [
        lambda _: "absent.csv", lambda _: "absent*.csv", lambda _: "/dev/zero", _directory, _fifo,
        _pattern_with_directory, _link_outside, _folder_link_outside, _dots, _circle,
    ],
    ids=[
        "absent", "no-match", "device", "directory", "fifo", "directory-in-pattern", "link-outside",
        "folder-link-outside", "dots", "links-in-a-circle",
    ],
)  # fmt: skip
def test_pull_what_is_no_plain_file_within_base_is_refused(take: Puller, arrange: Callable[[Path], str]) -> None:
    with pytest.raises(SourceUnavailable) as caught:
        take(arrange(take.base))
    assert caught.value.exit_status == 2
    assert take.stored() == []


def test_pull_links_within_base_and_absolute_links_are_followed(take: Puller) -> None:
    _write(take.base, "real.csv")
    (take.base / "link.csv").symlink_to("real.csv")
    (take.folder / "abs.csv").symlink_to(take.base / "real.csv")
    assert [a.name for a in (*take("link.csv"), *take(str(take.folder / "abs.csv")))] == ["link.csv", "abs.csv"]


@pytest.mark.parametrize(("size", "fits"), [(100, True), (101, False)])
def test_pull_up_to_the_byte_limit(take: Puller, size: int, fits: bool) -> None:
    (take.base / "a.csv").write_bytes(b"x" * (size - 50))
    (take.base / "b.csv").write_bytes(b"y" * 50)
    if fits:
        assert len(take("*.csv", limits={"bytes": 100})) == 2
        return
    with pytest.raises(SourceUnavailable, match=r"limits\.bytes \(100\).*raise it"):
        take("*.csv", limits={"bytes": 100})
    assert take.stored() == []


def test_pull_past_the_time_limit_leaves_nothing(take: Puller) -> None:
    (take.base / "a.csv").write_bytes(b"x" * (3 << 20))
    ticks = iter(range(0, 1000, 4))
    with pytest.raises(SourceUnavailable, match=r"limits\.seconds \(10\)"):
        pull(
            "a.csv", spec=SourceSpec(), limits=Limits(seconds=10), store=take.store, base=take.base, environ={},
            clock=lambda: float(next(ticks)),
        )  # fmt: skip
    assert take.stored() == []


def test_pull_of_a_file_that_is_still_written_is_refused(take: Puller) -> None:
    path = take.base / "a.csv"
    path.write_bytes(b"x" * (3 << 20))

    class Slow(FileStore):
        def put(self, stream, **words):  # type: ignore[no-untyped-def]  # as the store's
            first = stream.read(1 << 20)
            with path.open("ab") as sender:
                sender.write(b"more")
            return super().put(io.BufferedReader(_Joined(first, stream)), **words)

    with pytest.raises(SourceUnavailable, match="changed while it was read"):
        pull("a.csv", spec=SourceSpec(), limits=Limits(), store=Slow(take.folder / "store"), base=take.base, environ={})
    assert take.stored() == []


class _Joined(io.RawIOBase):
    def __init__(self, first: bytes, rest: io.RawIOBase) -> None:
        self._first, self._other = io.BytesIO(first), rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the stub wants WriteableBuffer
        return self._first.readinto(buffer) or self._other.readinto(buffer) or 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("ftp://host/a.csv", "or one of http"), ("file:///etc/passwd", "or one of http"), ("javascript://x", "or one of http"),
        ("duckdb:///x.db", "or one of http"), ("mysql+pymysql://u:hunter2@h/d", "or one of http"), ("", "empty"), ("a\0b", "zero"),
        ("https://user:hunter2@host/a.csv", "NETRC"), ("https:///a.csv", "host"), ("http://[::1", "parsed"),
        ("s3://bucket", "bucket/key"), ("s3://bucket/a*b.csv", "ends in"), ("s3://id:hunter2@bucket/k", "AWS_ACCESS"),
        ("postgresql://u:hunter2@h/d", "PGPASSWORD"), ("postgresql+psycopg://u@h/d?password=hunter2", "password"),
        ("postgresql+psycopg://u@h/d?options=-cdefault_transaction_read_only%3Doff", "options"),
        ("postgresql+psycopg://u@h:x/d", "parsed"), ("sqlite://", "sqlite:///path"), ("sqlite:///:memory:", "sqlite:///path"),
        ("sqlite:///a.db?uri=true", "sqlite:///path"),
    ],
)  # fmt: skip
def test_pull_from_a_wrong_location_says_how_to_write_it(take: Puller, location: str, shown: str) -> None:
    with pytest.raises(UsageInvalid) as caught:
        take(location, table="t")
    assert shown in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert take.stored() == []


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("预算.csv", "预算.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\数据\\a.xls", "a.xls"),
        ("a\r\nb\x00\u202e.csv", "a__b__.csv"),
        ("预算".encode("gb18030").decode("utf-8", "surrogateescape") + ".csv", "预算.csv"),
        ("数" * 100 + ".csv", "数" * 65 + ".csv"),
        ("..", "unnamed"),
        ("", "unnamed"),
    ],
    ids=["plain", "folders", "windows", "control", "gb18030-bytes", "long", "dots", "empty"],
)
def test_clean_name(name: str, clean: str) -> None:
    assert clean_name(name) == clean
    assert len(clean.encode()) <= 200
    assert not any(unicodedata.category(c).startswith("C") for c in clean_name(name))
