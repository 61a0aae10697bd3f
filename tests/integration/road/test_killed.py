"""A preparation killed with SIGKILL at and inside each step goes on where it was: one release, every effect once, and
the release hash of an undisturbed run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows.home import open_home
from flows.serve import prefect_of, wait_for_prefect
from tests.cities import ROOT, City, run
from tests.servers import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

DATASET = "finance.debt_issuance_repayment"
STEPS = ("read", "check", "redact", "export")
KILLS = tuple(f"{how}:{step}" for step in STEPS for how in ("at", "inside"))
ALONE = ("before:seal", "after:seal")

# Runs the real flow in a process that kills itself where KILL says: at:STEP (as it begins), inside:STEP (its files are
# written, not yet renamed), before:seal and after:seal (around the desk's record).
DRIVER = """
import os, signal, sys, json
from contextlib import contextmanager
from flows import prepare_steps, workdir
from flows.platform import open_platform
from flows.prefect_setup import prepare_prefect
platform = open_platform(); prepare_prefect(platform.home)
from flows import prepare
from flows.progress import listening
from flows.runner import perform
where, _, step = os.environ.get("KILL", "").partition(":")
def die(): os.kill(os.getpid(), signal.SIGKILL)
real = workdir.writing
@contextmanager
def writing(run, name):
    if (where, step) == ("at", name): die()
    with real(run, name) as into:
        yield into
        if (where, step) == ("inside", name): die()
prepare_steps.writing = writing
from review import desk
record = desk.record_checked
def recorded(*a, **k):
    if where == "before": die()
    record(*a, **k)
    if where == "after": die()
desk.record_checked = recorded
from flows.orders import Order, write_order
from flows.prefect_setup import quick_flows
order = Order(**json.loads(os.environ["ORDER"]))
with quick_flows():
    print(json.dumps(perform("prepare", {"dataset": order.dataset, "order": write_order(platform.home, order)})))
"""


def _drive(home: Path, order: dict[str, Any], kill: str = "") -> subprocess.CompletedProcess[str]:
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("MINGJING_", "PREFECT_"))}
    environ |= {"MINGJING_HOME": str(home), "ORDER": json.dumps(order), "KILL": kill}
    said, errors = home.parent / "said", home.parent / "errors"
    with said.open("w") as out, errors.open("w") as err:
        process = subprocess.Popen(
            [sys.executable, "-c", DRIVER], cwd=ROOT, env=environ, stdout=out, stderr=err, start_new_session=True
        )
        try:
            status = process.wait(timeout=300)
        finally:  # after a time-out; else nothing is left
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return subprocess.CompletedProcess([], status, said.read_text("utf-8"), errors.read_text("utf-8"))


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
    undisturbed = _drive(calm, order)
    assert undisturbed.returncode == 0, undisturbed.stderr
    wanted = json.loads(undisturbed.stdout)
    with _prefect(shaken) as address:
        for kill in KILLS:
            died = _drive(shaken, order, kill)
            assert died.returncode == -signal.SIGKILL, (kill, died.stdout, died.stderr)
        address.unlink()
    for kill in ALONE:  # with a Prefect server of its own, as in the demo
        died = _drive(shaken, order, kill)
        assert died.returncode == -signal.SIGKILL, (kill, died.stdout, died.stderr)
    went_on = _drive(shaken, order)
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
