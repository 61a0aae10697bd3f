"""Programs of their own process, forked from one that has the dear libraries imported: a command costs tenths of a second.

One JSON request a line on standard input: {call, argv, arguments, environ, stdin, out, err}; the answer is how it ended, its exit
status or minus the signal. `call` names a function as module:name, called with `arguments` in a new session, with that
environment alone. The process to fork from has started no thread of Python; Prefect and polars are left to the forks, the one because
it must be told its home first, the other because it starts threads.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SECONDS = 900  # for one of them
DEAR = (
    "presidio_analyzer", "django.db.models", "django.forms", "django.http", "django.template", "django.urls",
    "ckanapi", "duckdb", "httpx", "psycopg", "sqlalchemy", "domain.contract_file", "flows.cli",
)  # fmt: skip
_ASKING = threading.Lock()


def forked(
    call: str, *arguments: Any, argv: Sequence[str] = (), environ: Mapping[str, str], stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Call a function (module:name) in a process of its own and wait for its end, as subprocess.run would."""
    with tempfile.TemporaryDirectory() as folder, _ASKING:
        out, err = Path(folder) / "out", Path(folder) / "err"
        asked = {"call": call, "argv": argv, "arguments": arguments, "environ": dict(environ), "stdin": stdin, "out": str(out), "err": str(err)}  # fmt: skip
        server = _server()
        assert server.stdin
        assert server.stdout
        server.stdin.write(json.dumps(asked) + "\n")
        server.stdin.flush()
        status = int(server.stdout.readline())
        return subprocess.CompletedProcess(list(argv), status, out.read_text("utf-8"), err.read_text("utf-8"))


@cache
def _server() -> subprocess.Popen[str]:
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("MINGJING_", "PREFECT_"))}
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.forked"],
        cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    atexit.register(server.communicate)
    return server


def main() -> None:
    """Answer requests until standard input ends."""
    for name in DEAR:
        importlib.import_module(name)
    importlib.import_module("flows.cli").build()
    importlib.import_module("checks.quality.run").warm()
    _compile_patterns()
    gc.freeze()
    requests, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    for line in requests:
        assert threading.active_count() == 1
        asked = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(asked)
        answers.write(f"{_end(pid)}\n")
        answers.flush()
    os._exit(0)  # what was frozen for the forks isn't taken apart


def _compile_patterns() -> None:
    """The recognisers' expressions, which `regex` remembers by their text: two seconds of each preparation."""
    from flows.library import read_packs
    from redaction.detect import build as build_recognisers
    from redaction.detect import pattern_words

    build_recognisers(pattern_words(read_packs(None)["personal"].data))
    assert "polars" not in sys.modules


def _end(pid: int) -> int:
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status < 0:  # what it started and a signal left behind
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
    return status


def _become(asked: dict[str, Any]) -> None:
    """Be the process that was asked for, to its end."""
    os.setsid()
    signal.alarm(SECONDS)
    read, write = os.memfd_create("stdin"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    os.write(read, asked["stdin"].encode())
    os.lseek(read, 0, os.SEEK_SET)
    for number, opened in ((0, read), (1, os.open(asked["out"], write)), (2, os.open(asked["err"], write))):
        os.dup2(opened, number)
    os.closerange(3, 256)  # the server's own conversation
    os.environ.clear()
    os.environ.update(asked["environ"])
    sys.stdin = os.fdopen(0, closefd=False)
    sys.argv = ["mingjing", *asked["argv"]]
    sys.modules["__main__"].__package__ = ""  # else usage lines name this module
    status = 0
    try:
        module, _, name = asked["call"].partition(":")
        getattr(importlib.import_module(module), name)(*asked["arguments"])
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    with suppress(BaseException):
        threading._shutdown()  # type: ignore[attr-defined]  # as an interpreter ends: its threads, then what was registered for it
        atexit._run_exitfuncs()
    with suppress(BaseException):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
