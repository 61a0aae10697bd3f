"""A preparation that is told to stop ends quietly, leaves no raw table and no process behind, and can be asked for again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cities import ROOT
from tests.marked_city import DATASET, Answer, MarkedCity, csv_text, ends, rows

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_prepare_told_to_stop_cleans_up_and_goes_on_later(marked: MarkedCity, tmp_path: Path) -> None:
    mark = marked.search.mark("stopped")
    path, period = tmp_path / "sent.csv", marked.period()
    path.write_text(csv_text(rows(备注=f"联系{mark.phone}", 姓名=mark.phrase, 身份证号=mark.number)), "utf-8")
    words = ["prepare", DATASET, "--from", str(path), "--period", period, "--json"]
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("MINGJING_", "PREFECT_"))}
    out, err = tmp_path / "out", tmp_path / "err"
    with out.open("wb") as said, err.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.cli", *words, "--home", str(marked.home)],
            cwd=ROOT, env=environ, stdout=said, stderr=errors, start_new_session=True,
        )  # fmt: skip
    while process.poll() is None and not list((marked.home / "work").glob("*/read")):
        time.sleep(0.02)
    process.terminate()
    assert process.wait(timeout=60) == 3, err.read_text("utf-8")
    assert "stopped; what was under way can be run again" in err.read_text("utf-8")
    ends(marked, Answer(3, out.read_text("utf-8"), err.read_text("utf-8"), ""))
    assert _gone(process.pid)
    again = marked.call(*words)
    assert again.json["status"] == "checked", again.stderr


def _gone(group: int) -> bool:
    """Whether every process that the command started has ended."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    os.killpg(group, signal.SIGKILL)
    return False
