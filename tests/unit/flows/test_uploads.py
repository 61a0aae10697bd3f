"""Files handed in: kept privately under a harmless name, gone once pulled or after a day, nothing else ever removed."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.errors import UsageInvalid
from flows.home import Home
from flows.uploads import forget_upload, keep_upload, sweep_uploads


def home_in(root: Path) -> Home:
    (root / "run").mkdir()
    return Home(root)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("预算.xlsx", "预算.xlsx"),
        ("../../keys/ledger.seal.csv", "ledger.seal.csv"),
        ("C:\\temp\\a.csv", "a.csv"),
        ("/etc/passwd.csv", "passwd.csv"),
        ("a\x00b\n.csv", "ab.csv"),
        (".hidden.csv", "hidden.csv"),
        ("长" * 200 + ".parquet", "长" * 37 + ".parquet"),
    ],
)
def test_name_is_kept_as_far_as_it_is_harmless(tmp_path: Path, given: str, kept: str) -> None:
    home = home_in(tmp_path)
    path = Path(keep_upload(home, given, [b"a", b"b"]))
    assert path.name == kept
    assert path.read_bytes() == b"ab"
    assert path.resolve().is_relative_to(tmp_path / "run" / "uploads")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("given", ["", "..", "/", "noformat", ".csv", "a." + "x" * 200])
def test_name_without_anything_to_keep_is_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(UsageInvalid):
        keep_upload(home_in(tmp_path), given, [])
    assert not (tmp_path / "run" / "uploads").exists()


def test_gone_once_pulled_and_nothing_else_with_it(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    one, other = (keep_upload(home, "a.csv", [b"x"]) for _ in range(2))
    outside = tmp_path / "dropped" / "b.csv"
    outside.parent.mkdir()
    outside.write_bytes(b"y")
    for location in (one, str(outside), "https://example.org/a.csv", None, ""):
        forget_upload(home, location)
    assert not Path(one).exists()
    assert Path(other).exists()
    assert outside.exists()


def test_swept_after_a_day(tmp_path: Path) -> None:
    home, now = home_in(tmp_path), datetime.now(UTC)
    path = keep_upload(home, "a.csv", [b"x"])
    assert sweep_uploads(home, now + timedelta(hours=23)) == 0
    assert sweep_uploads(home, now + timedelta(hours=25)) == 1
    assert not Path(path).exists()
