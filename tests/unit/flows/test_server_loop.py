"""Prefect's own server looks for background work seldom: that what is replaced there is what it uses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from flows.prefect_setup import QUIET
from flows.server_loop import LOOK_SECONDS

ROOT = Path(__file__).parents[3]
CODE = """
import asyncio
from datetime import timedelta
from docket import Docket, Worker
from flows.server_loop import app
app()
from prefect.server.api import background_workers
looks, real = [], Worker.__aenter__
async def entered(worker):
    looks.append((worker.minimum_check_interval, worker.scheduling_resolution))
    return await real(worker)
Worker.__aenter__ = entered
async def main():
    async with Docket(name="t", url="memory://") as docket, background_workers.background_worker(docket, ephemeral=True):
        print(sorted({each.total_seconds() for pair in looks for each in pair}))
asyncio.run(main())
"""


def test_background_work_is_looked_for_seldom(tmp_path: Path) -> None:
    environ = {"PATH": "", "PYTHONPATH": str(ROOT), "PREFECT_HOME": str(tmp_path), **QUIET}
    done = subprocess.run([sys.executable, "-c", CODE], env=environ, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1:] == [str([LOOK_SECONDS])], done.stderr[-2000:]
