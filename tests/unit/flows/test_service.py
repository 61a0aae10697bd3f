"""One runner an installation; asking whether there is one never keeps it from starting."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from domain.errors import UsageInvalid
from flows.home import Home, create_home
from flows.service import TRIES, hold_runner_lock, runner_is_alive


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return create_home(tmp_path / "home")


def test_runner_is_alive_while_it_holds_the_lock(home: Home) -> None:
    assert not runner_is_alive(home)
    with hold_runner_lock(home):
        assert runner_is_alive(home)
    assert not runner_is_alive(home)


def test_second_runner_is_refused_with_the_number_of_the_first(home: Home) -> None:
    with hold_runner_lock(home), pytest.raises(UsageInvalid, match=f"process number {os.getpid()};"):
        hold_runner_lock(home).__enter__()


def test_runner_starts_though_somebody_asks_at_that_moment(home: Home) -> None:
    with hold_runner_lock(home):
        pass
    with (home.run / "runner.lock").open("rb") as asking:
        fcntl.flock(asking, fcntl.LOCK_SH)
        done = threading.Timer(TRIES * 0.01 / 4, asking.close)
        done.start()
        with hold_runner_lock(home):
            assert runner_is_alive(home)
        done.join()


SWALLOWS = """
import signal, time
from flows.service import until_told
stop = until_told({seconds})
signal.signal(signal.SIGTERM, lambda *_: None)  # as a library's handler whose exception is swallowed
print("ready", flush=True)
{waits}
print("in order", flush=True)
"""


@pytest.mark.parametrize(
    ("waits", "said", "status"),
    [("stop.wait()", b"in order\n", 0), ("while True: time.sleep(0.1)", b"", 1)],
    ids=["looks", "hangs"],
)
def test_told_to_stop_it_ends_whoever_swallowed_the_signal(waits: str, said: bytes, status: int) -> None:
    script = SWALLOWS.format(seconds=1.0, waits=waits)
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        assert process.stdout.read() == said
        assert process.wait(timeout=30) == status
        assert time.monotonic() - began < 20


HOLDS_THE_LOCK = """
import os, signal, threading
from flows.service import until_told
stop = until_told(20.0)
with stop._cond:  # as inside stop.wait(), at its start and end
    os.kill(os.getpid(), signal.SIGTERM)
    for _ in range(1000): pass
stop.wait()
print("in order", flush=True)
"""


def test_signal_that_comes_while_the_event_is_locked_hangs_nobody() -> None:
    done = subprocess.run([sys.executable, "-c", HOLDS_THE_LOCK], stdout=subprocess.PIPE, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (0, b"in order\n")
