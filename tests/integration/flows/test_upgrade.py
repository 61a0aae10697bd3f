"""An installation that an older program made says so, is brought up to date by one command, and keeps what it held."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from domain.errors import HomeInvalid
from tests.cities import ROOT, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
OLDER = """
import sys
from review.keys import create_keys
from review.setup import configure

from pathlib import Path
home = Path(sys.argv[1])
create_keys(home)
configure(home)
from django.core.management import call_command
call_command("migrate", "review", "0002", interactive=False, verbosity=0)
call_command("migrate", "sessions", interactive=False, verbosity=0)
from review import desk, ledger
ledger.begin()
from domain.pack import load_pack
desk.load_units(load_pack(Path("rules/units.yaml").read_text("utf-8"), "units.yaml"))
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation as the program made it before the console came."""
    from flows.home import create_home

    made = create_home(tmp_path_factory.mktemp("older") / "home").root
    done = subprocess.run(
        [sys.executable, "-c", OLDER, str(made)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return made


@pytest.mark.parametrize("command", [["ledger", "verify"], ["serve"], ["publish", "r-none"]])
def test_older_database(home: Path, command: list[str]) -> None:
    refused = run(*command, "--home", str(home))
    assert refused.returncode == HomeInvalid.exit_status
    assert len(refused.stderr.strip().splitlines()) == 1
    assert refused.stderr.rstrip().endswith("then run: mingjing upgrade")


def test_upgrade_keeps_the_ledger(home: Path) -> None:
    rows = "SELECT seq, hash FROM review_ledgerentry ORDER BY seq"
    database = sqlite3.connect(home / "platform.sqlite3")
    before = database.execute(rows).fetchall()
    assert before
    for _ in range(2):
        assert run("upgrade", "--home", str(home)).returncode == 0
    assert database.execute(rows).fetchall()[: len(before)] == before
    verified = run("ledger", "verify", "--home", str(home))
    assert verified.returncode == 0, verified.stderr


def test_newer_database(home: Path, tmp_path: Path) -> None:
    newer = tmp_path / "home"
    shutil.copytree(home, newer)
    with sqlite3.connect(newer / "platform.sqlite3") as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('review', '9999_later', '2030-01-01')"
        )
    refused = run("ledger", "verify", "--home", str(newer))
    assert refused.returncode == HomeInvalid.exit_status
    assert "newer Mingjing" in refused.stderr


def test_no_database(home: Path, tmp_path: Path) -> None:
    bare = tmp_path / "home"
    shutil.copytree(home, bare)
    (bare / "platform.sqlite3").write_bytes(b"not a database" * 100)
    refused = run("ledger", "verify", "--home", str(bare))
    assert refused.returncode == HomeInvalid.exit_status
    assert "database can't be read" in refused.stderr
