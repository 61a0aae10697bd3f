"""Database and files change together: what a failing change leaves, what a reader sees meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.embedded import packages, writing
from catalog.embedded.files import Upload
from catalog.embedded.holding import Change, Holding
from catalog.embedded.owners import create
from catalog.embedded.packages import Site

SITE = Site("http://127.0.0.1", "目录", "Catalogue")


class PowerCut(Exception):
    """Stands for whatever may go wrong in the middle."""


@pytest.fixture
def holding(tmp_path: Path) -> Iterator[Holding]:
    """A holding with one department, whose clock stands still."""
    opened = Holding(tmp_path / "root", lambda: datetime(2026, 1, 1, tzinfo=UTC))
    with opened.changing() as change:
        create(change, "organization", {"name": "finance"})
    yield opened
    opened.close()


def arrived(holding: Holding, body: bytes) -> Upload:
    """A file as it stands after its reception."""
    arriving = holding.files.arriving("a.csv")
    arriving.write(body)
    return arriving.finish()


def add_package(change: Change, name: str, upload: Upload | None = None) -> None:
    """A dataset, with a file if there is one."""
    resources = [{"upload": upload}] if upload else []
    writing.create(change, {"name": name, "owner_org": "finance", "resources": resources}, SITE)


def kept(holding: Holding, root: Path) -> list[bytes]:
    """The bytes of every file under the root that is kept."""
    return [p.read_bytes() for p in (root / "root" / "kept").rglob("*") if p.is_file()]


def test_a_change_that_fails_late_takes_its_files_and_rows_back(holding: Holding, tmp_path: Path) -> None:
    with pytest.raises(PowerCut), holding.changing() as change:  # noqa: PT012 - the fault comes at the change's end
        add_package(change, "one", arrived(holding, b"1"))
        assert kept(holding, tmp_path) == [b"1"]
        raise PowerCut
    assert kept(holding, tmp_path) == []
    with holding.reading() as connection:
        assert connection.execute("SELECT count(*) FROM package").fetchone()[0] == 0
        assert connection.execute("SELECT count(*) FROM words").fetchone()[0] == 0


def test_a_removal_that_fails_late_keeps_the_bytes(holding: Holding, tmp_path: Path) -> None:
    with holding.changing() as change:
        add_package(change, "one", arrived(holding, b"1"))
    with pytest.raises(PowerCut), holding.changing() as change:  # noqa: PT012 - the fault comes at the change's end
        writing.purge(change, packages.find(change.connection, "one"))
        raise PowerCut
    assert kept(holding, tmp_path) == [b"1"]


def test_a_reader_sees_one_moment(holding: Holding) -> None:
    with holding.changing() as change:
        add_package(change, "one", arrived(holding, b"1"))
    with holding.reading() as connection:
        before = packages.find(connection, "one")
        with holding.changing() as change:
            row = packages.find(change.connection, "one")
            writing.update(change, row, packages.shown(change.connection, row, SITE) | {"resources": []}, SITE)
        assert len(packages.shown(connection, before, SITE)["resources"]) == 1
    with holding.reading() as connection:
        assert packages.shown(connection, packages.find(connection, "one"), SITE)["resources"] == []


def test_times_never_stand_still_or_go_back(holding: Holding) -> None:
    times = []
    for name in ("one", "two", "three"):
        with holding.changing() as change:
            add_package(change, name)
            times.append(change.now)
    assert times == sorted(set(times))


def test_counts_follow_every_change(holding: Holding) -> None:
    for number in (1, 2, 3):
        with holding.changing() as change:
            add_package(change, f"d-{number}")
        with holding.reading() as connection:
            assert holding.facets.count(connection, "organization", 0b1110, 0) == {"finance": number}
