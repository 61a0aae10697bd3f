"""A city to test in: the command line called as people call it, and what a played demo left behind."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.demo.samples.truth import Truth
from tests.forked import forked

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class City:
    """A played demo: its home, what it printed, the truth about its files and its people's passwords."""

    home: Path
    said: str
    truth: Truth
    passwords: dict[str, str]

    def call(self, *words: str, stdin: str = "", ok: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
        """Run one command in this home."""
        done = run(*words, "--home", str(self.home), stdin=stdin)
        assert done.returncode in ok, (words, done.returncode, done.stderr)
        return done

    def json(self, *words: str, stdin: str = "", ok: tuple[int, ...] = (0,)) -> Any:
        return json.loads(self.call(*words, "--json", stdin=stdin, ok=ok).stdout)


def run(*words: str, stdin: str = "", env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, with nothing of this one's settings."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("MINGJING_", "PREFECT_"))}
    environ |= {"MINGJING_FIRST_PORT": str(first_port()), **(env or {})}
    return forked("flows.cli:main", argv=words, environ=environ, stdin=stdin)


def first_port() -> int:
    """Ports for new homes, apart from those of any other test worker or checkout on this machine."""
    return 20_000 + os.getpid() % 380 * 32
