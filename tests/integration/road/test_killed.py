"""A preparation killed with SIGKILL at and inside each step goes on where it was: one release, every effect once, and
the release hash of an undisturbed run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows.home import open_home
from flows.serve import prefect_of, wait_for_prefect
from tests.cities import City, run
from tests.forked import forked
from tests.servers import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

DATASET = "finance.debt_issuance_repayment"
STEPS = ("read", "check", "redact", "export")
KILLS = tuple(f"{how}:{step}" for step in STEPS for how in ("at", "inside"))
ALONE = ("before:seal", "after:seal")


def _prepared(home: Path, order: dict[str, Any], kill: str = "") -> subprocess.CompletedProcess[str]:
    """Prepare in that home, in a process of its own, and die where `kill` says (see tests/doomed.py)."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("MINGJING_", "PREFECT_"))}
    return forked("tests.doomed:prepare", order, kill, environ={**environ, "MINGJING_HOME": str(home)})


@contextmanager
def _prefect(home: Path) -> Iterator[Path]:
    """A Prefect server for the installation, as `serve` runs one; the file that tells preparations its address."""
    served = replace(open_home(home), prefect_port=free_port())
    service = prefect_of(served)
    service.start(served)
    try:
        yield wait_for_prefect(served)
    finally:
        service.stop()


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new installation, to be copied: its keys are part of what a release hash depends on."""
    home = tmp_path_factory.mktemp("killed") / "bare"
    done = run("init", "--password-stdin", "--home", str(home), stdin="correct-horse-battery\n")
    assert done.returncode == 0, done.stderr
    from flows.demo.samples.write import write_samples

    write_samples(home.parent / "samples")
    return home


def _order(bare: Path) -> dict[str, Any]:
    source = bare.parent / "samples" / "finance" / "表1-4发行及还本付息.csv"
    return {
        "dataset": DATASET,
        "location": str(source),
        "period": "2026",
        "dates": {"approved_on": "2026-11-16"},
        "actor": "system",
    }


def test_prepare_killed_everywhere_ends_as_if_undisturbed(bare: Path) -> None:
    order = _order(bare)
    calm, shaken = bare.parent / "calm", bare.parent / "shaken"
    shutil.copytree(bare, calm)
    shutil.copytree(bare, shaken)
    undisturbed = _prepared(calm, order)
    assert undisturbed.returncode == 0, undisturbed.stderr
    wanted = json.loads(undisturbed.stdout)
    with _prefect(shaken) as address:
        for kill in KILLS:
            died = _prepared(shaken, order, kill)
            assert died.returncode == -signal.SIGKILL, (kill, died.stdout, died.stderr)
        address.unlink()
    for kill in ALONE:  # with a Prefect server of its own, as in the demo
        died = _prepared(shaken, order, kill)
        assert died.returncode == -signal.SIGKILL, (kill, died.stdout, died.stderr)
    went_on = _prepared(shaken, order)
    assert went_on.returncode == 0, went_on.stderr
    assert json.loads(went_on.stdout) == wanted
    city = City(shaken, "", None, {})  # type: ignore[arg-type]
    assert len(city.json("releases")) == 1
    timeline = [line["event"] for line in city.json("show", wanted["release"])["timeline"]]
    assert timeline.count("received") == timeline.count("checked") == 1
    assert city.json("ledger", "verify")["ok"]
    assert not list((shaken / "work").iterdir())
    stored = {p.name for p in (shaken / "store" / "release").rglob("*") if p.is_file()}
    assert stored == {p.name for p in (calm / "store" / "release").rglob("*") if p.is_file()}
