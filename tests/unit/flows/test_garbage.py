"""What loads large libraries searches for garbage seldom from its first moment on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flows.prefect_setup import QUIET

ROOT = Path(__file__).parents[3]
STARTS = {
    "command": "import sys; sys.argv = ['mingjing', '--help']; from flows.cli import main; main()",
    "runner": "from flows.runner import main; main()",
    "prefect-server": "from flows.server_loop import app; app()",
}


@pytest.mark.parametrize("start", STARTS)
def test_start_collects_seldom(start: str, tmp_path: Path) -> None:
    code = f"import atexit, gc\natexit.register(lambda: print(gc.get_threshold()))\n{STARTS[start]}"
    environ = {
        "PATH": "", "PYTHONPATH": str(ROOT),
        "MINGJING_HOME": str(tmp_path), "PREFECT_HOME": str(tmp_path), **QUIET,
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1:] == ["(50000, 20, 50)"], done.stderr
