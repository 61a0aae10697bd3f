"""The runner as a process: one per installation, and nothing of it stays behind when it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.home import open_home
from flows.service import runner_is_alive
from tests.cities import ROOT, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def _environ(home: Path) -> dict[str, str]:
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("MINGJING_", "PREFECT_"))}
    return {**environ, "MINGJING_HOME": str(home)}


def _children(pid: int) -> list[int]:
    return [int(n) for told in Path(f"/proc/{pid}/task").glob("*/children") for n in told.read_text("ascii").split()]


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, subprocess.Popen[bytes]]]:
    """An installation and the runner that serves it."""
    home = tmp_path_factory.mktemp("served") / "home"
    done = run("init", "--password-stdin", "--home", str(home), stdin="correct-horse-battery\n")
    assert done.returncode == 0, done.stderr
    log = home.parent / "runner.log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.runner"],
            cwd=ROOT, env=_environ(home), stdout=said, stderr=said, start_new_session=True,
        )  # fmt: skip
    while not runner_is_alive(open_home(home)):
        assert process.poll() is None, log.read_text("utf-8")
        time.sleep(0.1)
    yield home, process
    process.kill()
    process.wait()


def test_second_runner_says_who_serves(runner: tuple[Path, subprocess.Popen[bytes]]) -> None:
    home, process = runner
    second = subprocess.run(
        [sys.executable, "-m", "flows.runner"],
        cwd=ROOT, env=_environ(home), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    served = run("serve", "--home", str(home))
    for ended in (second, served):
        assert ended.returncode == 2
        assert len(ended.stderr.splitlines()) == 1, ended.stderr
        assert f"served already, by the runner with process number {process.pid};" in ended.stderr
        assert "stop the command it belongs to" in ended.stderr


def test_killed_runner_leaves_no_process(runner: tuple[Path, subprocess.Popen[bytes]]) -> None:
    _, process = runner
    children = _children(process.pid)
    assert children, "Prefect's server is a process of its own"
    process.send_signal(signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 20
    while left := [pid for pid in children if Path(f"/proc/{pid}").exists()]:
        assert time.monotonic() < deadline, left
        time.sleep(0.1)
